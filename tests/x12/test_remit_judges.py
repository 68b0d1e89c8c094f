"""Independent judges: oxedi reads the same payments, claims, lines and adjustments in every remittance that we read."""

from __future__ import annotations

import io
import tarfile
from datetime import date
from functools import cache
from pathlib import Path

import oxedi
import pytest
from hypothesis import HealthCheck, given, settings

from bench.remits import write_made_up
from teachback.claimdata import PostalAddress
from teachback.x12.r835 import read_remittances, remittances
from teachback.x12.w835 import PayerDetails, write
from teachback.x12.wenvelope import AnswerEnvelope
from tests.x12.paying import everything, files

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples"
FOLDER = "linuxforhealth/src/tests/resources/835_005010X221A1/"
NAMES = [
    "cob-contractural-adjustment",
    "managed-care",
    "medicare-part-a",
    "secondary-payment",
    "tertiary-payment",
]
# Files whose SVC01 has > where ISA16 names a colon: oxedi takes the whole for the qualifier.
OTHER_SEPARATOR = {"cob-contractural-adjustment", "secondary-payment"}


def rows(result, table, columns):
    """A table of oxedi as tuples; texts as str, nothing as ''."""
    return [
        tuple(_plain(row[column]) for column in columns)
        for row in result.tables[table].to_polars().to_dicts()
    ]


def _plain(value):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else value


def judged(data):
    """Payments, claims, lines, adjustments and provider adjustments as oxedi reads them."""
    result = oxedi.parse(data)
    return {
        "payments": rows(
            result,
            "payments",
            (
                "total_payment_amount", "trace_number", "payer_name", "payee_name", "payee_id", "payee_id_qualifier",
                "handling_code", "credit_debit_flag", "payment_method", "payment_date", "production_date",
            ),
        ),
        "claims": rows(
            result,
            "claims",
            (
                "payment", "claim_id", "claim_status", "charge_amount", "payment_amount", "patient_responsibility",
                "filing_indicator", "payer_control_number", "facility_type", "frequency_code", "patient_last_name",
                "patient_first_name", "patient_id", "patient_id_qualifier", "statement_from", "statement_to",
                "rendering_provider_name", "rendering_provider_id", "coverage_amount",
            ),
        ),
        "services": rows(
            result,
            "services",
            (
                "claim", "procedure_qualifier", "procedure_code", "charge_amount", "payment_amount", "units_paid",
                "original_units", "allowed_amount", "line_item_control_number", "service_date",
            ),
        ),
        "adjustments": rows(
            result, "adjustments", ("claim", "service", "group_code", "reason_code", "amount", "quantity")
        ),
        "provider_adjustments": rows(
            result,
            "provider_adjustments",
            ("payment", "provider_id", "fiscal_period_date", "reason_code", "reference_id", "amount"),
        ),
    }  # fmt: skip


def ours(data):
    """The same of our own reading."""
    found = {name: [] for name in ("payments", "claims", "services", "adjustments", "provider_adjustments")}
    for number, read in enumerate(read_remittances(io.BytesIO(data))):
        one = read.remittance
        found["payments"].append(
            (
                one.paid, one.trace_number, one.payer_name, one.payee_name, one.payee_id, one.payee_qualifier,
                one.handling_code, one.credit_debit, one.method, one.paid_on or "", one.produced_on or "",
            )
        )  # fmt: skip
        for claim in one.claims:
            _claim(found, number, claim)
        found["provider_adjustments"] += [
            (number, each.provider, each.fiscal_period_end, each.reason, each.reference, each.amount)
            for each in one.provider_adjustments
        ]
    return found


