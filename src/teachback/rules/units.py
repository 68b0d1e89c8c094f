"""From minutes to units: Medicare asks for the full time of the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import Helper, Severity
from teachback.rulebook import derives, determines, edit
from teachback.rules.vocabulary import NO_CODE, ClockState, TimeReading

if TYPE_CHECKING:
    from datetime import time

DAY_LIMIT = 3


@derives
def clock_state(start_time: time | None, end_time: time | None) -> ClockState:
    """Whether start and end were recorded, and in order."""
    if start_time is None or end_time is None:
        return ClockState.MISSING
    return ClockState.REVERSED if end_time < start_time else ClockState.ORDERED


@derives
def clock_minutes(start_time: time, end_time: time) -> int | None:
    """Minutes between start and end of one day; unknown where the end lies before the start."""
    between = end_time.hour * 60 + end_time.minute - start_time.hour * 60 - start_time.minute
    return between if between >= 0 else None


@derives
def minutes(recorded_minutes: int | None, clock_minutes: int | None) -> int | None:
    """Face-to-face training minutes as recorded, or else as the clock times give them."""
    return clock_minutes if recorded_minutes is None else recorded_minutes


@derives
def assistant_minutes(
    recorded_assistant_minutes: int | None, minutes: int | None, furnished_by: Helper | None
) -> int | None:
    """Minutes of an assistant without the therapist; a named assistant without minutes gave all of them."""
    if recorded_assistant_minutes is not None:
        return recorded_assistant_minutes
    return minutes if furnished_by in {Helper.PTA, Helper.OTA} else 0


@derives
def minutes_above_clock(recorded_minutes: int, clock_minutes: int) -> bool:
    """More minutes are recorded than lie between start and end."""
    return recorded_minutes > clock_minutes


@derives
def assistant_above_total(assistant_minutes: int, minutes: int) -> bool:
    """More assistant minutes are recorded than the session has."""
    return assistant_minutes > minutes


def time_needed(full: int, reading: TimeReading) -> int:
    """Minutes that earn a time-based unit: all of them, or one more than half under the midpoint reading."""
    return full // 2 + 1 if reading is TimeReading.MIDPOINT else full


@derives
def minutes_known(minutes: int | None) -> bool:
    """Minutes are recorded, or follow from start and end."""
    return minutes is not None


@determines()
def reading(*, time_reading: TimeReading) -> TimeReading:
    """How the payer turns the minutes of this code into units on this date."""
    return TimeReading(time_reading)


def primary_earned(total_minutes: int, first_code_minutes: int, reading: TimeReading) -> int:
    """One unit once the time of the first code is reached."""
    return int(total_minutes >= time_needed(first_code_minutes, reading))


def addons_earned(
    total_minutes: int, first_code_minutes: int, addon_minutes: int, reading: TimeReading
) -> int:
    """One add-on for each further increment, counted only after the whole time of the first code."""
    beyond = total_minutes - first_code_minutes
    if addon_minutes == 0 or beyond < 0:
        return 0
    return beyond // addon_minutes + int(beyond % addon_minutes >= time_needed(addon_minutes, reading))


@determines()
def primary_units(
    total_minutes: int | None, *, time_reading: TimeReading, first_code_minutes: int
) -> int | None:
    """One unit once the time of the first code is reached; an untimed group code needs no minutes."""
    if time_reading == TimeReading.UNTIMED:
        return 1
    return (
        None
        if total_minutes is None
        else primary_earned(total_minutes, first_code_minutes, TimeReading(time_reading))
    )


@determines()
def addon_units(
    total_minutes: int, *, time_reading: TimeReading, first_code_minutes: int, addon_minutes: int
) -> int:
    """One add-on for each further increment, counted only after the whole time of the first code."""
    return addons_earned(total_minutes, first_code_minutes, addon_minutes, TimeReading(time_reading))


@determines()
def midpoint_primary_units(total_minutes: int, *, first_code_minutes: int) -> int:
    """What the widely taught midpoint reading would give for the first code; told, never billed to Medicare."""
    return primary_earned(total_minutes, first_code_minutes, TimeReading.MIDPOINT)


@determines()
def midpoint_addon_units(total_minutes: int, *, first_code_minutes: int, addon_minutes: int) -> int:
    """What the widely taught midpoint reading would give for the add-on; told, never billed to Medicare."""
    return addons_earned(total_minutes, first_code_minutes, addon_minutes, TimeReading.MIDPOINT)


@determines()
def unsettled(
    total_minutes: int, *, time_reading: TimeReading, first_code_minutes: int, unsettled_from: int
) -> bool:
    """The full time is not reached, but no CMS statement settles the shorter time for this date."""
    return time_reading == TimeReading.UNSETTLED and unsettled_from <= total_minutes < first_code_minutes


@determines()
def midpoint_adds_one(
    total_minutes: int,
    *,
    time_reading: TimeReading,
    first_code_minutes: int,
    addon_minutes: int,
    disputed_through: int,
) -> bool:
    """The midpoint reading would add a unit on an unsettled date, within the minutes where that is told."""
    full = addons_earned(total_minutes, first_code_minutes, addon_minutes, TimeReading.FULL)
    midpoint = addons_earned(total_minutes, first_code_minutes, addon_minutes, TimeReading.MIDPOINT)
    return time_reading == TimeReading.UNSETTLED and midpoint > full and total_minutes <= disputed_through


@determines()
def short_group(total_minutes: int, *, time_reading: TimeReading, group_short_below: int) -> bool:
    """An untimed group met for less than the shortest payable individual session."""
    return time_reading == TimeReading.UNTIMED and total_minutes < group_short_below


@edit(
    "U101",
    Severity.ERROR,
    says="The minutes do not reach the full {first_code_minutes} minutes of {primary_code}; nothing was earned.",
    remedy="Do not bill. Correct the minutes only if the record of the session itself shows others.",
    place="session.minutes",
    owner=Owner.NOBODY,
    prevents="16",
)
def below_minimum_time(
    primary_code: str, primary_units: int, unsettled: bool, *, first_code_minutes: int
) -> bool:
    """The minutes do not reach the full time of the first code; nothing was earned."""
    return primary_code != NO_CODE and first_code_minutes > 0 and primary_units == 0 and not unsettled


@edit(
    "U102",
    Severity.ERROR,
    says="{primary_code} is a timed code, and neither minutes nor a start with a later stop are recorded.",
    remedy="Ask the clinician for the minutes of training from the record of the session.",
    place="session.minutes",
    owner=Owner.CLINICIAN,
    prevents="16",
)
def minutes_missing(
    primary_code: str, minutes_known: bool, *, time_reading: TimeReading, minutes_required: bool
) -> bool:
    """A timed code has neither minutes nor start and stop times."""
    timed = primary_code != NO_CODE and time_reading != TimeReading.UNTIMED
    return minutes_required and timed and not minutes_known


@edit(
    "U103",
    Severity.WARNING,
    says="Minutes are recorded without start and stop times.",
    remedy="Record start and stop: they show that sessions do not overlap and in which order an assistant worked.",
    place="session.start_time",
    owner=Owner.CLINICIAN,
)
def clock_times_missing(minutes_known: bool, clock_state: ClockState, *, clock_times_advised: bool) -> bool:
    """Minutes are given without start and stop times."""
    return clock_times_advised and minutes_known and clock_state is ClockState.MISSING


@edit(
    "U105",
    Severity.HOLD,
    says="{units} units of {procedure_code} were earned; more than {unit_limit} a day pay only with documentation.",
    remedy="Check the minutes; if they stand, keep the documentation ready for review. The units are never cut.",
    place="session.minutes",
    owner=Owner.BILLER,
    prevents="151",
)
def units_over_daily_limit(procedure_code: str, units: int, *, unit_limit: int, limit_kind: int) -> bool:
    """The earned units pass the day's medically-unlikely limit (MAI 3); they need documentation on review."""
    return units > unit_limit and limit_kind == DAY_LIMIT and procedure_code != NO_CODE


