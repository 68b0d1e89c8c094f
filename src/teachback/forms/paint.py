"""Pages on paper: a PDF with the values alone, or with plain guide lines of our own for a look at the screen.

The bytes are the same from the same pages: no time of making, no random identifier, no patient in the metadata.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from reportlab.pdfgen.canvas import Canvas

from teachback.forms.grid import FONT, FONT_SIZE, PAGE_HEIGHT, PAGE_WIDTH, POINTS_OF_A_MILLIMETER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from teachback.forms.grid import Sheet
    from teachback.forms.pages import Page

MOST_OFFSET: Final = 25.0
"""Millimeters by which a print may be moved: more is a wrong sheet, not a printer's habit."""
GUIDE_FONT: Final = "Helvetica"
_GUIDE_GRAY: Final = 0.55
_GUIDE_SIZE: Final = 4.5
_GUIDE_WIDTH: Final = 0.35
_GUIDE_INSET: Final = 1.2
_PREVIEW: Final = (
    "Preview with guide lines of Teachback. It is not the form: print the values on the pre-printed sheet."
)


def paint(pages: Iterable[Page], sheet: Sheet, *, guide_lines: bool, offset_mm: tuple[float, float]) -> bytes:
    """Return the pages as PDF. ``offset_mm`` moves everything right and down, in millimeters.

    Raises ``ValueError`` where there is no page, or the offset is over ``MOST_OFFSET``.
    """
    right, down = offset_mm
    if not (abs(right) <= MOST_OFFSET and abs(down) <= MOST_OFFSET):
        raise ValueError(
            f"An offset is at most {MOST_OFFSET:g} mm either way; {right:g} and {down:g} were given."
        )
    out = BytesIO()
    canvas = Canvas(out, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), invariant=1, pageCompression=1)
    canvas.setTitle(sheet.name)
    canvas.setAuthor("")
    canvas.setCreator("Teachback")
    empty = True
    for page in pages:
        empty = False
        canvas.translate(right * POINTS_OF_A_MILLIMETER, -down * POINTS_OF_A_MILLIMETER)
        if guide_lines:
            _guides(canvas, sheet)
        canvas.setFont(FONT, FONT_SIZE)
        for name, text in page.items():
            canvas.drawString(*sheet.start(name, text), text)
        canvas.showPage()
    if empty:
        raise ValueError("There is no claim to print.")
    canvas.save()
    return out.getvalue()


def _guides(canvas: Canvas, sheet: Sheet) -> None:
    """Thin boxes with their numbers, and a line that tells what this sheet is not."""
    canvas.saveState()
    canvas.setStrokeGray(_GUIDE_GRAY)
    canvas.setFillGray(_GUIDE_GRAY)
    canvas.setLineWidth(_GUIDE_WIDTH)
    canvas.setFont(GUIDE_FONT, _GUIDE_SIZE)
    for name, box in sheet.boxes.items():
        area = sheet.box(name)
        canvas.rect(area.left, area.bottom, area.right - area.left, area.top - area.bottom)
        height = area.top - _GUIDE_SIZE
        if box.tag_right:
            canvas.drawRightString(area.right - _GUIDE_INSET, height, box.label)
        else:
            canvas.drawString(area.left + _GUIDE_INSET, height, box.label)
    lowest = min(sheet.box(name).bottom for name in sheet.boxes)
    canvas.drawString(sheet.left, lowest - 2 * _GUIDE_SIZE, _PREVIEW)
    canvas.restoreState()
