"""Paper: CMS-1500 and UB-04 values at the places of the form, and a superbill for people."""