def _claim(found, payment, claim):
    row = len(found["claims"])
    patient, rendering = claim.name("QC"), claim.name("82")
    dates, amounts = dict(reversed(claim.dates)), dict(claim.amounts)
    found["claims"].append(
        (
            payment, claim.control_number, claim.status_code, claim.charge, claim.paid,
            _none(claim.patient_responsibility), claim.filing_indicator, claim.payer_claim_control_number,
            claim.facility_code, claim.frequency_code, patient.last_name, patient.first_name, patient.identifier,
            patient.qualifier, dates.get("232", ""), dates.get("233", ""), rendering.last_name if rendering else "",
            rendering.identifier if rendering else "", amounts.get("AU", ""),
        )
    )  # fmt: skip
    _adjustments(found, row, "", claim.adjustments)
    for line in claim.lines:
        service = len(found["services"])
        found["services"].append(
            (
                row, line.procedure_qualifier, line.procedure_code, line.charge, line.paid, _none(line.units_paid),
                _none(line.submitted_units), _none(line.allowed_amount), line.line_control_number or "",
                # oxedi takes DTM*472 alone; a line of several days has 150 and 151.
                "" if line.date_through else line.date_of_service or "",
            )
        )  # fmt: skip
        _adjustments(found, row, service, line.adjustments)


def _adjustments(found, claim, service, given_):
    found["adjustments"] += [
        (claim, service, one.group_code, one.carc, one.amount, _none(one.quantity)) for one in given_
    ]


def _none(value):
    return "" if value is None else value


@cache
def sample(name):
    with tarfile.open(SAMPLES / "linuxforhealth.tar.gz") as archive:
        return archive.extractfile(f"{FOLDER}{name}.835").read()


@pytest.mark.skipif(not SAMPLES.exists(), reason="the shared sample files are not here")
@pytest.mark.parametrize("name", NAMES)
def test_every_sample_is_read_as_oxedi_reads_it(name):
    theirs, mine = judged(sample(name)), ours(sample(name))
    if name in OTHER_SEPARATOR:
        for table in (theirs, mine):
            table["services"] = [row[:1] + row[3:] for row in table["services"]]
    assert mine == theirs


@pytest.mark.skipif(not SAMPLES.exists(), reason="the shared sample files are not here")
def test_what_is_wrong_with_the_samples():
    wrong = {
        "cob-contractural-adjustment": {"component-separator"},
        "managed-care": {"date-unreadable"},  # BPR16 is 20002316
        "medicare-part-a": set(),
        "secondary-payment": {"component-separator"},
        "tertiary-payment": {"line-balance", "claim-charges"},  # SVC01 is cut in two by an asterisk
    }
    for name, names in wrong.items():
        [found] = read_remittances(io.BytesIO(sample(name)))
        assert {one.name for one in found.all_told} == names, name


def test_the_file_with_everything_is_read_as_oxedi_reads_it():
    assert ours(everything()) == judged(everything())


def test_a_long_file_is_read_as_oxedi_reads_it(tmp_path):
    file = tmp_path / "payments.835"
    write_made_up(file, 1500)
    assert ours(file.read_bytes()) == judged(file.read_bytes())


@given(files())
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
def test_whatever_is_generated_is_read_as_oxedi_reads_it(data):
    assert ours(data) == judged(data)


@given(files(2))
@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
def test_whatever_is_written_again_is_the_same_money_to_both(data):
    envelope = AnswerEnvelope("TBPAYER", "TBSUBMIT", 201, 201, date(2026, 5, 4))
    details = PayerDetails(
        PostalAddress("1 SAMPLE WAY", "PHOENIX", "AZ", "85004"), "ORLA", "6025550100", "1351840597"
    )
    again = write(list(remittances(io.BytesIO(data))), envelope, details)
    mine = ours(again)
    assert mine == judged(again)
    for table in ("payments", "services", "adjustments", "provider_adjustments"):
        assert mine[table] == ours(data)[table]
    identities = [one.identity for one in remittances(io.BytesIO(data))]
    assert [one.identity for one in remittances(io.BytesIO(again))] == identities


def test_the_judge_is_no_rubber_stamp():
    assert ours(everything().replace(b"CO*45*37.23", b"CO*45*37.24")) != judged(everything())
