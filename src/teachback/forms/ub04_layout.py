"""Where the UB-04 (CMS-1450) takes its values: form locator by form locator, line and column.

Found from public facts, figures only: the box positions of OpenEMR's UB-04 sheet (110 units an inch: its rows lie at
six an inch and its rules at tenths of an inch) and the positions in inches of a second table (SVG print forms of a
practice management system), which agree within two hundredths of an inch. Column 1 begins 0.1 inch from the left
edge; the first service line is line 19 of the page, between 3.00 and 3.17 inch, and line 41 carries the totals.

Names of fields: the form locator (``4``, ``39a``), for a service line ``.1`` to ``.22``, then what part it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.forms.grid import POINTS_OF_AN_INCH, Align, Box, Field, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

LINES_OF_A_PAGE: Final = 22
PAYER_ROWS: Final = "ABC"
CONDITIONS: Final = 11
OCCURRENCES: Final = ("31a", "32a", "33a", "34a", "31b", "32b", "33b", "34b")
SPANS: Final = ("35a", "36a", "35b", "36b")
VALUE_CODES: Final = tuple(f"{locator}{row}" for row in "abcd" for locator in (39, 40, 41))
DIAGNOSES: Final = ("67", *(f"67{letter}" for letter in "ABCDEFGHIJKLMNOPQ"))
LAST_COLUMN: Final = 82.55
_FIRST_SERVICE_LINE: Final = 19
_TOTAL_LINE: Final = 41


def _head() -> dict[str, Field]:
    """Form locators 1 to 17."""
    return {
        **{f"1.{row}": Field("1", 1 + row, 2.2, 25, cut=row < len("123")) for row in (1, 2, 3, 4)},
        **{f"2.{row}": Field("2", 1 + row, 27.2, 24, cut=row < len("123")) for row in (1, 2, 3)},
        "3a": Field("3a", 2, 54.5, 24),
        "4": Field("4", 3, 79.4, 4),
        "5": Field("5", 5, 51.5, 10),
        "6.from": Field("6", 5, 62, 6),
        "6.through": Field("6", 5, 69, 6),
        "8b": Field("8b", 7, 2.5, 29, cut=True),
        "9a": Field("9a", 6, 43, 40, cut=True),
        "9b": Field("9b", 7, 33, 30, cut=True),
        "9c": Field("9c", 7, 66, 2),
        "9d": Field("9d", 7, 70, 9),
        "10": Field("10", 9, 2, 8),
        "11": Field("11", 9, 11.5, 1),
        "12": Field("12", 9, 13.5, 6),
        "14": Field("14", 9, 23.4, 1),
        "15": Field("15", 9, 26.4, 1),
        "17": Field("17", 9, 31.9, 2),
        **{f"{18 + n}": Field(f"{18 + n}", 9, 34.9 + 3 * n, 2) for n in range(CONDITIONS)},
    }


def _codes() -> dict[str, Field]:
    """Form locators 31 to 41: occurrences, spans, the payer's address and value codes."""
    fields: dict[str, Field] = {}
    for number, name in enumerate(OCCURRENCES):
        line, column = 11 + number // 4, 10 * (number % 4)
        fields |= {name: Field(name, line, 2 + column, 2), f"{name}.date": Field(name, line, 4.8 + column, 6)}
    for number, name in enumerate(SPANS):
        line, column = 11 + number // 2, 17 * (number % 2)
        fields |= {
            name: Field(name, line, 42 + column, 2),
            f"{name}.from": Field(name, line, 44.8 + column, 6),
            f"{name}.through": Field(name, line, 51.8 + column, 6),
        }
    for number, name in enumerate(VALUE_CODES):
        line, column = 14 + number // 3, 13 * (number % 3)
        fields |= {
            name: Field(name, line, 45 + column, 2),
            f"{name}.amount": Field(name, line, 47.3 + column, 10, Align.RIGHT),
        }
    fields |= {f"38.{row}": Field("38", 12 + row, 3.5, 40, cut=True) for row in (1, 2, 3)}
    return fields


def _service_lines() -> dict[str, Field]:
    """Form locators 42 to 47, 22 lines and the line of totals."""
    fields: dict[str, Field] = {}
    for row in range(1, LINES_OF_A_PAGE + 1):
        line = _FIRST_SERVICE_LINE + row - 1
        fields |= {
            f"42.{row}": Field(f"42.{row}", line, 1.5, 4),
            f"44.{row}": Field(f"44.{row}", line, 31.5, 14),
            f"45.{row}": Field(f"45.{row}", line, 46.5, 6),
            f"46.{row}": Field(f"46.{row}", line, 53.5, 7, Align.RIGHT),
            f"47.{row}": Field(f"47.{row}", line, 61.8, 9, Align.RIGHT),
        }
    return {
        **fields,
        "42.total": Field("total", _TOTAL_LINE, 1.5, 4),
        "43.page": Field("total", _TOTAL_LINE, 10.5, 3, Align.RIGHT),
        "43.pages": Field("total", _TOTAL_LINE, 16.5, 3, Align.RIGHT),
        "45.made": Field("total", _TOTAL_LINE, 46.5, 6),
        "47.total": Field("total", _TOTAL_LINE, 61.8, 9, Align.RIGHT),
    }


