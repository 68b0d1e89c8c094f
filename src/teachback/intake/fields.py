"""Every field of a training session in one table, from which all doors, templates and documents are made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, StrEnum

from teachback.model import (
    Answer,
    ClaimForm,
    ConsentBy,
    ConsentForm,
    ConsentScope,
    Coverage,
    Discipline,
    Helper,
    Modality,
    PaidBy,
    PlanKind,
    PractitionerKind,
    Sex,
    Supervision,
    Training,
)


class Kind(Enum):
    """How a field is written."""

    TEXT = "text"
    NPI = "npi"
    DIGITS = "digits"
    DATE = "date"
    TIME = "time"
    INTEGER = "integer"
    YES_NO = "yes_no"
    ANSWER = "answer"
    CHOICE = "choice"
    MONEY = "money"
    LIST = "list"


class Level(Enum):
    """Which part of the record a field belongs to: (path in a JSON record, prefix of the column)."""

    SESSION = ("", "")
    PRACTITIONER = ("practitioner.", "practitioner.")
    PATIENT = ("patients[].", "patient.")
    ADDRESS = ("patients[].address.", "patient.address.")
    CAREGIVER = ("patients[].caregivers[].", "caregiver.")
    CONSENT = ("patients[].consent.", "consent.")
    PLAN = ("patients[].plan.", "plan.")
    NOTE = ("patients[].note.", "patient.note.")
    CHARGE = ("patients[].charge.", "charge.")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: where it stands, how it is written, and what it means in words for people.

    ``minimum`` and ``maximum`` bound a whole number, in minutes. ``pad`` lists the widths to which lost
    leading zeros are restored in a spreadsheet. A ``private`` field identifies a person or holds free
    text: what was read there is never repeated in a message. ``nullable`` says whether a JSON record may
    hold null instead of leaving the field out.
    """

    name: str
    level: Level
    kind: Kind
    help: str
    example: str = ""
    choices: type[StrEnum] | None = None
    required: bool = False
    private: bool = False
    nullable: bool = True
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    pad: tuple[int, ...] = ()

    @property
    def path(self) -> str:
        """Where the field stands in a JSON record, such as ``patients[].consent.date``."""
        return self.level.value[0] + self.name

    @property
    def column(self) -> str:
        """The heading of the field's column in a spreadsheet."""
        return self.level.value[1] + self.name

    @property
    def words(self) -> tuple[str, ...]:
        """The words among which a choice, an answer or a yes / no is made; empty for other kinds."""
        if self.kind is Kind.YES_NO:
            return ("yes", "no")
        return tuple(member.value for member in self.choices) if self.choices else ()

    @property
    def accepts(self) -> str:
        """What may stand in a cell of this column, in words that complete "expected ..."."""
        return _ACCEPTS[self.kind].format(words=_listed(self.words), what=_number(self), form=self._form)

    @property
    def _form(self) -> str:
        return _FORMS.get(self.column, "text")


_ACCEPTS = {
    Kind.TEXT: "text",
    Kind.NPI: "an NPI of ten digits",
    Kind.DIGITS: "{form}",
    Kind.DATE: "a date such as 2026-04-14 or 4/14/2026",
    Kind.TIME: "a time such as 13:05 or 1:05 PM",
    Kind.INTEGER: "{what}",
    Kind.YES_NO: "yes or no",
    Kind.ANSWER: "{words}",
    Kind.CHOICE: "{words}",
    Kind.MONEY: "dollars such as 1234.50",
    Kind.LIST: "texts separated by ;",
}
_FORMS = {
    "place_of_service": "two digits such as 11",
    "locality": "five digits, a hyphen and two digits, such as 03102-00",
    "zip": "five or nine digits such as 85004 or 85004-1234",
    "type_of_bill": "three digits such as 131",
}


def _listed(words: tuple[str, ...]) -> str:
    if not words:
        return ""
    return ", ".join(words[:-1]) + " or " + words[-1]


