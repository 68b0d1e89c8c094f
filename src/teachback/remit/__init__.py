"""What comes back, against what was claimed: matched, posted, compared, and worked."""