@edit(
    "U106",
    Severity.INFORMATION,
    says="In 2024 the midpoint reading would add one more {addon_code}; the full time is billed.",
    remedy="Nothing to do. CMS never settled 2024; the lower count cannot be taken back.",
    place="session.minutes",
    owner=Owner.NOBODY,
)
def addon_threshold_disputed(midpoint_adds_one: bool, addon_code: str, *, disputed_through: int) -> bool:
    """In 2024 the midpoint reading would have earned one more add-on unit than the full-time reading billed."""
    return midpoint_adds_one and addon_code != NO_CODE and disputed_through > 0


@edit(
    "U107",
    Severity.WARNING,
    says="The group met for less than {group_short_below} minutes, the shortest payable individual session.",
    remedy="Check the minutes; the code is untimed, but a short group draws questions on review.",
    place="session.minutes",
    owner=Owner.CLINICIAN,
)
def group_session_short(short_group: bool, *, group_short_below: int) -> bool:
    """An untimed group session lasted less than the shortest payable individual session."""
    return short_group and group_short_below > 0


@edit(
    "U108",
    Severity.ERROR,
    says="Minutes of the person who gave this training are recorded in another session at the same time.",
    remedy="Correct the times from the records of both sessions; a minute can be billed only once.",
    place="session.start_time",
    owner=Owner.CLINICIAN,
)
def practitioner_minutes_overlap(minutes_overlap: bool, *, minute_billed_once: bool) -> bool:
    """The same person's minutes are recorded in two sessions."""
    return minute_billed_once and minutes_overlap