def _number(field: Field) -> str:
    bound = f"from {field.minimum} to {field.maximum}" if field.maximum is not None else "of 0 or more"
    return f"a whole number {bound}"


def _choice(name: str, level: Level, choices: type[StrEnum], says: str, example: str = "") -> Field:
    return Field(name, level, Kind.CHOICE, says, example, choices)


def _answer(name: str, says: str, example: str = "no") -> Field:
    return Field(name, Level.PATIENT, Kind.ANSWER, says, example, Answer)


def _yes_no(name: str, level: Level, says: str, example: str = "") -> Field:
    return Field(name, level, Kind.YES_NO, says, example)


def _date(name: str, level: Level, says: str, example: str = "") -> Field:
    return Field(name, level, Kind.DATE, says, example)


def _free(name: str, level: Level, says: str, example: str = "") -> Field:
    return Field(name, level, Kind.TEXT, says, example, private=True)


def _list(name: str, level: Level, says: str, example: str = "", *, private: bool = True) -> Field:
    return Field(name, level, Kind.LIST, says, example, private=private, nullable=False)


def _money(name: str, says: str, example: str) -> Field:
    return Field(name, Level.PATIENT, Kind.MONEY, says, example, pattern=MONEY)


def _address(name: str, says: str, example: str, pad: tuple[int, ...] = ()) -> Field:
    return Field(name, Level.ADDRESS, Kind.TEXT, says, example, private=True, nullable=False, pad=pad)


def _charge(code: str, example: str = "") -> Field:
    says = f"Your charge for one unit of {code}, in dollars."
    return Field(code, Level.CHARGE, Kind.MONEY, says, example, nullable=False, pattern=MONEY)


CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
MONEY = r"^[0-9]+(\.[0-9]{2})?$"
CODES = ("97550", "97551", "97552", "96202", "96203", "G0539", "G0540", "G0541", "G0542", "G0543")
_S, _R, _P, _C = Level.SESSION, Level.PRACTITIONER, Level.PATIENT, Level.CAREGIVER
_ZIP = (5, 9)

