"""Exported cells are kept from being taken for formulas by a leading apostrophe, and read back without it."""

from __future__ import annotations

import re

# Apostrophes before the dangerous sign count too: otherwise "'=1" would come back as "=1".
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")


def escape_cell(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return "'" + text if _DANGEROUS.match(text) else text


def unescape_cell(text: str) -> str:
    """The text that ``escape_cell`` was given."""
    return text[1:] if _ESCAPED.match(text) else text
