"""The superbill: one claim on paper for people, with what we expect Medicare to allow where that is known.

Black on white, made to be printed and read. Figures and codes are those of the claim; names are written as in the
837, so that both show the same. It is not a claim and nothing on it is sent.
"""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, black
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from teachback.forms import labels, texts
from teachback.forms.pages import MEDICARE
from teachback.x12.cleaning import ascii_clean, cleaned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reportlab.pdfgen.canvas import Canvas

    from teachback.claimdata import Claim, ClaimLine, PostalAddress, Provider

MARGIN: Final = 45.0
WIDTH: Final = letter[0] - 2 * MARGIN
_GRAY: Final = Color(0.42, 0.42, 0.42)
_PALE: Final = Color(0.93, 0.93, 0.93)
_HEADER: Final = 38.0
_TITLE: Final = 15.0
_ROOM_FOR_SUPERBILL: Final = 90.0
_TEXT: Final = ParagraphStyle("text", fontName="Helvetica", fontSize=9, leading=11.5, textColor=black)
_SMALL: Final = ParagraphStyle("small", _TEXT, fontSize=7.5, leading=9.5, textColor=_GRAY)
_COLUMNS: Final = (
    ("DATE", 58.0, False),
    ("PLACE", 34.0, False),
    ("CODE", 140.0, False),
    ("MODIFIERS", 52.0, False),
    ("DIAGNOSES", 50.0, False),
    ("UNITS", 30.0, True),
    ("CHARGE", 52.0, True),
    ("ALLOWED", 52.0, True),
    ("PATIENT", 54.0, True),
)
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_UNKNOWN: Final = "-"
_EXPECTED: Final = (
    "Allowed and patient amounts are what we expect; the payer decides. "
    "A dash is an amount that cannot be known yet."
)


def pdf(claims: Iterable[Claim], practice_name: str) -> bytes:
    """Return one superbill a claim as PDF; the same claims give the same bytes.

    A claim with many lines takes several pages. Raises ``ValueError`` where there is no claim.
    """
    story: list[Flowable] = []
    head = _Head(_printable(practice_name))
    for claim in claims:
        sent = cleaned(claim)[0]
        story += [*([PageBreak()] if story else []), _Begin(head, sent.control_number), *_superbill(sent)]
    if not story:
        raise ValueError("There is no claim to print.")
    out = BytesIO()
    frame = Frame(MARGIN, MARGIN, WIDTH, letter[1] - 2 * MARGIN - _HEADER, 0, 0, 0, 0)
    document = BaseDocTemplate(
        out, pagesize=letter, title="Superbill", author="", creator="Teachback", invariant=1
    )
    document.addPageTemplates(PageTemplate("page", [frame], onPageEnd=head.draw))
    document.build(story)
    return out.getvalue()


class _Begin(Flowable):
    """A claim begins: pages are counted from here."""

    def __init__(self, head: _Head, control_number: str) -> None:
        super().__init__()
        self.head = head
        self.control_number = control_number

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: N803  reportlab's names
        """Take no room."""
        del aW, aH
        return 0.0, 0.0

    def draw(self) -> None:
        """Tell the head which claim the page belongs to."""
        self.head.begin(self.control_number)


class _Head:
    """The head and foot of every page, with the claim's number and a count of its own pages."""

    def __init__(self, practice_name: str) -> None:
        self.practice_name = practice_name
        wide = stringWidth(practice_name, "Helvetica-Bold", _TITLE)
        self.size = min(_TITLE, _TITLE * (WIDTH - _ROOM_FOR_SUPERBILL) / max(wide, 1.0))
        self.control_number = ""
        self.page = 0

    def begin(self, control_number: str) -> None:
        """Begin a claim."""
        self.control_number = control_number
        self.page = 0

    def draw(self, canvas: Canvas, _document: BaseDocTemplate) -> None:
        """Draw both on a page that is otherwise complete."""
        self.page += 1
        canvas.saveState()
        height = letter[1] - MARGIN
        canvas.setFont("Helvetica-Bold", self.size)
        canvas.drawString(MARGIN, height - 12, self.practice_name)
        canvas.setFont("Helvetica", _TITLE)
        canvas.drawRightString(MARGIN + WIDTH, height - 12, "Superbill")
        canvas.setLineWidth(1.4)
        canvas.line(MARGIN, height - 21, MARGIN + WIDTH, height - 21)
        canvas.setFont("Helvetica", 7.5)
        canvas.setFillColor(_GRAY)
        canvas.drawString(MARGIN, MARGIN - 16, "For people. It is not a claim.")
        canvas.drawRightString(MARGIN + WIDTH, MARGIN - 16, f"{self.control_number}, page {self.page}")
        canvas.restoreState()


