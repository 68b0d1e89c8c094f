"""Independent judges: pyx12 finds no error in what we write, and x12sdk reads the same claims, lines and amounts."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from teachback.model import ClaimForm, Sex
from teachback.x12.sent import as_sent
from teachback.x12.write837 import written
from tests.x12.making import AT_HOME, CASES, SOLO, claim, line, secondary_claim, submission, submissions

FORMS = list(ClaimForm)
# pyx12 needs a second for a file: few files of many claims, and no search for the smallest one that fails.
FEW = settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path, monkeypatch):
    """Judges run where no file of settings lies: x12sdk reads ``.env`` of the working folder."""
    monkeypatch.chdir(tmp_path)


def pyx12_errors(data: bytes) -> list[str]:
    """What pyx12 has against a file: segments with an error of its own JSON report; empty when it is content."""
    from pyx12.params import ParamsBase  # type: ignore[import-untyped]
    from pyx12.x12n_document import x12n_document  # type: ignore[import-untyped]

    answer, report = io.StringIO(), io.StringIO()
    content = x12n_document(ParamsBase(), io.StringIO(data.decode("ascii")), answer, None, fd_json=report)
    acknowledged = answer.getvalue()
    if content and "IK5*A" in acknowledged and "AK9*A" in acknowledged and "IK3*" not in acknowledged:
        return []
    return [json.dumps(json.loads(report.getvalue()))[:2000] or "not accepted"]


def x12sdk_claims(data: bytes) -> list[tuple]:
    """Claims as x12sdk reads them: control number, charge, member, billing NPI, form, lines."""
    from x12sdk.io import X12ModelReader

    with X12ModelReader(data.decode("ascii")) as reader:
        return [
            (
                found.patient_control_number,
                found.charge,
                found.member_id,
                found.billing_provider_npi,
                found.claim.clm_segment.health_care_service_location_information,
                [_line(loop) for loop in found.service_lines],
                _other_payers(found.claim),
            )
            for model in reader.models()
            for found in model.claims()  # type: ignore[attr-defined]
        ]


def _line(loop) -> tuple:
    institutional = not hasattr(loop, "sv1_segment")
    service = loop.sv2_segment if institutional else loop.sv1_segment
    dates = loop.dtp_segment if isinstance(loop.dtp_segment, list) else [loop.dtp_segment]
    procedure = (
        service.composite_medical_procedure_identifier
        if institutional
        else service.product_service_id_qualifier
    )
    return (
        procedure,
        service.line_item_charge_amount,
        service.service_unit_count,
        dates[0].date_time_period,
        loop.ref_segment[0].reference_identification,
        [
            (one.svd_segment.other_payer_primary_identifier, one.svd_segment.service_line_paid_amount)
            for one in loop.loop_2430 or []
        ],
    )


def _other_payers(found) -> list[str]:
    return [one.loop_2330b.nm1_segment.identification_code for one in found.loop_2320 or []]


def as_x12sdk_knows(one):
    """The claim without what x12sdk 2.2 cannot hold: DMG03 U, and a line's second answer (it loses the first)."""
    sex = Sex.F if one.beneficiary.sex is Sex.U else one.beneficiary.sex
    lines = tuple(replace(part, adjudications=part.adjudications[:1]) for part in one.lines)
    return replace(one, beneficiary=replace(one.beneficiary, sex=sex), lines=lines)


def expected(claims) -> list[tuple]:
    """The same of our own claims, as they are sent."""
    return [
        (
            one.control_number,
            one.charge,
            one.beneficiary.member_id,
            one.billing.provider.npi,
            f"{one.institutional.type_of_bill[:2]}:A:{one.frequency_code}"
            if one.institutional
            else f"{one.place_of_service}:B:{one.frequency_code}",
            [
                (
                    ":".join(("HC", part.procedure_code, *part.modifiers)),
                    part.charge,
                    part.units,
                    part.date_of_service,
                    part.control_number,
                    [(answer.payer_id, answer.paid) for answer in part.adjudications],
                )
                for part in one.lines
            ],
            [other.payer.payer_id for other in one.other_coverages],
        )
        for one in map(as_sent, claims)
    ]


@pytest.mark.parametrize("name", CASES)
def test_judges_agree_on_every_kind_of_claim(name):
    data = written(submission(CASES[name]))
    assert pyx12_errors(data) == []
    assert x12sdk_claims(data) == expected([CASES[name]])


def test_judges_agree_on_a_long_file_of_several_providers_and_transactions():
    many = [
        replace(one, control_number=f"{one.control_number}{number}")
        for number in range(5)
        for one in (
            claim(),
            claim(billing=SOLO, rendering=None, service_facility=AT_HOME, place_of_service="12"),
            claim(billing=SOLO, rendering=None),
            secondary_claim(),
            claim(lines=tuple(line(n) for n in range(1, 12))),
        )
    ]
    data = written(submission(*many, claims_per_transaction=7))
    assert data.count(b"\nST*") == 4
    assert pyx12_errors(data) == []
    assert x12sdk_claims(data) == expected(many)


@pytest.mark.parametrize("form", FORMS)
def test_pyx12_accepts_whatever_is_generated(form):
    @given(submissions(form, most_claims=8))
    @FEW
    def judged(given_submission):
        assert pyx12_errors(written(given_submission)) == []

    judged()


@pytest.mark.parametrize("form", FORMS)
def test_x12sdk_reads_the_same_of_whatever_is_generated(form):
    @given(submissions(form, most_claims=8))
    @FEW
    def judged(given_submission):
        known = tuple(map(as_x12sdk_knows, given_submission.claims))
        assert x12sdk_claims(written(replace(given_submission, claims=known))) == expected(known)

    judged()


def test_the_judge_is_no_rubber_stamp():
    data = written(submission())
    assert pyx12_errors(data.replace(b"NM1*IL*1", b"NM1*IX*1"))
    assert pyx12_errors(data.replace(b"SE*", b"SE*9"))
