"""A file of claims checked by X12 structure, code sets and billing rules, with one report.

    with open(path, "rb") as stream:
        counts = check_stream(stream, Options(received=date.today()), sink)

``sink`` takes issues as they are found (`machine.JsonLines`, `machine.Sarif`, `text.Kept`). Memory stays flat: some
sixty bytes a claim for what claims say of each other.
"""

from __future__ import annotations

from teachback.check.report import ClaimRef, Counts, Options, Sink
from teachback.check.run import check_stream

__all__ = ["ClaimRef", "Counts", "Options", "Sink", "check_stream"]
