"""The words of a stranger's choice columns that are none of ours, for the mapping file to translate."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from teachback.intake.fields import BY_COLUMN
from teachback.intake.problems import Refusal, Unread, Unreadable, is_word
from teachback.intake.proposal import choices_of
from teachback.intake.values import cell_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_MOST_ROWS = 1000
_MOST_WORDS = 20


def strange_words(
    header: Sequence[str], rows: Iterable[tuple[int, Sequence[Any]] | Refusal]
) -> dict[str, list[str]]:
    """By our column the words of the first thousand rows that we do not read.

    A column of many words is no choice and may name people, and so may more than one word: neither is
    listed.
    """
    names = [heading.strip() for heading in header]
    columns = [
        (names.index(name), cell_reader(BY_COLUMN[column]), column)
        for name, column in choices_of(names).items()
    ]
    found: dict[str, dict[str, None]] = {column: {} for _, _, column in columns}
    try:
        for row in islice(rows, _MOST_ROWS) if columns else ():
            if not isinstance(row, Refusal):
                _note(row[1], columns, found)
    except Unread:
        pass  # a damaged workbook: the words before the damage are enough
    return {column: list(words) for column, words in found.items() if len(words) <= _MOST_WORDS}


def _note(
    cells: Sequence[Any],
    columns: list[tuple[int, Callable[[Any], Any], str]],
    found: dict[str, dict[str, None]],
) -> None:
    for index, read, column in columns:
        cell = cells[index] if index < len(cells) else None
        word = cell.strip() if isinstance(cell, str) else ""
        if not is_word(word) or len(found[column]) > _MOST_WORDS:
            continue
        try:
            read(word)
        except Unreadable:
            found[column][word] = None
