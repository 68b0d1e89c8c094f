"""X12 files: read as they are, checked, and written, byte for byte the same from the same claims."""
