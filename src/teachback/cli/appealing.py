"""The appeal of one claim, on the command line: a letter, what is missing for one, or what to do instead."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from teachback import law as law_files
from teachback.book import BookError, SqliteBook
from teachback.cli import USAGE, complain, printable
from teachback.cli.coding import read, whole, wrong_place
from teachback.forms import letters
from teachback.law import MEDICARE
from teachback.remit import appealanswer
from teachback.remit.appeal import Written, letter
from teachback.remit.appealrecord import Document, Enclosure, NoAppeal, NotYet, Record
from teachback.x12.answers import read_any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from teachback.remit.appealanswer import PayerAnswer
    from teachback.remit.appealrecord import Missing
    from teachback.remitdata import Remittance

NOTHING_WRITTEN: Final = 1
"""Exit status: no letter was written, and what to do is told."""
FORMATS: Final = ("pdf", "docx", "both")
_MAKE: Final = {"pdf": letters.pdf, "docx": letters.docx}
_WIDTH: Final = 4


def run_appeal(  # noqa: PLR0913  an option each
    claim: str,
    *,
    book: Path,
    record: Path,
    out: Path | None = None,
    format_: str | None = None,
    remittances: Sequence[Path] = (),
    map_file: Path | None = None,
    enclose: Sequence[str] = (),
    send_to: Sequence[str] = (),
    received: date | None = None,
    today: date | None = None,
    payer: str = MEDICARE,
) -> int:
    """Write the first-level appeal of a claim, or tell what is missing for it or what to do instead.

    ``record`` is the file of sessions. The answer appealed is the one that stands in the book, or the last of the
    835 files in ``remittances``. ``out`` is a file (.pdf, .docx) or a folder; nothing is written without it.
    ``enclose`` names documents on hand (``note=FILE``, ``note:S001=FILE``). 0 where a letter can be written, 1 where
    none can, 2 where the command could not be carried out.
    """
    enclosures = _enclosures(enclose)
    if isinstance(enclosures, str):
        return complain(enclosures)
    if wrong := _wrong(out, format_, record, map_file, payer):
        return complain(wrong)
    try:
        with SqliteBook.open(book, create=False) as opened:
            if opened.claim(claim) is None:
                return complain(f"there is no claim {claim} in this book; teachback book list names them")
            sent = opened.claim_data(claim)
            answer = _answer(opened, claim, remittances)
            settled = frozenset((o.session_id, o.patient_id, o.finding_code) for o in opened.overrides())
    except BookError as error:
        return complain(str(error))
    reading = read(record, map_file)
    if reading is None:
        return USAGE
    day = today or date.today()  # noqa: DTZ011  a local day
    made = letter(
        Record(
            claim=sent,
            sessions=tuple(reading.sessions),
            today=day,
            remittance=answer.remittance,
            payment=answer.payment,
            rejected=answer.rejected,
            settled=settled,
            enclosures=enclosures,
            send_to=tuple(send_to),
            received=received,
            payer=payer,
        )
    )
    return _tell(made, out, format_, day)


def _wrong(out: Path | None, format_: str | None, record: Path, map_file: Path | None, payer: str) -> str:
    """Why the command cannot be run as it was given; empty where it can."""
    if payer not in law_files.payers():
        return f"no payer {payer}; there are: {', '.join(law_files.payers())}"
    if format_ is not None and format_ not in FORMATS:
        return f"no format {format_}; there are: {', '.join(FORMATS)}"
    if out is None or out.is_dir():
        return ""
    ending = out.suffix.lower().removeprefix(".")
    if ending not in _MAKE:
        return f"there is no folder {out}; make it first, or name a file that ends in .pdf or .docx"
    if format_ not in {None, ending}:
        return f"--format {format_} and the ending of --out {out.name} differ; leave one of them out"
    return wrong_place(out, record, map_file)


def _enclosures(texts: Sequence[str]) -> tuple[Enclosure, ...] | str:
    """Documents on hand, from ``note=FILE`` or ``note:S001=FILE``; a sentence where one cannot be read."""
    found = []
    for text in texts:
        what, equals, file = text.partition("=")
        kind, _, session = what.partition(":")
        if not equals or not file.strip() or kind not in set(Document):
            kinds = ", ".join(Document)
            return f"--enclose {text} is not understood; write KIND=FILE or KIND:SESSION=FILE, with one of {kinds}"
        found.append(Enclosure(Document(kind), file.strip(), session or None))
    return tuple(found)


def _answer(book: SqliteBook, claim: str, files: Sequence[Path]) -> PayerAnswer:
    """The payer's answer: of the files where some were given, else of the book."""
    if not files:
        return appealanswer.of_book(book, claim)
    return appealanswer.of_remittances(_remittances(files), claim)


