"""A finding: one small frozen value that says what is wrong, where, why, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from datetime import date

    from teachback.model import Severity


class Owner(StrEnum):
    """Who can cure a finding; ``NOBODY`` where the fact itself settles the matter."""

    CLINICIAN = "clinician"
    FRONT_DESK = "front desk"
    BILLER = "biller"
    NOBODY = "nobody"


class LawValue(Protocol):
    """A dated, cited value of the law, as a step remembers it."""

    @property
    def name(self) -> str:
        """The parameter's name."""
        ...

    @property
    def key(self) -> str | None:
        """The code, locality or kind that the value is for, where it depends on one."""
        ...

    @property
    def value(self) -> Any:  # noqa: ANN401  a law value is a number, word, list or mapping
        """The value itself."""
        ...

    @property
    def since(self) -> date:
        """The first day on which it holds."""
        ...

    @property
    def confidence(self) -> str:
        """How sure we are: verified, inferred or disputed."""
        ...

    @property
    def payer(self) -> str:
        """Whose value it is."""
        ...

    @property
    def cites(self) -> tuple[str, ...]:
        """Its sources with their pages."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One call of one rule: the facts and the law it was given, and what it answered."""

    rule: str
    says: str
    facts: tuple[tuple[str, object], ...]
    law: tuple[LawValue, ...]
    value: object


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of an edit. ``place`` is the path of the fact in the session record.

    ``prevents`` is the claim adjustment reason code (CARC) that the finding is meant to forestall.
    """

    code: str
    name: str
    severity: Severity
    message: str
    remedy: str
    place: str
    cites: tuple[str, ...]
    owner: Owner
    prevents: str | None
    step: Step

    @property
    def order(self) -> tuple[int, str]:
        """Findings are listed by severity, then by code."""
        return (self.severity.rank, self.code)
