"""Claiming a file: sessions become claims, claims become files, and every session that stays behind is told why."""

from __future__ import annotations

import gc
import getpass
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from teachback import law as law_files
from teachback.assess import assess
from teachback.book import BookError, SessionTaken, SqliteBook
from teachback.claim import making, report
from teachback.claim.build import looked
from teachback.claim.completing import completed
from teachback.claim.coverage import read_coverage
from teachback.claim.draft import draft
from teachback.claim.occurrences import World
from teachback.claim.overrides import read_overrides
from teachback.claim.page import page
from teachback.claim.patients import beneficiaries
from teachback.claim.practice import read_practice
from teachback.claim.roster import Roster, read_roster
from teachback.claim.screening import screened
from teachback.claim.tomlfile import FaultyFile
from teachback.cli import USAGE, complain, printable
from teachback.cli.coding import FEW_COLLECTIONS, counting, read, whole, wrong_place
from teachback.intake.reading import SOME_REFUSED
from teachback.law import MEDICARE
from teachback.model import Severity
from teachback.rules.book import rulebook
from teachback.x12.write837 import CannotWrite

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from teachback.assess import Assessment
    from teachback.book import Book, File
    from teachback.claim.coverage import Cover
    from teachback.claim.overrides import Settled
    from teachback.claim.practice import Practice
    from teachback.claim.screening import Screened
    from teachback.claimdata import Claim
    from teachback.model import Session
    from teachback.x12.write837 import Told

