"""Letters on paper: PDF through reportlab, and DOCX for those who write into it before it is signed.

The same letter gives the same bytes. Its sentences carry small numbers; the annex says, number by number, on which
facts of the record and on which rules each stands. Nothing of a patient stands in the files' metadata.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, black
from reportlab.lib.pagesizes import letter as us_letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Spacer,
    Table,
)
from reportlab.platypus import Paragraph as Text

from teachback.forms import letterdocx, lettertext
from teachback.x12.cleaning import ascii_clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reportlab.pdfgen.canvas import Canvas

    from teachback.forms.letterdata import Letter, Paragraph

MARGIN: Final = 66.0
WIDTH: Final = us_letter[0] - 2 * MARGIN
_GRAY: Final = Color(0.38, 0.38, 0.38)
_LINE: Final = Color(0.7, 0.7, 0.7)
_BODY: Final = ParagraphStyle("body", fontName="Times-Roman", fontSize=10.5, leading=13, textColor=black)
_LEAD: Final = ParagraphStyle("lead", _BODY, leftIndent=14)
_BOLD: Final = ParagraphStyle("bold", _BODY, fontName="Times-Bold")
_TITLE: Final = ParagraphStyle("title", _BOLD, fontSize=13, leading=17, spaceAfter=8)
_HEADING: Final = ParagraphStyle("heading", _BOLD, spaceBefore=7, spaceAfter=2)
_CELL: Final = ParagraphStyle("cell", _BODY, fontSize=9.5, leading=12)
_CELL_RIGHT: Final = ParagraphStyle("right", _CELL, alignment=2)
_CAPTION: Final = ParagraphStyle("caption", _CELL, fontName="Times-Bold")
_CAPTION_RIGHT: Final = ParagraphStyle("caption right", _CAPTION, alignment=2)
_SMALL: Final = ParagraphStyle("small", _BODY, fontSize=8, leading=10)
_NOTE: Final = ParagraphStyle("note", _BODY, fontName="Courier", fontSize=9, leading=12)
_RULE: Final = "_" * 44
_SERVICES: Final = (62.0, 142.0, 32.0, 56.0, 56.0, 56.0, 76.0)
_ANNEX: Final = (22.0, 146.0, 162.0, 150.0)
_MONEY: Final = frozenset({3, 4, 5})


def pdf(letter: Letter) -> bytes:
    """The letter as PDF: the letter itself, its exhibits as far as their text is recorded, and the annex."""
    out = BytesIO()
    frame = Frame(MARGIN, MARGIN, WIDTH, us_letter[1] - 2 * MARGIN, 0, 0, 0, 0)
    document = BaseDocTemplate(
        out, pagesize=us_letter, title=letter.title, author="", creator="Teachback", invariant=1
    )
    foot = _Foot(letter)
    document.addPageTemplates(PageTemplate("page", [frame], onPageEnd=foot.draw))
    document.build([*_letter(letter), *_exhibits(letter), *_annex(letter)])
    return out.getvalue()


def docx(letter: Letter) -> bytes:
    """The letter as DOCX, with the same texts in the same order."""
    return letterdocx.document(letter)


class _Foot:
    """The foot of every page: which claim, which page, and what made it."""

    def __init__(self, letter: Letter) -> None:
        self.letter = letter

    def draw(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        """Draw it on a page that is otherwise complete."""
        canvas.saveState()
        canvas.setFont("Times-Roman", 8)
        canvas.setFillColor(_GRAY)
        canvas.drawString(MARGIN, MARGIN - 28, _shown(lettertext.foot(self.letter)))
        canvas.drawRightString(MARGIN + WIDTH, MARGIN - 28, f"page {document.page}")
        canvas.restoreState()


def _shown(text: str) -> str:
    """A text as it is where the font has all its letters, else in plain capitals."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return ascii_clean(text)[0]
    return text


def _marked(text: str) -> str:
    return escape(_shown(text))


def _lines(lines: Iterable[str], style: ParagraphStyle = _BODY) -> Text:
    return Text("<br/>".join(map(_marked, lines)), style)