FIELDS: tuple[Field, ...] = (
    Field(
        "id",
        _S,
        Kind.TEXT,
        "Your number of the session; rows with the same one are one session.",
        "T01",
        required=True,
        nullable=False,
    ),
    Field(
        "date_of_service",
        _S,
        Kind.DATE,
        "The day of the training.",
        "2026-04-14",
        required=True,
        nullable=False,
    ),
    Field("start_time", _S, Kind.TIME, "When the training began, local time.", "10:00", pattern=CLOCK),
    Field("end_time", _S, Kind.TIME, "When the training ended, local time.", "10:45", pattern=CLOCK),
    Field(
        "minutes",
        _S,
        Kind.INTEGER,
        "Face-to-face training minutes; empty: end minus start.",
        "45",
        minimum=0,
        maximum=1440,
    ),
    Field(
        "assistant_minutes",
        _S,
        Kind.INTEGER,
        "Minutes that a PTA or OTA furnished without the therapist.",
        minimum=0,
    ),
    _choice("training", _S, Training, "What was taught.", "function"),
    _list("topics", _S, "What the training was about, in your words.", "transfers"),
    _choice("modality", _S, Modality, "How practitioner and caregiver met.", "in_person"),
    Field(
        "place_of_service",
        _S,
        Kind.DIGITS,
        "Place-of-service code of CMS.",
        "11",
        pattern="^[0-9]{2}$",
        pad=(2,),
    ),
    Field(
        "locality",
        _S,
        Kind.DIGITS,
        "MAC number, hyphen, locality number; empty: found by ZIP.",
        "03102-00",
        pattern="^[0-9]{5}-[0-9]{2}$",
    ),
    Field(
        "zip",
        _S,
        Kind.DIGITS,
        "ZIP of the place where the training was furnished.",
        "85004",
        pattern="^[0-9]{5}(-?[0-9]{4})?$",
        pad=_ZIP,
    ),
    _yes_no("planned_as_group", _S, "Was the session planned for several patients? Empty: no.", "yes"),
    Field(
        "claim_form",
        _S,
        Kind.CHOICE,
        "Professional (CMS-1500) or institutional (UB-04).",
        "professional",
        ClaimForm,
        nullable=False,
    ),
    Field("type_of_bill", _S, Kind.DIGITS, "Type of bill of an institutional claim.", pattern="^[0-9]{3}$"),
    Field(
        "npi",
        _R,
        Kind.NPI,
        "NPI of the practitioner in whose name it is claimed.",
        "2300000009",
        required=True,
        nullable=False,
    ),
    Field(
        "type",
        _R,
        Kind.CHOICE,
        "The kind of practitioner.",
        "PT",
        PractitionerKind,
        required=True,
        nullable=False,
    ),
    _free("name", _R, "The practitioner's name."),
    _yes_no("participating", _R, "Does the practitioner participate in Medicare? Empty: yes.", "yes"),
    _yes_no("assignment", _R, "Is assignment accepted? Empty: yes.", "yes"),
    _yes_no("qualifying_apm_participant", _R, "A qualifying APM participant? Empty: no.", "no"),
    _choice("furnished_by", _R, Helper, "Assistant or auxiliary who trained; empty: the practitioner."),
    Field("furnished_by_id", _R, Kind.TEXT, "Who that assistant or auxiliary person was."),
    _choice("supervision", _R, Supervision, "How that person was supervised."),
    _yes_no("private_practice", _R, "Is this a private practice? Empty: yes.", "yes"),
    Field(
        "id", _P, Kind.TEXT, "Your number of the patient.", "P01", required=True, private=True, nullable=False
    ),
    _free("name", _P, "The patient's name: family, given.", "Doe, Pat"),
    Field("birth_date", _P, Kind.DATE, "The patient's date of birth.", "1945-05-05", private=True),
    _choice("sex", _P, Sex, "As on the Medicare card.", "F"),
    _free("mbi", _P, "Medicare number as on the card; dashes may stay.", "1SA0WP0XY00"),
    _choice("coverage", _P, Coverage, "The patient's insurance on the day.", "original_medicare"),
    _answer("other_payer_primary", "Does another payer pay before Medicare?"),
    _yes_no("present", _P, "Was the patient present during the training?", "no"),
    _answer("inpatient", "Was the patient an inpatient?"),
    _answer("home_health", "Was the patient under a home-health plan?"),
    _answer("home_health_related", "Does that home-health plan concern the condition trained for?", ""),
    _answer("supplier_trains", "Is a supplier paid to train on the same equipment? Empty: no.", ""),
    _answer("snf_part_a", "Was the patient in a skilled nursing stay under Part A?"),
    _answer("hospice", "Had the patient elected hospice?"),
    _answer("guide", "Is the patient in the GUIDE model for dementia?"),
    _address("line", "Street and number.", "1 Sample Street"),
    _address("city", "City.", "Phoenix"),
    _address("state", "State, two letters.", "AZ"),
    _address("zip", "ZIP of the patient's home.", "85004", _ZIP),
    Field(
        "name",
        _C,
        Kind.TEXT,
        "Who was trained; several caregivers: names separated by ;",
        "Kin Doe",
        private=True,
        nullable=False,
    ),
    _free("relationship", _C, "What the caregiver is to the patient.", "daughter"),
    _yes_no("adult", _C, "Is the caregiver an adult?", "yes"),
    _yes_no("unpaid", _C, "Does the caregiver help without pay?", "yes"),
    _choice("paid_by", _C, PaidBy, "Who pays the caregiver, where somebody does."),
    _yes_no("assists", _C, "Does the caregiver assist the patient at home?", "yes"),
    _choice("by", Level.CONSENT, ConsentBy, "Who gave consent to the training.", "patient"),
    _choice("form", Level.CONSENT, ConsentForm, "In which form consent was given.", "written"),
    _date("date", Level.CONSENT, "When consent was given.", "2026-04-07"),
    _choice("scope", Level.CONSENT, ConsentScope, "What the consent covers.", "caregiver_training"),
    Field(
        "caregivers",
        Level.CONSENT,
        Kind.LIST,
        "Names of the caregivers whom the consent covers.",
        "Kin Doe",
        private=True,
    ),
    Field(
        "kind",
        Level.PLAN,
        Kind.CHOICE,
        "The kind of plan that the training serves.",
        "therapy",
        PlanKind,
        nullable=False,
    ),
    _choice("discipline", Level.PLAN, Discipline, "The discipline of a therapy plan.", "PT"),
    _date("established", Level.PLAN, "When the plan was established.", "2026-03-25"),
    _date("first_treatment", Level.PLAN, "The first treatment under the plan.", "2026-03-25"),
    _date("certified", Level.PLAN, "When the plan was certified by signature.", "2026-04-04"),
    _date("certified_through", Level.PLAN, "The last day that the certification covers.", "2026-06-13"),
    _yes_no("order_on_file", Level.PLAN, "Is a signed order or referral on file?", "yes"),
    _date("sent_to_referrer", Level.PLAN, "When the plan was sent to the referrer.", "2026-03-30"),
    _free("frequency", Level.PLAN, "How often the plan foresees treatment.", "2/week"),
    _free("duration", Level.PLAN, "How long the plan foresees treatment.", "8 weeks"),
    _list("goals", Level.PLAN, "The goals of the plan.", "transfer with one helper"),
    Field("certifying_npi", _P, Kind.NPI, "NPI of the practitioner who certified the plan.", "2700000013"),
    _list("goals_addressed", _P, "Goals of the plan that the training served.", "transfer with one helper"),
    _list("diagnoses", _P, "ICD-10-CM codes.", "I69.354", private=False),
    _free("need", _P, "Why this training was reasonable and necessary.", "Spouse cannot lift safely."),
    _free("absence_reason", _P, "Why the patient was absent.", "Too fatigued to repeat transfers."),
    _free("response", _P, "How the teach-back went.", "Repeated the transfer twice without cues."),
    _free("repeat_reason", _P, "Why a training was repeated."),
    _money("therapy_used", "Allowed dollars of this year toward the therapy threshold so far.", "400.00"),
    _yes_no("kx_attested", _P, "Was medical necessity above the threshold attested (KX)?", "no"),
    _money("deductible_remaining", "Part B deductible not yet met, in dollars.", "0.00"),
    _free("text", Level.NOTE, "The clinical note of the session."),
    _date("signed", Level.NOTE, "When the note was signed.", "2026-04-14"),
    _date("abn_date", _P, "When an advance notice (ABN) was given."),
    *(_charge(code, "65.00" if code == CODES[0] else "") for code in CODES),
)

BY_COLUMN = {field.column: field for field in FIELDS}
REQUIRED = tuple(field.column for field in FIELDS if field.required)


def at(level: Level) -> tuple[Field, ...]:
    """The fields of one part of the record, in the order of the table."""
    return tuple(field for field in FIELDS if field.level is level)


_CHARGE_COLUMN = re.compile(r"charge\.([a-z0-9]{5})")


def field_of(heading: str) -> Field | None:
    """The field whose column has this heading, in any case and with blanks around it; None for another.

    The charge of any five-character procedure code has a column, also of a code not in the table.
    """
    name = heading.strip().casefold()
    if found := BY_COLUMN.get(name) or _BY_SMALL.get(name):
        return found
    charge = _CHARGE_COLUMN.fullmatch(name)
    return _charge(charge[1].upper()) if charge else None


_BY_SMALL = {field.column.casefold(): field for field in FIELDS}