@edit(
    "U109",
    Severity.HOLD,
    says="{practitioner_day_minutes} minutes are recorded for this practitioner on the date; more than {day_limit} is not plausible.",
    remedy="Check the day's sessions against the schedule before any of them is billed.",
    place="session.practitioner",
    owner=Owner.BILLER,
)
def practitioner_day_implausible(practitioner_day_minutes: int, *, day_limit: int) -> bool:
    """A practitioner's billed minutes on one date pass the plausible maximum."""
    return practitioner_day_minutes > day_limit


@edit(
    "U110",
    Severity.ERROR,
    says="More minutes are recorded than lie between start and stop.",
    remedy="Correct the minutes or the times from the record of the session.",
    place="session.minutes",
    owner=Owner.CLINICIAN,
)
def minutes_exceed_clock(minutes_above_clock: bool, *, minute_billed_once: bool) -> bool:
    """More minutes are recorded than lie between start and stop."""
    return minute_billed_once and minutes_above_clock


@edit(
    "U111",
    Severity.ERROR,
    says="The assistant's minutes are more than the minutes of the session.",
    remedy="Correct the assistant's minutes or the session's from the record.",
    place="session.assistant_minutes",
    owner=Owner.CLINICIAN,
)
def assistant_minutes_exceed_total(assistant_above_total: bool, *, minute_billed_once: bool) -> bool:
    """The assistant's minutes pass the session's minutes."""
    return minute_billed_once and assistant_above_total


@edit(
    "U112",
    Severity.INFORMATION,
    says="Several sessions of this patient on this date were added up before conversion to units.",
    remedy="Nothing to do; the lines stand on the earliest of them.",
    place="session.id",
    owner=Owner.NOBODY,
)
def same_day_sessions_combined(same_day: str, *, same_day_adds_up: bool) -> bool:
    """Several sessions of one patient on one date were added up before conversion to units."""
    return same_day_adds_up and same_day == "combined"


@edit(
    "U113",
    Severity.ERROR,
    says="The end time lies before the start time.",
    remedy="Correct the times; a session over midnight is recorded as two.",
    place="session.end_time",
    owner=Owner.CLINICIAN,
)
def end_before_start(clock_state: ClockState, *, minute_billed_once: bool) -> bool:
    """The end time lies before the start time; a session over midnight is recorded as two."""
    return minute_billed_once and clock_state is ClockState.REVERSED


@edit(
    "U115",
    Severity.HOLD,
    says="Another session of this patient and family on this date differs in place, modality, furnisher or group.",
    remedy="Decide whether the sessions combine; Medicare converts the minutes of a date once.",
    place="session.id",
    owner=Owner.BILLER,
)
def same_day_sessions_differ(same_day: str, *, same_day_adds_up: bool) -> bool:
    """Sessions of one patient and family on one date differ; a person decides whether they combine."""
    return same_day_adds_up and same_day == "differ"


@edit(
    "U116",
    Severity.HOLD,
    says="From {unsettled_from} minutes in 2024 the midpoint reading pays one unit, the full time nothing; CMS never said.",
    remedy="Hold, or write off. If billed on advice, an appeal could cite the midpoint; the full time is the safe reading.",
    place="session.minutes",
    owner=Owner.BILLER,
)
def time_rule_unsettled(unsettled: bool, *, unsettled_from: int) -> bool:
    """Functional training of 16 to 29 minutes in 2024: no CMS statement for that year."""
    return unsettled and unsettled_from > 0
