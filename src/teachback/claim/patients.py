"""The beneficiary of a claim: what sessions and roster know of a patient, put together or told as missing."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

from teachback.claim import texts
from teachback.claim.reasons import Reason, Why
from teachback.claim.roster import Known, name_of
from teachback.claimdata import Beneficiary, PostalAddress
from teachback.rules.settings import Mbi, clean_mbi, mbi_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from teachback.model import Patient, Session

_T = TypeVar("_T")
_NONE = Known()
_CURE = "Record it in the sessions, or in the file that --patients names."


def beneficiaries(
    sessions: Iterable[Session], people: Mapping[str, Known]
) -> dict[str, Beneficiary | tuple[Reason, ...]]:
    """Each patient as a claim names him or her, or every reason why that cannot be done, by patient id.

    The roster's facts complete the sessions'. The address is the roster's, or that of the latest session.
    """
    records: dict[str, list[tuple[date, Patient]]] = defaultdict(list)
    for session in sessions:
        for patient in session.patients:
            records[patient.id].append((session.date_of_service, patient))
    found = {id_: _beneficiary(id_, rows, people.get(id_, _NONE)) for id_, rows in records.items()}
    _tell_shared(found)
    return found


def _beneficiary(
    id_: str, rows: list[tuple[date, Patient]], known: Known
) -> Beneficiary | tuple[Reason, ...]:
    patients = [patient for _, patient in sorted(rows, key=lambda row: row[0])]
    names = {" ".join(p.name.split()).casefold(): p.name for p in patients if p.name and p.name.strip()}
    births = {p.birth_date for p in patients if p.birth_date}
    sexes = {p.sex for p in patients if p.sex}
    numbers = {m for p in patients if (m := _usable(p.mbi)) is not None}
    differing = [
        words
        for words, differ in (
            ("name", len(names) > 1 and known.last_name is None),
            ("birth date", _differ(births, known.birth_date)),
            ("sex", _differ(sexes, known.sex)),
            ("Medicare number", _differ(numbers, known.mbi)),
        )
        if differ
    ]
    reasons = []
    if differing:
        reasons.append(
            Why.PATIENT_DATA_DIFFER.reason(
                f"The records of this patient contradict each other: {', '.join(differing)}.",
                "Compare them with the Medicare card and correct the wrong ones.",
            )
        )
    name, address = _name(known, next(iter(names.values()), None)), _address(known, patients)
    birth, sex = known.birth_date or next(iter(births), None), known.sex or next(iter(sexes), None)
    mbi = known.mbi or next(iter(numbers), None)
    missing = [
        words
        for words, value in (
            ('name (as "family, given")', name),
            ("birth date", birth),
            ("sex", sex),
            ("complete address (street, city, state, ZIP)", address),
            ("Medicare number", mbi),
        )
        if value is None
    ]
    if missing:
        reasons.append(
            Why.PATIENT_DATA_MISSING.reason(f"Not recorded or not usable: {', '.join(missing)}.", _CURE)
        )
    if reasons or name is None or birth is None or sex is None or mbi is None or address is None:
        return tuple(reasons)
    last, first, middle, suffix = name
    return Beneficiary(last, first, mbi, birth, sex, address, id_, middle, suffix)


def _differ(recorded: set[_T], known: _T | None) -> bool:
    """Whether sessions contradict each other, or the roster."""
    return len(recorded) > 1 or (known is not None and bool(recorded) and known not in recorded)


def _usable(mbi: str | None) -> str | None:
    """The number where it has the right form: a slip of the pen keeps back its own session only."""
    clean = clean_mbi(mbi or "")
    return clean if mbi_form(clean) in {Mbi.ORDINARY, Mbi.SYNTHETIC} else None


def _name(known: Known, written: str | None) -> tuple[str, str, str | None, str | None] | None:
    if known.last_name and known.first_name:
        return known.last_name, known.first_name, known.middle_name, known.suffix
    parts = None if written is None else name_of(written)
    if parts is None or texts.LAST_NAME.reads(parts[0]) is None or texts.FIRST_NAME.reads(parts[1]) is None:
        return None
    return parts


def _address(known: Known, patients: list[Patient]) -> PostalAddress | None:
    """The roster's address where it is complete, else the latest complete one of the sessions."""
    candidates = [(known.line, known.city, known.state, known.zip)]
    for patient in reversed(patients):
        home = patient.address
        if home is not None:
            candidates.append((home.line, home.city, home.state, home.zip))
    for line, city, state, zip_ in candidates:
        if line and city and state and zip_:
            street, town, place, code = (
                form.reads(text.strip())
                for form, text in (
                    (texts.LINE, line),
                    (texts.CITY, city),
                    (texts.STATE, state),
                    (texts.ZIP, zip_),
                )
            )
            if street and town and place and code:
                return PostalAddress(street, town, place, code, known.line2 if line == known.line else None)
    return None


def _tell_shared(found: dict[str, Beneficiary | tuple[Reason, ...]]) -> None:
    """One Medicare number under two patient ids would be one person billed twice, or a slip: neither is claimed."""
    holders: dict[str, list[str]] = defaultdict(list)
    for id_, patient in found.items():
        if isinstance(patient, Beneficiary):
            holders[patient.member_id].append(id_)
    for ids in holders.values():
        if len(ids) > 1:
            reason = Why.MBI_SHARED.reason(
                f"{len(ids)} patients of this file carry the same Medicare number.",
                "Find out whether they are one person, and correct the id or the number.",
            )
            found.update(dict.fromkeys(ids, (reason,)))
