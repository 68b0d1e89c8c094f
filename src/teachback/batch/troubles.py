"""What stopped a task, carried out of its process as plain values and told in one sentence."""

from __future__ import annotations

import errno
import os
import traceback
from dataclasses import dataclass
from typing import Final

from teachback.intake.mapping import MappingError
from teachback.intake.problems import Unread

_FULL: Final = ("No space left on device", "os error 28", "os error 122", "Disk quota exceeded")
_FULL_NUMBERS: Final = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_KILLED: Final = 9


class BatchError(Exception):
    """A task cannot go on, for a reason that people can cure; its text is one whole sentence for them."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a task failed. ``kind`` is full, memory, lost, told, file, parquet or fault; ``trace`` is for developers."""

    kind: str
    words: str
    trace: str = ""


def trouble_of(error: BaseException) -> Trouble:
    """The trouble that an exception means."""
    trace = "".join(traceback.format_exception(error))
    seen: BaseException | None = error
    while seen is not None:
        if _is_full(seen):
            return Trouble("full", "", trace)
        seen = seen.__cause__ or seen.__context__
    if isinstance(error, Unread):
        return Trouble("told", str(error.refusal), trace)
    if isinstance(error, (BatchError, MappingError)):
        return Trouble("told", str(error), trace)
    if isinstance(error, MemoryError):
        return Trouble("memory", "", trace)
    if type(error).__module__.startswith("polars"):
        return Trouble("columns", type(error).__name__, trace)
    if isinstance(error, OSError):
        name = f": {error.filename}" if error.filename else ""
        return Trouble("file", f"{error.strerror or type(error).__name__}{name}", trace)
    return Trouble("fault", type(error).__name__, trace)


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in _FULL_NUMBERS:
        return True
    polars = type(error).__module__.startswith("polars")
    return (polars or isinstance(error, OSError)) and any(words in str(error) for words in _FULL)


def lost(attempts: int, status: int | None) -> Trouble:
    """The trouble of a task whose worker died every time; ``status`` is minus the signal that killed it."""
    how = "" if status is None else f" (signal {-status})" if status < 0 else f" (status {status})"
    cause = (
        "; the system does that where memory is short: use fewer --workers"
        if status in {None, -_KILLED}
        else ""
    )
    return Trouble("lost", f"its worker died {attempts} times{how}{cause}")


def sentence(trouble: Trouble, file: str | None) -> str:
    """What stopped a task, in one sentence that says what to do; ``file`` is the input file that it read."""
    match trouble.kind:
        case "full":
            words = "the disk is full; free space and run the same command again: finished buckets are kept"
        case "memory":
            words = "memory ran out; use fewer --workers, or --fresh with a smaller --part-rows"
        case "columns" if file is not None:
            words = (
                f"{file} could not be read: it is damaged, or its columns are not those of its other parts"
            )
        case "columns" | "fault":
            words = (
                f"a fault of Teachback's own ({trouble.words}); please report it, without patient data; "
                "TEACHBACK_TRACEBACK=1 shows where it happened"
            )
        case _:
            words = trouble.words.rstrip(".")
    return f"{words}." + (
        f"\n{trouble.trace}" if trouble.trace and os.environ.get("TEACHBACK_TRACEBACK") else ""
    )
