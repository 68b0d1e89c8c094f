"""Made-up answers to the made-up claims of ``tests.book.made``: always balanced, unless a test breaks them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from decimal import Decimal

from teachback.book import SqliteBook
from teachback.remitdata import (
    ClaimPayment,
    Name,
    PaidAdjustment,
    ProviderAdjustment,
    Remittance,
    ServicePayment,
)
from tests.book.made import BILLING, DAY, claim, draft

CHARGE = Decimal("80.50")
PAID_ON = date(2026, 5, 20)
PAID = ("CO-45 28.36", "PR-2 10.43", "CO-253 0.83")  # 40.88 of 80.50
DEDUCTIBLE = ("CO-45 28.36", "PR-1 52.14")
DENIED = ("CO-50 80.50",)


def adjustments(*texts):
    found = []
    for text in texts:
        code, amount = text.split()
        group, carc = code.split("-")
        found.append(PaidAdjustment(group, carc, Decimal(amount)))
    return tuple(found)


def service(number, *texts, charge=CHARGE, **changes):
    """A line's answer; what the adjustments leave is paid."""
    found = adjustments(*texts)
    whole = ServicePayment(
        procedure_code="97550",
        modifiers=("GP",),
        charge=charge,
        paid=charge - sum((each.amount for each in found), Decimal(0)),
        date_of_service=DAY,
        adjustments=found,
        line_control_number=number,
    )
    return replace(whole, **changes)


def answered(number, *lines, status="1", claim_adjustments=(), **changes):
    """A claim's answer with these lines."""
    own = adjustments(*claim_adjustments)
    charge = sum((line.charge for line in lines), Decimal(0))
    paid = sum((line.paid for line in lines), Decimal(0)) - sum((each.amount for each in own), Decimal(0))
    whole = ClaimPayment(
        control_number=number,
        status_code=status,
        charge=charge,
        paid=paid,
        patient_responsibility=None,
        filing_indicator="MB",
        payer_claim_control_number=f"ICN{number}",
        adjustments=own,
        lines=tuple(lines),
        names=(Name("QC", "Doe", "Ann", "MI", "1SG4TE5MK73"),),
    )
    return replace(whole, **changes)


def reversed_(payment):
    """The taking back of a claim's answer."""
    return replace(
        payment,
        status_code="22",
        charge=-payment.charge,
        paid=-payment.paid,
        adjustments=tuple(replace(each, amount=-each.amount) for each in payment.adjustments),
        lines=tuple(
            replace(
                line,
                charge=-line.charge,
                paid=-line.paid,
                adjustments=tuple(replace(each, amount=-each.amount) for each in line.adjustments),
            )
            for line in payment.lines
        ),
    )


def remittance(*claims, trace="CHK1", plb=(), **changes):
    """A payment of these claims less the provider adjustments, each "WO 12.00 REFERENCE"."""
    adjusted = []
    for text in plb:
        reason, amount, *reference = text.split()
        adjusted.append(
            ProviderAdjustment("2000000002", date(2026, 12, 31), reason, " ".join(reference), Decimal(amount))
        )
    paid = sum((each.paid for each in claims), Decimal(0)) - sum(
        (each.amount for each in adjusted), Decimal(0)
    )
    whole = Remittance(
        identity=hashlib.sha256(f"{trace} {paid}".encode()).hexdigest(),
        payer_name="MADE-UP CONTRACTOR",
        payer_id="03102",
        payee_name="WILLOW LANE REHAB",
        payee_id=BILLING.provider.npi,
        payee_qualifier="XX",
        trace_number=trace,
        handling_code="I",
        method="ACH",
        credit_debit="C",
        paid=paid,
        paid_on=PAID_ON,
        produced_on=PAID_ON,
        claims=tuple(claims),
        provider_adjustments=tuple(adjusted),
    )
    return replace(whole, **changes)


def sent(book, folder, *claims, **changes):
    """Plan, write (in name) and send claims; their control numbers."""
    (file,) = book.plan([draft(folder, *claims, **changes)], who="ann")
    book.mark_written(file.id, "0" * 64, 1)
    book.mark_sent(file.id, who="ann")
    return [each.control_number for each in book.claims(file=file.id)]


def opened(folder, *claims):
    """A book in which these claims (one of three lines, unless told) were sent."""
    book = SqliteBook.open(folder / "book", tag="TEST")
    sent(book, folder / "out", *(claims or (claim("s1", "s2", "s3"),)))
    return book


def content(book):
    """Everything that a book holds of money, without the moments at which it was written."""
    tables = {}
    for table, order in (
        ("remittance", "id"), ("remitted_claim", "id"), ("remitted_line", "id"), ("entry", "id"),
        ("part", "entry, position"),
    ):  # fmt: skip
        cursor = book._db.execute(f"SELECT * FROM {table} ORDER BY {order}")  # noqa: S608  own names only
        names = [each[0] for each in cursor.description]
        tables[table] = [
            {name: value for name, value in zip(names, row, strict=True) if name not in {"at", "day"}}
            for row in cursor
        ]
    return tables
