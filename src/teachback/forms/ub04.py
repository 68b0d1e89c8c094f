"""The UB-04 (CMS-1450): an institutional claim as its values, and as PDF for the pre-printed red sheet.

What Medicare wants in a form locator follows the Medicare Claims Processing Manual, chapter 25, section 75. What
paper shows otherwise than the 837I stands in ``docs/reference/paper.md``. 22 service lines a page; pages are counted
and the total, revenue code 0001, stands on the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.forms import texts
from teachback.forms.pages import Filling, Page
from teachback.forms.paint import paint
from teachback.forms.ub04_layout import (
    CONDITIONS,
    DIAGNOSES,
    LINES_OF_A_PAGE,
    OCCURRENCES,
    PAYER_ROWS,
    SHEET,
    SPANS,
    VALUE_CODES,
)
from teachback.x12.cleaning import cleaned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from teachback.claimdata import Claim, ClaimLine, Institutional, OtherCoverage, Provider

TOTAL_REVENUE_CODE: Final = "0001"
ICD_10: Final = "0"
TAXONOMY: Final = "B3"
RENDERING: Final = "82"
SELF: Final = "18"
YES: Final = "Y"
_REPLACES: Final = frozenset({"7", "8"})


def values(claim: Claim, *, dated: date | None = None) -> tuple[Page, ...]:
    """Return the pages of an institutional claim: field name to text, exactly what is printed, with notes.

    ``dated`` is the date of making in the line of totals; without it nothing stands there. Raises ``ValueError``
    for a professional claim or one without lines.
    """
    if claim.institutional is None or not claim.is_institutional:
        raise ValueError(
            f"Claim {claim.control_number} is professional: it goes on a CMS-1500, not on a UB-04."
        )
    if not claim.lines:
        raise ValueError(f"Claim {claim.control_number} has no service line to print.")
    sent, _ = cleaned(claim)  # what cleaning changed is told with the 837
    parts = [
        sent.lines[start : start + LINES_OF_A_PAGE] for start in range(0, len(sent.lines), LINES_OF_A_PAGE)
    ]
    pages: list[Page] = []
    for number, lines in enumerate(parts, start=1):
        filling = Filling(SHEET, sent.control_number, number)
        _fill(filling, sent, sent.institutional or claim.institutional)
        for row, line in enumerate(lines, start=1):
            _service_line(filling, line, row)
        _totals(filling, sent, len(parts), dated)
        pages.append(filling.page(len(parts)))
    return tuple(pages)


def pdf(
    claims: Iterable[Claim],
    *,
    guide_lines: bool = False,
    offset_mm: tuple[float, float] = (0.0, 0.0),
    dated: date | None = None,
) -> bytes:
    """Return claims as PDF, values only, at the form's grid; the same claims give the same bytes.

    ``guide_lines`` adds thin boxes with form locator numbers, for a look at the screen. ``offset_mm`` moves the
    print right and down in millimeters, per printer. Raises ``ValueError`` as ``values`` and ``paint`` do.
    """
    pages = (page for claim in claims for page in values(claim, dated=dated))
    return paint(pages, SHEET, guide_lines=guide_lines, offset_mm=offset_mm)


def _fill(filling: Filling, claim: Claim, bill: Institutional) -> None:
    _provider(filling, claim)
    _statement(filling, claim, bill)
    _patient(filling, claim)
    _admission(filling, bill)
    _codes(filling, bill)
    _responsible(filling, claim)
    _payers(filling, claim)
    _diagnoses(filling, claim)
    _practitioners(filling, claim, bill)


def _provider(filling: Filling, claim: Claim) -> None:
    """Form locators 1, 2, 5, 56 and 81: who bills and where payment goes."""
    billing = claim.billing
    name = texts.provider_name(billing.provider)
    filling.put("1.1", name)
    filling.put_street("1.2", billing.address)
    filling.put_city_state_zip("1.3", billing.address)
    filling.put("1.4", texts.phone_digits(billing.phone))
    if billing.pay_to is not None:
        filling.put("2.1", name)
        filling.put_street("2.2", billing.pay_to)
        filling.put_city_state_zip("2.3", billing.pay_to)
    filling.put("5", billing.tax_id)
    filling.put("56", billing.provider.npi)
    if billing.provider.taxonomy is not None:
        filling.put("81a.qualifier", TAXONOMY)
        filling.put("81a", billing.provider.taxonomy)


def _statement(filling: Filling, claim: Claim, bill: Institutional) -> None:
    """Form locators 3a, 4 and 6. The type of bill has a leading zero on paper."""
    filling.put("3a", claim.control_number)
    filling.put("4", f"0{bill.type_of_bill}")
    filling.put("6.from", texts.short_date(bill.statement_from))
    filling.put("6.through", texts.short_date(bill.statement_through))


def _patient(filling: Filling, claim: Claim) -> None:
    """Form locators 8 to 11."""
    patient = claim.beneficiary
    filling.put("8b", texts.patient_name(patient))
    filling.put_street("9a", patient.address)
    filling.put("9b", texts.without_punctuation(patient.address.city))
    filling.put("9c", patient.address.state)
    filling.put("9d", patient.address.zip)
    filling.put("10", texts.long_date(patient.birth_date))
    filling.put("11", patient.sex)


def _admission(filling: Filling, bill: Institutional) -> None:
    """Form locators 12 to 17."""
    filling.put("12", texts.short_date(bill.admission_date) if bill.admission_date else None)
    filling.put("14", bill.admission_type)
    filling.put("15", bill.admission_source)
    filling.put("17", bill.patient_status)


def _codes(filling: Filling, bill: Institutional) -> None:
    """Form locators 18 to 28, 31 to 36 and 39 to 41. Row a is filled before row b."""
    for number, code in enumerate(bill.condition_codes[:CONDITIONS]):
        filling.put(f"{18 + number}", code)
    _tell_more(filling, "18", CONDITIONS, len(bill.condition_codes))
    days = [occurrence for occurrence in bill.occurrences if occurrence.through is None]
    for name, day in zip(OCCURRENCES, days, strict=False):
        filling.put(name, day.code)
        filling.put(f"{name}.date", texts.short_date(day.on))
    _tell_more(filling, "31", len(OCCURRENCES), len(days))
    spans = [(span.code, span.on, span.through) for span in bill.occurrences if span.through is not None]
    for name, (code, since, through) in zip(SPANS, spans, strict=False):
        filling.put(name, code)
        filling.put(f"{name}.from", texts.short_date(since))
        filling.put(f"{name}.through", texts.short_date(through))
    _tell_more(filling, "35", len(SPANS), len(spans))
    for name, (code, amount) in zip(VALUE_CODES, bill.value_codes, strict=False):
        filling.put(name, code)
        filling.put(f"{name}.amount", texts.money(amount))
    _tell_more(filling, "39", len(VALUE_CODES), len(bill.value_codes))


def _tell_more(filling: Filling, item: str, most: int, count: int) -> None:
    if count > most:
        filling.tell(
            item, f"and its neighbors hold {most} codes; the claim has {count}, and the last are left out."
        )


def _responsible(filling: Filling, claim: Claim) -> None:
    """Form locator 38: the payer's name and address, for a window envelope."""
    if claim.payer.address is not None:
        filling.put("38.1", claim.payer.name)
        filling.put_street("38.2", claim.payer.address)
        filling.put_city_state_zip("38.3", claim.payer.address)


