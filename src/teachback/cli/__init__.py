"""The command line: thin doors to the same functions that every other part of Teachback calls."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence  # noqa: TC003  cyclopts reads the annotations when a command runs
from datetime import date  # noqa: TC003  cyclopts reads the annotations when a command runs
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, CycloptsError, Parameter, Token

from teachback import __version__

USAGE = 2
app = App(
    name="teachback",
    help=(
        "Turn caregiver-training sessions into coded, priced and explained Medicare lines.\n\n"
        "Exit status of commands that read rows: 0 all read, 1 some refused, 2 nothing read or wrong usage."
    ),
    version=__version__,
    result_action="return_value",
    help_format="plaintext",
)


def whole_number(_type: object, tokens: Sequence[Token]) -> int:
    """A whole number as it was typed: 44.6 minutes are not 45."""
    text = tokens[0].value
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise ValueError(f"{text} is not a whole number")
    return int(text)


Whole = Annotated[int, Parameter(converter=whole_number)]
Training = Literal["function", "behavior", "direct_care"]
Format = Literal["table", "jsonl", "csv", "xlsx"]
Practitioner = Literal[
    "MD", "DO", "NP", "CNS", "PA", "CNM", "CP", "CSW", "MFT", "MHC", "RD", "PT", "OT", "SLP"
]


@app.command
def code(
    file: Path,
    *,
    format: Format | None = None,  # noqa: A002  the option is called --format
    out: Path | None = None,
    map: Path | None = None,  # noqa: A002  the option is called --map
    payer: str = "medicare",
) -> int:
    """Code, price and explain the sessions of a file (JSONL, CSV or XLSX).

    The table is for people: money ready, on hold and lost, and who can cure what. The other formats
    are for machines and spreadsheets.

    Parameters
    ----------
    file
        Sessions as JSON lines, CSV or XLSX; `teachback template` writes a spreadsheet to fill in.
    format
        table, jsonl, csv or xlsx (xlsx needs --out); by the ending of --out, or a table, when left out.
    out
        Write here instead of printing.
    map
        A mapping.toml that names the columns of an EMR export.
    payer
        Whose rules: medicare, or a payer with a file of its own.
    """
    from teachback.cli.coding import run_code

    return run_code(file, format_=format, out=out, map_file=map, payer=payer)


@app.command
def explain(
    file: Path,
    session: str,
    *,
    patient: str | None = None,
    map: Path | None = None,  # noqa: A002  the option is called --map
    payer: str = "medicare",
) -> int:
    """Prove one session: every line from facts through rules to law, every cent to its source.

    Parameters
    ----------
    file
        The file that `teachback code` reads.
    session
        The session's id.
    patient
        One patient of a group; all of them when left out.
    map
        A mapping.toml that names the columns of an EMR export.
    payer
        Whose rules: medicare, or a payer with a file of its own.
    """
    from teachback.cli.coding import run_explain

    return run_explain(file, session, patient=patient, map_file=map, payer=payer)


@app.command
def units(
    minutes: Whole,
    *,
    training: Training,
    date: date,
    patients: Whole = 1,
    payer: str = "medicare",
) -> int:
    """Tell at once what minutes earn on a date, with the reason.

    Parameters
    ----------
    minutes
        Face-to-face training minutes, 0 to 1440.
    training
        What was taught: function, behavior or direct_care.
    date
        Date of service, for example 2026-04-14.
    patients
        Patients represented (not caregivers in the room); two or more make a group.
    payer
        Whose rules: medicare, or a payer with a file of its own.
    """
    from teachback.cli.units import run_units

    return run_units(minutes, training=training, day=date, patients=patients, payer=payer)


@app.command
def price(  # noqa: PLR0913  a price has this many conditions
    code: str,
    *,
    date: date,
    locality: str | None = None,
    zip: str | None = None,  # noqa: A002  the option is called --zip
    national: Annotated[bool, Parameter(negative=())] = False,
    place: str = "11",
    practitioner: Practitioner = "MD",
    nonparticipating: Annotated[bool, Parameter(negative=())] = False,
    apm: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Tell at once what one unit of a code is allowed, with every factor and its source.

    Parameters
    ----------
    code
        One of the ten caregiver-training codes.
    date
        Date of service.
    locality
        Payment locality, for example 03102-00.
    zip
        ZIP of the place of service, when the locality is not known.
    national
        The national amount: all price indices 1.
    place
        Two-digit place of service.
    practitioner
        Kind of practitioner; a therapist's line is priced under its therapy modifier.
    nonparticipating
        The practitioner does not participate.
    apm
        Qualifying APM participant (matters from 2026).
    """
    from teachback.cli.prices import PriceQuestion, run_price

    return run_price(
        PriceQuestion(
            code.upper(), date, locality, zip, national, place, practitioner, not nonparticipating, apm
        )
    )


@app.command
def template(out: Path, *, force: Annotated[bool, Parameter(negative=())] = False) -> int:
    """Write a spreadsheet (XLSX) to fill in, with drop-downs and a note on every column.

    Parameters
    ----------
    out
        Where to write it, for example sessions.xlsx.
    force
        Overwrite a file that is there.
    """
    from teachback.cli.coding import run_template

    return run_template(out, force=force)


@app.command
def demo(*, out: Path | None = None, seed: Whole = 7, sessions: Whole = 300) -> int:
    """Code a made-up practice of three years and tell what is ready, what is stuck, and what was nearly wrong.

    Parameters
    ----------
    out
        Keep the made-up sessions here as JSON lines.
    seed
        Another seed makes another practice; the same seed the same one.
    sessions
        About how many sessions.
    """
    from teachback.cli.showing import run_demo

    return run_demo(out=out, seed=seed, sessions=sessions)


