"""Made-up claims, drafts and files: small, complete, and like what the builder makes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from teachback.book import Draft
from teachback.claimdata import (
    Beneficiary,
    BillingProvider,
    Claim,
    ClaimLine,
    Payer,
    PostalAddress,
    Provider,
    Receiver,
    Submitter,
)
from teachback.model import ClaimForm, Sex

ADDRESS = PostalAddress("1 Willow Lane", "Tucson", "AZ", "857011234")
BILLING = BillingProvider(Provider("2000000002", "WILLOW LANE REHAB"), "123456789", "EI", ADDRESS)
SUBMITTER = Submitter("WILLOW", "WILLOW LANE REHAB", "ANN", "5205550100")
RECEIVER = Receiver("03102", "MEDICARE PART B")
TEST_RECEIVER = replace(RECEIVER, test=True)
DAY = date(2026, 4, 14)


def claim(*sessions, patient="p1", **changes):
    """A claim with one line for each session."""
    lines = tuple(
        ClaimLine(
            control_number="",
            procedure_code="97550",
            modifiers=("GP",),
            units=1,
            charge=Decimal("80.50"),
            date_of_service=DAY + timedelta(days=number),
            sessions=(session,),
            allowed_amount=Decimal("52.14"),
            patient_amount=Decimal("10.43"),
            medicare_payment_after_sequestration=Decimal("40.88"),
        )
        for number, session in enumerate(sessions)
    )
    whole = Claim(
        form=ClaimForm.PROFESSIONAL,
        control_number="",
        billing=BILLING,
        beneficiary=Beneficiary(
            "Doe", "Ann", "1SG4TE5MK73", date(1950, 1, 2), Sex.F, ADDRESS, patient_id=patient
        ),
        payer=Payer("MEDICARE", "03102"),
        place_of_service="11",
        diagnoses=("I69351",),
        lines=lines,
    )
    return replace(whole, **changes)


def draft(folder, *claims, receiver=RECEIVER, **changes):
    """One file of claims in a folder."""
    path = str(folder / "837p-{number}.x12")
    whole = Draft(SUBMITTER, receiver, tuple(claims), date(2026, 5, 1), "0930", path)
    return replace(whole, **changes)


def write(submission):
    """Bytes of a file: as deterministic as the writer's, and with every number and session in them."""
    head = (submission.interchange_number, submission.group_number, submission.first_transaction_number)
    yield f"{head} {submission.made_on} {submission.made_at} {submission.receiver.test}\n".encode()
    for each in submission.claims:
        yield f"{each.control_number} {each.beneficiary.patient_id} {each.frequency_code}\n".encode()
        for line in each.lines:
            yield f"  {line.control_number} {line.charge} {' '.join(line.sessions)}\n".encode()
