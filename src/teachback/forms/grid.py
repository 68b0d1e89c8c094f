"""The grid of a printed form: ten characters an inch, six lines an inch, fields and boxes in lines and columns.

Lines are counted from 1 at the top edge of a letter page (66 lines), columns from 1 at the form's left border.
A line or column may be broken (1.5): some forms set a short value in the middle of its box.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

POINTS_OF_AN_INCH: Final = 72.0
POINTS_OF_A_MILLIMETER: Final = POINTS_OF_AN_INCH / 25.4
PAGE_WIDTH: Final = 8.5 * POINTS_OF_AN_INCH
PAGE_HEIGHT: Final = 11 * POINTS_OF_AN_INCH
LINES: Final = 66
LINE_HEIGHT: Final = PAGE_HEIGHT / LINES
CHARACTER_WIDTH: Final = POINTS_OF_AN_INCH / 10
FONT: Final = "Courier"
FONT_SIZE: Final = 12.0  # every character of Courier is 0.6 em wide: ten an inch
BASELINE: Final = 3.0  # points above the lower edge of a line: capitals stand in its middle


class Align(StrEnum):
    """Where a shorter text stands in its field."""

    LEFT = "left"
    RIGHT = "right"
    CENTER = "center"


@dataclass(frozen=True, slots=True)
class Field:
    """A place for one text of at most ``width`` characters.

    ``box`` names the box of the form that it lies in. Only a text with ``cut`` may lose its end: a name or an
    address, never an identifier or an amount.
    """

    box: str
    line: float
    column: float
    width: int
    align: Align = Align.LEFT
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the form: its number, first and last line, first column and the column that ends it.

    ``right`` is the last column inside, so that a box of one character has ``left == right``.
    ``tag_right`` puts its number into the upper right corner, where the left one holds a value.
    """

    label: str
    top: float
    bottom: float
    left: float
    right: float
    tag_right: bool = False


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle of the page in points, from the lower left corner of the paper."""

    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A form: where its grid begins, its fields by name and its boxes by name.

    ``left`` is the left edge of column 1 in points. ``nudge`` moves every text that many points to the right, so
    that a first letter does not touch its box's line.
    """

    name: str
    left: float
    nudge: float
    fields: Mapping[str, Field]
    boxes: Mapping[str, Box]

    def box(self, name: str) -> Rectangle:
        """The rectangle of a box."""
        box = self.boxes[name]
        return Rectangle(
            self._x(box.left), _edge(box.bottom), self._x(box.right + 1), _edge(box.top) + LINE_HEIGHT
        )

    def start(self, name: str, text: str) -> tuple[float, float]:
        """Where a text of a field begins: x and baseline in points. Texts stay on the field's characters."""
        field = self.fields[name]
        spare = field.width - len(text)
        before = {Align.LEFT: 0, Align.CENTER: spare // 2, Align.RIGHT: spare}[field.align]
        return self._x(field.column + before) + self.nudge, _edge(field.line) + BASELINE

    def _x(self, column: float) -> float:
        return self.left + (column - 1) * CHARACTER_WIDTH


def _edge(line: float) -> float:
    """The lower edge of a line, in points from the paper's lower edge."""
    return PAGE_HEIGHT - line * LINE_HEIGHT
