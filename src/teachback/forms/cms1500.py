"""The CMS-1500 (02/12): a professional claim as its values, and as PDF for the pre-printed red sheet.

What Medicare wants in an item follows the Medicare Claims Processing Manual, chapter 26, section 10; for other
payers the form's general rules. What paper shows otherwise than the 837P stands in ``docs/reference/paper.md``.
Six service lines a page: a longer claim goes on several pages, each a claim of its own with its own total.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from teachback.claimdata import PayerOrder
from teachback.forms import texts
from teachback.forms.cms1500_layout import DIAGNOSIS_LETTERS, LINES_OF_A_PAGE, SHEET
from teachback.forms.pages import MEDICARE, Filling, Page
from teachback.forms.paint import paint
from teachback.model import Sex
from teachback.x12.cleaning import cleaned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from teachback.claimdata import Claim, ClaimLine, OtherCoverage

SIGNED: Final = "SIGNATURE ON FILE"
ICD_10: Final = "0"
NO_OTHER_INSURANCE: Final = "NONE"
SAME: Final = "SAME"
SELF: Final = "18"
_MOST_POINTERS: Final = 4
_RELATIONSHIPS: Final = {SELF: "self", "01": "spouse", "19": "child"}
_PROGRAMS: Final = {"MA": "medicare", "MB": "medicare", "MC": "medicaid", "CH": "tricare", "VA": "champva"}
_WORKERS_COMPENSATION: Final = "15"
_ACCIDENTS: Final = frozenset({"14", "47"})
"""Insurance types (SBR05) of no-fault and liability insurance: some accident, but not which."""
_REPLACES: Final = frozenset({"7", "8"})
_MEDIGAP_IDS: Final = range(55_000, 60_000)
"""Payer ids of Medigap insurers to whom Medicare crosses a claim over because the claim says so (COBA)."""


def values(claim: Claim, *, dated: date | None = None) -> tuple[Page, ...]:
    """Return the pages of a professional claim: field name to text, exactly what is printed, with notes.

    ``dated`` is the date of the signature in item 31; without it the person who signs writes it. Raises
    ``ValueError`` for an institutional claim or one without lines.
    """
    if claim.is_institutional:
        raise ValueError(
            f"Claim {claim.control_number} is institutional: it goes on a UB-04, not on a CMS-1500."
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
        _fill(filling, sent, lines, dated)
        if len(parts) > 1:
            filling.tell(
                "28", f"is the total of this page; the claim has {len(parts)} pages, each a claim of its own."
            )
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

    ``guide_lines`` adds thin boxes with item numbers, for a look at the screen. ``offset_mm`` moves the print
    right and down in millimeters, per printer. Raises ``ValueError`` as ``values`` and ``paint`` do.
    """
    pages = (page for claim in claims for page in values(claim, dated=dated))
    return paint(pages, SHEET, guide_lines=guide_lines, offset_mm=offset_mm)


def _fill(filling: Filling, claim: Claim, lines: Sequence[ClaimLine], dated: date | None) -> None:
    _payer(filling, claim)
    _patient(filling, claim)
    if claim.filing_indicator in MEDICARE:
        _medicare_insurance(filling, claim)
    else:
        _other_insurance(filling, claim)
    _condition(filling, claim)
    filling.put("12", SIGNED)
    filling.put("13", SIGNED)
    _referrer(filling, claim)
    filling.mark("20.no")
    _diagnoses(filling, claim)
    for row, line in enumerate(lines, start=1):
        _service_line(filling, claim, line, row)
    _billing(filling, claim, lines)
    _facility(filling, claim)
    filling.put("31", SIGNED)
    filling.put("31.date", texts.spaced_date(dated) if dated else None)


def _payer(filling: Filling, claim: Claim) -> None:
    """The upper right corner, where the letter is addressed, and item 1."""
    filling.put("payer.1", claim.payer.name)
    if claim.payer.address is not None:
        filling.put_street("payer.2", claim.payer.address)
        filling.put_city_state_zip("payer.3", claim.payer.address)
    filling.mark(f"1.{_PROGRAMS.get(claim.filing_indicator, 'other')}")


