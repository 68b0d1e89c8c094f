"""What is wrong with an X12 file: a small frozen value with its position, X12's own code and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from teachback.model import Severity


@dataclass(frozen=True, slots=True)
class Position:
    """Where in a file: control numbers of the envelopes, loop, segment, element, line and byte.

    ``segment_number`` counts from the ST segment (1), as a 999 does; ``line`` and ``byte`` are of the
    segment's first character in the file, counted from 1 and 0. ``element`` is such as ``SV101-2``.
    """

    line: int
    byte: int
    segment: str = ""
    element: str = ""
    loop: str = ""
    segment_number: int = 0
    interchange: str = ""
    transaction: str = ""
    claim: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault of a file. ``code`` and ``name`` are ours (X101 …) or those of a billing finding (C104 …).

    ``x12`` is X12's own error code with its home, such as ``TA1-105 021``, ``IK304 3`` or ``IK403 7``; empty
    where X12 has none. ``cites`` names the law behind a billing finding. No patient data stands in a message.
    """

    code: str
    name: str
    severity: Severity
    message: str
    remedy: str
    position: Position
    x12: str = ""
    cites: tuple[str, ...] = ()
    prevents: str | None = None
