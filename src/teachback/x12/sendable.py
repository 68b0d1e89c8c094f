"""What can be sent: refusals with reasons before the first byte is written, and the claim as it will be read back.

Limits are the standard's (pyx12's maps of 005010X222A1 and 005010X223A2: repeats, element lengths, code sets)
and HIPAA's twenty characters of CLM01. Amounts of more than eight digits before the point are refused, because
neither the CMS-1500 nor Medicare's systems hold them. The billing provider's ZIP has nine digits and an
institutional one's tax number is an EIN: pyx12's map of 005010X223A2 asks for both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from teachback.claimdata import (
    MOST_CONTROL_NUMBER,
    MOST_DIAGNOSES,
    MOST_LINES,
    BillingProvider,
    Payer,
    Provider,
    ServiceFacility,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from teachback.claimdata import (
        Adjustment,
        Claim,
        ClaimLine,
        Institutional,
        OtherCoverage,
        PostalAddress,
    )

MOST_INSTITUTIONAL_LINES: Final = 999
MOST_INSTITUTIONAL_DIAGNOSES: Final = 25
MOST_OTHER_COVERAGES: Final = 10
MOST_ADJUDICATIONS: Final = 15
MOST_HEALTH_CODES: Final = 24
MOST_GROUPS_OF_ADJUSTMENTS: Final = 5
ADJUSTMENTS_OF_A_SEGMENT: Final = 6
MOST_MODIFIERS: Final = 4
MOST_POINTERS: Final = 4
MOST_UNITS: Final = 999_999
NEEDS_CONTROL_NUMBER: Final = frozenset({"BM", "EL", "EM", "FT", "FX"})
"""Ways of sending an attachment (PWK02) that carry its control number in PWK06."""

_SIGNS = r"!-)+-9;-\]_-}"  # printable ASCII without blank and without our delimiters
_KEY: Final = re.compile(rf"[{_SIGNS}](?:[ {_SIGNS}]*[{_SIGNS}])?")
_AMOUNT: Final = re.compile(r"[0-9]{1,8}(?:\.[0-9]{1,2})?")
_CODE: Final = re.compile(r"[A-Z0-9]{1,30}")
_MODIFIER: Final = re.compile(r"[A-Z0-9]{2}")
_DIAGNOSES: Final = re.compile(r"[A-Z0-9]{1,30}(?:\*[A-Z0-9]{1,30})*")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a claim cannot be written: its control number, the field, and what to do, without patient data."""

    claim: str
    field: str
    reason: str

    def __str__(self) -> str:
        """The sentence for people."""
        who = f"claim {self.claim}" if self.claim else "the submission"
        return f"{who}: {self.field} {self.reason}"


