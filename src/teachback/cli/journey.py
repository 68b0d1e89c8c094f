"""The demonstration's last part: claims are sent, a made-up payer answers, and every dollar is found again."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from teachback.book import Account, ClaimState, FileState, SqliteBook
from teachback.cli.claiming import Wish, claimed, files_given
from teachback.cli.remitting import gathered
from teachback.remit.money import adds_up, dollars, many, money_lines, where_it_stands
from teachback.remit.report import Fate, Stand
from teachback.remit.worklist import only_tests, worklist

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

    from teachback.model import Session
    from teachback.remit.report import Part, Report
    from teachback.remit.todo import Work

    Payer = Callable[[Sequence[bytes], date], Mapping[str, bytes]]

CLAIMS: Final = "claims"
ANSWERS: Final = "answers"
SEED: Final = 7
TAG: Final = "DEMO"
_A_WEEK: Final = timedelta(days=7)
_ANSWERED_IN: Final = timedelta(days=45)
"""When the demonstration looks: both answers of the made-up payer have come by then."""
_WHO: Final = "demo"
_SHOWN: Final = 6


def journey(  # noqa: PLR0913  what a rehearsal consists of
    practice: Path,
    sessions: Sequence[Session],
    folder: Path,
    *,
    today: date | None = None,
    seed: int = SEED,
    payer: Payer | None = None,
) -> Iterator[str]:
    """Lines for a biller: what was sent, what came back, where every dollar stands, and what is left to do.

    ``practice`` is the practice file. Claims stand in ``folder``/claims (those that are there already are taken),
    answers in ``folder``/answers. ``payer`` answers the bytes of claim files, sent on a day, with files by name;
    when left out, the made-up payer of `teachback simulate` with ``seed``.
    """
    sent_on = today or max(session.date_of_service for session in sessions) + _A_WEEK
    wish = Wish(practice, practice, folder / CLAIMS, today=sent_on, who=_WHO)
    given = files_given(wish)
    if given is None:
        raise RuntimeError("the practice file of the demonstration cannot be read")
    (folder / CLAIMS).mkdir(parents=True, exist_ok=True)
    # A fixed tag: the made-up payer draws by claim number, so that every demonstration ends alike.
    SqliteBook.open(folder / CLAIMS / "book", tag=TAG).close()
    claimed(wish, given, sessions)
    looked_on = sent_on + _ANSWERED_IN
    with SqliteBook.open(folder / CLAIMS / "book") as book:
        files = _sent(book)
        answers = _answered(files, folder / ANSWERS, sent_on, payer or _made_up(seed))
        report = gathered(answers, book, looked_on, who=_WHO)
        test = only_tests(book)
        balances = book.balances(test=test)
        work = worklist(book, looked_on, test=test)
        claims = [claim for claim in book.claims() if claim.state is ClaimState.SENT]
    yield f"WHAT COMES BACK: {many(len(claims), 'claim')} sent on {sent_on}, answered by a made-up payer; nobody is paid\n"
    yield from (f"  {line}" for line in _told(report))
    yield f"\nWHERE EVERY DOLLAR IS on {looked_on}\n"
    money = where_it_stands(balances)
    yield from money_lines(money)
    yield (
        "  Every cent is found: the first amount is the sum of the others."
        if adds_up(money)
        else "  IT DOES NOT ADD UP."
    )
    yield from _left(work, balances[Account.DENIED])


def _sent(book: SqliteBook) -> list[Path]:
    """The claim files of the book, marked as sent."""
    files = [file for file in book.files() if file.state is not FileState.WITHDRAWN]
    for file in files:
        book.mark_sent(file.id, who=_WHO)
    return [Path(file.path) for file in files]


def _answered(files: Sequence[Path], out: Path, sent_on: date, payer: Payer) -> list[Path]:
    """The payer's answers as files."""
    out.mkdir(exist_ok=True)
    paths = []
    for name, data in sorted(payer([file.read_bytes() for file in files], sent_on).items()):
        path = out / name
        path.write_bytes(data)
        if path.suffix != ".json":
            paths.append(path)
    return paths


def _made_up(seed: int) -> Payer:
    """The payer of `teachback simulate`."""
    from teachback.simulate import answer

    return lambda files, day: answer(files, seed=seed, date=day)


def _told(report: Report) -> Iterator[str]:
    """One line for each kind of answer, with how many rows of it say what."""
    kinds: dict[str, list[Part]] = {}
    for part in report.parts:
        kinds.setdefault(part.kind, []).append(part)
    for kind, parts in kinds.items():
        fates = Counter(part.fate.value for part in parts)
        paid = sum(part.paid or 0 for part in parts if part.fate is Fate.POSTED)
        money = f", {dollars(paid)}" if paid else ""
        yield f"{kind}: {', '.join(f'{count} {fate}' for fate, count in fates.items())}{money}"
        said = Counter((row.stand, row.says) for part in parts for row in part.rows)
        for (stand, says), count in sorted(said.items(), key=lambda pair: -pair[1]):
            yield f"    {count:>5,}  {says or stand.value}" + (
                f", {stand.value}" if says and stand in _ODD else ""
            )


_ODD: Final = frozenset({Stand.PERSON, Stand.NOT_OURS, Stand.HELD})


def _left(work: Sequence[Work], denied: int) -> Iterator[str]:
    """What is left to do: counts by kind and step, and the first few in full."""
    yield f"\nWHAT IS LEFT TO DO: {many(len(work), 'item')}"
    yield f"  {dollars(denied)} of charges stay denied in the book until somebody works them.\n"
    groups: dict[tuple[str, str], list[Work]] = {}
    for entry in work:
        groups.setdefault((entry.kind, entry.step), []).append(entry)
    for (kind, step), entries in groups.items():
        days = [entry.deadline for entry in entries if entry.deadline is not None]
        until = f", first deadline {min(days)}" if days else ""
        at_stake = sum(entry.cents for entry in entries)
        yield f"  {len(entries):>4,} {kind}, {dollars(at_stake)}: {step}{until}"
    shown = [next((entry for entry in entries if entry.codes), None) for entries in groups.values()]
    yield "\n  for example"
    for entry in [entry for entry in shown if entry is not None][:_SHOWN]:
        what = " of ".join(filter(None, (entry.procedure, str(entry.date_of_service or ""))))
        until = f" by {entry.deadline}" if entry.deadline is not None else ""
        yield f"    {what}, {entry.codes}, {dollars(entry.cents)} {entry.kind}: {entry.says}"
        yield f"        {entry.owner}: {entry.do}{until}"
    yield ""
