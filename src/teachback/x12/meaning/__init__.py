"""What the segments of a claim mean together: identifiers, code sets, dates, sums, pointers, and Medicare's use."""
