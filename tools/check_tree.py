"""Refuse what must never be committed: registry addresses, local paths, real identifiers, licensed wording.

Every pattern is written so that it does not match its own source.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PUBLISHED_SAMPLE = "1EG4TE5MK73"  # the beneficiary number CMS prints on its sample card

# CMS, "Understanding the Medicare Beneficiary Identifier format": letters leave out S, L, O, I, B and Z.
# A made-up number with S in second place therefore never has the shape of a real one.
_LETTER = "[AC-HJKMNP-RT-Y]"
_EITHER = "[0-9AC-HJKMNP-RT-Y]"
_BENEFICIARY = (
    rf"(?<![0-9A-Za-z])[1-9]{_LETTER}{_EITHER}\d-?{_LETTER}{_EITHER}\d-?{_LETTER}{_LETTER}\d\d(?![0-9A-Za-z])"
)


@dataclass(frozen=True, slots=True)
class Ban:
    """One shape that no file may hold, and what to do instead."""

    what: str
    pattern: re.Pattern[str]
    cure: str
    allowed: frozenset[str] = frozenset()
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where a banned shape stands; line 0 is the file's name."""

    file: str
    line: int
    ban: Ban
    text: str

    def __str__(self) -> str:
        """Name the place, the fault and the cure; a possible identifier is not repeated."""
        shown = "" if self.ban.secret else f" ({' '.join(self.text.split())!r})"
        return f"{self.file}:{self.line}: {self.ban.what}{shown}; {self.ban.cure}"


BANS = (
    Ban(
        "address of a package registry",
        re.compile(
            r"\b(?:pypi\.org|(?:files\.)?pythonhosted\.org|registry\.npmjs\.org|deb\.debian\.org)\b",
            re.IGNORECASE,
        ),
        "locks and documents name packages, not hosts (run `make lock`)",
    ),
    Ban(
        "path of one machine",
        re.compile(r"(?<![\w.~-])/work[/]"),
        "write the path from the project's root",
    ),
    Ban(
        "shape of a real Medicare beneficiary identifier",
        re.compile(_BENEFICIARY, re.IGNORECASE),
        f"use {PUBLISHED_SAMPLE} or a made-up one with S in second place",
        frozenset({PUBLISHED_SAMPLE}),
        secret=True,
    ),
    Ban(
        "shape of a Social Security number",
        re.compile(r"(?<![0-9A-Za-z])(?<!\d-)\d{3}-\d{2}-\d{4}(?!\w|-\d)"),
        "leave it out; no record needs one",
        secret=True,
    ),
    Ban(
        "licensed CPT wording",
        re.compile(
            r"strategies\W+and\W+techniques\W+to\W+facilitate\W+the\W+patient"
            r"|multiple\W+family\W+group\W+behavior\W+management\W+modification",
            re.IGNORECASE,
        ),
        "describe the service in our own words",
    ),
)


def faults(file: str, text: str) -> Iterator[Fault]:
    """Every banned shape in a file's name and in its text."""
    for ban in BANS:
        for line, where in ((0, file), (1, text)):
            for match in ban.pattern.finditer(where):
                if match[0].upper().replace("-", "") not in ban.allowed:
                    yield Fault(file, line + where.count("\n", 0, match.start()), ban, match[0])


def files(root: Path) -> list[str]:
    """The files git tracks, and those it would track if they were added now."""
    # CI may run as another user than the one the clone belongs to, which git refuses unless told.
    kinds = ["--cached", "--others", "--exclude-standard"]
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run([*git, *kinds], cwd=root, check=True, capture_output=True).stdout
    return sorted({name for name in listed.decode("utf-8", "surrogateescape").split("\0") if name})


def check(root: Path, names: Iterable[str]) -> list[Fault]:
    """All faults of the named files; pictures and other binary files are judged by their name alone."""
    found: list[Fault] = []
    for name in names:
        path = root / name
        if not path.is_file():
            continue
        content = path.read_bytes()
        found += faults(name, "" if b"\0" in content else content.decode("utf-8", "replace"))
    return found


def main() -> int:
    """Check the tree this file stands in; 1 when something must go."""
    root = Path(__file__).resolve().parent.parent
    try:
        names = files(root)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"check_tree: git could not list the files of {root}: {error}", file=sys.stderr)
        return 2
    found = check(root, names)
    for fault in found:
        print(fault)
    print(f"check_tree: {len(names)} files, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
