"""A place in a FHIR resource that is being read: a value with its path, so that every refusal names where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from teachback.fhir import systems

CENT = Decimal("0.01")
MOST_DOLLARS = Decimal(10) ** 12
MOST_UNITS = 10**9


class CannotRead(ValueError):  # noqa: N818  named for what happened, as people say it
    """A resource that cannot be read as a claim: ``path`` says where, ``reason`` what is wrong and what to do.

    Neither repeats what stands there, since it may be about a patient.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a resource (dict, list, text, number) and the path that leads to it."""

    value: Any
    path: str

    def refuse(self, reason: str) -> CannotRead:
        """The refusal that names this place."""
        return CannotRead(self.path, reason)

    def get(self, name: str) -> Node | None:
        """A member, or ``None`` where it is absent."""
        if not isinstance(self.value, dict):
            raise self.refuse("an object is needed here")
        value = self.value.get(name)
        return None if value is None else Node(value, f"{self.path}.{name}")

    def need(self, name: str) -> Node:
        """A member that must be there."""
        found = self.get(name)
        if found is None:
            raise CannotRead(f"{self.path}.{name}", "is missing, and a claim needs it")
        return found

    def each(self, name: str) -> list[Node]:
        """The members of a list; none where it is absent."""
        found = self.get(name)
        if found is None:
            return []
        if not isinstance(found.value, list):
            raise found.refuse("a list is needed here")
        return [Node(value, f"{found.path}[{number}]") for number, value in enumerate(found.value)]

    def first(self, name: str) -> Node:
        """The first member of a list that must have one."""
        found = self.each(name)
        if not found:
            raise CannotRead(f"{self.path}.{name}", "is missing, and a claim needs it")
        return found[0]

    def text(self) -> str:
        """This value as a text."""
        if not isinstance(self.value, str):
            raise self.refuse("a text is needed here")
        return self.value

    def number(self) -> Decimal:
        """This value as a number."""
        value = self.value
        if isinstance(value, Decimal) and value.is_finite():
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
        raise self.refuse("a number is needed here")

    def whole(self) -> int:
        """This value as a whole number."""
        value = self.number()
        if abs(value) > MOST_UNITS or value % 1:
            raise self.refuse("a whole number is needed here")
        return int(value)

    def yes(self) -> bool:
        """This value as yes or no."""
        if not isinstance(self.value, bool):
            raise self.refuse("true or false is needed here")
        return self.value

    def day(self) -> date:
        """This value as a whole date."""
        text = self.text()
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.refuse("a whole date such as 2026-04-14 is needed here") from None

    def amount(self) -> Decimal:
        """This number as dollars and cents."""
        value = self.number()
        if abs(value) >= MOST_DOLLARS:
            raise self.refuse("the amount is too large for a claim")
        cents = value.quantize(CENT)
        if cents != value:
            raise self.refuse("an amount has two decimals at most")
        return cents

    def money(self) -> Decimal:
        """This Money as dollars and cents."""
        currency = self.get("currency")
        if currency is not None and currency.value != systems.CURRENCY:
            raise currency.refuse("amounts of a claim are in US dollars (USD)")
        return self.need("value").amount()

    def code(self, *wanted: str) -> str | None:
        """The code of this CodeableConcept (or Coding) under one of the systems; any code where none is named."""
        codings = self.each("coding") if self.get("coding") is not None else [self]
        for system in wanted or (None,):
            for coding in codings:
                where = coding.get("system")
                code = coding.get("code")
                if code is not None and (system is None or (where is not None and where.value == system)):
                    return code.text()
        return None

    def need_code(self, *wanted: str) -> str:
        """The code of this CodeableConcept, which must be there."""
        found = self.code(*wanted)
        if found is None:
            of = f" of {' or '.join(wanted)}" if wanted else ""
            raise self.refuse(f"a code{of} is needed here")
        return found

    def extensions(self, name: str) -> list[Node]:
        """Every extension of ours of that name."""
        return [
            each
            for each in self.each("extension")
            if (url := each.get("url")) and url.value == systems.OURS + name
        ]

    def extension(self, name: str, kind: str) -> Node | None:
        """The value of our extension of that name, or ``None``."""
        found = self.extensions(name)
        return found[0].need(f"value{kind}") if found else None

    def parts(self, name: str) -> list[Node]:
        """The parts of that name in a nested extension."""
        return [each for each in self.each("extension") if (url := each.get("url")) and url.value == name]

    def part(self, name: str, kind: str) -> Node:
        """The value of a part that must be there."""
        found = self.parts(name)
        if not found:
            raise self.refuse(f"the part {name} is missing")
        return found[0].need(f"value{kind}")

    def number_of(self, *wanted: str) -> str | None:
        """The value of this resource's identifier under one of the systems, or ``None``."""
        for system in wanted:
            for each in self.each("identifier"):
                where, value = each.get("system"), each.get("value")
                if where is not None and value is not None and where.value == system:
                    return value.text()
        return None
