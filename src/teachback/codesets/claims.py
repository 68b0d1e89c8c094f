"""Short code sets of the claim itself: frequency, filing indicator, relationship, reason why Medicare is second.

Codes only, as claims of version 5010 carry them; names of the elements are in the docstrings.
"""

from __future__ import annotations

from teachback.codesets.common import words

PROFESSIONAL_FREQUENCIES = frozenset({"1", "6", "7", "8"})
"""CLM05-3 of a professional claim: original, corrected, replacement, void. Medicare takes 1 alone."""
INSTITUTIONAL_FREQUENCIES = frozenset("0123456789ABCDEFGHIJKMNOPQXYZ")
"""CLM05-3 of an institutional claim: the last character of the type of bill."""
NEEDS_ORIGINAL = frozenset({"7", "8"})
"""Frequencies that name an earlier claim by the payer's number (REF F8)."""
FILING_INDICATORS = words("11 12 13 14 15 16 17 AM BL CH CI DS FI HM LM MA MB MC OF TV VA WC ZZ")
"""SBR09: the kind of payer; MA and MB are Medicare Part A and Part B."""
RELATIONSHIPS = words("01 18 19 20 21 39 40 53 G8")
"""SBR02: the patient is the insured (18), the spouse (01), a child (19) and so on."""
INSURANCE_TYPES = words("12 13 14 15 16 41 42 43 47")
"""SBR05: why Medicare is asked second."""
PAYER_ORDERS = frozenset("ABCDEFGHPSTU")
"""SBR01: who is asked first (P), second (S), third (T), fourth and later (A to H), or unknown (U)."""


def is_frequency(code: str, *, institutional: bool = False) -> bool:
    """Whether a frequency may stand on a claim of that form."""
    return code in (INSTITUTIONAL_FREQUENCIES if institutional else PROFESSIONAL_FREQUENCIES)


def is_filing_indicator(code: str) -> bool:
    """Whether a code may stand in SBR09."""
    return code in FILING_INDICATORS
