"""The patient's diagnoses: given, well formed, and naming the treated condition."""

from __future__ import annotations

import re

from teachback.findings import Owner
from teachback.model import Severity
from teachback.rulebook import derives, edit

_FORM = re.compile(r"(?:[A-Z][0-9][0-9AB]|QA[0-9])(\.?[0-9A-Z]{1,4})?")


def _codes(diagnoses: tuple[str, ...]) -> list[str]:
    return [code.strip().upper() for code in diagnoses if code.strip()]


@derives
def diagnosis_given(diagnoses: tuple[str, ...]) -> bool:
    """At least one diagnosis of the patient is recorded."""
    return bool(_codes(diagnoses))


@derives
def only_context(diagnoses: tuple[str, ...]) -> bool:
    """All recorded diagnoses describe context (Z codes)."""
    codes = _codes(diagnoses)
    return bool(codes) and all(code.startswith("Z") for code in codes)


@derives
def malformed_diagnosis(diagnoses: tuple[str, ...]) -> bool:
    """A recorded diagnosis does not have the form of an ICD-10-CM code."""
    return any(_FORM.fullmatch(code) is None for code in _codes(diagnoses))


@edit(
    "D501",
    Severity.ERROR,
    says="No diagnosis of the patient is recorded.",
    remedy="Ask the clinician for the diagnosis that the plan treats.",
    place="patient.diagnoses",
    owner=Owner.CLINICIAN,
    prevents="16",
)
def diagnosis_missing(diagnosis_given: bool, *, diagnosis_required: bool) -> bool:
    """No diagnosis of the patient is recorded."""
    return diagnosis_required and not diagnosis_given


@edit(
    "D502",
    Severity.HOLD,
    says="Only context codes (Z) are recorded; none names the treated condition.",
    remedy="Ask the clinician for the condition treated in the plan; Z codes go second.",
    place="patient.diagnoses",
    owner=Owner.CLINICIAN,
    prevents="11",
)
def diagnosis_context_only(only_context: bool, *, condition_first: bool) -> bool:
    """Only context (Z) codes are recorded; none names the treated condition."""
    return condition_first and only_context


@edit(
    "D503",
    Severity.ERROR,
    says="A diagnosis code does not have the form of an ICD-10-CM code.",
    remedy="Correct the code: a letter, a digit, a digit or A or B, and up to four more after the point.",
    place="patient.diagnoses",
    owner=Owner.BILLER,
    prevents="16",
)
def diagnosis_invalid(malformed_diagnosis: bool, *, diagnosis_required: bool) -> bool:
    """A diagnosis code is not a valid ICD-10-CM form."""
    return diagnosis_required and malformed_diagnosis
