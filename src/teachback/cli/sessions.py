"""The commands for sessions: code, explain, units, price, template, demo."""

from __future__ import annotations

from datetime import date  # noqa: TC003  cyclopts reads the annotations when a command runs
from pathlib import Path  # noqa: TC003  the same
from typing import Annotated, Literal

from cyclopts import Parameter

from teachback.cli import Whole, app

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
