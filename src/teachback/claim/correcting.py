"""Corrections of claims that a payer has: a void (frequency 8) or a replacement built anew (frequency 7).

Pure: whether a correction is allowed, what it carries, and what it leaves out. Who asks gets one sentence that says
what to do (``CannotCorrect``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from teachback.book import ClaimState
from teachback.claim.changes import CANCELED, OTHERWISE, change_reason
from teachback.claim.screening import screened
from teachback.law import MEDICARE
from teachback.rulebook import Scope
from teachback.rules.claimbook import claim_rulebook
from teachback.x12.write837 import refusals_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from teachback.book import BookedClaim
    from teachback.claim.occurrences import Occurrence, World
    from teachback.claim.practice import Route
    from teachback.claim.reasons import KeptBack
    from teachback.claim.screening import Told
    from teachback.claimdata import Claim, ClaimLine
    from teachback.model import ClaimForm, PractitionerKind, Session

REPLACEMENT: Final = "7"
VOID: Final = "8"
WORDS: Final = {REPLACEMENT: "replacement", VOID: "void"}
_PAYERS_NUMBER: Final = re.compile(r"[!-)+-9;-\[\]_a-}]{1,50}")
_SHOWN: Final = 6


class CannotCorrect(Exception):  # noqa: N818  named for what it tells
    """A correction is not made; the text is one sentence that says what to do, without a patient's data."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A claim built anew: what is sent and where to, how its sessions changed, what is told, what stays off."""

    claim: Claim
    route: Route
    added: tuple[str, ...]
    left_out: tuple[str, ...]
    told: tuple[Told, ...]
    kept_back: tuple[KeptBack, ...]


def is_taken(form: ClaimForm, day: date, payer: str = MEDICARE) -> bool:
    """Whether the payer takes replacements and voids of this form on the day of sending."""
    book = claim_rulebook()
    return Scope(book, book.law.on(day, payer), {"claim_form": form}).value("correction_taken") is True


def refuse_what_no_payer_holds(booked: BookedClaim, by: BookedClaim | None, folder: str) -> None:
    """Raise ``CannotCorrect`` unless the claim was sent and stands; ``by`` is the claim that took it over."""
    number = booked.control_number
    match booked.state:
        case ClaimState.PLANNED | ClaimState.WRITTEN:
            raise CannotCorrect(
                f"Claim {number} was not sent: withdraw its file (teachback book withdraw {folder} {booked.file} "
                f"--why ...) and claim anew, or say that it was sent (teachback book sent {folder} {booked.file})."
            )
        case ClaimState.WITHDRAWN | ClaimState.REJECTED | ClaimState.VOIDED:
            raise CannotCorrect(
                f"Claim {number} is {booked.state.value}, so its sessions are free: make a new claim of them with "
                "teachback claim."
            )
        case ClaimState.REPLACED:
            raise CannotCorrect(_of_replaced(number, by, folder))
        case ClaimState.SENT if booked.frequency_code == VOID:
            raise CannotCorrect(
                f"Claim {number} is a void itself: record the payer's answer to it (teachback book end {folder} "
                f"{number} voided, or rejected), then claim anew."
            )
        case ClaimState.SENT:
            return


def _of_replaced(number: str, by: BookedClaim | None, folder: str) -> str:
    if by is None:
        return f"Claim {number} was replaced; look at it with teachback book show {folder} {number}."
    what = WORDS.get(by.frequency_code, "claim")
    told = f"Claim {number} was taken over by the {what} {by.control_number}, which is {by.state.value}"
    if by.state in {ClaimState.PLANNED, ClaimState.WRITTEN}:
        return (
            f"{told}: send that file, or undo it with teachback book withdraw {folder} {by.file} --why ... ."
        )
    if by.frequency_code != VOID:
        return f"{told}: correct {by.control_number} instead."
    if by.state is ClaimState.VOIDED:
        return f"{told}: make a new claim of its sessions with teachback claim."
    return (
        f"{told}: record the payer's answer (teachback book end {folder} {by.control_number} voided, or rejected), "
        "then claim anew."
    )


def refuse_what_the_payer_takes_not(booked: BookedClaim, day: date, payer: str, folder: str) -> None:
    """Raise ``CannotCorrect`` where the payer takes no frequency 7 and 8 on claims of this form."""
    if is_taken(booked.form, day, payer):
        return
    whose = "Medicare" if payer == MEDICARE else payer
    raise CannotCorrect(
        f"{whose} takes no replacement or void of a {booked.form.value} claim: ask the contractor for a reopening of "
        f"{booked.control_number} (a clerical error), or, where the remittance says MA130 (never adjudicated), end it "
        f"with teachback book end {folder} {booked.control_number} rejected --why MA130 and make a new claim."
    )


