"""Where the CMS-1500 (02/12) takes its values: item by item, line and column.

Found and cross-checked from public facts, figures only: the line and column tables of two open-source programs that
print this form, OpenEMR and REMITT, which agree column by column; the positions in inches of a third table (SVG
print forms of a practice management system); the column table of the X12 parser library's form printer; and the
published printing facts of the form: ten characters and six lines an inch, the first print position 0.3 inch from
the left edge, the form's upper border 1.33 inch from the top. OpenEMR counts its lines from the third line of the
page: its line 8 is line 10 here, between 1.50 and 1.67 inch. Field lengths are those of the 02/12 form.

Names of fields: the item (``1a``, ``24D``), for a service line ``.1`` to ``.6``, then what part of the item it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.forms.grid import POINTS_OF_A_MILLIMETER, POINTS_OF_AN_INCH, Align, Box, Field, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

LINES_OF_A_PAGE: Final = 6
DIAGNOSIS_LETTERS: Final = "ABCDEFGHIJKL"
LAST_COLUMN: Final = 79
_FIRST_SERVICE_LINE: Final = 46
_FIRST_DIAGNOSIS_LINE: Final = 40
_DIAGNOSES_A_ROW: Final = 4


def _marks(box: str, line: int, columns: dict[str, int]) -> dict[str, Field]:
    return {f"{box}.{name}": Field(box, line, column, 1) for name, column in columns.items()}


def _yes_no(box: str, line: int, yes: int, no: int) -> dict[str, Field]:
    return _marks(box, line, {"yes": yes, "no": no})


def _head() -> dict[str, Field]:
    """Items 1 to 13: patient and insured."""
    return {
        **{f"payer.{row}": Field("payer", 3 + row, 41, 31, cut=True) for row in (1, 2, 3)},
        **_marks("1", 10, {"medicare": 1, "medicaid": 8, "tricare": 15, "champva": 24, "other": 45}),
        "1a": Field("1a", 10, 50, 29),
        "2": Field("2", 12, 1, 28, cut=True),
        "3": Field("3", 12, 31, 10),
        **_marks("3", 12, {"male": 42, "female": 47}),
        "4": Field("4", 12, 50, 29, cut=True),
        "5.street": Field("5", 14, 1, 28, cut=True),
        **_marks("6", 14, {"self": 33, "spouse": 38, "child": 42, "other": 47}),
        "7.street": Field("7", 14, 50, 29, cut=True),
        "5.city": Field("5.city", 16, 1, 24, cut=True),
        "5.state": Field("5.state", 16, 26, 3),
        "7.city": Field("7.city", 16, 50, 23, cut=True),
        "7.state": Field("7.state", 16, 74, 4),
        "5.zip": Field("5.zip", 18, 1, 12),
        "7.zip": Field("7.zip", 18, 50, 12),
        "9": Field("9", 20, 1, 28, cut=True),
        "11": Field("11", 20, 50, 29),
        "9a": Field("9a", 22, 1, 28),
        **_yes_no("10a", 22, 35, 41),
        **_yes_no("10b", 24, 35, 41),
        **_yes_no("10c", 26, 35, 41),
        "11c": Field("11c", 26, 50, 29, cut=True),
        "9d": Field("9d", 28, 1, 28, cut=True),
        **_yes_no("11d", 28, 52, 57),
        "12": Field("12", 31, 7, 17),
        "13": Field("13", 31, 55, 17),
    }


def _middle() -> dict[str, Field]:
    """Items 17 to 22."""
    diagnoses = {
        f"21.{letter}": Field(
            "21", _FIRST_DIAGNOSIS_LINE + number // _DIAGNOSES_A_ROW, 3 + 13 * (number % _DIAGNOSES_A_ROW), 7
        )
        for number, letter in enumerate(DIAGNOSIS_LETTERS)
    }
    return {
        "17.qualifier": Field("17", 36, 1, 2),
        "17": Field("17", 36, 4, 24, cut=True),
        "17b": Field("17b", 36, 33, 10),
        **_yes_no("20", 38, 52, 57),
        "21.indicator": Field("21", 39, 42, 1),
        **diagnoses,
        "22.code": Field("22", 40, 50, 11),
        "22.reference": Field("22", 40, 62, 18),
    }


def _service_lines() -> dict[str, Field]:
    """Items 24A to 24J; the upper, shaded half of each row stays empty."""
    fields: dict[str, Field] = {}
    for row in range(1, LINES_OF_A_PAGE + 1):
        line = _FIRST_SERVICE_LINE + 2 * (row - 1)
        fields |= {
            f"24A.{row}": Field(f"24A.{row}", line, 1, 8),
            f"24A.{row}.through": Field(f"24A.{row}", line, 10, 8),
            f"24B.{row}": Field(f"24B.{row}", line, 19, 2),
            f"24D.{row}": Field(f"24D.{row}", line, 25, 6),
            f"24D.{row}.modifiers": Field(f"24D.{row}", line, 33, 11),
            f"24E.{row}": Field(f"24E.{row}", line, 45, 4),
            f"24F.{row}": Field(f"24F.{row}", line, 50, 8, Align.RIGHT),
            f"24G.{row}": Field(f"24G.{row}", line, 59, 3),
            f"24J.{row}": Field(f"24J.{row}", line, 68, 10),
        }
    return fields


def _foot() -> dict[str, Field]:
    """Items 25 to 33."""
    return {
        "25": Field("25", 58, 1, 15),
        **_marks("25", 58, {"ssn": 17, "ein": 19}),
        "26": Field("26", 58, 23, 14),
        **_yes_no("27", 58, 38, 43),
        "28": Field("28", 58, 51, 9, Align.RIGHT),
        "29": Field("29", 58, 62, 8, Align.RIGHT),
        "31": Field("31", 62, 1, 20),
        "31.date": Field("31", 63, 13, 8),
        **{f"32.{row}": Field("32", 59 + row, 23, 26, cut=True) for row in (1, 2, 3)},
        "32a": Field("32a", 63, 24, 10),
        "33.area": Field("33", 59, 66, 3),
        "33.phone": Field("33", 59, 70, 9),
        **{f"33.{row}": Field("33", 59 + row, 50, 29, cut=True) for row in (1, 2, 3)},
        "33a": Field("33a", 63, 51, 10),
    }


_LEFT, _MIDDLE, _RIGHT = (1, 29), (30, 49), (50, LAST_COLUMN)
_BOXES_BY_LINES: Final[dict[tuple[int, int], dict[str, tuple[int, int]]]] = {
    (9, 10): {"1": (1, 49), "1a": _RIGHT},
    (11, 12): {"2": _LEFT, "3": _MIDDLE, "4": _RIGHT},
    (13, 14): {"5": _LEFT, "6": _MIDDLE, "7": _RIGHT},
    (15, 16): {"5.city": (1, 24), "5.state": (25, 29), "7.city": (50, 72), "7.state": (73, LAST_COLUMN)},
    (17, 18): {"5.zip": (1, 13), "5.phone": (14, 29), "7.zip": (50, 63), "7.phone": (64, LAST_COLUMN)},
    (15, 18): {"8": _MIDDLE},
    (19, 20): {"9": _LEFT, "10": _MIDDLE, "11": _RIGHT},
    (21, 22): {"9a": _LEFT, "10a": _MIDDLE, "11a": _RIGHT},
    (23, 24): {"9b": _LEFT, "10b": _MIDDLE, "11b": _RIGHT},
    (25, 26): {"9c": _LEFT, "10c": _MIDDLE, "11c": _RIGHT},
    (27, 28): {"9d": _LEFT, "10d": _MIDDLE, "11d": _RIGHT},
    (29, 32): {"12": (1, 49), "13": _RIGHT},
    (33, 34): {"14": _LEFT, "15": _MIDDLE, "16": _RIGHT},
    (35, 36): {"17": _LEFT, "18": _RIGHT},
    (35, 35): {"17a": _MIDDLE},
    (36, 36): {"17b": _MIDDLE},
    (37, 38): {"19": (1, 49), "20": _RIGHT},
    (39, 42): {"21": (1, 49)},
    (39, 40): {"22": _RIGHT},
    (41, 42): {"23": _RIGHT},
    (57, 58): {
        "25": (1, 21),
        "26": (22, 36),
        "27": (37, 49),
        "28": (50, 60),
        "29": (61, 70),
        "30": (71, LAST_COLUMN),
    },
    (59, 63): {"31": (1, 21)},
    (59, 62): {"32": (22, 49), "33": _RIGHT},
    (63, 63): {"32a": (22, 34), "32b": (35, 49), "33a": (50, 61), "33b": (62, LAST_COLUMN)},
}
# The lines between the small boxes of item 24 stand between characters, not at their edges.
_SERVICE_BOXES: Final = {
    "24A": (1, 17.5),
    "24B": (18.5, 20.7),
    "24C": (21.7, 23.4),
    "24D": (24.4, 43.6),
    "24E": (44.6, 49),
    "24F": (50, 57.4),
    "24G": (58.4, 61),
    "24H": (62, 64),
    "24I": (65, 67),
    "24J": (68, LAST_COLUMN),
}


def _boxes() -> Iterator[tuple[str, Box]]:
    yield "payer", Box("", 3, 8, 41, LAST_COLUMN)
    for (top, bottom), row in _BOXES_BY_LINES.items():
        for name, (left, right) in row.items():
            yield name, Box(name.split(".", maxsplit=1)[0], top, bottom, left, right)
    for letter, (first, last) in _SERVICE_BOXES.items():
        yield letter, Box(letter, 43, 44, first, last)
        for number in range(1, LINES_OF_A_PAGE + 1):
            line = _FIRST_SERVICE_LINE + 2 * (number - 1)
            label = str(number) if letter == "24A" else ""
            yield f"{letter}.{number}", Box(label, line - 1, line, first, last)


SHEET: Final = Sheet(
    name="CMS-1500 values",
    left=0.30 * POINTS_OF_AN_INCH,
    nudge=0.5 * POINTS_OF_A_MILLIMETER,
    fields={**_head(), **_middle(), **_service_lines(), **_foot()},
    boxes=dict(_boxes()),
)
