"""What is audited: a batch result or a file of claims, opened part by part so that memory stays bounded."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from teachback.audit.thresholds import AuditError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

KEYS = ("session_id", "patient_id", "date_of_service")
SESSION_COLUMNS = (
    *KEYS,
    "practitioner_npi",
    "practitioner_kind",
    "training",
    "place_of_service",
    "minutes",
    "patients_represented",
    "disposition",
    "outcome",
    "units",
    "allowed_cents",
    "repeats",
    "signed_days",
    "kx",
)
FINDING_COLUMNS = (*KEYS, "code", "name", "severity")
LINE_COLUMNS = (
    *KEYS,
    "practitioner_npi",
    "procedure_code",
    "units",
    "modifiers",
    "place_of_service",
    "allowed_cents",
)
_TEXT = frozenset(
    {
        "session_id",
        "patient_id",
        "practitioner_npi",
        "practitioner_kind",
        "training",
        "place_of_service",
        "disposition",
        "outcome",
        "code",
        "name",
        "severity",
        "procedure_code",
        "modifiers",
    }
)
FOLDERS = ("lines", "findings", "sessions")
_MAKES = "teachback batch SESSIONS --out DIR makes it"


@contextmanager
def readable(file: Path) -> Iterator[None]:
    """Faults of a file as sentences for people."""
    try:
        yield
    except (pl.exceptions.ColumnNotFoundError, pl.exceptions.SchemaError) as error:
        raise AuditError(f"{file} does not have the columns of a batch result: {_short(error)}") from error
    except (pl.exceptions.PolarsError, OSError) as error:
        raise AuditError(
            f"{file} cannot be read as Parquet ({_short(error)}); it may be damaged or half-written: make it again"
        ) from error


def _short(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__


def read_parquet(file: Path, columns: Sequence[str]) -> pl.DataFrame:
    """Columns of one Parquet file, repeated words as plain text. Raises ``AuditError``."""
    with readable(file):
        scan = pl.scan_parquet(file, hive_partitioning=False)
        texts = [pl.col(name).cast(pl.String) for name in columns if name in _TEXT]
        return scan.select(columns).with_columns(texts).collect()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the book: everything about some of the patients. A claims part has ``lines`` only."""

    name: str
    files: Mapping[str, Path]

    def read(self, folder: str, columns: Sequence[str]) -> pl.DataFrame:
        """The part's sessions, findings or lines; an empty frame where the part has no such file."""
        if folder not in self.files:
            schema = {name: _type(name) for name in columns}
            return pl.DataFrame(schema=schema)
        return read_parquet(self.files[folder], columns)


def _type(name: str) -> Any:  # noqa: ANN401  a polars data type
    return pl.String if name in _TEXT else (pl.Date if name == "date_of_service" else pl.Int64)


@dataclass(frozen=True, slots=True)
class Book:
    """An opened input.

    ``kind`` is ``batch`` or ``claims``. ``missing`` maps what is absent to the sentence that says what it
    would take. ``rows_read`` and ``rows_refused`` count claim rows (0 for a batch result).
    """

    kind: str
    path: Path
    parts: tuple[Part, ...]
    summary: Mapping[str, Any] = field(default_factory=dict)
    has_kind: bool = True
    rows_read: int = 0
    rows_refused: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)

    @property
    def unit(self) -> tuple[str, str]:
        """What one counted unit is called, singular and plural."""
        if self.kind == "batch":
            return "session", "sessions"
        return "service day", "service days"


def is_batch(path: Path) -> bool:
    """Whether the folder looks like a batch result, whole or not."""
    return path.is_dir() and ((path / "summary.json").exists() or any((path / f).is_dir() for f in FOLDERS))


def open_batch(path: Path) -> Book:
    """The parts of a batch result.

    Raises ``AuditError`` where a folder or ``summary.json`` is missing, or there is nothing in it.
    """
    missing = [f"{folder}/" for folder in FOLDERS if not (path / folder).is_dir()]
    if not (path / "summary.json").is_file():
        missing.append("summary.json")
    if missing:
        raise AuditError(
            f"{path} is not a whole batch result: {', '.join(missing)} missing. {_MAKES}; "
            "if the run was stopped, the same command goes on where it stopped"
        )
    try:
        summary = json.loads((path / "summary.json").read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise AuditError(f"{path / 'summary.json'} cannot be read: {_short(error)}. {_MAKES}") from error
    found = {folder: {file.stem: file for file in (path / folder).glob("*.parquet")} for folder in FOLDERS}
    strays = (set(found["lines"]) | set(found["findings"])) - set(found["sessions"])
    if strays:
        raise AuditError(
            f"{path}: {min(strays)} has lines or findings but no sessions; the parts do not belong "
            f"together. {_MAKES}"
        )
    parts = [
        Part(stem, {folder: found[folder][stem] for folder in FOLDERS if stem in found[folder]})
        for stem in sorted(found["sessions"])
    ]
    if sum(count_rows(part.files["sessions"]) for part in parts) == 0:
        raise AuditError(
            f"{path} holds no sessions; look at its refused/ for the reasons, or choose another input"
        )
    return Book("batch", path, tuple(parts), summary=summary)


def count_rows(file: Path) -> int:
    """The rows of a Parquet file, from its footer."""
    with readable(file):
        return int(pl.scan_parquet(file, hive_partitioning=False).select(pl.len()).collect().item())
