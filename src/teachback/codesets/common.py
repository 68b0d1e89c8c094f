"""What a code set answers about a code on a day."""

from __future__ import annotations

import csv
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

TABLES = Path(__file__).parent / "tables"
"""Where the tables lie that ``tools/make_codesets.py`` writes."""


class Validity(StrEnum):
    """Whether a code may stand on a claim for a service of a given day.

    ``NOT_CHECKED`` is an answer of its own: our table does not reach that day. It is neither a pass nor a fault,
    and whoever asks must say so.
    """

    VALID = "valid"
    NOT_BILLABLE = "not billable"
    RETIRED = "retired"
    NOT_YET = "not yet"
    UNKNOWN_CODE = "unknown code"
    BAD_FORM = "bad form"
    NOT_CHECKED = "not checked"

    @property
    def is_valid(self) -> bool:
        """Whether the code is known to hold on that day."""
        return self is Validity.VALID

    @property
    def is_wrong(self) -> bool:
        """Whether the code is known not to hold on that day."""
        return self not in _NOT_WRONG


_NOT_WRONG = frozenset({Validity.VALID, Validity.NOT_CHECKED})


def words(text: str) -> frozenset[str]:
    """The set of the blank-separated words of a text: how our short lists are written down."""
    return frozenset(text.split())


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of one of our small tables, as texts; ``name`` is the file's name without ``.csv``."""
    with (TABLES / f"{name}.csv").open(encoding="ascii", newline="") as file:
        return tuple(csv.DictReader(file))


def dated(on: date, since: date | None, until: date | None) -> Validity:
    """Whether a known code holds on ``on``, given its first and last day (``None``: open)."""
    if since is not None and on < since:
        return Validity.NOT_YET
    if until is not None and on > until:
        return Validity.RETIRED
    return Validity.VALID