def payers_number(given: str | None, posted: str | None, booked: BookedClaim) -> str:
    """The payer's claim control number: as given, or that of the posted remittance."""
    number = (given if given is not None else posted or "").strip()
    if not number:
        raise CannotCorrect(
            f"The payer's own number of claim {booked.control_number} is not known here: copy it from the remittance "
            "(ICN or DCN, CLP07) with --payer-number."
        )
    if number == booked.control_number:
        raise CannotCorrect(
            f"{number} is our own number of the claim: give the payer's, which the remittance shows beside it (CLP07)."
        )
    if not _PAYERS_NUMBER.fullmatch(number):
        raise CannotCorrect(
            "The payer's number has 1 to 50 letters and digits without blanks: copy it from the remittance (CLP07)."
        )
    return number


def void_of(
    claim: Claim, number: str, reason: str | None = None, *, day: date, payer: str = MEDICARE
) -> Claim:
    """The claim as it was booked, to be voided; ``number`` is the payer's, ``reason`` the condition code."""
    made = _corrects(claim, VOID, number)
    made = _with_reason(made, _checked(made, reason, day, payer) or CANCELED)
    if refused := refusals_of(made):
        raise CannotCorrect(f"The void cannot be written: {refused[0]}")
    return made


def _corrects(claim: Claim, frequency: str, number: str) -> Claim:
    """The claim with the frequency, in CLM05-3 and in the type of bill, and REF F8."""
    facts = claim.institutional
    if facts is not None:
        facts = replace(facts, type_of_bill=facts.type_of_bill[:2] + frequency)
    return replace(claim, frequency_code=frequency, payer_claim_control_number=number, institutional=facts)


def _reasons(day: date, payer: str) -> dict[str, list[str]]:
    found = claim_rulebook().law.on(day, payer).value("claim_change_reasons")
    return dict(found or {})


def _checked(claim: Claim, reason: str | None, day: date, payer: str) -> str | None:
    """The reason that a person chose, where the claim's form and frequency have it."""
    if reason is None:
        return None
    known = _reasons(day, payer).get(claim.frequency_code, []) if claim.is_institutional else []
    if reason.strip().upper() in known:
        return reason.strip().upper()
    what = WORDS[claim.frequency_code]
    if not known:
        raise CannotCorrect(f"A {what} of a {claim.form.value} claim carries no --change: leave it out.")
    raise CannotCorrect(f"No {what} has the change {reason}: choose one of {', '.join(known)}.")


def _with_reason(claim: Claim, reason: str) -> Claim:
    """The claim with this change alone among its condition codes; a professional one carries none."""
    facts = claim.institutional
    if facts is None:
        return claim
    others = tuple(code for code in facts.condition_codes if not re.fullmatch(r"D[0-9]|E0", code))
    return replace(claim, institutional=replace(facts, condition_codes=(*others, reason)))


def reason_of(claim: Claim) -> str | None:
    """The condition code that tells why the claim corrects another; ``None`` on a professional one."""
    return None if claim.institutional is None else claim.institutional.condition_codes[-1]


def needs_remarks(claim: Claim) -> bool:
    """Whether the payer wants the change told in words besides, which the file does not carry."""
    return reason_of(claim) == OTHERWISE


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """What a replacement is built from, beside the occurrences that are free for it.

    ``earlier`` are the other live claims of the patient, ``without`` the sessions that a person leaves out,
    ``reason`` the condition code that he chose.
    """

    booked: BookedClaim
    before: Claim
    number: str
    world: World
    sessions: Mapping[str, Session]
    earlier: Sequence[Claim] = ()
    kinds: Mapping[str, PractitionerKind] | None = None
    payer: str = MEDICARE
    without: frozenset[str] = frozenset()
    reason: str | None = None


def replacement_of(ready: Iterable[Occurrence], kept: Iterable[KeptBack], asked: Rebuilding) -> Replacement:
    """The claim built anew from what can be claimed now, in place of the earlier one.

    ``ready`` and ``kept`` are the looked-at sessions of the patient that stand on no other claim. Raises
    ``CannotCorrect`` where a session of the earlier claim would be lost without a word, where its sessions make
    several claims or another payer's now, and where nothing would change.
    """
    before, booked = asked.before, asked.booked
    own = frozenset(booked.sessions)
    candidates = [o for o in ready if _belongs(o, asked, own)]
    claim, route, told, off = _one_claim(candidates, asked, own)
    kept_back = tuple(k for k in (*kept, *off) if k.session_id in own or _in_period(k.date_of_service, asked))
    carried = {session for line in claim.lines for session in line.sessions} if claim else set[str]()
    _refuse_losses(own - carried - asked.without, kept_back, asked)
    if claim is None or route is None:
        raise CannotCorrect(f"Nothing is left of claim {booked.control_number}: void it instead (--as void).")
    _refuse_another(claim, asked)
    if _as_sent(claim) == _as_sent(before):
        raise CannotCorrect(
            f"Claim {booked.control_number} would be replaced by the same claim: correct the records first, or appeal "
            "where the payer decided wrongly."
        )
    reason = _checked(claim, asked.reason, asked.world.today, asked.payer)
    if claim.is_institutional:
        claim = _with_reason(claim, reason or change_reason(before, claim))
    return Replacement(
        claim, route, tuple(sorted(carried - own)), tuple(sorted(own - carried)), told, kept_back
    )


