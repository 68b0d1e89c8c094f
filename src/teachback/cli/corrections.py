"""The command that corrects a claim: correct."""

from __future__ import annotations

from datetime import date  # noqa: TC003  cyclopts reads the annotations when a command runs
from pathlib import Path  # noqa: TC003  the same
from typing import Annotated, Literal

from cyclopts import Parameter

from teachback.cli import app

Switch = Annotated[bool, Parameter(negative=())]


@app.command
def correct(  # noqa: PLR0913  an option each
    folder: Path,
    claim: str,
    *,
    as_: Annotated[Literal["void", "replacement"], Parameter(name="--as")],
    why: str,
    out: Path,
    payer_number: str | None = None,
    sessions: Path | None = None,
    practice: Path | None = None,
    without: Annotated[list[str] | None, Parameter(negative=())] = None,
    change: str | None = None,
    patients: Path | None = None,
    coverage: Path | None = None,
    overrides: Path | None = None,
    map: Path | None = None,  # noqa: A002  the option is called --map
    group: str | None = None,
    today: date | None = None,
    who: str | None = None,
    payer: str = "medicare",
    dry_run: Switch = False,
) -> int:
    """Correct a claim that its payer has: void it (frequency 8), or replace it by one built anew (frequency 7).

    Medicare takes both on institutional claims only. The earlier claim stays in the book, and its sessions go over.
    Give the same command again after a crash: nothing is lost and nothing repeated.

    Parameters
    ----------
    folder
        The book's folder.
    claim
        The claim's control number (CLM01).
    as_
        void: take back what was claimed. replacement: claim the same month or dates anew, whole.
    why
        What is wrong with the claim, for the book.
    out
        The folder for the file.
    payer_number
        The payer's number of the claim (ICN or DCN, CLP07); that of the posted remittance when left out.
    sessions
        For a replacement: the corrected sessions, as `teachback claim` reads them.
    practice
        For a replacement: who bills.
    without
        A session that shall not stand on the replacement; may be given several times.
    change
        The condition code that tells why an institutional claim is corrected; found by comparing when left out.
    patients
        A CSV that completes the patients.
    coverage
        A TOML file of other payers.
    overrides
        A TOML file of holds that a person settled.
    map
        A mapping.toml that names the columns of an EMR export.
    group
        The billing group, where a practitioner has several.
    today
        The day on which the claim is made; today when left out.
    who
        Who corrects it, for the book; your user name when left out.
    payer
        Whose rules: medicare, or a payer with a file of its own.
    dry_run
        Show what would be sent, and write nothing.
    """
    from teachback.cli.correcting import Correction, run_correct

    return run_correct(
        Correction(
            folder=folder,
            claim=claim,
            how=as_,
            out=out,
            why=why,
            payer_number=payer_number,
            sessions=sessions,
            practice=practice,
            patients=patients,
            coverage=coverage,
            overrides=overrides,
            map_file=map,
            group=group,
            change=change,
            without=tuple(without or ()),
            payer=payer,
            today=today,
            who=who,
            dry_run=dry_run,
        )
    )
