"""Which of our columns a stranger's heading probably means, and the mapping file that says so."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from teachback.intake.fields import FIELDS, REQUIRED, Kind, Level, field_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_FUZZY = 300  # comparing letters is slow, and no real file has more columns
_LONGEST = 60
_CLOSE = 0.84
_NOT_LETTERS = re.compile(r"[\W_]+")
_WORDS = re.compile(r"[^\W_]+")
# Dates, times, amounts, plain numbers, Medicare numbers, ICD-10 codes.
_DATA = re.compile(
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[ T].*)?|[0-9]{1,2}:[0-9]{2}.*|[-+$]?[0-9][-0-9,.]*"
    r"|[1-9][A-Z][A-Z0-9][0-9]-?[A-Z0-9]{3}-?[A-Z0-9]{4}|(?:[A-Z][0-9]|QA)[0-9A-Z]\.[0-9A-Z]{1,4}",
    re.IGNORECASE,
)

# Spelled without blanks, signs and capitals, as _normal spells them.
_SYNONYMS = {
    "id": "sessionid sessionnumber visit visitid visitno visitnumber encounter encounterid encounternumber "
    "appointmentid apptid session",
    "date_of_service": "dos visitdate servicedate sessiondate dateofvisit encounterdate appointmentdate "
    "apptdate treatmentdate serviceday dateofsvc dtofsvc dtofservice svcdate",
    "start_time": "start timein begin starttime timestarted starts",
    "end_time": "end timeout stop endtime timeended ends",
    "minutes": "minute duration mins sessionminutes length durationmin durationmins durationminutes",
    "assistant_minutes": "assistantmins ptaminutes otaminutes",
    "training": "trainingtype typeoftraining trainingkind",
    "topics": "topic subject subjects",
    "modality": "visitmode mode delivery setting",
    "place_of_service": "pos poscode placeofservicecode",
    "locality": "medicarelocality maclocality",
    "zip": "servicezip poszip facilityzip practicezip cliniczip cliniczipcode",
    "planned_as_group": "plannedgroup",
    "type_of_bill": "tob billtype",
    "practitioner.npi": "npi providernpi renderingnpi renderingprovidernpi therapistnpi cliniciannpi "
    "practitionernpi",
    "practitioner.type": "providertype discipline clinicianType specialty credential credentials "
    "practitionertype therapisttype providercredential",
    "practitioner.name": "provider providername therapist therapistname clinician renderingprovider",
    "practitioner.furnished_by": "furnishedby assistant assistanttype",
    "practitioner.supervision": "supervision supervisionlevel",
    "patient.id": "mrn patientid patientno patientnumber chart chartno chartnumber medicalrecordnumber "
    "clientid ptid",
    "patient.name": "patient patientname client clientname ptname",
    "patient.birth_date": "dob birthdate dateofbirth patientdob ptdob birthday",
    "patient.sex": "sex gender patientsex",
    "patient.mbi": "mbi medicareid medicarenumber medicareno",
    "patient.coverage": "coverage payer insurance payor plantype",
    "patient.present": "patientpresent",
    "patient.inpatient": "inpatient",
    "patient.home_health": "homehealth hh",
    "patient.hospice": "hospice",
    "patient.address.line": "address street patientaddress address1",
    "patient.address.city": "city patientcity",
    "patient.address.state": "state patientstate",
    "patient.address.zip": "patientzip homezip",
    "caregiver.name": "caregiver caregivername caregivers trainee",
    "caregiver.relationship": "relationship relation caregiverrelationship relationshiptopatient",
    "consent.date": "consentdate consentedon dateofconsent",
    "consent.by": "consentby consentgivenby",
    "consent.form": "consentform",
    "plan.established": "pocdate plandate dateofplan",
    "plan.certified": "certificationdate certdate pocsigned certified",
    "plan.certified_through": "certthrough certificationend",
    "plan.goals": "goals plangoals",
    "patient.certifying_npi": "certifyingnpi",
    "patient.goals_addressed": "goalsaddressed goalstrained",
    "patient.diagnoses": "dx icd10 icd icd10codes diagnosis diagnoses diagnosiscode diagnosiscodes dxcodes "
    "icdcodes dxcode icd10code",
    "patient.need": "medicalnecessity need",
    "patient.response": "response outcome teachback",
    "patient.note.text": "note notes notetext",
    "patient.note.signed": "notesigned datesigned signedon",
    "patient.therapy_used": "therapyused ytdtherapy capused",
    "patient.abn_date": "abn abndate",
}


# Names that mean one of ours only where no heading is a better one.
_WEAK = {"date": "date_of_service"} | dict.fromkeys(
    ("patientacct", "patientacctno", "ptacct", "patientaccount", "patientaccountnumber", "accountnumber"),
    "patient.id",
)

# What such a heading counts or says is too often something else, or the opposite.
_NEVER_WORDS = {
    *("not", "non", "no", "paid", "age", "referring", "ordering", "billing", "supervising"),
    *("hrs", "hours", "onset", "soc", "to"),
}
_NEVER = {
    *("time", "totaltime", "totalminutes", "totaltreatmentminutes", "treatmentminutes", "reason", "memberid"),
    *("insuranceid", "group", "medicare", "coinsurance"),
}
# A wrong guess here would state a fact of law; only their own names are taken.
_NEVER_COLUMNS = frozenset(
    field.column
    for field in FIELDS
    if field.kind in (Kind.NPI, Kind.YES_NO, Kind.ANSWER)
    or field.level in (Level.CONSENT, Level.PLAN)
    or field.column in ("caregiver.paid_by", "patient.coverage", "patient.mbi")
)
_DATES = frozenset(field.column for field in FIELDS if field.kind is Kind.DATE)


def _normal(heading: str) -> str:
    return _NOT_LETTERS.sub("", heading.casefold())


_SURE = {_normal(word): column for column, words in _SYNONYMS.items() for word in words.split()}
_SURE |= {_normal(field.column): field.column for field in FIELDS}


class Guess(NamedTuple):
    """One of our columns for a heading, and whether the heading is a known name of it."""

    column: str
    sure: bool


def guesses(headings: Iterable[str]) -> dict[str, Guess]:
    """For each heading that may be guessed one of our columns; none of ours is guessed twice."""
    names = [name for name in dict.fromkeys(headings) if name.strip()]
    found = _known(names)
    for name in names[:_MOST_FUZZY]:
        if name not in found:
            _take(found, name, _near(name), sure=False)
    return found


def _known(names: list[str]) -> dict[str, Guess]:
    """The headings that are known names, each with its column."""
    found: dict[str, Guess] = {}
    for name in names:
        field = field_of(name)
        _take(found, name, field.column if field else None, sure=True)
    for name in names:
        _take(found, name, _SURE.get(_normal(name)), sure=True)
    for name in names:
        _take(found, name, _WEAK.get(_normal(name)), sure=True)
    return found


def _near(heading: str) -> str | None:
    """The column that a heading probably means, though it is none of the known names."""
    normal = _normal(heading)
    words = set(_WORDS.findall(heading.casefold()))
    if len(normal) > _LONGEST or normal in _NEVER or words & _NEVER_WORDS:
        return None
    near = get_close_matches(normal, _SURE, 1, _CLOSE)
    column = _SURE[near[0]] if near else None
    if column in _NEVER_COLUMNS or (column in _DATES and "type" in words):
        return None
    return column


def _take(found: dict[str, Guess], name: str, column: str | None, *, sure: bool) -> None:
    if column is None or name in found or any(guess.column == column for guess in found.values()):
        return
    found[name] = Guess(column, sure)


def looks_like_data(headings: Iterable[str]) -> bool:
    """Whether a first row holds as many dates, numbers and codes as known names, or nothing known."""
    names = [name for heading in headings if (name := heading.strip())]
    return sum(_DATA.fullmatch(name) is not None for name in names) >= len(_known(names))


def choices_of(headings: Iterable[str]) -> dict[str, str]:
    """The headings that are known names of a choice, each with our column."""
    found = _known([name for name in dict.fromkeys(headings) if name.strip()])
    return {
        name: guess.column
        for name, guess in found.items()
        if (field := field_of(guess.column)) and field.kind is Kind.CHOICE
    }


def propose(headers: Iterable[str], words: dict[str, list[str]] | None = None) -> str:
    """The text of a mapping file for these headings: lines for the known names, comments for guesses.

    ``words`` are those of the file that are none of ours, by our column.
    """
    names = [name for name in dict.fromkeys(headers) if name.strip()]
    guessed = guesses(names)
    found = {name: guess for name, guess in guessed.items() if guess.sure}
    maybe = {name: guess for name, guess in guessed.items() if not guess.sure}
    missing = [column for column in REQUIRED if column not in {guess.column for guess in found.values()}]
    lines = ["# Left: a heading of your file. Right: our column. Check each line before you use this file."]
    lines += ["", "[columns]"]
    lines += [f"{_key(name)} = {_key(guess.column)}  # a known name" for name, guess in found.items()]
    lines += [f"# maybe: {_key(name)} = {_key(guess.column)}" for name, guess in maybe.items()]
    lines += [
        f'# {_key(name)} = ""  # not recognized' for name in names if name not in found and name not in maybe
    ]
    if missing:
        lines += ["", "# Still missing, and needed: " + ", ".join(missing)]
    lines += ["", *_words(found, words or {}), *_constants(missing)]
    return "\n".join(lines) + "\n"


def _words(found: dict[str, Guess], words: dict[str, list[str]]) -> list[str]:
    """Commented tables where their words for a choice may differ from ours."""
    lines = []
    for guess in found.values():
        field = field_of(guess.column)
        if field is not None and field.kind is Kind.CHOICE:
            lines += [f"# [values.{_key(guess.column)}]  # your word = ours: {field.accepts}"]
            lines += [*(f'# {_key(word)} = ""' for word in words.get(guess.column, ())), ""]
    return lines


def _constants(missing: list[str]) -> list[str]:
    lines = ["[constants]  # one value for every row, where your file has no such column"]
    kinds = [column for column in missing if column.startswith("practitioner.")]
    return lines + [f'# {_key(column)} = ""' for column in kinds or ("modality",)]


def _key(text: str) -> str:
    # TOML takes JSON's way of writing text, save for the one control character JSON leaves as it is.
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007f")
