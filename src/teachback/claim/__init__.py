"""From assessments to claims: who is billed, which lines stand together, and what keeps a claim back."""
