"""Sessions completed from roster and practice file before they are coded, so that every fact is judged once.

Only what is not recorded is filled in; nothing that a session says is changed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from teachback.claim.practice import PlaceOfWork
from teachback.claim.whereabouts import HOME, place_of
from teachback.rules.vocabulary import CODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from teachback.claim.practice import Member, Practice
    from teachback.claim.roster import Known
    from teachback.model import Patient, Practitioner, Session


def completed(
    sessions: Iterable[Session], practice: Practice, people: Mapping[str, Known]
) -> tuple[Session, ...]:
    """The sessions with Medicare numbers, charges, places and participation that only the files know."""
    return tuple(_completed(session, practice, people) for session in sessions)


def _completed(session: Session, practice: Practice, people: Mapping[str, Known]) -> Session:
    day = session.date_of_service
    patients = tuple(_patient(patient, practice, people.get(patient.id), day) for patient in session.patients)
    locality, zip_ = _place(session, practice, people)
    member = practice.member(session.practitioner.npi)
    who = (
        session.practitioner if member is None else _practitioner(session.practitioner, member, practice, day)
    )
    return replace(session, patients=patients, locality=locality, zip=zip_, practitioner=who)


def _patient(patient: Patient, practice: Practice, known: Known | None, day: date) -> Patient:
    own = dict(patient.charge)
    added = {
        code: charge
        for code in CODES
        if code not in own and (charge := practice.charge(code, day)) is not None
    }
    mbi = patient.mbi or (None if known is None else known.mbi)
    return replace(patient, mbi=mbi, charge=(*patient.charge, *added.items()))


def _place(
    session: Session, practice: Practice, people: Mapping[str, Known]
) -> tuple[str | None, str | None]:
    """Locality and ZIP: as recorded, or those of the only place that fits, or of the patient's home."""
    if session.locality is not None or session.zip is not None:
        return session.locality, session.zip
    if session.place_of_service == HOME:
        homes = {_home_zip(patient, people.get(patient.id)) for patient in session.patients}
        return None, homes.pop() if len(homes) == 1 else None
    place = place_of(session, practice, None)
    if isinstance(place, PlaceOfWork):
        return place.locality, place.address.zip
    return None, None


def _home_zip(patient: Patient, known: Known | None) -> str | None:
    home = None if patient.address is None else patient.address.zip
    return home or (None if known is None else known.zip)


def _practitioner(who: Practitioner, member: Member, practice: Practice, day: date) -> Practitioner:
    participating = who.participating
    if participating is None:
        said = {g.participating for g in practice.groups if not member.groups or g.id in member.groups}
        participating = said.pop() if len(said) == 1 else None
    apm = who.qualifying_apm_participant
    if apm is None and member.qualifying_apm_years:
        apm = day.year in member.qualifying_apm_years
    return replace(who, participating=participating, qualifying_apm_participant=apm)
