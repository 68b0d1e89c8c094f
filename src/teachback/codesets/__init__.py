"""External code sets with their codes only, dated where the set is: places, diagnoses, states, bill types."""