class CannotWriteError(ValueError):
    """Claims that no 837 can carry; ``refusals`` names every one of them, and nothing has been written."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        """Keep the refusals; the message names the first ones."""
        self.refusals = refusals
        told = "; ".join(map(str, refusals[:3]))
        more = f"; and {len(refusals) - 3} more" if len(refusals) > 3 else ""  # noqa: PLR2004  three are told
        super().__init__(f"{told}{more}")


CannotWrite = CannotWriteError


def refusals(claim: Claim) -> tuple[Refusal, ...]:
    """Why a claim (with cleaned texts) cannot be written; empty where it can."""
    reasons = list(_reasons(claim))
    return tuple(Refusal(claim.control_number, field, reason) for field, reason in reasons)


def is_sound_part(part: object) -> bool:
    """Whether a provider, payer or place that claims share gives no reason to refuse."""
    if isinstance(part, BillingProvider):
        return not _billing(part)
    if isinstance(part, Provider):
        return not _provider("", part)
    if isinstance(part, Payer):
        return not _payer(part)
    return isinstance(part, ServiceFacility) and not list(_facility(part))


def is_money(amount: object) -> bool:
    """Whether an amount has at most eight digits, two decimals and no sign."""
    return _AMOUNT.fullmatch(str(amount)) is not None


def _reasons(claim: Claim) -> Iterator[tuple[str, str]]:
    yield from _control_numbers(claim)
    patient = claim.beneficiary
    if not (patient.last_name and patient.first_name):
        yield from required(last_name=patient.last_name, first_name=patient.first_name, at="beneficiary.")
    yield from _identifier("beneficiary.member_id", patient.member_id)
    yield from _address("beneficiary.address", patient.address)
    yield from _billing(claim.billing)
    yield from _payer(claim.payer)
    for name, provider in (("rendering", claim.rendering), ("referring", claim.referring)):
        if provider is not None:
            yield from _provider(name, provider)
    if claim.service_facility is not None:
        yield from _facility(claim.service_facility)
    if claim.amount_paid_by_patient is not None and not is_money(claim.amount_paid_by_patient):
        yield "amount_paid_by_patient", "must be dollars and cents, not negative, below 100,000,000"
    if not is_money(claim.charge):
        yield "charge", "must be dollars and cents, not negative, below 100,000,000"
    if claim.is_institutional:
        yield from _institutional(claim)
    else:
        yield from _professional(claim)
    yield from _other_coverages(claim)
    for number, line in enumerate(claim.lines):
        yield from _line(f"lines[{number}]", line, claim)


def _control_numbers(claim: Claim) -> Iterator[tuple[str, str]]:
    yield from key("control_number", claim.control_number, MOST_CONTROL_NUMBER)
    if not _CODE.fullmatch(claim.frequency_code) or len(claim.frequency_code) > 1:
        yield "frequency_code", "must be one character"
    if claim.payer_claim_control_number is not None:
        yield from key("payer_claim_control_number", claim.payer_claim_control_number, 50)
    if claim.attachment is not None:
        kind, way, number = claim.attachment
        if not (_CODE.fullmatch(kind) and _CODE.fullmatch(way)):
            yield "attachment", "needs a report type and a transmission code"
        if way in NEEDS_CONTROL_NUMBER:
            yield from _identifier("attachment", number)


def _professional(claim: Claim) -> Iterator[tuple[str, str]]:
    if not _CODE.fullmatch(claim.place_of_service):
        yield "place_of_service", "must be a place of service of two digits"
    yield from _count("lines", len(claim.lines), MOST_LINES, "service lines")
    yield from _diagnoses(claim, MOST_DIAGNOSES)


def _diagnoses(claim: Claim, most: int) -> Iterator[tuple[str, str]]:
    yield from _count("diagnoses", len(claim.diagnoses), most, "diagnoses")
    if claim.diagnoses and not _DIAGNOSES.fullmatch("*".join(claim.diagnoses)):
        yield "diagnoses", "must be ICD-10-CM codes in capitals without a dot"


def _institutional(claim: Claim) -> Iterator[tuple[str, str]]:
    yield from _count("lines", len(claim.lines), MOST_INSTITUTIONAL_LINES, "service lines")
    yield from _diagnoses(claim, MOST_INSTITUTIONAL_DIAGNOSES)
    if claim.billing.provider.is_person:
        yield "billing.provider", "must be an organization on an institutional claim"
    if claim.billing.tax_id_type != "EI":
        yield "billing.tax_id_type", "must be EI on an institutional claim"
    if claim.amount_paid_by_patient is not None:
        yield "amount_paid_by_patient", "has no place on an institutional claim; give value code FC instead"
    what = claim.institutional
    if what is None:
        yield "institutional", "is missing: type of bill, statement dates and attending provider"
        return
    if not re.fullmatch(r"[0-9A-Z]{3}", what.type_of_bill):
        yield "institutional.type_of_bill", "must have three characters, without the leading zero"
    elif what.type_of_bill[2] != claim.frequency_code:
        yield "institutional.type_of_bill", "must end with the claim's frequency code"
    if what.statement_through < what.statement_from:
        yield "institutional.statement_through", "must not lie before statement_from"
    yield from _provider("institutional.attending", what.attending)
    if not what.attending.is_person:
        yield "institutional.attending", "must be a person"
    yield from _institutional_codes(what)


def _institutional_codes(what: Institutional) -> Iterator[tuple[str, str]]:
    for name, value in (
        ("admission_type", what.admission_type),
        ("admission_source", what.admission_source),
        ("patient_status", what.patient_status),
    ):
        if value is not None and not _CODE.fullmatch(value):
            yield f"institutional.{name}", "must be a code"
    codes = (
        ("occurrences", [o.code for o in what.occurrences if o.through is None]),
        ("occurrences", [o.code for o in what.occurrences if o.through is not None]),
        ("condition_codes", what.condition_codes),
        ("value_codes", [code for code, _ in what.value_codes]),
    )
    for name, given in codes:
        if len(given) > MOST_HEALTH_CODES:
            yield f"institutional.{name}", f"has more than {MOST_HEALTH_CODES} codes"
        if not all(map(_CODE.fullmatch, given)):
            yield f"institutional.{name}", "must be codes of capitals and digits"
    if not all(is_money(amount) for _, amount in what.value_codes):
        yield "institutional.value_codes", "must have amounts of at most eight digits and two decimals"


def _other_coverages(claim: Claim) -> Iterator[tuple[str, str]]:
    if len(claim.other_coverages) > MOST_OTHER_COVERAGES:
        yield "other_coverages", f"has more than {MOST_OTHER_COVERAGES} payers"
    for number, other in enumerate(claim.other_coverages):
        yield from _other_coverage(f"other_coverages[{number}]", other)


def _other_coverage(at: str, other: OtherCoverage) -> Iterator[tuple[str, str]]:
    yield from required(last_name=other.last_name, payer_name=other.payer.name, at=f"{at}.")
    yield from _identifier(f"{at}.member_id", other.member_id)
    yield from _identifier(f"{at}.payer.payer_id", other.payer.payer_id)
    for name, code in (
        ("relationship", other.relationship),
        ("filing_indicator", other.filing_indicator),
        ("insurance_type", other.insurance_type),
    ):
        if code is not None and not _CODE.fullmatch(code):
            yield f"{at}.{name}", "must be a code"
    if other.group_number is not None:
        yield from key(f"{at}.group_number", other.group_number, 50)
    if other.payer.address is not None:
        yield from _address(f"{at}.payer.address", other.payer.address)
    if other.paid is not None and not is_money(other.paid):
        yield f"{at}.paid", "must be dollars and cents, not negative, below 100,000,000"
    yield from _adjustments(at, other.adjustments)


def _adjustments(at: str, adjustments: tuple[Adjustment, ...]) -> Iterator[tuple[str, str]]:
    counts: dict[str, int] = {}
    for one in adjustments:
        counts[one.group_code] = counts.get(one.group_code, 0) + 1
        if not (_CODE.fullmatch(one.group_code) and _CODE.fullmatch(one.carc)):
            yield f"{at}.adjustments", "need a group code and a reason code"
        if not is_money(abs(one.amount)):
            yield f"{at}.adjustments", "must be dollars and cents below 100,000,000"
    segments = sum(-(-count // ADJUSTMENTS_OF_A_SEGMENT) for count in counts.values())
    if segments > MOST_GROUPS_OF_ADJUSTMENTS:
        yield f"{at}.adjustments", f"need more than {MOST_GROUPS_OF_ADJUSTMENTS} CAS segments"


def _line(at: str, line: ClaimLine, claim: Claim) -> Iterator[tuple[str, str]]:
    yield from key(f"{at}.control_number", line.control_number, 30)
    yield from _procedure(at, line.procedure_code, line.modifiers, needed=not claim.is_institutional)
    if line.modifiers and not line.procedure_code:
        yield f"{at}.modifiers", "stand on a procedure code, which is missing"
    if not 1 <= line.units <= MOST_UNITS:
        yield f"{at}.units", "must be between 1 and 999,999"
    if not is_money(line.charge):
        yield f"{at}.charge", "must be dollars and cents, not negative, below 100,000,000"
    if claim.is_institutional:
        if not re.fullmatch(r"[0-9]{4}", line.revenue_code or ""):
            yield f"{at}.revenue_code", "must have four digits on an institutional claim"
    else:
        yield from _pointers(at, line, claim)
    if line.rendering is not None:
        yield from _provider(f"{at}.rendering", line.rendering)
    yield from _adjudications(at, line, claim)


def _pointers(at: str, line: ClaimLine, claim: Claim) -> Iterator[tuple[str, str]]:
    pointers = line.diagnosis_pointers
    if not 1 <= len(pointers) <= MOST_POINTERS:
        yield f"{at}.diagnosis_pointers", "must be one to four"
    elif min(pointers) < 1 or max(pointers) > min(len(claim.diagnoses), MOST_DIAGNOSES):
        yield f"{at}.diagnosis_pointers", "point at a diagnosis that the claim does not have"
    if line.place_of_service is not None and not _CODE.fullmatch(line.place_of_service):
        yield f"{at}.place_of_service", "must be a place of service of two digits"


def _adjudications(at: str, line: ClaimLine, claim: Claim) -> Iterator[tuple[str, str]]:
    if len(line.adjudications) > MOST_ADJUDICATIONS:
        yield f"{at}.adjudications", f"are more than {MOST_ADJUDICATIONS}"
    payers = {other.payer.payer_id for other in claim.other_coverages}
    for number, one in enumerate(line.adjudications):
        where = f"{at}.adjudications[{number}]"
        if one.payer_id not in payers:
            yield f"{where}.payer_id", "names a payer that no other coverage of the claim has"
        if not is_money(one.paid):
            yield f"{where}.paid", "must be dollars and cents, not negative, below 100,000,000"
        if not 0 <= one.units <= MOST_UNITS:
            yield f"{where}.units", "must be between 0 and 999,999"
        yield from _procedure(where, one.procedure_code, one.modifiers, needed=not claim.is_institutional)
        yield from _adjustments(where, one.adjustments)


def _procedure(at: str, code: str, modifiers: tuple[str, ...], *, needed: bool) -> Iterator[tuple[str, str]]:
    if not _CODE.fullmatch(code) and (code or needed):
        yield f"{at}.procedure_code", "must be a code of capitals and digits"
    if len(modifiers) > MOST_MODIFIERS or not all(map(_MODIFIER.fullmatch, modifiers)):
        yield f"{at}.modifiers", "must be at most four, of two characters each"


@lru_cache(maxsize=4_096)
def _billing(billing: BillingProvider) -> tuple[tuple[str, str], ...]:
    return tuple(_billing_reasons(billing))


def _billing_reasons(billing: BillingProvider) -> Iterator[tuple[str, str]]:
    yield from _provider("billing.provider", billing.provider)
    yield from key("billing.tax_id", billing.tax_id, 50)
    if billing.tax_id_type not in {"EI", "SY"}:
        yield "billing.tax_id_type", "must be EI or SY"
    yield from _address("billing.address", billing.address)
    if len(billing.address.zip) == 5:  # noqa: PLR2004  without the four digits of ZIP+4
        yield "billing.address.zip", "must have nine digits (ZIP+4) for the billing provider"
    if billing.pay_to is not None:
        yield from _address("billing.pay_to", billing.pay_to)
    if billing.phone is not None:
        yield from key("billing.phone", billing.phone, 256)


def _facility(where: ServiceFacility) -> Iterator[tuple[str, str]]:
    yield from required(name=where.name, at="service_facility.")
    yield from _address("service_facility.address", where.address)
    if where.npi is not None:
        yield from _identifier("service_facility.npi", where.npi)


@lru_cache(maxsize=4_096)
def _provider(at: str, provider: Provider) -> tuple[tuple[str, str], ...]:
    found = list(_identifier(f"{at}.npi", provider.npi))
    found += required(name=provider.name, at=f"{at}.")
    if provider.first_name == "":
        found += required(first_name="", at=f"{at}.")
    if provider.taxonomy is not None:
        found += key(f"{at}.taxonomy", provider.taxonomy, 50)
    return tuple(found)


@lru_cache(maxsize=4_096)
def _payer(payer: Payer) -> tuple[tuple[str, str], ...]:
    found = [*required(name=payer.name, at="payer."), *_identifier("payer.payer_id", payer.payer_id)]
    if payer.address is not None:
        found += _address("payer.address", payer.address)
    return tuple(found)


def _address(at: str, address: PostalAddress) -> Iterator[tuple[str, str]]:
    yield from required(line=address.line, city=address.city, at=f"{at}.")
    if len(address.city) == 1:
        yield f"{at}.city", "has one character; a file carries at least two"
    if not re.fullmatch(r"[A-Z]{2}", address.state):
        yield f"{at}.state", "must be two capitals"
    if not re.fullmatch(r"[0-9]{5}(?:[0-9]{4})?", address.zip):
        yield f"{at}.zip", "must have five or nine digits, without a hyphen"


def required(*, at: str, **texts: str) -> list[tuple[str, str]]:
    """Texts that must stand in the file; given by their fields behind the path ``at``."""
    return [
        (f"{at}{name}", "is empty, or nothing of it can be written in plain capitals")
        for name, text in texts.items()
        if not text
    ]


def _identifier(field: str, text: str) -> tuple[tuple[str, str], ...]:
    """Data element 67 (NM109, PWK06, SVD01): 2 to 80 characters."""
    if len(text) == 1:
        return ((field, "has one character; a file carries at least two"),)
    return key(field, text, 80)


def key(field: str, text: str, most: int) -> tuple[tuple[str, str], ...]:
    """Identifiers are sent as they are, so they must fit as they are."""
    if _KEY.fullmatch(text) and len(text) <= most:
        return ()
    if not text:
        return ((field, "is empty"),)
    if len(text) > most:
        return ((field, f"has more than {most} characters"),)
    return ((field, "has characters that a file cannot carry (a delimiter, an accent, a blank at an end)"),)


def _count(field: str, number: int, most: int, what: str) -> Iterator[tuple[str, str]]:
    if number == 0:
        yield field, f"has no {what}"
    if number > most:
        yield field, f"has {number} {what}; a claim carries at most {most}"
