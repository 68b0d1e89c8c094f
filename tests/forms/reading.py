"""What really stands on a printed page: the texts of a PDF with their places, read back by pypdf."""

import re
from dataclasses import dataclass
from io import BytesIO

from pypdf import PdfReader

MILLIMETER = 72 / 25.4
CHARACTER = 7.2
CAPITAL = 7.5  # points of Courier's capitals and figures at 12 points, a little over their 0.58 em
DESCENT = 2.0


@dataclass(frozen=True)
class Text:
    text: str
    x: float
    y: float
    font: str
    size: float

    @property
    def right(self):
        return self.x + CHARACTER * len(self.text)


def texts_of(pdf):
    """Of each page the list of its texts."""
    pages = []
    for page in PdfReader(BytesIO(pdf)).pages:
        found = []

        font = [("", 0.0)]
        fonts = page["/Resources"]["/Font"]

        def visit(operator, operands, ctm, matrix, found=found, font=font, fonts=fonts):
            if operator == b"Tf":
                font[0] = (str(operands[0]), float(operands[1]))
            if operator == b"Tj":
                x = matrix[4] * ctm[0] + ctm[4]
                y = matrix[5] * ctm[3] + ctm[5]
                text = operands[0].original_bytes.decode("latin-1")
                found.append(Text(text, x, y, fonts[font[0][0]]["/BaseFont"], font[0][1]))

        page.extract_text(visitor_operand_before=visit)
        pages.append(found)
    return pages


def operators_of(pdf):
    """Of each page the drawing operators of its content."""
    return [
        re.findall(r"(?<![\w(])(re|l|m|S|s|B|f|Do)(?=\s)", page.get_contents().get_data().decode("latin-1"))
        for page in PdfReader(BytesIO(pdf)).pages
    ]
