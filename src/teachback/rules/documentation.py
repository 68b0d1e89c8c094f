"""What the note of each occurrence must show."""

from __future__ import annotations

from teachback.findings import Owner
from teachback.model import Severity
from teachback.rulebook import edit


@edit(
    "D401",
    Severity.HOLD,
    says="Why this occurrence was reasonable and necessary is not recorded.",
    remedy="Ask the clinician to document the need for this session, as the record of the day supports it.",
    place="patient.need",
    owner=Owner.CLINICIAN,
    prevents="50",
)
def need_not_documented(need_recorded: bool, *, each_occurrence_documented: bool) -> bool:
    """Why this occurrence was reasonable and necessary is not recorded."""
    return each_occurrence_documented and not need_recorded


@edit(
    "D402",
    Severity.WARNING,
    says="Why the training took place without the patient is not recorded.",
    remedy="Ask the clinician for the reason; it is the first thing that a reviewer looks for.",
    place="patient.absence_reason",
    owner=Owner.CLINICIAN,
)
def absence_reason_missing(absence_reason_recorded: bool, *, absence_explained: bool) -> bool:
    """Why the training took place without the patient is not recorded."""
    return absence_explained and not absence_reason_recorded


@edit(
    "D403",
    Severity.HOLD,
    says="The caregiver's response or return demonstration is not recorded.",
    remedy="Ask the clinician what the caregiver could do afterwards, as the record of the day supports it.",
    place="patient.response",
    owner=Owner.CLINICIAN,
)
def response_missing(response_recorded: bool, *, each_occurrence_documented: bool) -> bool:
    """The caregiver's response or return demonstration is not recorded."""
    return each_occurrence_documented and not response_recorded