def _service_line(filling: Filling, line: ClaimLine, row: int) -> None:
    """Form locators 42 to 47: modifiers follow the code without a blank."""
    filling.put(f"42.{row}", line.revenue_code)
    filling.put(f"44.{row}", line.procedure_code + "".join(line.modifiers))
    filling.put(f"45.{row}", texts.short_date(line.date_of_service))
    filling.put(f"46.{row}", str(line.units))
    filling.put(f"47.{row}", texts.money(line.charge))


def _totals(filling: Filling, claim: Claim, pages: int, dated: date | None) -> None:
    """Line 23: the count of pages, and on the last the total."""
    filling.put("43.page", str(filling.number))
    filling.put("43.pages", str(pages))
    filling.put("45.made", texts.short_date(dated) if dated else None)
    if filling.number == pages:
        filling.put("42.total", TOTAL_REVENUE_CODE)
        filling.put("47.total", texts.money(claim.charge))


def _payers(filling: Filling, claim: Claim) -> None:
    """Form locators 50 to 64: rows A, B and C in the order in which the payers are asked."""
    others = [other for other in claim.other_coverages if other.order != claim.payer_order]
    for other in others:
        _other_payer(filling, other, PAYER_ROWS["PST".index(other.order)])
    if len(others) < len(claim.other_coverages):
        filling.tell(
            "50", "has one row for each place of a payer; another payer of the same place is left out."
        )
    row = PAYER_ROWS["PST".index(claim.payer_order)]
    filling.put(f"50{row}", claim.payer.name)
    filling.put(f"51{row}", claim.payer.payer_id)
    _consents(filling, row)
    filling.put(f"58{row}", texts.patient_name(claim.beneficiary))
    filling.put(f"59{row}", SELF)
    filling.put(f"60{row}", claim.beneficiary.member_id)
    if claim.frequency_code in _REPLACES:
        filling.put(f"64{row}", claim.payer_claim_control_number)


def _other_payer(filling: Filling, other: OtherCoverage, row: str) -> None:
    filling.put(f"50{row}", other.payer.name)
    filling.put(f"51{row}", other.payer.payer_id)
    _consents(filling, row)
    filling.put(f"54{row}", texts.money(other.paid) if other.paid is not None else None)
    filling.put(f"58{row}", texts.name_with_commas(other.last_name, other.first_name))
    filling.put(f"59{row}", other.relationship)
    filling.put(f"60{row}", other.member_id)
    filling.put(f"61{row}", other.group_name)
    filling.put(f"62{row}", other.group_number)


def _consents(filling: Filling, row: str) -> None:
    """Release of information and assignment of benefits, as CLM09 and CLM08 of the 837I say."""
    filling.put(f"52{row}", YES)
    filling.put(f"53{row}", YES)


def _diagnoses(filling: Filling, claim: Claim) -> None:
    filling.put("66", ICD_10)
    for name, code in zip(DIAGNOSES, claim.diagnoses, strict=False):
        filling.put(name, code)
    _tell_more(filling, "67", len(DIAGNOSES), len(claim.diagnoses))


def _practitioners(filling: Filling, claim: Claim, bill: Institutional) -> None:
    """Form locators 76 and 78: attending, and rendering where it is another."""
    _person(filling, "76", bill.attending)
    rendering: Sequence[Provider] = [claim.rendering] if claim.rendering else []
    for provider in rendering:
        if provider.npi != bill.attending.npi:
            filling.put("78.qualifier", RENDERING)
            _person(filling, "78", provider)


def _person(filling: Filling, locator: str, provider: Provider) -> None:
    filling.put(locator, provider.npi)
    filling.put(f"{locator}.last", texts.without_punctuation(provider.name))
    filling.put(f"{locator}.first", texts.without_punctuation(provider.first_name or ""))