_ZIP_PLUS_4 = 9
REPORT, CLAIMED, KEPT = "report.html", "claimed.csv", "kept-back.csv"


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line; paths are ``None`` where they were left out."""

    file: Path
    practice: Path
    out: Path
    book: Path | None = None
    patients: Path | None = None
    coverage: Path | None = None
    overrides: Path | None = None
    map_file: Path | None = None
    payer: str = MEDICARE
    today: date | None = None
    group: str | None = None
    who: str | None = None
    paper: bool = False
    fhir: bool = False
    dry_run: bool = False
    guide_lines: bool = False
    offset_mm: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Given:
    """The files beside the sessions, read."""

    practice: Practice
    roster: Roster
    covers: tuple[Cover, ...]
    settled: tuple[Settled, ...]


def run_claim(wish: Wish) -> int:
    """Claim what can be claimed; 0 where all was read, 1 where rows were refused, 2 where nothing could be done."""
    if wrong := _wrong(wish):
        return complain(wrong)
    given = files_given(wish)
    if given is None:
        return USAGE
    if wish.group is not None and given.practice.group(wish.group) is None:
        ids = ", ".join(group.id for group in given.practice.groups)
        return complain(f"no group {wish.group} in {wish.practice.name}; it has {ids}")
    gc.set_threshold(FEW_COLLECTIONS)
    reading = read(wish.file, wish.map_file)
    if reading is None or not reading.sessions:
        return USAGE
    try:
        status = _claim(wish, given, reading.sessions)
    except SessionTaken as taken:
        return complain(f"{taken} Another run claimed them meanwhile; run the command again.")
    except (BookError, CannotWrite) as error:
        return complain(str(error))
    refused = SOME_REFUSED if given.roster.refusals else 0
    return max(status, reading.exit_status, refused)


def _wrong(wish: Wish) -> str:
    """Why the command cannot be run as it was given; empty where it can."""
    if wish.payer not in law_files.payers():
        return f"no payer {wish.payer}; there are: {', '.join(law_files.payers())}"
    if wish.out.exists() and not wish.out.is_dir():
        return f"--out {wish.out} is a file; name a folder for the claim files"
    if not wish.out.exists() and not wish.out.parent.is_dir():
        return f"there is no folder {wish.out.parent}; make it first, or write elsewhere"
    return ""


def files_given(wish: Wish) -> Given | None:
    """Practice, roster, coverage and overrides; every fault of each is told, and ``None`` where one is no good."""
    faults: list[FaultyFile] = []
    practice = covers = settled = None
    try:
        practice = read_practice(wish.practice)
    except FaultyFile as fault:
        faults.append(fault)
    try:
        covers = () if wish.coverage is None else read_coverage(wish.coverage)
    except FaultyFile as fault:
        faults.append(fault)
    try:
        settled = () if wish.overrides is None else read_overrides(wish.overrides)
    except FaultyFile as fault:
        faults.append(fault)
    roster = Roster({}) if wish.patients is None else read_roster(wish.patients)
    for refusal in roster.refusals:
        print(f"refused: {printable(str(refusal))}", file=sys.stderr)
    for faulty in faults:
        complain(str(faulty))
    if practice is None or covers is None or settled is None:
        return None
    return Given(practice, roster, covers, settled)


def _claim(wish: Wish, given: Given, recorded: Sequence[Session]) -> int:
    """Build, plan, write and report."""
    return _tell(wish, claimed(wish, given, recorded))


def claimed(wish: Wish, given: Given, recorded: Sequence[Session]) -> report.Batch:
    """Code the sessions, and write the claim files of what can be claimed; nothing is printed but notes."""
    now = datetime.now().astimezone()
    today = wish.today or now.date()
    sessions = completed(recorded, given.practice, given.roster.people)
    with counting("coding") as progress:
        assessments = assess(sessions, payer=wish.payer, progress=progress)
    folder = wish.book or wish.out / "book"
    if not (folder / "book.sqlite3").exists():
        _no_strangers(wish.out, None)
    if wish.dry_run and not (folder / "book.sqlite3").exists():
        return _batch(wish, given, sessions, assessments, None, today, "0000")
    if not wish.dry_run:
        wish.out.mkdir(exist_ok=True, mode=0o700)
    with SqliteBook.open(folder, create=not wish.dry_run) as book:
        for warning in book.warnings():
            print(f"note: {warning}", file=sys.stderr)
        _no_strangers(wish.out, book)
        return _batch(wish, given, sessions, assessments, book, today, f"{now:%H%M}")


def _no_strangers(out: Path, book: Book | None) -> None:
    """Raise ``BookError`` where a new book meets claim files of another: it would claim them again, over them."""
    there = sorted(file.name for file in out.glob("837[PI]-*.edi"))
    if not there or (book is not None and book.files()):
        return
    more = f" and {len(there) - 1} more" if len(there) > 1 else ""
    raise BookError(
        f"{out} holds claim files ({there[0]}{more}), and the book is new: what they claim would be claimed a second time. "
        "Put back the book that made them, or its copy of `teachback book backup`; name it with --book where it lies "
        "elsewhere; or choose another folder."
    )


def _batch(  # noqa: PLR0913, PLR0917  a batch has this many sources
    wish: Wish,
    given: Given,
    sessions: Sequence[Session],
    assessments: Sequence[Assessment],
    book: Book | None,
    today: date,
    made_at: str,
) -> report.Batch:
    """Everything that the run does with the book, as a report; a dry run changes nothing."""
    cleaned: list[Told] = []
    recovered = [] if book is None or wish.dry_run else _recover(book, cleaned)
    pairs = ((a.session.id, a.patient.id) for a in assessments)
    standing = {} if book is None else book.standing(pairs)
    fresh, done, late = making.apart(assessments, standing)
    world = world_of(wish, given, sessions, today)
    with counting("building") as progress:
        ready, kept = looked(fresh, world, progress=progress)
    found = screened(
        ready,
        world,
        {session.id: session for session in sessions},
        _earlier(book, {o.patient.patient_id for o in ready}),
        {session.practitioner.npi: session.practitioner.type for session in sessions},
        wish.payer,
    )
    files = list(recovered)
    if wish.dry_run or book is None:
        files += _would_be(found, given.practice, wish.out, today)
    elif found.claims:
        files += _written(wish, given, found, book, today, made_at, cleaned)
    kept_back = (*kept, *found.kept_back, *late)
    return report.Batch(
        practice=given.practice.name,
        today=today,
        sessions=len(assessments),
        files=tuple(files),
        kept_back=tuple(sorted(kept_back, key=lambda k: (k.date_of_service, k.session_id, k.patient_id))),
        already=len(done),
        warned=_warned(found),
        cleaned=clean_ups(cleaned),
        notes=(*_short_zips(found), *_unused(given.settled, assessments, done)),
        dry=wish.dry_run,
    )


def world_of(wish: Wish, given: Given, sessions: Sequence[Session], today: date) -> World:
    """What claims of these sessions are built from."""
    covers: dict[str, list[Cover]] = defaultdict(list)
    for cover in given.covers:
        covers[cover.patient_id].append(cover)
    last = max(session.date_of_service for session in sessions)
    return World(
        practice=given.practice,
        today=today,
        patients=beneficiaries(sessions, given.roster.people),
        people=given.roster.people,
        covers={patient: tuple(found) for patient, found in covers.items()},
        settled=frozenset((s.session_id, s.patient_id, s.finding_code) for s in given.settled),
        zip_localities=rulebook().law.on(last, wish.payer).value("zip_localities"),
        group=wish.group,
    )


def _earlier(book: Book | None, patients: set[str]) -> list[Claim]:
    """Live claims of the patients: a new line may repeat or contradict one of theirs."""
    if book is None or not patients:
        return []
    live = [claim.control_number for claim in book.claims() if claim.live and claim.patient_id in patients]
    return [book.claim_data(number) for number in live]


def _recover(book: Book, cleaned: list[Told]) -> list[report.MadeFile]:
    """Files that an earlier run planned and did not finish: the same bytes are made again."""
    return [
        _made(book, file, recovered=True) for file in making.finished(book, book.unfinished(), cleaned.append)
    ]


def _made(book: Book, file: File, *, recovered: bool = False) -> report.MadeFile:
    claims = book.submission(file.id).claims
    return report.MadeFile(file.path, file.receiver_name, file.form, file.test, claims, recovered)


def _written(  # noqa: PLR0913, PLR0917  a file has this many sources
    wish: Wish,
    given: Given,
    found: Screened,
    book: Book,
    today: date,
    made_at: str,
    cleaned: list[Told],
) -> list[report.MadeFile]:
    drafts = making.drafts_of(found.claims, found.routes, given.practice, wish.out, today, made_at)
    making.try_envelopes(drafts)
    used = making.overrides_used(given.settled, found.claims)
    files = book.plan(drafts, who=wish.who or getpass.getuser(), overrides=used)
    return [_made(book, file) for file in making.finished(book, files, cleaned.append)]


def _would_be(found: Screened, practice: Practice, out: Path, today: date) -> list[report.MadeFile]:
    return [
        report.MadeFile(
            d.path.replace("{number}", "NUMBER"), d.receiver.name, d.claims[0].form, d.receiver.test, d.claims
        )
        for d in making.drafts_of(found.claims, found.routes, practice, out, today, "0000")
    ]


def _warned(found: Screened) -> tuple[report.Warned, ...]:
    return tuple(
        report.Warned(told.sessions, told.reason)
        for told in found.told
        if told.reason.severity is not Severity.INFORMATION
    )


def clean_ups(told: Iterable[Told]) -> tuple[str, ...]:
    """One sentence for each kind of field and change, with the claims; no text of a patient stands in it."""
    claims: dict[tuple[str, str], list[str]] = defaultdict(list)
    for note in told:
        claims[note.field, note.what].append(note.claim)
    return tuple(
        f"{field}: {what} ({len(numbers):,} {'time' if len(numbers) == 1 else 'times'}, first in {numbers[0] or 'the envelope'})"
        for (field, what), numbers in sorted(claims.items())
    )


def _short_zips(found: Screened) -> tuple[str, ...]:
    """Places outside the billing address whose ZIP has five digits: in some ZIPs the contractor needs nine."""
    places = [claim.service_facility for claim in found.claims if claim.service_facility is not None]
    short = sum(len(place.address.zip) < _ZIP_PLUS_4 for place in places)
    if not short:
        return ()
    many = "1 claim names" if short == 1 else f"{short:,} claims name"
    sentence = (
        f"{many} the place of service with a five-digit ZIP; where a ZIP lies in two payment "
        "localities the contractor returns the claim, so record all nine digits where you can"
    )
    return (sentence,)


def _unused(
    settled: Sequence[Settled], assessments: Sequence[Assessment], done: Sequence[Assessment]
) -> tuple[str, ...]:
    """Overrides that met no session of the file: most are slips of the pen."""
    known = {(a.session.id, a.patient.id) for a in assessments}
    lost = [s for s in settled if (s.session_id, s.patient_id) not in known]
    finished = {(a.session.id, a.patient.id) for a in done}
    late = [s for s in settled if (s.session_id, s.patient_id) in finished]
    sentences = [
        f"the override of {s.finding_code} names no session of this file: {s.session_id}" for s in lost
    ]
    if late:
        sentences.append(f"{len(late)} overrides are of sessions that are on claims already")
    return tuple(sentences)


def _tell(wish: Wish, batch: report.Batch) -> int:
    """Write the report and what was wished beside it, and print it."""
    extras: list[str] = []
    if not wish.dry_run:
        if wish.paper:
            extras += _papers(wish, batch)
        if wish.fhir:
            extras += _resources(wish.out, batch)
        with whole(wish.out / REPORT) as part:
            part.write_text(page(batch), "utf-8")
        for name, write in ((CLAIMED, report.write_claimed), (KEPT, report.write_kept)):
            with whole(wish.out / name) as part, part.open("w", encoding="utf-8", newline="") as stream:
                write(batch, stream)
        extras += [str(wish.out / name) for name in (REPORT, CLAIMED, KEPT)]
    for line in report.text(batch):
        print(printable(line))
    if extras:
        print("\nBESIDE THE FILES")
        for path in extras:
            print(f"  {printable(path)}")
    return 0


def _papers(wish: Wish, batch: report.Batch) -> list[str]:
    """Paper forms and superbills of each file, beside it; what paper cannot show is told."""
    from teachback.cli.papers import WAIVER, Printing, told, write_papers

    written, notes = [], []
    for file in batch.files:
        stem = file.path.rpartition("/")[2].removesuffix(".edi")
        printing = Printing(wish.guide_lines, wish.offset_mm, wish.today, f"{stem}-")
        papers = write_papers(file.claims, wish.out, practice_name=batch.practice, printing=printing)
        written += [str(path) for path in papers.files]
        notes += papers.notes
    for line in (*told(notes), WAIVER):
        print(f"paper: {printable(line)}", file=sys.stderr)
    return written


def _resources(out: Path, batch: report.Batch) -> list[str]:
    """FHIR R4B Claim resources of each file, one a line."""
    from teachback.fhir.writing import ndjson

    written = []
    for file in batch.files:
        path = out / f"{file.path.rpartition('/')[2].removesuffix('.edi')}.fhir.ndjson"
        with whole(path) as part, part.open("wb") as stream:
            stream.writelines(ndjson(file.claims, created=batch.today))
        written.append(str(path))
    return written


def run_practice(file: Path, *, out: Path, map_file: Path | None = None, force: bool = False) -> int:
    """Write a practice file to start from; an existing one is kept unless told otherwise."""
    if out.is_file() and not force:
        return complain(f"{out} is there already; choose another name or add --force")
    if wrong := wrong_place(out, file, map_file):
        return complain(wrong)
    reading = read(file, map_file)
    if reading is None or not reading.sessions:
        return USAGE
    last = max(session.date_of_service for session in reading.sessions)
    with whole(out) as part:
        part.write_text(draft(reading.sessions, rulebook().law.on(last).value("zip_localities")), "utf-8")
    npis = Counter(session.practitioner.npi for session in reading.sessions)
    print(
        f"{out} written for {len(npis)} practitioners; fill in what is empty, then: "
        f"teachback claim {file} --practice {out} --out claims"
    )
    return reading.exit_status
