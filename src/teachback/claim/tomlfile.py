"""Reading a TOML file that people write: every fault at once, each with its path, what is expected and the cure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from teachback.intake.problems import characters, quoted, shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

MOST_BYTES = 20_000_000
MOST_DOLLARS = Decimal(10_000_000)
_IN_QUOTES = "write it in quotation marks"
_SHOWN = 24  # longer texts may be anything, also a person's data


@dataclass(frozen=True, slots=True)
class FileFault:
    """One fault of a file: the path of the value, what was expected, what was found, and the cure."""

    path: str
    expected: str
    found: str
    cure: str

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        found = f", but found {self.found}" if self.found else ""
        return f"{where}expected {self.expected}{found}; {self.cure}."


class FaultyFile(ValueError):  # noqa: N818  it carries all faults of a file rather than being one error
    """A file cannot be used; ``faults`` are all that are wrong with it, in the file's order."""

    def __init__(self, name: str, faults: tuple[FileFault, ...]) -> None:
        super().__init__("\n".join(f"{name}: {fault}" for fault in faults))
        self.name = name
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Form:
    """How a text is written: ``reads`` answers with the clean value, or ``None`` where it is no good.

    What was found is told by its length only where the form is ``private``.
    """

    expected: str
    cure: str
    reads: Callable[[str], str | None]
    private: bool = False


def load(path: Path) -> dict[str, Any]:
    """The tables of a TOML file; ``FaultyFile`` with one fault where it cannot be read as TOML."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _whole(
            path, "a file that can be read", error.strerror or "an error", "check its name"
        ) from None
    if len(raw) > MOST_BYTES:
        raise _whole(path, "some pages of text", "more than 20 MB", "check that it is the right file")
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _whole(path, "text in UTF-8", f"other bytes in line {line}", "save it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise _whole(path, "valid TOML", str(error)[:120], "correct that line") from None


def _whole(path: Path, expected: str, found: str, cure: str) -> FaultyFile:
    return FaultyFile(str(path), (FileFault("", expected, found, cure),))


class Table:
    """One table of the file, read value by value; faults are gathered and never raised here.

    A value that is missing or no good reads as empty, so that reading goes on to the next fault.
    """

    def __init__(self, raw: Mapping[str, Any], path: str, faults: list[FileFault]) -> None:
        self.path = path
        self.faults = faults
        self._raw = raw
        self._known: set[str] = set()

    def at(self, key: str) -> str:
        """The path of a value of this table."""
        return f"{self.path}.{key}" if self.path else key

    def fault(self, key: str, expected: str, found: str, cure: str) -> None:
        """Note a fault of one value."""
        self.faults.append(FileFault(self.at(key), expected, found, cure))

    def _take(self, key: str) -> Any:  # noqa: ANN401  TOML holds values of many types
        self._known.add(key)
        return self._raw.get(key)

    def need(self, key: str, form: Form) -> str:
        """A text that must be there."""
        if key not in self._raw:
            self._known.add(key)
            self.fault(key, form.expected, "nothing", f'add {key} = "..."')
            return ""
        return self.may(key, form) or ""

    def may(self, key: str, form: Form) -> str | None:
        """A text that may be left out."""
        value = self._take(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.fault(key, form.expected, shape(value), _IN_QUOTES)
            return None
        read = form.reads(value.strip())
        if read is None:
            if not value.strip():
                self.fault(key, form.expected, "an empty text", "fill it in")
                return None
            private = form.private or len(value) > _SHOWN
            self.fault(key, form.expected, characters(value) if private else quoted(value), form.cure)
        return read

    def yes_no(self, key: str, *, absent: bool | None = None) -> bool | None:
        """True or false; ``absent`` where it is left out."""
        value = self._take(key)
        if value is None or isinstance(value, bool):
            return absent if value is None else value
        self.fault(key, "true or false", shape(value), "write it without quotation marks")
        return absent

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A date, written as 2026-04-14 with or without quotation marks."""
        value = self._take(key)
        if value is None:
            if required:
                self.fault(key, "a date such as 2026-04-14", "nothing", f"add {key} = 2026-01-01")
            return None
        if isinstance(value, datetime):
            value = value.date() if value == datetime.combine(value.date(), datetime.min.time()) else None
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value.strip())
            except ValueError:
                value = None
        if isinstance(value, date):
            return value
        self.fault(key, "a date such as 2026-04-14", "something else", "write year-month-day")
        return None

    def dollars(self, key: str, *, required: bool = False) -> Decimal | None:
        """Dollars in quotation marks or as a whole number; fractions of a cent and signs are refused."""
        value = self._take(key)
        if value is None:
            if required:
                self.fault(key, 'dollars such as "110.00"', "nothing", f'add {key} = "0.00"')
            return None
        if isinstance(value, float):
            self.fault(key, 'dollars such as "110.00"', "a fraction without quotation marks", _IN_QUOTES)
            return None
        read = (
            dollars_of(str(value)) if isinstance(value, (str, int)) and not isinstance(value, bool) else None
        )
        if read is None:
            self.fault(key, 'dollars such as "110.00"', shape(value), "write digits, a point and two digits")
        return read

    def texts(self, key: str, form: Form) -> tuple[str, ...] | None:
        """A list of texts; ``None`` where it is left out."""
        value = self._take(key)
        if value is None:
            return None
        if not isinstance(value, list):
            self.fault(key, "a list in brackets", shape(value), f'write {key} = ["..."]')
            return None
        found = []
        for number, item in enumerate(value, start=1):
            read = form.reads(item.strip()) if isinstance(item, str) else None
            if read is None:
                self.fault(f"{key}[{number}]", form.expected, shape(item), form.cure)
            else:
                found.append(read)
        return tuple(found)

    def years(self, key: str) -> tuple[int, ...]:
        """A list of calendar years."""
        value = self._take(key)
        if value is None:
            return ()
        good = isinstance(value, list) and all(type(year) is int and 1966 <= year <= 2099 for year in value)  # noqa: PLR2004  the first day of Medicare to the end of our calendars
        if not good:
            self.fault(key, "a list of years", shape(value), f"write {key} = [2026]")
            return ()
        return tuple(value)

    def table(self, key: str, *, required: bool = False) -> Table | None:
        """A table within this one."""
        value = self._take(key)
        if value is None and not required:
            return None
        if isinstance(value, dict):
            return Table(value, self.at(key), self.faults)
        self.fault(key, "a table", shape(value), f"write [{self.at(key)}] on a line of its own")
        return None

    def tables(self, key: str, *, required: bool = False) -> Iterator[Table]:
        """The tables of a list, counted from 1."""
        value = self._take(key)
        if value is None or value == []:
            if required:
                self.fault(key, f"at least one [[{key}]]", "none", f"add a table [[{key}]]")
            return
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fault(key, f"tables [[{key}]]", shape(value), f"write [[{key}]] with double brackets")
            return
        for number, item in enumerate(value, start=1):
            yield Table(item, f"{self.at(key)}[{number}]", self.faults)

    def close(self) -> None:
        """Tell which values nobody asked for: most are slips of the pen."""
        for key in self._raw:
            if key not in self._known:
                self.fault(
                    key,
                    f"one of: {', '.join(sorted(self._known))}",
                    "a name unknown here",
                    "correct or remove it",
                )


def dollars_of(text: str) -> Decimal | None:
    """Dollars with at most two decimals, 0 or more; ``None`` where the text is something else."""
    plain = text.strip().removeprefix("$").strip().replace(",", "")
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount < MOST_DOLLARS:
        return None
    cents = amount.quantize(Decimal("0.01"))
    return cents if cents == amount else None
