"""A claim as a FHIR R4B Claim, and back."""
