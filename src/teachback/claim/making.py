"""From screened claims to files: one interchange for each receiver and form, planned in the book and written."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from teachback.book import Draft, Override, finish
from teachback.claim.reasons import KeptBack, Why
from teachback.claim.screening import numbered
from teachback.claimdata import Submission
from teachback.model import ClaimForm
from teachback.x12.cleaning import CHANGED, ascii_clean
from teachback.x12.write837 import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from teachback.assess import Assessment
    from teachback.book import Book, BookedClaim, File
    from teachback.claim.overrides import Settled
    from teachback.claim.practice import Practice, Route
    from teachback.claimdata import Claim, Receiver
    from teachback.x12.write837 import Told

_STEP = re.compile(r"(\w+)(?:\[(\d+)\])?")
_NAMES = {ClaimForm.PROFESSIONAL: "837P", ClaimForm.INSTITUTIONAL: "837I"}
_CLAIMED_BEFORE = {
    ClaimForm.PROFESSIONAL: "Withdraw that file if it was not sent; else ask the contractor for a reopening, or replace the "
    "claim where its payer takes that (`teachback correct … --as replacement`).",
    ClaimForm.INSTITUTIONAL: "Withdraw that file if it was not sent; else replace the claim with all lines of the month "
    "(`teachback correct … --as replacement`).",
}


def drafts_of(  # noqa: PLR0913, PLR0917  a file has this many sources
    claims: Sequence[Claim],
    routes: Sequence[Route],
    practice: Practice,
    out: Path,
    made_on: date,
    made_at: str,
) -> tuple[Draft, ...]:
    """One draft for each receiver and form, claims in the given order; ``made_at`` is "HHMM"."""
    parts: dict[tuple[ClaimForm, Receiver], list[Claim]] = defaultdict(list)
    for claim, route in zip(claims, routes, strict=True):
        parts[claim.form, route.receiver].append(claim)
    return tuple(
        Draft(
            submitter=practice.submitter,
            receiver=receiver,
            claims=tuple(found),
            made_on=made_on,
            made_at=made_at,
            path=path_of(form, receiver, out),
        )
        for (form, receiver), found in sorted(
            parts.items(), key=lambda item: (item[0][0].value, item[0][1].id)
        )
    )


def path_of(form: ClaimForm, receiver: Receiver, out: Path) -> str:
    """Where a file will stand; the book puts its number into the name."""
    return str(out.resolve() / f"{_NAMES[form]}-{_safe(receiver.id)}-{{number}}.edi")


def _safe(id_: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in id_)


def try_envelopes(drafts: Iterable[Draft]) -> None:
    """Raise ``CannotWrite`` where submitter or receiver cannot stand in a file: before numbers are taken."""
    for draft in drafts:
        claim = numbered(draft.claims[0], 1)
        write(Submission(draft.submitter, draft.receiver, (claim,), 1, 1, 1, draft.made_on, draft.made_at))


def finished(book: Book, files: Iterable[File], tell: Callable[[Told], object]) -> Iterator[File]:
    """Write planned files and mark them; ``tell`` is given every text that is sent otherwise than stored."""

    def pieces(submission: Submission) -> Iterator[bytes]:
        claims = {claim.control_number: claim for claim in submission.claims}

        def tell_changes(note: Told) -> None:
            if note.what != CHANGED or not _only_raised(claims.get(note.claim, submission), note.field):
                tell(note)

        return write(submission, tell_changes)

    for file in files:
        yield finish(book, file, pieces)


def _only_raised(owner: Any, path: str) -> bool:  # noqa: ANN401  the path tells what stands at each step
    """Whether a text changes by capitals alone, as every text of a file does; that is not worth a line."""
    for name, position in _STEP.findall(path):
        owner = getattr(owner, name)
        if position:
            owner = owner[int(position)]
    return isinstance(owner, str) and ascii_clean(owner)[0] == " ".join(owner.upper().split())


def overrides_used(settled: Iterable[Settled], claims: Iterable[Claim]) -> list[Override]:
    """The settled holds of sessions that are claimed now: the book keeps who, why and when."""
    claimed = {
        (session, claim.beneficiary.patient_id)
        for claim in claims
        for line in claim.lines
        for session in line.sessions
    }
    return [
        Override(s.session_id, s.patient_id, s.finding_code, s.who, s.why, s.given_on)
        for s in settled
        if (s.session_id, s.patient_id) in claimed
    ]


def apart(
    assessments: Sequence[Assessment], standing: Mapping[tuple[str, str], BookedClaim]
) -> tuple[list[Assessment], list[Assessment], list[KeptBack]]:
    """The assessments still to claim, those that stand on claims, and those whose date was claimed without them.

    A session that adds minutes to a date whose lines were claimed before would change them: that is a correction
    of the earlier claim, never a second claim.
    """
    claimed = {(a.bearer, a.patient.id) for a in assessments if (a.session.id, a.patient.id) in standing}
    fresh, done, late = [], [], []
    for assessment in assessments:
        if (assessment.session.id, assessment.patient.id) in standing:
            done.append(assessment)
        elif (assessment.bearer, assessment.patient.id) in claimed:
            reason = Why.DAY_CLAIMED_ALREADY.reason(
                "Its minutes belong to a line of the same date that was claimed before.",
                _CLAIMED_BEFORE[assessment.session.claim_form],
            )
            late.append(
                KeptBack(
                    assessment.session.id,
                    assessment.patient.id,
                    assessment.session.date_of_service,
                    (reason,),
                )
            )
        else:
            fresh.append(assessment)
    return fresh, done, late
