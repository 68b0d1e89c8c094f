"""A large made-up book of sessions with known errors, to measure what the rules and the audit find.

Nobody in it exists. It is drawn part by part in columns, so that a hundred million rows can be made in
bounded memory; numpy and polars are imported here, and by nothing that answers one session.
"""

from __future__ import annotations

from teachback.synthetic.book.writing import FORMATS, MOST_ROWS, Format, Made, write_book

__all__ = ["FORMATS", "MOST_ROWS", "Format", "Made", "write_book"]
