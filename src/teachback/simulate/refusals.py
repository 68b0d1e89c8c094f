"""The reasons for which the made-up payer refuses a line, from ``refusals.toml`` beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason: its codes, whether the claim is unprocessable for it (MA130), and its weight among seeded ones.

    ``wrong`` marks a refusal that the payer may later find to be its own mistake.
    """

    name: str
    group_code: str
    carc: str
    remark_codes: tuple[str, ...]
    says: str
    unprocessable: bool = False
    seeded: int = 0
    wrong: bool = False


@cache
def refusals() -> Mapping[str, Refusal]:
    """Every refusal by its name."""
    table = tomllib.loads(files(__package__).joinpath("refusals.toml").read_text("utf-8"))
    return {
        name: Refusal(
            name,
            row["group"],
            row["carc"],
            tuple(row["remarks"]),
            row["says"],
            row.get("unprocessable", False),
            row.get("seeded", 0),
            row.get("wrong", False),
        )
        for name, row in table.items()
    }


@cache
def seeded() -> tuple[str, ...]:
    """The names of seeded refusals, each as often as its weight."""
    return tuple(name for name, one in refusals().items() for _ in range(one.seeded))
