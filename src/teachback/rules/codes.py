"""Which procedure code a training has on its date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import Severity, Training
from teachback.rulebook import derives, determines, edit
from teachback.rules.vocabulary import NO_CODE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@derives
def grouped(patients_represented: int, *, group_from: int) -> bool:
    """Training is group training when enough patients are represented; caregivers in the room do not count."""
    return patients_represented >= group_from


@determines()
def primary_code(
    training: Training, grouped: bool, *, individual_codes: Mapping[str, str], group_codes: Mapping[str, str]
) -> str:
    """The first code of the family, for one represented patient or for several."""
    return (group_codes if grouped else individual_codes).get(training, NO_CODE)


@determines()
def addon_code(primary_code: str, *, addon_codes: Mapping[str, str]) -> str:
    """The add-on that belongs to the primary code alone; untimed group codes have none."""
    return addon_codes.get(primary_code, NO_CODE)


@edit(
    "C101",
    Severity.ERROR,
    says="On this date no separately payable code existed for {training} training.",
    remedy="Do not bill this session to Medicare. Check the date of service and what was taught.",
    place="session.date_of_service",
    owner=Owner.NOBODY,
    prevents="181",
)
def code_not_effective(
    training: Training,
    grouped: bool,
    *,
    individual_codes: Mapping[str, str],
    group_codes: Mapping[str, str],
    bundled_families: Sequence[str],
) -> bool:
    """The code for this training did not exist or was not separately payable on the date of service."""
    bundled = grouped and training in bundled_families
    lone_behavior = training is Training.BEHAVIOR and not grouped
    return (
        training not in (group_codes if grouped else individual_codes) and not bundled and not lone_behavior
    )


@edit(
    "C102",
    Severity.ERROR,
    says="Before 2025 behavior training of one family has no code; the group code needs two represented patients.",
    remedy="Do not bill this session to Medicare, and do not use the group code for it.",
    place="session.training",
    owner=Owner.NOBODY,
    prevents="181",
)
def no_individual_behavior_code(
    training: Training, grouped: bool, *, individual_codes: Mapping[str, str]
) -> bool:
    """Before 2025 no individual code exists for behavior training of one family."""
    return training is Training.BEHAVIOR and not grouped and training not in individual_codes


@edit(
    "C103",
    Severity.HOLD,
    says="What was taught (function, behavior or direct care) is not recorded, so no code can be chosen.",
    remedy="Ask the clinician which of the three was taught; one minute belongs to one of them only.",
    place="session.training",
    owner=Owner.CLINICIAN,
)
def training_not_stated(training: Training | None, *, family_by_content: bool) -> bool:
    """What was taught decides the family of codes; it is not recorded."""
    return family_by_content and training is None


@edit(
    "C107",
    Severity.INFORMATION,
    says="The session was planned as a group, but one patient was represented: it is coded as individual training.",
    remedy="Nothing to do; keep the attendance list with the note.",
    place="session.planned_as_group",
    owner=Owner.NOBODY,
)
def group_became_individual(planned_as_group: bool, grouped: bool, *, group_from: int) -> bool:
    """A planned group with one represented patient is coded as individual training."""
    return planned_as_group and not grouped and group_from > 1


@edit(
    "C109",
    Severity.WARNING,
    says="Individual training of two families for one patient on one date: each needs its own content and minutes.",
    remedy="Check that the notes show distinct content and separate minutes for each family.",
    place="session.training",
    owner=Owner.CLINICIAN,
)
def several_families_same_day(other_family_same_day: bool, *, own_time_per_family: bool) -> bool:
    """Two families of individual training for one patient on one date need distinct content and minutes."""
    return own_time_per_family and other_family_same_day


@edit(
    "C110",
    Severity.WARNING,
    says="Individual and group training for one patient on one date: separate clock intervals and content are needed.",
    remedy="Check that the notes show separate intervals and content for the two.",
    place="session.patients",
    owner=Owner.CLINICIAN,
)
def individual_and_group_same_day(individual_and_group_same_day: bool, *, own_time_per_family: bool) -> bool:
    """Individual and group training of one patient on one date need separate intervals and content."""
    return own_time_per_family and individual_and_group_same_day


@edit(
    "C114",
    Severity.ERROR,
    says="On this date the group behavior codes were bundled (status B) and never paid separately.",
    remedy="Do not bill this session to Medicare; it was payable only from 2024-01-01.",
    place="session.date_of_service",
    owner=Owner.NOBODY,
    prevents="97",
)
def code_bundled(training: Training, grouped: bool, *, bundled_families: Sequence[str]) -> bool:
    """The code existed but was bundled (status B) on the date of service."""
    return grouped and training in bundled_families