def _payers() -> dict[str, Field]:
    """Form locators 50 to 64."""
    fields: dict[str, Field] = {"56": Field("56", 42, 69, 10)}
    for number, row in enumerate(PAYER_ROWS):
        fields |= {
            f"50{row}": Field(f"50{row}", 43 + number, 1.5, 22, cut=True),
            f"51{row}": Field(f"51{row}", 43 + number, 25, 14),
            f"52{row}": Field(f"52{row}", 43 + number, 40, 1),
            f"53{row}": Field(f"53{row}", 43 + number, 43, 1),
            f"54{row}": Field(f"54{row}", 43 + number, 44.4, 10, Align.RIGHT),
            f"58{row}": Field(f"58{row}", 47 + number, 1.5, 25, cut=True),
            f"59{row}": Field(f"59{row}", 47 + number, 27.8, 2),
            f"60{row}": Field(f"60{row}", 47 + number, 30.5, 20),
            f"61{row}": Field(f"61{row}", 47 + number, 51, 14, cut=True),
            f"62{row}": Field(f"62{row}", 47 + number, 66, 17),
            f"64{row}": Field(f"64{row}", 51 + number, 32.8, 26),
        }
    return fields


def _foot() -> dict[str, Field]:
    """Form locators 66 to 81."""
    diagnoses = {
        name: Field(name, 54 + number // 9, 3 + 8 * (number % 9), 7) for number, name in enumerate(DIAGNOSES)
    }
    return {
        "66": Field("66", 55, 1.4, 1),
        **diagnoses,
        "76": Field("76", 57, 60.3, 10),
        "76.last": Field("76.name", 58, 54.5, 15, cut=True),
        "76.first": Field("76.name", 58, 72, 11, cut=True),
        "78.qualifier": Field("78", 61, 56.5, 2),
        "78": Field("78", 61, 60.3, 10),
        "78.last": Field("78.name", 62, 54.5, 15, cut=True),
        "78.first": Field("78.name", 62, 72, 11, cut=True),
        "81a.qualifier": Field("81a", 61, 27.4, 2),
        "81a": Field("81a", 61, 29.5, 10),
    }


def _boxes() -> Iterator[tuple[str, Box]]:
    yield from _head_boxes()
    yield from _code_boxes()
    yield from _service_boxes()
    yield from _payer_boxes()
    yield from _foot_boxes()


def _code_boxes() -> Iterator[tuple[str, Box]]:
    for number, name in enumerate(OCCURRENCES):
        first = 1 + 10 * (number % 4)
        yield name, _row_box(name, 11, number // 4, first, first + (9.45 if number % 4 == len("abc") else 9))
    for number, name in enumerate(SPANS):
        left = 41.45 + 17 * (number % 2)
        yield name, _row_box(name, 11, number // 2, left, left + 16)
    yield "37", Box("37", 10, 12, 75.45, LAST_COLUMN)
    yield "38", Box("38", 13, 17, 1, 43.4)
    for number, name in enumerate(VALUE_CODES):
        left = 44.4 + 13 * (number % 3)
        right = LAST_COLUMN if name.startswith("41") else left + 12
        yield name, _row_box(name, 14, number // 3, left, right)


def _row_box(name: str, first: int, row: int, left: float, right: float) -> Box:
    """A box of one line; the first row also has the line above it, where the form's number stands."""
    return Box(name[:2] if row == 0 else "", first - 1 if row == 0 else first + row, first + row, left, right)


def _head_boxes() -> Iterator[tuple[str, Box]]:
    areas = {
        "1": (1, 5, 1, 26.1),
        "2": (1, 5, 27.1, 50.4),
        "3a": (1, 2, 51.4, 78.2),
        "3b": (3, 3, 51.4, 78.2),
        "4": (1, 3, 79.2, LAST_COLUMN),
        "5": (4, 5, 51.4, 60.5),
        "6": (4, 5, 61.5, 75),
        "7": (4, 5, 76, LAST_COLUMN),
        "8a": (6, 6, 1, 31),
        "8b": (7, 7, 1, 31),
        "9a": (6, 6, 32, LAST_COLUMN),
        "9b": (7, 7, 32, 63.7),
        "9c": (7, 7, 64.7, 67.5),
        "9d": (7, 7, 68.5, 79),
        "9e": (7, 7, 80, LAST_COLUMN),
        "10": (8, 9, 1, 9.5),
        "11": (8, 9, 10.5, 12.5),
        "12": (8, 9, 13.5, 18.5),
        "13": (8, 9, 19.5, 21.4),
        "14": (8, 9, 22.4, 24.4),
        "15": (8, 9, 25.4, 27.4),
        "16": (8, 9, 28.4, 30.4),
        "17": (8, 9, 31.4, 33.4),
        **{f"{18 + n}": (8, 9, 34.4 + 3 * n, 36.4 + 3 * n) for n in range(CONDITIONS)},
        "29": (8, 9, 67.4, 69.7),
        "30": (8, 9, 70.7, LAST_COLUMN),
    }
    for name, (top, bottom, left, right) in areas.items():
        yield name, Box(name, top, bottom, left, right)


def _service_boxes() -> Iterator[tuple[str, Box]]:
    columns = {
        "42": (1, 5),
        "43": (6, 30),
        "44": (31, 45),
        "45": (46, 52),
        "46": (53, 60),
        "47": (61, 70),
        "48": (71, 80),
        "49": (81, LAST_COLUMN),
    }
    for name, (left, right) in columns.items():
        yield name, Box(name, 18, 18, left, right)
        for row in range(1, LINES_OF_A_PAGE + 1):
            line = _FIRST_SERVICE_LINE + row - 1
            yield f"{name}.{row}", Box("", line, line, left, right)
    yield "total", Box("", _TOTAL_LINE, _TOTAL_LINE, 1, LAST_COLUMN)


def _payer_boxes() -> Iterator[tuple[str, Box]]:
    yield "56", Box("56", 42, 42, 65.5, LAST_COLUMN)
    groups = (
        (
            43,
            {"50": (1, 23.4), "51": (24.4, 38.4), "52": (39.4, 40.9), "53": (41.9, 43.3), "54": (44.3, 53.4)},
        ),
        (43, {"55": (54.4, 64.5), "57": (65.5, LAST_COLUMN)}),
        (
            47,
            {
                "58": (1, 26.1),
                "59": (27.1, 29.2),
                "60": (30.2, 49.6),
                "61": (50.6, 64.4),
                "62": (65.4, LAST_COLUMN),
            },
        ),
        (51, {"63": (1, 31), "64": (32, 57.8), "65": (58.8, LAST_COLUMN)}),
    )
    for first, columns in groups:
        for name, (left, right) in columns.items():
            for number, row in enumerate(PAYER_ROWS):
                top = first - 1 if number == 0 and name != "57" else first + number
                yield f"{name}{row}", Box(name if number == 0 else "", top, first + number, left, right)


def _foot_boxes() -> Iterator[tuple[str, Box]]:
    yield "66", Box("66", 54, 55, 1, 1.8)
    for number, name in enumerate(DIAGNOSES):
        left = 2.8 + 8 * (number % 9)
        yield name, Box(name, 54 + number // 9, 54 + number // 9, left, left + 7, tag_right=True)
    areas = {
        "69": (56, 56, 1, 12),
        "70": (56, 56, 13, 38),
        "71": (56, 56, 39, 47),
        "72": (56, 56, 48, 73),
        "73": (56, 56, 74, LAST_COLUMN),
        "74": (57, 60, 1, 45.5),
        "75": (57, 60, 46.5, 50.6),
        "76": (57, 57, 51.6, LAST_COLUMN),
        "76.name": (58, 58, 51.6, LAST_COLUMN),
        "77": (59, 60, 51.6, LAST_COLUMN),
        "78": (61, 61, 51.6, LAST_COLUMN),
        "78.name": (62, 62, 51.6, LAST_COLUMN),
        "79": (63, 64, 51.6, LAST_COLUMN),
        "80": (61, 64, 1, 25.5),
        "81a": (61, 61, 26.5, 50.6),
        "81b": (62, 62, 26.5, 50.6),
        "81c": (63, 63, 26.5, 50.6),
        "81d": (64, 64, 26.5, 50.6),
    }
    for name, (top, bottom, left, right) in areas.items():
        label = "" if "." in name else name
        yield name, Box(label, top, bottom, left, right, tag_right=name.startswith("81"))


SHEET: Final = Sheet(
    name="UB-04 values",
    left=0.10 * POINTS_OF_AN_INCH,
    nudge=0.0,
    fields={**_head(), **_codes(), **_service_lines(), **_payers(), **_foot()},
    boxes=dict(_boxes()),
)
