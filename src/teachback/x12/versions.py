"""Which transaction sets and versions there are, and by which guide the content of each is checked."""

from __future__ import annotations

FUNCTION_OF = {
    "837": "HC",
    "835": "HP",
    "999": "FA",
    "997": "FA",
    "277": "HN",
    "270": "HS",
    "271": "HB",
    "276": "HR",
}
"""The kind of group (GS01) of each transaction set (ST01)."""
KINDS = {
    "005010X222": "837P",
    "005010X223": "837I",
    "005010X221": "835",
    "005010X214": "277CA",
    "005010X231": "999",
}
"""The kind of transaction set that each guide is for."""
EXPECTED = {
    "837P": "005010X222A1",
    "837I": "005010X223A2",
    "835": "005010X221A1",
    "277CA": "005010X214",
    "999": "005010X231A1",
}
"""The version by which each kind is checked, as Medicare names it."""
ONLY_GUIDE = {"835": "835", "999": "999"}
"""Transaction sets of which 5010 has one guide alone: a slip in the version's name does not hide which."""
ANSWERS = {"835": ("835",), "277": ("277CA",), "999": ("999",)}
"""The kinds that each transaction set of payers may be."""


def kind_of(version: str) -> str:
    """The kind of transaction set that a version (GS08) names; empty where its content is not checked."""
    return KINDS.get(version.strip()[:10], "")
