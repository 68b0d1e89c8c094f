"""The demonstration: a made-up practice, coded, with what was nearly billed wrongly."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console

from teachback.assess import assess
from teachback.cli.tables import WIDE, print_report
from teachback.model import Disposition
from teachback.synthetic.advice import nearly_billed_wrongly
from teachback.synthetic.practice import made_up_practice

if TYPE_CHECKING:
    from pathlib import Path


def run_demo(*, out: Path | None, seed: int, sessions: int) -> int:
    """Make the practice, code it and summarise it for a biller."""
    practice = made_up_practice(seed=seed, sessions=sessions)
    assessments = assess(practice)
    raise NotImplementedError((out, Disposition, nearly_billed_wrongly, Console, WIDE, print_report, sys, assessments))