def _belongs(o: Occurrence, asked: Rebuilding, own: frozenset[str]) -> bool:
    """Whether an occurrence may stand on the replacement: the same group, and the same month or dates."""
    before = asked.before
    if o.group.billing.provider.npi != before.billing.provider.npi or o.form is not before.form:
        return False
    facts = before.institutional
    if facts is not None:
        return _in_period(o.day, asked) and (o.type_of_bill or "")[:2] == facts.type_of_bill[:2]
    if own.intersection(o.sessions):
        return True
    rendering = before.rendering or before.billing.provider
    alike = o.rendering.npi == rendering.npi and o.place_of_service == before.place_of_service
    return alike and _in_period(o.day, asked)


def _in_period(day: date, asked: Rebuilding) -> bool:
    facts = asked.before.institutional
    if facts is not None:
        return (day.year, day.month) == (facts.statement_from.year, facts.statement_from.month)
    return asked.booked.first_service <= day <= asked.booked.last_service


_Made = tuple["Claim | None", "Route | None", "tuple[Told, ...]", "tuple[KeptBack, ...]"]


def _one_claim(candidates: Sequence[Occurrence], asked: Rebuilding, own: frozenset[str]) -> _Made:
    """The one claim that carries the earlier claim's sessions, its route, and what is told of it.

    A professional claim that new sessions would split takes its own sessions alone; the others get a claim of
    their own.
    """
    found = screened(
        candidates,
        asked.world,
        asked.sessions,
        asked.earlier,
        asked.kinds,
        asked.payer,
        shaped=lambda claim: _corrects(claim, REPLACEMENT, asked.number),
    )
    mine = [at for at, claim in enumerate(found.claims) if own.intersection(_sessions(claim.lines))]
    if len(mine) > 1:
        fewer = [o for o in candidates if own.intersection(o.sessions)]
        if len(fewer) < len(candidates) and not asked.before.is_institutional:
            return _one_claim(fewer, asked, own)
        raise CannotCorrect(
            f"The sessions of claim {asked.booked.control_number} make {len(mine)} claims now, and one claim is replaced "
            "by one: leave those of the others out with --without, or void it (--as void) and claim anew."
        )
    if not mine:
        return None, None, (), found.kept_back
    told = tuple(note for note in found.told if note.claim == mine[0])
    return found.claims[mine[0]], found.routes[mine[0]], told, found.kept_back


def _sessions(lines: Iterable[ClaimLine]) -> set[str]:
    return {session for line in lines for session in line.sessions}


def _refuse_losses(lost: frozenset[str], kept: Iterable[KeptBack], asked: Rebuilding) -> None:
    """Raise where a session of the earlier claim is not on the replacement and nobody said that it shall go."""
    if not lost:
        return
    reasons = {back.session_id: back.reasons[0] for back in kept}
    told = []
    for session in sorted(lost)[:_SHOWN]:
        reason = reasons.get(session)
        if reason is not None:
            told.append(f"{session} is kept back ({reason.code} {reason.name})")
        elif session in asked.sessions:
            told.append(
                f"{session} belongs to another claim now (its patient, date, group, place or type of bill)"
            )
        else:
            told.append(f"{session} is not in the sessions file")
    more = f", and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
    raise CannotCorrect(
        f"Claim {asked.booked.control_number} would lose {len(lost)} of its sessions: {'; '.join(told)}{more}. Cure or add "
        "them, or say with --without SESSION that they shall go."
    )


def _refuse_another(claim: Claim, asked: Rebuilding) -> None:
    """A payer replaces a claim of the same patient, number, payer and form only; what else differs is a new claim."""
    before, number = asked.before, asked.booked.control_number
    differs = (
        "payer"
        if claim.payer.payer_id != before.payer.payer_id
        else "Medicare number of the patient"
        if claim.beneficiary.member_id != before.beneficiary.member_id
        else ""
    )
    if differs:
        raise CannotCorrect(
            f"The {differs} is another one than on claim {number}, so that it cannot be replaced: void it "
            "(--as void), and claim anew when the payer has accepted that."
        )


def _as_sent(claim: Claim) -> Claim:
    """The claim without numbers, frequency and what is never sent, to compare two."""
    facts = claim.institutional
    if facts is not None:
        bare = tuple(code for code in facts.condition_codes if not re.fullmatch(r"D[0-9]|E0", code))
        facts = replace(facts, type_of_bill=facts.type_of_bill[:2], condition_codes=bare)
    lines = tuple(
        replace(
            line,
            control_number="",
            allowed_amount=None,
            patient_amount=None,
            medicare_payment=None,
            medicare_payment_after_sequestration=None,
        )
        for line in claim.lines
    )
    return replace(
        claim,
        control_number="",
        frequency_code="",
        payer_claim_control_number=None,
        institutional=facts,
        lines=lines,
    )