def _remittances(files: Sequence[Path]) -> Iterator[Remittance]:
    from teachback.remitdata import Remittance

    for file in files:
        with file.open("rb") as stream:
            yield from (answer for answer in read_any(stream) if isinstance(answer, Remittance))


def _tell(made: Written | NotYet | NoAppeal, out: Path | None, format_: str | None, today: date) -> int:
    if isinstance(made, Written):
        written = [] if out is None else _write(made, out, format_)
        _print(_of_letter(made, written, today))
        return 0
    _print(_of_none(made) if isinstance(made, NoAppeal) else _of_missing(made, today))
    return NOTHING_WRITTEN


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        print(printable(line))


def _write(made: Written, out: Path, format_: str | None) -> list[Path]:
    """Write the letter whole or not at all; the files, readable by their owner alone."""
    if out.is_dir():
        endings = tuple(_MAKE) if format_ in {None, "both"} else (format_,)
        places = {ending: out / f"appeal-{made.letter.claim}.{ending}" for ending in endings if ending}
    else:
        places = {out.suffix.lower().removeprefix("."): out}
    for ending, place in places.items():
        with whole(place) as part:
            part.write_bytes(_MAKE[ending](made.letter))
    return list(places.values())


def _of_letter(made: Written, files: Sequence[Path], today: date) -> Iterator[str]:
    denied = sum(service.denied for service in made.letter.services)
    yield (
        f"Claim {made.letter.claim}: a redetermination can be asked for, ${denied:,.2f} denied, "
        f"{_left(made.letter.deadline, today)}."
    )
    yield from (f"  {file}" for file in files)
    if not files:
        yield "  Nothing was written: name a folder or a file with --out."
    yield ""
    yield "IN DISPUTE"
    for service in made.letter.services:
        code = " ".join((service.procedure_code, *service.modifiers))
        yield (
            f"  {service.date_of_service}  {code} x {service.units}  denied ${service.denied:,.2f}  "
            f"{', '.join(service.reasons)}"
        )
    yield ""
    yield "BEFORE YOU SEND IT"
    for number, step in enumerate(made.before_sending, start=1):
        yield f"  {number}. {step}"
    if made.advice:
        yield ""
        yield "WOULD MAKE IT STRONGER"
        yield from _missing(made.advice)
    yield from _left_out(made.left_out)


def _of_missing(made: NotYet, today: date) -> Iterator[str]:
    yield (
        f"Claim {made.claim}: not yet. It can be appealed, {_left(made.deadline, today)}, but the record does not "
        "hold what the letter would have to say. Nothing was written."
    )
    yield ""
    yield "OBTAIN FIRST"
    yield from _missing(made.missing)
    yield from _left_out(made.left_out)


def _of_none(made: NoAppeal) -> Iterator[str]:
    yield f"Claim {made.claim}: no appeal: {made.why.value}."
    yield f"  {made.says}"
    yield f"  Do instead: {made.instead}"
    if made.until is not None:
        yield f"  Until: {made.until}"
    if made.cites:
        yield f"  Sources: {'; '.join(made.cites)}"


def _left_out(left_out: Sequence[NoAppeal]) -> Iterator[str]:
    if left_out:
        yield ""
        yield "NOT IN THE LETTER"
    for refusal in left_out:
        yield f"  {refusal.says}"
        until = "" if refusal.until is None else f" Until {refusal.until}."
        yield f"{' ' * _WIDTH}Do instead: {refusal.instead}{until}"


def _missing(missing: Sequence[Missing]) -> Iterator[str]:
    for one in missing:
        where = f"session {one.session_id}, {one.place}" if one.session_id else one.place
        yield f"  {one.says}"
        yield f"{' ' * _WIDTH}do     {one.obtain}"
        yield f"{' ' * _WIDTH}who    {one.owner.value}"
        yield f"{' ' * _WIDTH}where  {where}"


def _left(deadline: date, today: date) -> str:
    days = (deadline - today).days
    left = "today is the last day" if days == 0 else "1 day left" if days == 1 else f"{days} days left"
    return f"to be received by {deadline} ({left})"
