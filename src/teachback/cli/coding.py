"""Coding a file: read it, assess it, print or write what follows, name what could not be read."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from teachback import law as law_files
from teachback.assess import assess
from teachback.cli import USAGE, complain, printable
from teachback.export import json_lines, write_csv, write_xlsx
from teachback.intake import Mapping, MappingError, read_sessions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO

    from teachback.assess import Assessment
    from teachback.intake import Reading

LONG = 2000
FEW_COLLECTIONS = 200_000
FORMATS = {".xlsx": "xlsx", ".csv": "csv", ".jsonl": "jsonl"}


@contextlib.contextmanager
def counting(what: str) -> Iterator[Callable[[int], None] | None]:
    """A counter on standard error for work that takes long, where a person watches."""
    if not sys.stderr.isatty():
        yield None
        return

    shown = 0

    def show(count: int) -> None:
        nonlocal shown
        if count >= shown + LONG:
            shown = count
            print(f"\r{what}: {count:,} sessions", end="", file=sys.stderr, flush=True)

    yield show
    print("\r\033[K", end="", file=sys.stderr, flush=True)


def read(file: Path, map_file: Path | None) -> Reading | None:
    """Read a file and say on standard error what was refused; ``None`` where the mapping is no good."""
    mapping = None
    if map_file is not None:
        try:
            mapping = Mapping.load(map_file)
        except MappingError as error:
            complain(str(error))
            return None
    with counting("reading") as progress:
        reading = read_sessions(file, mapping=mapping, progress=progress)
    for refusal in reading.refusals:
        print(f"refused: {refusal}", file=sys.stderr)
    for notice in reading.notices:
        print(f"note: {notice}", file=sys.stderr)
    if reading.proposal:
        print(
            f"\nA mapping to start from (save it as mapping.toml, correct it, and use --map mapping.toml):\n\n{reading.proposal}",
            file=sys.stderr,
        )
    return reading


def run_code(file: Path, *, format_: str | None, out: Path | None, map_file: Path | None, payer: str) -> int:
    """Code a file in the wished format; the exit status tells whether all was read."""
    if payer not in law_files.payers():
        return complain(f"no payer {payer}; there are: {', '.join(law_files.payers())}")
    format_ = format_ or FORMATS.get("" if out is None else out.suffix.lower(), "table")
    if format_ == "xlsx" and out is None:
        return complain("--format xlsx writes a file: add --out results.xlsx")
    if out is not None and (wrong := wrong_place(out, file, map_file)):
        return complain(wrong)
    # Sessions and answers live until the end and hold no cycles: the collector would walk them in vain.
    gc.set_threshold(FEW_COLLECTIONS)
    reading = read(file, map_file)
    if reading is None or not reading.sessions:
        return USAGE
    with counting("coding") as progress:
        assessments = assess(reading.sessions, payer=payer, progress=progress)
    if out is None:
        _print(assessments, format_, sys.stdout)
    else:
        with whole(out) as part:
            _write(assessments, format_, part)
        print(f"{len(assessments)} coded sessions written to {out}", file=sys.stderr)
    if reading.refusals:
        print(
            f"{len(reading.sessions)} sessions read, {len(reading.refusals)} problems named above",
            file=sys.stderr,
        )
    return reading.exit_status


def wrong_place(out: Path, *kept: Path | None) -> str:
    """Why nothing can or should be written there; empty where it can. ``kept`` are the files that are read."""
    if out.is_dir():
        return f"{out} is a folder; give the name of a file in it"
    if not out.parent.is_dir():
        return f"there is no folder {out.parent}; make it first, or write elsewhere"
    for file in kept:
        if file is not None and out.exists() and file.exists() and out.samefile(file):
            return f"--out names {file.name}, which is read; give another name, so that it is kept"
    return ""


@contextlib.contextmanager
def whole(out: Path) -> Iterator[Path]:
    """A file to write beside ``out``, which takes its place, with its rights, only when it is complete."""
    place = out.resolve()
    if place.exists() and not place.is_file():
        yield place
        return
    handle, name = tempfile.mkstemp(prefix=f".{place.name}.", suffix=place.suffix, dir=place.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        if place.exists():
            part.chmod(place.stat().st_mode)
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)


def _write(assessments: list[Assessment], format_: str, path: Path) -> None:
    if format_ == "xlsx":
        write_xlsx(assessments, path)
        return
    with path.open("w", encoding="utf-8", newline="") as stream:
        _print(assessments, format_, stream)


def _print(assessments: list[Assessment], format_: str, stream: IO[str]) -> None:
    if format_ == "jsonl":
        stream.writelines(f"{line}\n" for line in json_lines(assessments))
    elif format_ == "csv":
        write_csv(assessments, stream)
    else:
        from teachback.cli.tables import print_report

        print_report(assessments, stream)


def run_explain(file: Path, session: str, *, patient: str | None, map_file: Path | None, payer: str) -> int:
    """Print the proof of one session; 2 where file, session or patient is not found."""
    from teachback.counterfactual import related
    from teachback.explain import explain

    if payer not in law_files.payers():
        return complain(f"no payer {payer}; there are: {', '.join(law_files.payers())}")
    reading = read(file, map_file)
    if reading is None or not reading.sessions:
        return USAGE
    found = next((s for s in reading.sessions if s.id == session), None)
    if found is None:
        near = ", ".join(s.id for s in reading.sessions[:5])
        return complain(
            f"no session {session} in {file.name}; it has {len(reading.sessions)}, the first are {near}"
        )
    if patient is not None and all(p.id != patient for p in found.patients):
        return complain(
            f"session {session} has no patient {patient}; it has {', '.join(p.id for p in found.patients)}"
        )
    nearby = related(reading.sessions, found)
    assessments = assess(nearby, payer=payer, keep_proof=True)
    for assessment in assessments:
        if assessment.session.id == session and patient in {None, assessment.patient.id}:
            bearer = next(
                a
                for a in assessments
                if a.session.id == assessment.bearer and a.patient.id == assessment.patient.id
            )
            for line in explain(assessment, nearby, bearer, payer):
                print(printable(line))
    return reading.exit_status


def run_template(out: Path, *, force: bool) -> int:
    """Write the spreadsheet to fill in; an existing file is kept unless told otherwise."""
    from teachback.intake.template import write_template

    if out.suffix.lower() != ".xlsx":
        return complain(f"{out.name}: the template is a workbook; give it a name that ends in .xlsx")
    if out.is_file() and not force:
        return complain(f"{out} is there already; choose another name or add --force")
    if wrong := wrong_place(out):
        return complain(wrong)
    with whole(out) as part:
        write_template(part)
    print(f"{out} written: one row per session and represented patient; code it with: teachback code {out}")
    return 0
