"""The ten caregiver-training codes as the audit groups them; a test holds them against the law's own tables."""

from __future__ import annotations

from typing import Final

FAMILIES: Final = {
    "97550": "function",
    "97551": "function",
    "97552": "function",
    "96202": "behavior",
    "96203": "behavior",
    "G0539": "behavior",
    "G0540": "behavior",
    "G0541": "direct_care",
    "G0542": "direct_care",
    "G0543": "direct_care",
}
FAMILY_NAMES: Final = {
    "function": "function",
    "behavior": "behavior",
    "direct_care": "direct care",
    "all": "all families",
    "not stated": "not stated",
}
PRIMARIES: Final = {"97551": "97550", "96203": "96202", "G0540": "G0539", "G0542": "G0541"}
GROUP_CODES: Final = ("97552", "96202", "96203", "G0543")
GROUP_FIRST_CODES: Final = ("97552", "96202", "G0543")
# The full time of one unit; untimed group codes stand for no minutes of their own.
LEAST_MINUTES: Final = {
    "97550": 30,
    "97551": 15,
    "96202": 60,
    "96203": 15,
    "G0539": 30,
    "G0540": 15,
    "G0541": 30,
    "G0542": 15,
}
INDIVIDUAL_STEPS: Final = (30, 45, 60)
BEHAVIOR_GROUP_STEPS: Final = (60, 75, 90)
