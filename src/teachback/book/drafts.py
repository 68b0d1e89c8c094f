"""Whether drafts can be booked at all, before anything is taken: what is wrong is said in one sentence."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from teachback.book.errors import BookError
from teachback.claimdata import MOST_LINES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from teachback.book.values import Draft, Override
    from teachback.claimdata import Claim

NUMBER: Final = "{number}"
REPLACEMENTS: Final = {"7", "8"}
VOID: Final = "8"
MOST_INSTITUTIONAL_LINES: Final = 999
_MOST_CLAIMS: Final = 5000
_MOST_DOLLARS: Final = Decimal("99999999.99")
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3])[0-5][0-9]")


def check_drafts(drafts: Sequence[Draft]) -> None:
    """Refuse drafts that no file can be made from."""
    seen: set[tuple[str, str]] = set()
    for draft in drafts:
        _check_file(draft)
        for claim in draft.claims:
            _check_claim(claim)
            for session in sessions_of(claim):
                pair = (session, claim.beneficiary.patient_id)
                if pair in seen:
                    raise BookError(
                        f"Session {session} stands on two of the claims to be made for one patient; a session is "
                        "claimed once. Nothing was booked."
                    )
                seen.add(pair)


def sessions_of(claim: Claim) -> tuple[str, ...]:
    """The sessions of all lines, each once, in their order."""
    return tuple(dict.fromkeys(session for line in claim.lines for session in line.sessions))


def cents(amount: Decimal) -> int:
    """Whole cents; ``BookError`` where there are parts of a cent or the amount cannot be real."""
    if not amount.is_finite() or abs(amount) > _MOST_DOLLARS:
        raise BookError("An amount is too large to be real. Nothing was booked.")
    whole = amount * 100
    if whole != whole.to_integral_value():
        raise BookError("An amount has parts of a cent; round it before it is claimed. Nothing was booked.")
    return int(whole)


def check_override(override: Override) -> None:
    """Refuse an override that does not say what, who and why."""
    if not all(
        text.strip()
        for text in (
            override.session_id,
            override.patient_id,
            override.finding_code,
            override.who,
            override.why,
        )
    ):
        raise BookError(
            f"The override of {override.finding_code or 'a finding'} for session {override.session_id or '(none)'} "
            "must name session, patient, finding, who decided and why. Nothing was booked."
        )


def _check_file(draft: Draft) -> None:
    if not draft.claims:
        raise BookError("A file without claims is not made.")
    if len({claim.form for claim in draft.claims}) > 1:
        raise BookError("Professional and institutional claims go into files of their own.")
    if not _CLOCK.fullmatch(draft.made_at):
        raise BookError("The time of making has the form HHMM, such as 0930.")
    if not 1 <= draft.claims_per_transaction <= _MOST_CLAIMS:
        raise BookError(f"A transaction holds from 1 to {_MOST_CLAIMS:,} claims.")
    if not draft.path:
        raise BookError("A file needs a path.")
    if unknown := sorted(set(draft.replaces) - set(range(len(draft.claims)))):
        raise BookError(
            f"Claim {unknown[0]} of {len(draft.claims)} cannot replace another: there is no such claim."
        )


def _check_claim(claim: Claim) -> None:
    most = MOST_INSTITUTIONAL_LINES if claim.is_institutional else MOST_LINES
    if not 1 <= len(claim.lines) <= most:
        raise BookError(
            f"A claim has {len(claim.lines)} lines; it needs from 1 to {most}. Nothing was booked."
        )
    if not claim.beneficiary.patient_id:
        raise BookError("A claim lacks the practice's own id of its patient. Nothing was booked.")
    for line in claim.lines:
        if not line.sessions or not all(line.sessions):
            raise BookError(
                f"A line of {line.procedure_code} on {line.date_of_service} names no session that it stands for. "
                "Nothing was booked."
            )
