"""Envelopes: ISA to IEA, GS to GE, ST to SE with header and loops 1000A and 1000B; counts are put in last.

Confirmed in pyx12's ``x12.control.00501.xml`` and in the heads of the sample files.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from teachback.x12.loops import day, segment
from teachback.x12.sendable import Refusal, key, required

if TYPE_CHECKING:
    from collections.abc import Iterator

    from teachback.claimdata import Submission

MOST_CLAIMS: Final = 5_000
"""Claims that Medicare takes in one transaction set."""
MOST_NUMBER: Final = 999_999_999


def submission_refusals(submission: Submission) -> tuple[Refusal, ...]:
    """Why the envelope of a submission cannot be written: identifiers, control numbers, forms."""
    return tuple(Refusal("", field, reason) for field, reason in _reasons(submission))


def interchange_head(submission: Submission) -> str:
    """ISA: fixed widths, ``^`` repeats, ``:`` parts components, acknowledgment asked, T or P as the receiver is."""
    sender, receiver = submission.submitter, submission.receiver
    return (
        f"ISA*00*{'':10}*00*{'':10}*{sender.qualifier}*{sender.id:15}*{receiver.qualifier}*{receiver.id:15}"
        f"*{day(submission.made_on)[2:]}*{submission.made_at}*^*00501*{submission.interchange_number:09}*1"
        f"*{'T' if receiver.test else 'P'}*:~\n"
    )


def interchange_end(submission: Submission) -> str:
    """IEA of one group."""
    return f"IEA*1*{submission.interchange_number:09}~\n"


def group_head(submission: Submission, version: str) -> str:
    """GS: HC, the same parties as the interchange, and the version."""
    return (
        f"GS*HC*{submission.submitter.id}*{submission.receiver.id}*{day(submission.made_on)}*{submission.made_at}"
        f"*{submission.group_number}*X*{version}~\n"
    )


def group_end(submission: Submission, transactions: int) -> str:
    """GE with the number of its transaction sets."""
    return f"GE*{transactions}*{submission.group_number}~\n"


def transaction_head(submission: Submission, number: int, version: str) -> str:
    """ST, BHT and loops 1000A and 1000B.

    BHT03 is the interchange's number and the transaction's, so no two transactions ever share it. BHT06 CH: charges.
    """
    sender, receiver = submission.submitter, submission.receiver
    mail = ("EM", sender.email) if sender.email else ()
    return (
        f"ST*837*{number:04}*{version}~\n"
        f"BHT*0019*00*{submission.interchange_number:09}{number:09}*{day(submission.made_on)}*{submission.made_at}"
        "*CH~\n"
        f"NM1*41*2*{sender.name}*****46*{sender.id}~\n"
        f"{segment('PER', 'IC', sender.contact, 'TE', sender.phone, *mail)}"
        f"NM1*40*2*{receiver.name}*****46*{receiver.id}~\n"
    )


def transaction_end(number: int, segments: int) -> str:
    """SE; ``segments`` counts ST and SE too."""
    return f"SE*{segments}*{number:04}~\n"


def _reasons(submission: Submission) -> Iterator[tuple[str, str]]:
    sender, receiver = submission.submitter, submission.receiver
    for at, party in (("submitter", sender), ("receiver", receiver)):
        yield from key(f"{at}.id", party.id, 15)
        if len(party.id) == 1:
            yield f"{at}.id", "has one character; a file carries at least two"
        if not re.fullmatch(r"[A-Z0-9]{2}", party.qualifier):
            yield f"{at}.qualifier", "must be a qualifier of two characters, such as ZZ"
    yield from required(name=sender.name, contact=sender.contact, at="submitter.")
    yield from required(name=receiver.name, at="receiver.")
    yield from key("submitter.phone", sender.phone, 256)
    if not submission.claims:
        yield "claims", "are none: there is nothing to send"
    if len({claim.form for claim in submission.claims}) > 1:
        yield "claims", "are of both forms; professional and institutional claims go in files of their own"
    if not 1 <= submission.claims_per_transaction <= MOST_CLAIMS:
        yield "claims_per_transaction", f"must be between 1 and {MOST_CLAIMS:,}"
    if not re.fullmatch(r"(?:[01][0-9]|2[0-3])[0-5][0-9]", submission.made_at):
        yield "made_at", "must be a time of the day as four digits, such as 0930"
    yield from _numbers(submission)


def _numbers(submission: Submission) -> Iterator[tuple[str, str]]:
    sets = -(-len(submission.claims) // max(1, submission.claims_per_transaction))
    for name, first, last in (
        ("interchange_number", submission.interchange_number, submission.interchange_number),
        ("group_number", submission.group_number, submission.group_number),
        (
            "first_transaction_number",
            submission.first_transaction_number,
            submission.first_transaction_number + sets - 1,
        ),
    ):
        if first < 1 or last > MOST_NUMBER:
            yield name, "must be at least 1 and have at most nine digits"