def _patient(filling: Filling, claim: Claim) -> None:
    patient = claim.beneficiary
    filling.put("1a", patient.member_id)
    filling.put("2", texts.patient_name(patient))
    filling.put("3", texts.spaced_long_date(patient.birth_date))
    if patient.sex is Sex.U:
        filling.tell("3", "has no box for an unknown sex; mark one by hand.")
    else:
        filling.mark("3.male" if patient.sex is Sex.M else "3.female")
    _address(filling, "5", claim)


def _address(filling: Filling, item: str, claim: Claim) -> None:
    """The patient's address, in item 5 and, where the patient is the insured of another payer, in item 7."""
    address = claim.beneficiary.address
    filling.put_street(f"{item}.street", address)
    filling.put(f"{item}.city", texts.without_punctuation(address.city))
    filling.put(f"{item}.state", address.state)
    filling.put(f"{item}.zip", texts.zip_code(address.zip))


def _medicare_insurance(filling: Filling, claim: Claim) -> None:
    """Items 4, 6, 7, 9 and 11 as Medicare reads them (chapter 26, section 10.2)."""
    if claim.payer_order is PayerOrder.PRIMARY:
        filling.put("11", NO_OTHER_INSURANCE)
        _medigap(filling, claim)
        return
    first = min(claim.other_coverages, key=lambda other: "PST".index(other.order), default=None)
    if first is None:
        filling.tell(
            "11", "wants the policy or group of the payer before Medicare, and the claim names none."
        )
        return
    _primary_insured(filling, first)
    filling.put("11", first.group_number or first.member_id)
    filling.put("11c", first.payer.name)
    filling.tell("11", "names a payer before Medicare: send a copy of that payer's answer with the page.")


def _primary_insured(filling: Filling, other: OtherCoverage) -> None:
    """Items 4, 6 and 7: who is insured with the payer before Medicare."""
    filling.mark(f"6.{_RELATIONSHIPS.get(other.relationship, 'other')}")
    if other.relationship == SELF:
        filling.put("4", SAME)
        filling.put("7.street", SAME)
        return
    filling.put("4", texts.name_with_commas(other.last_name, other.first_name))
    filling.tell("7", "wants the insured's address, which the claim does not carry; write it by hand.")


def _medigap(filling: Filling, claim: Claim) -> None:
    """Item 9: a Medigap insurer to whom Medicare passes the claim on; other payers after Medicare are not named."""
    for other in claim.other_coverages:
        if not _is_medigap(other):
            filling.tell(
                "9", "does not name a payer after Medicare that is no Medigap insurer known by its id."
            )
            continue
        own = other.relationship == SELF
        filling.put("9", SAME if own else texts.name_with_commas(other.last_name, other.first_name))
        filling.put("9a", f"MEDIGAP {other.member_id}")
        filling.put("9d", other.payer.payer_id)
        return


def _is_medigap(other: OtherCoverage) -> bool:
    number = other.payer.payer_id
    return len(number) == len("55000") and number.isdecimal() and int(number) in _MEDIGAP_IDS


def _other_insurance(filling: Filling, claim: Claim) -> None:
    """Items 4, 6, 7, 9 and 11d for payers other than Medicare: the patient is the insured."""
    filling.put("4", texts.patient_name(claim.beneficiary))
    filling.mark("6.self")
    _address(filling, "7", claim)
    other = next(iter(claim.other_coverages), None)
    filling.mark("11d.no" if other is None else "11d.yes")
    if other is not None:
        filling.put("9", texts.name_with_commas(other.last_name, other.first_name))
        filling.put("9a", other.group_number or other.member_id)
        filling.put("9d", other.payer.name)