def _letter(letter: Letter) -> list[Flowable]:
    """Head, what is in dispute, the sentences, signature and enclosures."""
    recipient = [*letter.recipient, *[_RULE] * letter.recipient_lines]
    story: list[Flowable] = [
        _lines(letter.sender[:1], _BOLD),
        _lines(letter.sender[1:]),
        Spacer(0, 14),
        _lines([lettertext.day(letter.dated)]),
        Spacer(0, 14),
        _lines(recipient),
        Spacer(0, 16),
        _lines([letter.title], _TITLE),
        _identity(letter),
        Spacer(0, 10),
        _services(letter),
        Spacer(0, 10),
    ]
    for paragraph in letter.paragraphs:
        story += _paragraph(paragraph)
    story += [CondPageBreak(150), Spacer(0, 14), _signature(), Spacer(0, 14)]
    story += [_lines([lettertext.ENCLOSURES], _HEADING)]
    story += [_lines([line], _LEAD) for line in lettertext.enclosures(letter)]
    return story


def _identity(letter: Letter) -> Table:
    rows = [
        [Text(_marked(label), _CAPTION), Text(_marked(fact.text), _CELL)] for label, fact in letter.identity
    ]
    table = Table(rows, colWidths=[132, WIDTH - 132])
    table.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
        ]
    )
    return table


def _services(letter: Letter) -> Table:
    head, *body = lettertext.services(letter)
    cells = [_row(head, _CAPTION, _CAPTION_RIGHT), *(_row(row, _CELL, _CELL_RIGHT) for row in body)]
    table = Table(cells, colWidths=_SERVICES, repeatRows=1)
    table.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, black),
            ("LINEBELOW", (0, 1), (-1, -1), 0.3, _LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
    )
    return table


def _row(cells: Sequence[str], left: ParagraphStyle, right: ParagraphStyle) -> list[Text]:
    return [Text(_marked(cell), right if at in _MONEY else left) for at, cell in enumerate(cells)]


def _paragraph(paragraph: Paragraph) -> list[Flowable]:
    story: list[Flowable] = []
    if paragraph.heading:
        story += [CondPageBreak(48), _lines([paragraph.heading], _HEADING)]
    lead = f"<i>{_marked(paragraph.lead)}.</i> " if paragraph.lead else ""
    said = " ".join(
        f"{_marked(lettertext.sentence(one))}<super size=6 rise=4>{one.number}</super>"
        for one in paragraph.sentences
    )
    story.append(Text(lead + said, _BODY))
    if not paragraph.heading:
        story.append(Spacer(0, 5))
    return story


def _signature() -> Table:
    cells = [[Text(f"{_RULE}<br/>{_marked(label)}", _CELL)] for label in lettertext.SIGNATURE]
    table = Table([[cells[0][0], cells[1][0]], [cells[2][0], cells[3][0]]], colWidths=[WIDTH / 2] * 2)
    table.setStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 10)])
    return table


def _exhibits(letter: Letter) -> list[Flowable]:
    """Each exhibit whose text the record holds, word for word, on a page of its own."""
    story: list[Flowable] = []
    for exhibit in letter.exhibits:
        if exhibit.text:
            story += [
                PageBreak(),
                _lines([lettertext.exhibit_title(exhibit)], _TITLE),
                _lines([lettertext.VERBATIM], _SMALL),
                Spacer(0, 10),
            ]
            story += [_lines([line], _NOTE) for line in exhibit.text.splitlines() or [""]]
    return story


def _annex(letter: Letter) -> list[Flowable]:
    """Number by number, what each sentence stands on."""
    head, *body = lettertext.annex(letter)
    bold = ParagraphStyle("annex head", _SMALL, fontName="Times-Bold")
    rows = [[Text(_marked(cell), bold) for cell in head]]
    rows += [[_lines(cell.split("\n"), _SMALL) for cell in row] for row in body]
    table = Table(rows, colWidths=_ANNEX, repeatRows=1, splitInRow=1)
    table.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, black),
            ("LINEBELOW", (0, 1), (-1, -1), 0.3, _LINE),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
        ]
    )
    return [
        PageBreak(),
        _lines([lettertext.ANNEX], _TITLE),
        _lines([lettertext.ANNEX_SAYS], _SMALL),
        Spacer(0, 8),
        table,
    ]
