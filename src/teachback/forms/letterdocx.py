"""A letter as DOCX (Office Open XML, ECMA-376), written with the standard library: few parts, plain styles.

The same letter gives the same bytes: fixed order, fixed times within the archive, and no author, time or patient in
the properties.
"""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from teachback.forms import lettertext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from teachback.forms.letterdata import Letter, Paragraph

_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML cannot carry."""
_RULE: Final = "_" * 44
_RAISED: Final = '<w:vertAlign w:val="superscript"/>'
_TWENTIETHS: Final = 20
_WIDTH: Final = 468
"""Points between the margins of a letter sheet."""
_SERVICES: Final = (62, 112, 34, 58, 58, 58, 86)
_IDENTITY: Final = (132, 336)
_ANNEX: Final = (24, 132, 168, 144)
_SIGNING: Final = (234, 234)
_RIGHT: Final = frozenset({3, 4, 5})

_CONTENT_TYPES: Final = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/word/footer1.xml" ContentType="{_TYPE}.footer+xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
)
_RELATIONS: Final = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
    f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
    "</Relationships>"
)
_DOCUMENT_RELATIONS: Final = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/footer" Target="footer1.xml"/></Relationships>'
)


def _style(name: str, run: str = "", paragraph: str = "", *, default: bool = False) -> str:
    marked = ' w:default="1"' if default else ""
    based = "" if default else '<w:basedOn w:val="Normal"/>'
    return (
        f'<w:style w:type="paragraph"{marked} w:styleId="{name}"><w:name w:val="{name}"/>{based}'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


_STYLES: Final = (
    f'{_HEAD}<w:styles xmlns:w="{_WORD}"><w:docDefaults><w:rPrDefault><w:rPr>'
    '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman" '
    'w:eastAsia="Times New Roman"/><w:sz w:val="22"/><w:szCs w:val="22"/><w:lang w:val="en-US"/>'
    "</w:rPr></w:rPrDefault></w:docDefaults>"
    + _style("Normal", default=True)
    + _style("Title", '<w:b/><w:sz w:val="26"/>', '<w:keepNext/><w:spacing w:before="240" w:after="120"/>')
    + _style(
        "Heading1",
        "<w:b/>",
        '<w:keepNext/><w:spacing w:before="180" w:after="40"/><w:outlineLvl w:val="0"/>',
    )
    + _style("Strong", "<w:b/>")
    + _style("Cell", '<w:sz w:val="19"/>')
    + _style("Caption", '<w:b/><w:sz w:val="19"/>')
    + _style("Small", '<w:sz w:val="16"/>')
    + _style("SmallCaption", '<w:b/><w:sz w:val="16"/>')
    + _style("Record", '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New"/><w:sz w:val="18"/>')
    + "</w:styles>"
)


def document(letter: Letter) -> bytes:
    """The letter, its exhibits as far as their text is recorded, and the annex of sources, as a DOCX file."""
    body = "".join((*_letter(letter), *_exhibits(letter), *_annex(letter)))
    opened = f'{_HEAD}<w:document xmlns:w="{_WORD}" xmlns:r="{_OFFICE}"><w:body>'
    parts = (
        ("[Content_Types].xml", _CONTENT_TYPES),
        ("_rels/.rels", _RELATIONS),
        ("docProps/core.xml", _core(letter)),
        ("word/document.xml", f"{opened}{body}{_section()}</w:body></w:document>"),
        ("word/_rels/document.xml.rels", _DOCUMENT_RELATIONS),
        ("word/styles.xml", _STYLES),
        ("word/footer1.xml", _footer(letter)),
    )
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts:
            info = zipfile.ZipInfo(name, _EARLIEST)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            archive.writestr(info, text.encode("utf-8"))
    return out.getvalue()


def _core(letter: Letter) -> str:
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{_text(letter.title)}</dc:title><dc:creator></dc:creator></cp:coreProperties>"
    )


def _section() -> str:
    return (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId2"/><w:pgSz w:w="12240" w:h="15840"/>'
        '<w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="720" w:footer="720" '
        'w:gutter="0"/></w:sectPr>'
    )


def _footer(letter: Letter) -> str:
    page = (
        '<w:r><w:tab/><w:t xml:space="preserve">page </w:t></w:r>'
        '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    )
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{_WIDTH * _TWENTIETHS}"/></w:tabs>'
    return (
        f'{_HEAD}<w:ftr xmlns:w="{_WORD}"><w:p><w:pPr><w:pStyle w:val="Small"/>{tab}</w:pPr>'
        f"{_run(lettertext.foot(letter))}{page}</w:p></w:ftr>"
    )


def _text(text: str) -> str:
    """A text as XML carries it; what XML cannot carry is left out."""
    return escape(_FORBIDDEN.sub("", text))


def _run(text: str, properties: str = "") -> str:
    shown = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    lines = '<w:br/><w:t xml:space="preserve">'.join(f"{_text(line)}</w:t>" for line in text.split("\n"))
    return f'<w:r>{shown}<w:t xml:space="preserve">{lines}</w:r>'


def _para(text: str, style: str = "Normal", more: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{_run(text)}</w:p>'


def _space(points: int) -> str:
    return f'<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="{points * _TWENTIETHS}" w:lineRule="exact"/></w:pPr></w:p>'


def _page() -> str:
    return '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def _letter(letter: Letter) -> Iterator[str]:
    yield _para(letter.sender[0], "Strong")
    yield from (_para(line) for line in letter.sender[1:])
    yield _space(14)
    yield _para(lettertext.day(letter.dated))
    yield _space(14)
    yield from (_para(line) for line in (*letter.recipient, *[_RULE] * letter.recipient_lines))
    yield _para(letter.title, "Title")
    yield _table(
        [(label, fact.text) for label, fact in letter.identity], _IDENTITY, first="Cell", lead="Caption"
    )
    yield _space(10)
    yield _table(lettertext.services(letter), _SERVICES, right=_RIGHT, borders=True)
    yield _space(10)
    for paragraph in letter.paragraphs:
        yield from _paragraph(paragraph)
    yield _space(18)
    signing = [f"{_RULE}\n{label}\n" for label in lettertext.SIGNATURE]
    yield _table([signing[:2], signing[2:]], _SIGNING, first="Cell", together=True)
    yield _para(lettertext.ENCLOSURES, "Heading1")
    yield from (_para(line) for line in lettertext.enclosures(letter))


def _paragraph(paragraph: Paragraph) -> Iterator[str]:
    if paragraph.heading:
        yield _para(paragraph.heading, "Heading1")
    lead = _run(f"{paragraph.lead}. ", "<w:i/>") if paragraph.lead else ""
    said = "".join(
        f"{_run(lettertext.sentence(one))}{_run(str(one.number), _RAISED)}{_run(' ')}"
        for one in paragraph.sentences
    )
    yield f'<w:p><w:pPr><w:spacing w:after="80"/></w:pPr>{lead}{said}</w:p>'


def _exhibits(letter: Letter) -> Iterator[str]:
    for exhibit in letter.exhibits:
        if exhibit.text:
            yield _page()
            yield _para(lettertext.exhibit_title(exhibit), "Title")
            yield _para(lettertext.VERBATIM, "Small")
            yield _space(10)
            yield from (_para(line, "Record") for line in exhibit.text.splitlines())


def _annex(letter: Letter) -> Iterator[str]:
    yield _page()
    yield _para(lettertext.ANNEX, "Title")
    yield _para(lettertext.ANNEX_SAYS, "Small")
    yield _space(8)
    yield _table(lettertext.annex(letter), _ANNEX, first="SmallCaption", cell="Small", borders=True)
    yield _para("", "Small")


def _table(  # noqa: PLR0913  a table has this many habits
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    *,
    first: str = "Caption",
    cell: str = "Cell",
    lead: str = "",
    right: frozenset[int] = frozenset(),
    borders: bool = False,
    together: bool = False,
) -> str:
    """A table of fixed columns. The first row is repeated on every page where the table has lines."""
    line = '<w:insideH w:val="single" w:sz="4" w:space="0" w:color="B3B3B3"/>' if borders else ""
    grid = "".join(f'<w:gridCol w:w="{width * _TWENTIETHS}"/>' for width in widths)
    made = []
    for at, row in enumerate(rows):
        head = "<w:tblHeader/>" if borders and at == 0 else ""
        cells = "".join(
            _cell(
                text,
                width,
                lead if lead and column == 0 else first if at == 0 else cell,
                column in right,
                together,
            )
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        )
        made.append(f"<w:tr><w:trPr>{head}</w:trPr>{cells}</w:tr>")
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths) * _TWENTIETHS}" w:type="dxa"/><w:tblBorders>{line}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="30" w:type="dxa"/><w:right w:w="80" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(made)}</w:tbl>"
    )


def _cell(text: str, width: int, style: str, right: bool, together: bool) -> str:
    more = ("<w:keepNext/>" if together else "") + ('<w:jc w:val="right"/>' if right else "")
    return f'<w:tc><w:tcPr><w:tcW w:w="{width * _TWENTIETHS}" w:type="dxa"/></w:tcPr>{_para(text, style, more)}</w:tc>'