def _printable(text: str) -> str:
    """A text as it is where Helvetica has all its letters, else in plain capitals."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return ascii_clean(text)[0]
    return text


def _superbill(claim: Claim) -> list[Flowable]:
    return [
        _blocks(claim),
        Spacer(0, 14),
        _lines(claim),
        Spacer(0, 12),
        CondPageBreak(75),
        _diagnoses(claim),
        Spacer(0, 10),
        _money(claim),
        Spacer(0, 10),
        Paragraph(_EXPECTED, _SMALL),
    ]


def _blocks(claim: Claim) -> Table:
    """Who, where and for whom, in two columns."""
    rendering = claim.rendering or claim.billing.provider
    rows = [
        [_patient(claim), _clinician("Clinician", rendering)],
        [_billing(claim), _place(claim)],
        [_payer(claim), _referring(claim)],
    ]
    table = Table([[[_block(*cell)] for cell in row] for row in rows], colWidths=[WIDTH / 2] * 2)
    table.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 14),
            ("TOPPADDING", (0, 0), (-1, -1), 5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, _GRAY),
        ]
    )
    return table


def _block(caption: str, strong: str, rows: Sequence[str]) -> Paragraph:
    parts = [
        f'<font color="#6b6b6b" size="7"><b>{escape(caption.upper())}</b></font>',
        f"<b>{escape(strong)}</b>",
    ]
    return Paragraph("<br/>".join([*parts, *(escape(row) for row in rows if row)]), _TEXT)


def _patient(claim: Claim) -> tuple[str, str, list[str]]:
    patient = claim.beneficiary
    middle = (patient.middle_name or "")[:1]
    name = " ".join(filter(None, (patient.first_name, middle, patient.last_name, patient.suffix)))
    born = f"Born {patient.birth_date:%m/%d/%Y}, {patient.sex}"
    number = "Medicare number" if claim.filing_indicator in MEDICARE else "Member number"
    return "Patient", name, [born, f"{number} {patient.member_id}", *_address(patient.address)]


def _clinician(caption: str, provider: Provider) -> tuple[str, str, list[str]]:
    kind = labels.credentials(provider.taxonomy)
    name = texts.provider_name(provider) + (f", {kind}" if kind else "")
    taxonomy = f"Taxonomy {provider.taxonomy}" if provider.taxonomy else ""
    return caption, name, [f"NPI {provider.npi}", taxonomy]


def _referring(claim: Claim) -> tuple[str, str, list[str]]:
    bill = claim.institutional
    provider = bill.attending if bill is not None else claim.referring
    if provider is None:
        return "Referring", "None named", []
    return _clinician("Attending" if bill is not None else "Referring", provider)


def _billing(claim: Claim) -> tuple[str, str, list[str]]:
    billing = claim.billing
    number = "EIN" if billing.tax_id_type == "EI" else "SSN"
    rows = [f"NPI {billing.provider.npi}", f"TIN {billing.tax_id} ({number})", *_address(billing.address)]
    return (
        "Billing",
        texts.provider_name(billing.provider),
        [*rows, f"Tel. {billing.phone}" if billing.phone else ""],
    )


def _place(claim: Claim) -> tuple[str, str, list[str]]:
    bill = claim.institutional
    strong = labels.place(claim.place_of_service) if bill is None else f"Type of bill {bill.type_of_bill}"
    facility = claim.service_facility
    if facility is None:
        return "Place of service", strong, ["At the billing address"]
    npi = f"NPI {facility.npi}" if facility.npi else ""
    return "Place of service", strong, [facility.name, *_address(facility.address), npi]


def _payer(claim: Claim) -> tuple[str, str, list[str]]:
    assignment = "accepted" if claim.accepts_assignment else "not accepted"
    others = [
        f"Other payer, {other.order.name.lower()}: {other.payer.name}" for other in claim.other_coverages
    ]
    asked = f"Payer {claim.payer.payer_id}, asked as {claim.payer_order.name.lower()}"
    return (
        "Payer",
        claim.payer.name,
        [f"Claim {claim.control_number}", asked, f"Assignment {assignment}", *others],
    )


def _address(address: PostalAddress) -> list[str]:
    street = ", ".join(filter(None, (address.line, address.line2)))
    return [street, f"{address.city}, {texts.state_zip(address)}"]


def _lines(claim: Claim) -> Table:
    """The service lines with their totals; the head of the table returns on every page."""
    head = [name for name, _, _ in _COLUMNS]
    head[1] = "PLACE" if claim.institutional is None else "REV."
    body = [_line(claim, line) for line in claim.lines]
    table = Table([head, *body, _totals(claim)], colWidths=[width for _, width, _ in _COLUMNS], repeatRows=1)
    figures = len([name for name, _, figure in _COLUMNS if figure])
    table.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("FONT", (0, 0), (-1, -1), "Helvetica", 9, 11.5),
            ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 7, 9),
            ("FONT", (0, -1), (-1, -1), "Helvetica-Bold", 9, 11.5),
            ("TEXTCOLOR", (0, 0), (-1, 0), _GRAY),
            ("ALIGN", (-figures, 0), (-1, -1), "RIGHT"),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ("BACKGROUND", (0, 0), (-1, 0), _PALE),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, black),
            ("LINEBELOW", (0, 1), (-1, -3), 0.3, _GRAY),
            ("LINEABOVE", (0, -1), (-1, -1), 0.8, black),
            ("NOSPLIT", (0, -2), (-1, -1)),
        ]
    )
    return table


def _line(claim: Claim, line: ClaimLine) -> list[Flowable | str]:
    pointers = [_LETTERS[number - 1] for number in line.diagnosis_pointers if 0 < number <= len(_LETTERS)]
    label = escape(labels.procedure(line.procedure_code))
    code = f"<b>{escape(line.procedure_code)}</b>"
    pairs = [" ".join(line.modifiers[start : start + 2]) for start in range(0, len(line.modifiers), 2)]
    return [
        f"{line.date_of_service:%m/%d/%Y}",
        line.revenue_code or line.place_of_service or claim.place_of_service,
        Paragraph(f"{code} {label}" if label else code, _TEXT),
        "\n".join(pairs),
        " ".join(pointers),
        str(line.units),
        *(_dollars(amount) for amount in (line.charge, line.allowed_amount, line.patient_amount)),
    ]


def _totals(claim: Claim) -> list[Flowable | str]:
    allowed = _sum([line.allowed_amount for line in claim.lines])
    patient = _sum([line.patient_amount for line in claim.lines])
    return ["Total", *[""] * 5, *(_dollars(amount) for amount in (claim.charge, allowed, patient))]


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """The sum, or ``None`` where one amount is not known: a sum of some would pass for the whole."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal("0.00")) if len(known) == len(amounts) else None


def _dollars(amount: Decimal | None) -> str:
    return _UNKNOWN if amount is None else f"{amount:,.2f}"


def _diagnoses(claim: Claim) -> Paragraph:
    codes = [
        f"<b>{letter}</b>&nbsp;{escape(labels.diagnosis(code))}"
        for letter, code in zip(_LETTERS, claim.diagnoses, strict=False)
    ]
    return Paragraph("Diagnoses (ICD-10-CM): " + " &nbsp; ".join(codes), _TEXT)


def _money(claim: Claim) -> Paragraph:
    """What the patient and other payers paid so far."""
    paid = claim.amount_paid_by_patient
    parts = [f"Paid by the patient so far: {'not recorded' if paid is None else _dollars(paid)}"]
    parts += [
        f"{escape(other.payer.name)} paid {_dollars(other.paid)}"
        for other in claim.other_coverages
        if other.paid is not None
    ]
    return Paragraph(". ".join(parts) + ".", _TEXT)
