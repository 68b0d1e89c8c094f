"""Which of our columns a stranger's heading probably means, and the mapping file that says so."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from teachback.intake.fields import FIELDS, REQUIRED, Kind, field_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_FUZZY = 300  # comparing letters is slow, and no real file has more columns
_LONGEST = 60
_CLOSE = 0.84
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_DATA = re.compile(
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|[0-9]{9,}|[1-9][A-Z][A-Z0-9][0-9]-?[A-Z0-9]{3}-?[A-Z0-9]{4}",
    re.IGNORECASE,
)

# Spelled without blanks, signs and capitals, as _normal spells them.
_SYNONYMS = {
    "id": "sessionid sessionnumber visit visitid visitno visitnumber encounter encounterid encounternumber "
    "appointmentid apptid session",
    "date_of_service": "dos visitdate servicedate sessiondate dateofvisit encounterdate appointmentdate "
    "apptdate treatmentdate serviceday",
    "start_time": "start timein begin starttime timestarted starts from",
    "end_time": "end timeout stop endtime timeended ends to",
    "minutes": "minute duration mins totalminutes sessionminutes length durationmin durationminutes time "
    "treatmentminutes totaltime",
    "assistant_minutes": "assistantmins ptaminutes otaminutes assistanttime",
    "training": "trainingtype family typeoftraining trainingkind",
    "topics": "topic subject subjects",
    "modality": "visittype visitmode mode delivery setting telehealth",
    "place_of_service": "pos poscode placeofservicecode",
    "locality": "medicarelocality maclocality",
    "zip": "servicezip poszip facilityzip practicezip zipcode",
    "planned_as_group": "group isgroup groupsession",
    "type_of_bill": "tob billtype",
    "practitioner.npi": "npi providernpi renderingnpi renderingprovidernpi therapistnpi cliniciannpi "
    "practitionernpi",
    "practitioner.type": "providertype discipline clinicianType specialty credential credentials "
    "practitionertype therapisttype providercredential",
    "practitioner.name": "provider providername therapist therapistname clinician renderingprovider",
    "practitioner.furnished_by": "furnishedby assistant assistanttype",
    "practitioner.supervision": "supervision supervisionlevel",
    "patient.id": "mrn patientid patientno patientnumber chart chartno chartnumber medicalrecordnumber "
    "accountnumber clientid ptid",
    "patient.name": "patient patientname client clientname ptname",
    "patient.birth_date": "dob birthdate dateofbirth patientdob birthday",
    "patient.sex": "sex gender patientsex",
    "patient.mbi": "mbi medicareid medicarenumber medicareno memberid beneficiaryid hicn",
    "patient.coverage": "coverage payer insurance payor plantype",
    "patient.present": "patientpresent present",
    "patient.inpatient": "inpatient",
    "patient.home_health": "homehealth hh",
    "patient.hospice": "hospice",
    "patient.address.line": "address street patientaddress address1",
    "patient.address.city": "city patientcity",
    "patient.address.state": "state patientstate",
    "patient.address.zip": "patientzip homezip",
    "caregiver.name": "caregiver caregivername caregivers trainee",
    "caregiver.relationship": "relationship relation caregiverrelationship",
    "consent.date": "consentdate consentedon dateofconsent",
    "consent.by": "consentby consentgivenby",
    "consent.form": "consentform consenttype",
    "plan.established": "pocdate plandate dateofplan",
    "plan.certified": "certificationdate certdate pocsigned certified",
    "plan.certified_through": "certthrough recertdate certificationend",
    "plan.goals": "goals plangoals",
    "patient.certifying_npi": "referringnpi certifyingnpi physiciannpi",
    "patient.goals_addressed": "goalsaddressed goalstrained",
    "patient.diagnoses": "dx icd10 icd icd10codes diagnosis diagnoses diagnosiscode diagnosiscodes dxcodes "
    "icdcodes dxcode icd10code",
    "patient.need": "medicalnecessity need reason",
    "patient.response": "response outcome teachback",
    "patient.note.text": "note notes notetext",
    "patient.note.signed": "notesigned datesigned signedon",
    "patient.therapy_used": "therapyused ytdtherapy capused",
    "patient.abn_date": "abn abndate",
}


def _normal(heading: str) -> str:
    return _NOT_LETTERS.sub("", heading[:_LONGEST].casefold())


_SURE = {_normal(word): column for column, words in _SYNONYMS.items() for word in words.split()}
_SURE |= {_normal(field.column): field.column for field in FIELDS}


class Guess(NamedTuple):
    """One of our columns for a heading, and whether the heading is a known name of it."""

    column: str
    sure: bool


def guesses(headings: Iterable[str]) -> dict[str, Guess]:
    """For each heading that may be guessed one of our columns; none of ours is guessed twice."""
    names = [name for name in dict.fromkeys(headings) if name.strip()]
    found: dict[str, Guess] = {}
    for name in names:
        field = field_of(name)
        _take(found, name, field.column if field else None, sure=True)
    for name in names:
        _take(found, name, _SURE.get(_normal(name)), sure=True)
    for name in names[:_MOST_FUZZY]:
        if name not in found and (near := get_close_matches(_normal(name), _SURE, 1, _CLOSE)):
            _take(found, name, _SURE[near[0]], sure=False)
    return found


def _take(found: dict[str, Guess], name: str, column: str | None, *, sure: bool) -> None:
    if column is None or name in found or any(guess.column == column for guess in found.values()):
        return
    found[name] = Guess(column, sure)


def looks_like_data(headings: Iterable[str]) -> bool:
    """Whether a first row holds dates, numbers of people and the like instead of headings."""
    return any(_DATA.fullmatch(heading.strip()) for heading in headings)


def propose(headers: Iterable[str]) -> str:
    """The text of a mapping file for these headings: our best guesses, each with how sure it is."""
    names = [name for name in dict.fromkeys(headers) if name.strip()]
    found = guesses(names)
    missing = [column for column in REQUIRED if column not in {guess.column for guess in found.values()}]
    lines = ["# Left: a heading of your file. Right: our column. Check each line before you use this file."]
    lines += ["", "[columns]"]
    for name, guess in found.items():
        how = "a known name" if guess.sure else "a guess: the spelling is close"
        lines.append(f"{_key(name)} = {_key(guess.column)}  # {how}")
    lines += [f'# {_key(name)} = ""  # not recognized' for name in names if name not in found]
    if missing:
        lines += ["", "# Still missing, and needed: " + ", ".join(missing)]
    lines += ["", *_words(found), *_constants(missing)]
    return "\n".join(lines) + "\n"


def _words(found: dict[str, Guess]) -> list[str]:
    """Commented tables where their words for a choice may differ from ours."""
    lines = []
    for guess in found.values():
        field = field_of(guess.column)
        if field is not None and field.kind is Kind.CHOICE:
            lines += [f"# [values.{_key(guess.column)}]  # your word = ours: {field.accepts}", ""]
    return lines


def _constants(missing: list[str]) -> list[str]:
    lines = ["[constants]  # one value for every row, where your file has no such column"]
    kinds = [column for column in missing if column.startswith("practitioner.")]
    return lines + [f'# {_key(column)} = ""' for column in kinds or ("modality",)]


def _key(text: str) -> str:
    # TOML takes JSON's way of writing text, save for the one control character JSON leaves as it is.
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007f")
