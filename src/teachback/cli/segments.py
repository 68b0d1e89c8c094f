"""A file's segments, told in words: for people who want to see what stands in an 837."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from teachback.cli import complain, printable
from teachback.x12.segments import NOT_X12, explained

if TYPE_CHECKING:
    from pathlib import Path


def run_segments(file: Path) -> int:
    """Print the readable view of an X12 file; 2 where it holds no segment."""
    if not file.is_file():
        return complain(f"{file}: there is no such file")
    with file.open("rb") as stream:
        lines = explained(stream)
        first = next(lines, None)
        if first is None or first == NOT_X12:
            return complain(f"{file}: this is no X12 file; it has no ISA segment")
        sys.stdout.write(f"{printable(first)}\n")
        for line in lines:
            sys.stdout.write(f"{printable(line)}\n")
    return 0
