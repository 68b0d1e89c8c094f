"""A checker for tests: text in, issues out, and the small edits that damage a clean file."""

from __future__ import annotations

import io
from datetime import date

from teachback.check import Options, check_stream
from tests.x12.mutants import counted

RECEIVED = date(2026, 5, 4)


class Collected:
    """Keeps every issue with its claim."""

    def __init__(self):
        self.issues = []
        self.by_claim = {}

    def tell(self, issues, claim):
        self.issues.extend(issues)
        self.by_claim.setdefault(claim.number if claim else None, []).extend(issues)


def asked(text, **options):
    """What is told of a file, and its counts."""
    collected = Collected()
    data = text if isinstance(text, bytes) else text.encode("utf-8")
    counts = check_stream(io.BytesIO(data), Options(**{"received": RECEIVED, **options}), collected)
    return collected, counts


def codes(text, **options):
    """The codes that are told, each with its element (or its segment), without notes."""
    return [
        (issue.code, issue.position.element or issue.position.segment)
        for issue in asked(text, **options)[0].issues
        if issue.severity.value != "information"
    ]


def edited(text, *changes):
    """The text with each ``old`` replaced once by its ``new``; SE01 is set right."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return counted(text)