def _condition(filling: Filling, claim: Claim) -> None:
    """Item 10: whether work or an accident is behind the condition. An accident of unknown kind stays open."""
    work = claim.insurance_type == _WORKERS_COMPENSATION
    filling.mark("10a.yes" if work else "10a.no")
    if claim.insurance_type in _ACCIDENTS:
        filling.tell(
            "10b", "and 10c: an insurance of accidents pays first; mark the kind of accident by hand."
        )
        return
    filling.mark("10b.no")
    filling.mark("10c.no")


def _referrer(filling: Filling, claim: Claim) -> None:
    if claim.referring is not None:
        filling.put("17.qualifier", "DN")
        filling.put("17", texts.provider_name(claim.referring))
        filling.put("17b", claim.referring.npi)


def _diagnoses(filling: Filling, claim: Claim) -> None:
    filling.put("21.indicator", ICD_10)
    for letter, code in zip(DIAGNOSIS_LETTERS, claim.diagnoses, strict=False):
        filling.put(f"21.{letter}", code)
    if len(claim.diagnoses) > len(DIAGNOSIS_LETTERS):
        filling.tell("21", f"holds {len(DIAGNOSIS_LETTERS)} diagnoses; the claim has {len(claim.diagnoses)}.")
    if claim.filing_indicator not in MEDICARE and claim.frequency_code in _REPLACES:
        filling.put("22.code", claim.frequency_code)
        filling.put("22.reference", claim.payer_claim_control_number)


def _service_line(filling: Filling, claim: Claim, line: ClaimLine, row: int) -> None:
    """One row of item 24."""
    rendering = line.rendering or claim.rendering or claim.billing.provider
    day = texts.spaced_date(line.date_of_service)
    filling.put(f"24A.{row}", day)
    filling.put(f"24A.{row}.through", day)
    filling.put(f"24B.{row}", line.place_of_service or claim.place_of_service)
    filling.put(f"24D.{row}", line.procedure_code)
    filling.put(f"24D.{row}.modifiers", " ".join(line.modifiers))
    filling.put(f"24E.{row}", pointers(claim, line))
    filling.put(f"24F.{row}", texts.money(line.charge))
    filling.put(f"24G.{row}", str(line.units))
    filling.put(f"24J.{row}", rendering.npi)


def pointers(claim: Claim, line: ClaimLine) -> str:
    """The letters of item 24E: the first pointer alone for Medicare, up to four for others."""
    most = 1 if claim.filing_indicator in MEDICARE else _MOST_POINTERS
    known = [number for number in line.diagnosis_pointers if 0 < number <= len(DIAGNOSIS_LETTERS)]
    return "".join(DIAGNOSIS_LETTERS[number - 1] for number in known[:most])


def _billing(filling: Filling, claim: Claim, lines: Sequence[ClaimLine]) -> None:
    """Items 25 to 29 and 33. What the patient paid stands on the first page alone."""
    billing = claim.billing
    filling.put("25", billing.tax_id)
    filling.mark("25.ssn" if billing.tax_id_type == "SY" else "25.ein")
    filling.put("26", claim.control_number)
    filling.mark("27.yes" if claim.accepts_assignment else "27.no")
    filling.put("28", texts.money(sum((line.charge for line in lines), Decimal("0.00"))))
    if claim.amount_paid_by_patient is not None and filling.number == 1:
        filling.put("29", texts.money(claim.amount_paid_by_patient))
    phone = texts.phone_digits(billing.phone)
    filling.put("33.area", phone[:3])
    filling.put("33.phone", phone[3:])
    filling.put("33.1", texts.provider_name(billing.provider))
    filling.put_street("33.2", billing.address)
    filling.put_city_state_zip("33.3", billing.address)
    filling.put("33a", billing.provider.npi)


def _facility(filling: Filling, claim: Claim) -> None:
    """Item 32: paper names the place even where it is the billing address, which the 837P leaves out."""
    place = claim.service_facility
    filling.put(
        "32.1",
        texts.without_punctuation(place.name) if place else texts.provider_name(claim.billing.provider),
    )
    address = place.address if place else claim.billing.address
    filling.put_street("32.2", address)
    filling.put_city_state_zip("32.3", address)
    filling.put("32a", place.npi if place else None)