@app.command
def batch(  # noqa: PLR0913  a large run has this many conditions
    inputs: list[str],
    *,
    out: Path,
    workers: Whole = 0,
    payer: str = "medicare",
    map: Path | None = None,  # noqa: A002  the option is called --map
    dask: str | None = None,
    buckets: Whole | None = None,
    part_rows: Whole = 500_000,
    keep_work: Annotated[bool, Parameter(negative=())] = False,
    fresh: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Assess a whole book of sessions, of any size, into Parquet: lines, findings, sessions.

    A run that was stopped goes on where it was when the same command is given again.

    Parameters
    ----------
    inputs
        Files (Parquet, CSV, JSON lines), folders of them, or patterns such as 'book/*.parquet'.
    out
        Where the results are written: a new or empty folder, or the one of the run that goes on.
    workers
        How many processes; 0 means one for each core that memory is enough for.
    payer
        Whose rules: medicare, or a payer with a file of its own.
    map
        A mapping.toml that names the columns of an EMR export.
    dask
        Run on a cluster: tcp://host:port of its scheduler, or local for one on this machine.
    buckets
        Into how many parts the patients are divided; chosen by the number of rows when left out.
    part_rows
        Rows that are read at a time; fewer need less memory.
    keep_work
        Keep the files between the passes, in OUT/.work.
    fresh
        Start anew although there is a result or a beginning of one.
    """
    from teachback.cli.batching import run_batch

    return run_batch(
        inputs,
        out=out,
        workers=workers,
        payer=payer,
        map_file=map,
        dask=dask,
        buckets=buckets,
        part_rows=part_rows,
        keep_work=keep_work,
        fresh=fresh,
    )


@app.command
def audit(  # noqa: PLR0913  an option each
    path: Path,
    *,
    out: Path = Path("audit"),
    seed: Whole = 7,
    sample: Whole = 30,
    frame: Literal["ready", "at-risk", "all"] = "ready",
    stratify: Literal["amount", "family", "both"] = "amount",
    allocate: Literal["neyman", "proportional"] = "neyman",
    against: Path | None = None,
    thresholds: Path | None = None,
    sample_results: Path | None = None,
) -> int:
    """Audit a batch result or claims: patterns, peers, money at risk, a sample, and what a rule changed.

    Parameters
    ----------
    path
        A batch result (its folder), or claims: Parquet or CSV, a file or a folder, one row a service line.
    out
        The folder of the report: audit.html, audit.xlsx, audit.json, sample.xlsx and rows/.
    seed
        Seed of the sample; the same input and seed always draw the same units.
    sample
        How many units to draw.
    frame
        From what is drawn: ready (to be claimed, or billed), at-risk, or all with an allowed amount.
    stratify
        Strata by amount, by family of codes, or both.
    allocate
        neyman (where it lowers the variance most) or proportional.
    against
        Another batch result of the same sessions, for example under another payer: tell what changed.
    thresholds
        A TOML file with thresholds of your own.
    sample_results
        The filled sample.xlsx of an earlier audit: extrapolate it.
    """
    from teachback.cli.auditing import run_audit

    return run_audit(
        path,
        out=out,
        seed=seed,
        sample=sample,
        frame=frame,
        stratify=stratify,
        allocate=allocate,
        against=against,
        thresholds=thresholds,
        sample_results=sample_results,
    )


@app.command
def generate(  # noqa: PLR0913  a book has this many properties
    *,
    sessions: Whole,
    out: Path,
    seed: Whole = 7,
    format: Literal["parquet", "csv", "jsonl"] = "parquet",  # noqa: A002  the option is called --format
    claims: Annotated[bool, Parameter(negative=())] = False,
    planted_share: float = 0.03,
    parts: Whole | None = None,
    workers: Whole | None = None,
) -> int:
    """Write a large made-up book with planted errors and their key, to measure the batch and the audit.

    Parameters
    ----------
    sessions
        How many session-patients (rows), 1 to 100000000; with --claims about five service lines for each.
    out
        A new or empty folder; sessions/ (or claims/), planted/ and patterns/ are written there.
    seed
        The same sessions, seed and parts always give the same rows.
    format
        parquet, csv or jsonl for the rows; the keys are always Parquet.
    claims
        Service lines of Medicare carrier claims instead of session records.
    planted_share
        Share of rows with a planted error, 0 to 0.2.
    parts
        Into how many files; one for each million rows when left out.
    workers
        How many processes; one for each processor when left out.
    """
    from teachback.cli.generate import run_generate

    return run_generate(
        sessions=sessions,
        out=out,
        seed=seed,
        format_=format,
        claims=claims,
        planted_share=planted_share,
        parts=parts,
        workers=workers,
    )


def main() -> None:
    """Run a command and leave with its exit status; no traceback reaches a user."""
    if sys.stdout is None:
        sys.exit(USAGE)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command that the arguments name, and return its exit status."""
    try:
        status = app(arguments, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        command = f" {arguments[0]}" if arguments and arguments[0] in set(app) else ""
        return complain(f"{error}\nTry: teachback{command} --help")
    except KeyboardInterrupt:
        return complain("stopped")
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        return complain(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
    except Exception as error:
        if os.environ.get("TEACHBACK_TRACEBACK"):
            raise
        return complain(
            f"a fault of Teachback's own stopped this ({type(error).__name__}); your files are unchanged. "
            "Please report it, without patient data; TEACHBACK_TRACEBACK=1 shows where it happened."
        )
    return status if isinstance(status, int) else 0


def printable(text: str) -> str:
    """The text without characters that would steer a terminal or turn the reading direction."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\u{ord(c):04x}" for c in text)


def complain(message: str) -> int:
    """Say what is wrong on standard error; the status of wrong usage."""
    print(f"teachback: {printable(message)}", file=sys.stderr)
    return USAGE
