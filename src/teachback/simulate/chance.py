"""Chance that can be repeated: every draw depends on the seed and on what it is drawn for, never on what came before.

A claim is therefore treated alike whatever other claims stand beside it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from random import Random
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

_T = TypeVar("_T")
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Shares:
    """How often the made-up payer does what: whole percent of claims, or of patients where it is said.

    ``deny`` to ``reject`` exclude each other on one claim. ``correct`` is the share of wrong denials and
    underpayments that the payer finds itself and corrects in its second answer; it always finds what it overpaid.
    ``claims_of_a_check`` is a number, not a share.
    """

    deny: int = 6
    underpay: int = 6
    overpay: int = 4
    silent: int = 2
    late: int = 6
    reject: int = 1
    correct: int = 40
    crossover: int = 15
    renumbered: int = 2
    deductible: int = 10
    over_threshold: int = 3
    claims_of_a_check: int = 40

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for a share that is no percentage, and shares of claims of more than all."""
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name == "claims_of_a_check":
                if value < 1:
                    raise ValueError("claims_of_a_check must be at least 1")
            elif not 0 <= value <= _WHOLE:
                raise ValueError(f"{one.name} must be a percentage from 0 to 100")
        if self.deny + self.underpay + self.overpay + self.silent + self.late + self.reject > _WHOLE:
            raise ValueError(
                "the shares of claims denied, underpaid, overpaid, silent, late and rejected exceed 100"
            )


EXACT: Final = Shares(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
"""A payer without fault or delay: whatever it does not pay follows from its rules."""


@dataclass(frozen=True, slots=True)
class Chance:
    """Draws for one seed."""

    seed: int

    def of(self, *subject: object) -> Random:
        """A generator for a subject, such as ("event", control number)."""
        return Random(f"{self.seed}|" + "|".join(map(str, subject)))  # noqa: S311  made-up answers are drawn, not kept secret

    def hits(self, percent: int, *subject: object) -> bool:
        """Whether a share of that percentage falls on the subject."""
        return self.of(*subject).randrange(_WHOLE) < percent

    def one(self, choices: Sequence[_T], *subject: object) -> _T:
        """One of the choices."""
        return self.of(*subject).choice(choices)


def digits(count: int, *parts: object) -> int:
    """A number of so many digits, without a zero in front, that the parts alone decide."""
    least: int = 10 ** (count - 1)
    digest = hashlib.sha256("|".join(map(str, parts)).encode("utf-8", "replace")).digest()
    return least + int.from_bytes(digest[:8], "big") % (9 * least)
