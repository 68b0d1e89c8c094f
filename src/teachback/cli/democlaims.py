"""The demonstration's later half: the last year's sessions become claims, are checked, and are answered."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from teachback.book import SqliteBook
from teachback.check.report import Options
from teachback.check.run import check_stream
from teachback.cli.claiming import Wish, claimed, files_given
from teachback.cli.journey import TAG, journey
from teachback.model import Severity
from teachback.synthetic.billing import practice_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from teachback.check.report import ClaimRef
    from teachback.claim.report import Batch
    from teachback.model import Session
    from teachback.x12.issues import Issue

_YEAR = timedelta(days=365)
_A_WEEK_LATER = timedelta(days=7)
PRACTICE, CLAIMS = "practice.toml", "claims"


class _Unheard:
    """A sink for issues of which only the counts are told."""

    def tell(self, issues: Sequence[Issue], claim: ClaimRef | None) -> None:
        """Nothing: the counts are kept by the check."""


def claims_of_the_demo(sessions: Sequence[Session]) -> Iterator[str]:
    """Lines for a biller: what the last year's sessions became, what was kept back, and what the checker says."""
    with TemporaryDirectory(prefix="teachback-demo-") as folder:
        today = max(session.date_of_service for session in sessions) + _A_WEEK_LATER
        recent = [session for session in sessions if session.date_of_service >= today - _YEAR]
        batch = _batch(recent, Path(folder), today)
        yield from _told(batch, today)
        yield _checked(batch, today)
        yield from journey(Path(folder) / PRACTICE, recent, Path(folder), today=today)


def _batch(sessions: Sequence[Session], folder: Path, today: date) -> Batch:
    practice = folder / PRACTICE
    practice.write_text(practice_file(), "utf-8")
    wish = Wish(file=practice, practice=practice, out=folder / CLAIMS, today=today, who="demo")
    given = files_given(wish)
    if given is None:
        raise RuntimeError("the demonstration's own practice file is not read")
    wish.out.mkdir()
    # The made-up payer draws by claim number: with a fixed tag every demonstration ends alike.
    SqliteBook.open(wish.out / "book", tag=TAG).close()
    return claimed(wish, given, sessions)


def _told(batch: Batch, today: date) -> Iterator[str]:
    charge = sum(claim.charge for file in batch.files for claim in file.claims)
    claims = sum(len(file.claims) for file in batch.files)
    yield f"WHAT BECOMES CLAIMS: the last year's sessions, claimed on {today}\n"
    yield f"  {claims} claims, ${charge:,.2f} charged, in {len(batch.files)} 837P files, one for each contractor."
    kept = {(kept.session_id, kept.patient_id) for kept in batch.kept_back}
    yield f"  {len(kept)} session-patients are kept back: an error, an open hold or a missing fact never enters a claim."


def _checked(batch: Batch, today: date) -> str:
    errors = claims = 0
    for file in batch.files:
        with Path(file.path).open("rb") as stream:
            counts = check_stream(stream, Options(received=today), _Unheard())
        errors += counts.severities[Severity.ERROR]
        claims += counts.claims
    return f"  The checker reads the files back: {errors or 'no'} errors in {claims} claims.\n"
