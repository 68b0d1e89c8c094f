"""837P and 837I files from claims: the same claims and control numbers give the same bytes.

``write`` refuses before the first byte (`CannotWrite` names every claim and field), tells every text that it
changes, and yields bytes in pieces, so that a large submission never stands in memory as one text.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from teachback.x12 import i837, p837
from teachback.x12.cleaning import Told, ascii_clean, cleaned, cleaned_envelope
from teachback.x12.envelope import (
    group_end,
    group_head,
    interchange_end,
    interchange_head,
    submission_refusals,
    transaction_end,
    transaction_head,
)
from teachback.x12.gate import Gate
from teachback.x12.loops import END, billing_provider
from teachback.x12.sendable import CannotWrite, Refusal, refusals
from teachback.x12.sent import as_sent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from teachback.claimdata import Claim, Submission

__all__ = ["CannotWrite", "Refusal", "Told", "as_sent", "ascii_clean", "refusals_of", "write", "written"]

CLAIMS_OF_A_PIECE: Final = 256


def write(submission: Submission, tell: Callable[[Told], object] | None = None) -> Iterator[bytes]:
    """Return the file's bytes in pieces; ``tell`` is given a note on every text that is sent otherwise than stored.

    One interchange with one group; a new transaction set after every ``claims_per_transaction`` claims; the billing
    provider's HL is repeated only where it changes; claims keep their order. Raises `CannotWrite` at once, before
    any byte, where the submission or any of its claims cannot be written.
    """
    submission, told = cleaned_envelope(submission)
    cured: dict[int, Claim] = {}
    notes = list(told)
    found = list(submission_refusals(submission))
    gate = Gate()
    for number, given in enumerate(submission.claims):
        if gate.passes(given):
            continue
        claim, changes = cleaned(given)
        if claim is not given:
            cured[number] = claim
            notes += changes
        found += refusals(claim)
    if found:
        raise CannotWrite(tuple(found))
    if tell is not None:
        for note in notes:
            tell(note)
    claims = (cured.get(number, claim) for number, claim in enumerate(submission.claims))
    return _pieces(submission, claims)


def written(submission: Submission, tell: Callable[[Told], object] | None = None) -> bytes:
    """Return the whole file; see `write`."""
    return b"".join(write(submission, tell))


def refusals_of(claim: Claim) -> tuple[Refusal, ...]:
    """Why a claim cannot be written, judged on the texts as they are sent; empty where it can."""
    return refusals(cleaned(claim)[0])


def _pieces(submission: Submission, claims: Iterator[Claim]) -> Iterator[bytes]:
    version = i837.VERSION if submission.claims[0].is_institutional else p837.VERSION
    yield (interchange_head(submission) + group_head(submission, version)).encode("ascii")
    size = submission.claims_per_transaction
    sets = -(-len(submission.claims) // size)
    for number in range(sets):
        yield from _transaction(
            submission, islice(claims, size), submission.first_transaction_number + number, version
        )
    yield (group_end(submission, sets) + interchange_end(submission)).encode("ascii")


def _transaction(
    submission: Submission, claims: Iterable[Claim], number: int, version: str
) -> Iterator[bytes]:
    head = transaction_head(submission, number, version)
    segments = head.count(END)
    yield head.encode("ascii")
    texts = _hierarchy(claims)
    while piece := "".join(islice(texts, CLAIMS_OF_A_PIECE)):
        segments += piece.count(END)
        yield piece.encode("ascii")
    yield transaction_end(number, segments + 1).encode("ascii")


def _hierarchy(claims: Iterable[Claim]) -> Iterator[str]:
    """2000A and 2000B with their HL numbers; the text of one claim at a time."""
    level = parent = 0
    current = None
    for claim in claims:
        body = i837.institutional(claim) if claim.is_institutional else p837.professional(claim)
        billing = claim.billing
        head = ""
        if billing is not current and billing != current:
            current = billing
            level += 1
            parent = level
            head = f"HL*{level}**20*1~\n{billing_provider(billing)}"
        level += 1
        yield f"{head}HL*{level}*{parent}*22*0~\n{body}"
