"""Speed of writing claims and of reading them back, beside x12sdk, and the memory that writing takes.

``python bench/claims.py`` prints the table. Seconds are of the processor. pyx12 writes no claims and reads none into
objects, so it stands in the table of checking alone (``bench/claims_check.py``).
"""

from __future__ import annotations

import io
import os
import random
import tempfile
import time
import tracemalloc
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from teachback.claimdata import (
    Beneficiary,
    BillingProvider,
    Claim,
    ClaimLine,
    Payer,
    PostalAddress,
    Provider,
    Receiver,
    Submission,
    Submitter,
)
from teachback.model import ClaimForm, Sex
from teachback.x12.read837 import read_claims
from teachback.x12.write837 import write, written

if TYPE_CHECKING:
    from collections.abc import Callable

CLAIMS = 20_000
OF_PEER = 500
GOAL = 20_000
ROUNDS = 3
SEED = 7
OFFICE = PostalAddress("100 MAIN ST", "SPRINGFIELD", "IL", "627010001")
GROUP = BillingProvider(
    Provider("2000003006", "SPRINGFIELD THERAPY GROUP", taxonomy="225X00000X"), "123456789", "EI", OFFICE
)
THERAPISTS = (
    Provider("2000004004", "DOE", "SAM", "225X00000X"),
    Provider("2000004012", "MOE", "KIM", "225100000X"),
)
CERTIFIER = Provider("2000005001", "POE", "PAT")
MAC = Payer("MEDICARE PART B", "06102")


def made_up_claims(count: int) -> tuple[Claim, ...]:
    """Claims of one to three lines, each of a patient of its own; always the same."""
    chance = random.Random(SEED)  # noqa: S311  made-up claims, no secrets
    return tuple(_claim(chance, number) for number in range(count))


def _claim(chance: random.Random, number: int) -> Claim:
    first = date(2026, 1, 5) + timedelta(chance.randrange(200))
    patient = Beneficiary(
        chance.choice(("SAMPLE", "EXAMPLE", "SPECIMEN")) + str(number),
        "ALICE",
        "1SA0WP0XY00",
        date(1930 + chance.randrange(30), 1 + chance.randrange(12), 1 + chance.randrange(28)),
        Sex.F,
        PostalAddress(f"{number} ELM ST", "SPRINGFIELD", "IL", "62704"),
        middle_name="B",
    )
    lines = tuple(
        ClaimLine(
            f"L{number:09}{at}",
            ("97550", "97551", "97552")[at],
            ("GO",),
            1 + chance.randrange(3),
            Decimal(chance.randrange(2_000, 30_000)) / 100,
            first,
            (1, 2),
        )
        for at in range(1 + chance.randrange(3))
    )
    return Claim(
        ClaimForm.PROFESSIONAL,
        f"TB{number:012}",
        GROUP,
        patient,
        MAC,
        "11",
        ("I69351", "R278"),
        lines,
        chance.choice(THERAPISTS),
        CERTIFIER,
    )


def made_up_submission(claims: tuple[Claim, ...]) -> Submission:
    """A submission of the claims with fixed control numbers."""
    return Submission(
        Submitter("SUB123", "SPRINGFIELD THERAPY GROUP", "BILLING OFFICE", "2175550100"),
        Receiver("06102", "EXAMPLE MAC", test=True),
        claims,
        905,
        905,
        1,
        date(2026, 8, 1),
        "0930",
    )


def seconds(action: Callable[[], object]) -> float:
    """Processor seconds of the fastest of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        action()
        taken.append(time.process_time() - start)
    return min(taken)


def measure_writing() -> None:
    """Claims a second from objects to bytes and back, ours and x12sdk's."""
    submission = made_up_submission(made_up_claims(CLAIMS))
    fresh = replace(
        submission,
        claims=tuple(
            replace(one, billing=replace(one.billing), payer=replace(one.payer)) for one in submission.claims
        ),
    )
    data = written(submission)
    print(f"\nWriting and reading claims ({CLAIMS:,} claims of one to three lines, {len(data) / 1e6:.1f} MB)")
    writing = seconds(lambda: sum(map(len, write(submission))))
    each = seconds(lambda: sum(map(len, write(fresh))))
    reading = seconds(lambda: sum(1 for _ in read_claims(io.BytesIO(data))))
    tracemalloc.start()
    for _piece in write(submission):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    _tell("teachback writes", CLAIMS / writing)
    _tell("teachback writes, billing provider and payer made anew for each claim", CLAIMS / each)
    _tell("teachback reads into claims", CLAIMS / reading)
    _peer()
    print(f"  memory that writing takes beside the claims: {peak / 1e6:.1f} MB")
    print(f"  goal of writing, {GOAL:,} claims/s: {'met' if GOAL * writing <= CLAIMS else 'MISSED'}")


def _peer() -> None:
    """The same file by x12sdk, which reads ``.env`` of the folder it runs in: an empty one."""
    here = os.getcwd()  # noqa: PTH109  only to come back
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            from x12sdk.io import X12ModelReader

            text = written(made_up_submission(made_up_claims(OF_PEER))).decode("ascii")

            def read() -> list[object]:
                with X12ModelReader(text) as reader:
                    return list(reader.models())

            models = read()
            _tell("x12sdk 2.2 reads into models", OF_PEER / seconds(read))
            _tell("x12sdk 2.2 writes models", OF_PEER / seconds(lambda: [one.x12() for one in models]))  # type: ignore[attr-defined]
        finally:
            os.chdir(here)


def _tell(what: str, rate: float) -> None:
    print(f"  {what:72}{rate:10,.0f} claims/s")


if __name__ == "__main__":
    measure_writing()
