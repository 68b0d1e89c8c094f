"""Checks of meaning: each fault is told at its element, and what is right is not told."""

from __future__ import annotations

from datetime import date

import pytest

from teachback.model import Severity
from teachback.x12.meaning import values
from teachback.x12.meaning.catalog import kinds
from teachback.x12.meaning.values import MemberId, Npi
from tests.check.asking import asked, codes, edited
from tests.x12.mutants import INSTITUTIONAL, PROFESSIONAL

P, I = PROFESSIONAL, INSTITUTIONAL  # noqa: E741  beside P

OTHER_PAYER = (
    "SBR*P*18*******CI~\nCAS*CO*45*40.00~\nCAS*PR*2*10.00~\nAMT*D*100.00~\nOI***Y***Y~\n"
    "NM1*IL*1*PERONELLE*ILEANA****MI*W123~\nN3*440 MESQUITE COURT~\nN4*PHOENIX*AZ*85004~\n"
    "NM1*PR*2*OTHER PLAN*****PI*PLAN1~\nDTP*573*D8*20260425~\nLX*1~"
)
SECONDARY = edited(P, ("SBR*P*18*******MB", "SBR*S*18***12****MB"), ("LX*1~", OTHER_PAYER))

FAULTS = {
    "NPI of a billing provider": (P, [("XX*2200000018", "XX*2200000019")], "X402", "NM109"),
    "NPI that begins with 3": (P, [("XX*2200000018", "XX*3200000018")], "X401", "NM109"),
    "telephone of seven digits": (P, [("TE*6025550143", "TE*5550143")], "X406", "PER04"),
    "electronic mail without @": (P, [("TE*6025550143", "TE*6025550143*EM*office.example")], "X407", "PER06"),
    "employer's number of zeros": (P, [("REF*EI*912345678", "REF*EI*000000000")], "X405", "REF02"),
    "Social Security number of 000": (P, [("REF*EI*912345678", "REF*SY*000123456")], "X405", "REF02"),
    "taxonomy without X": (P, [("PXC*225100000X", "PXC*2251000000")], "X426", "PRV03"),
    "name of digits": (P, [("NM1*IL*1*PERONELLE", "NM1*IL*1*12345")], "X434", "NM103"),
    "lock box": (P, [("N3*100 WILLOW LANE", "N3*LOCK BOX 12")], "X435", "N301"),
    "box in the second line": (P, [("N3*100 WILLOW LANE", "N3*WILLOW HOUSE*P.O. BOX 9")], "X435", "N302"),
    "billing ZIP ends in 0000": (P, [("850041234", "850040000")], "X411", "N403"),
    "unknown country": (P, [("N4*PHOENIX*AZ*85004~", "N4*PHOENIX*AZ*85004*QQ~")], "X412", "N404"),
    "province of Canada unknown": (P, [("N4*PHOENIX*AZ*85004~", "N4*CALGARY*ZZ*T2P1J9*CA~")], "X410", "N402"),
    "diagnosis heading": (P, [("ABK:L89153", "ABK:L8915")], "X417", "HI01-2"),
    "diagnosis unknown": (P, [("ABK:L89153", "ABK:L99999")], "X416", "HI01-2"),
    "diagnosis with a dot": (P, [("ABK:L89153", "ABK:L89.153")], "X420", "HI01-2"),
    "ICD-9 today": (P, [("HI*ABK:L89153", "HI*BK:L89153")], "X421", "HI01-1"),
    "diagnosis twice": (P, [("ABF:Z741", "ABF:I69354")], "X509", "HI02-2"),
    "pointer beyond": (P, [("UN*1***1:2", "UN*1***1:3")], "X507", "SV107-2"),
    "pointer twice": (P, [("UN*1***1:2", "UN*1***1:1")], "X508", "SV107-2"),
    "total differs": (P, [("CLM*TB0001*150", "CLM*TB0001*150.01")], "X501", "CLM02"),
    "units zero": (P, [("GP*90*UN*1***1:2", "GP*90*UN*0***1:2")], "X504", "SV104"),
    "place of a line": (P, [("GP*60*UN*1***1", "GP*60*UN*1*77**1")], "X413", "SV105"),
    "HL01": (P, [("HL*3*1*22", "HL*4*1*22")], "X510", "HL01"),
    "HL02 of another level": (P, [("HL*3*1*22", "HL*3*2*22")], "X511", "HL02"),
    "HL04": (P, [("HL*3*1*22*0", "HL*3*1*22*1")], "X513", "HL04"),
    "line number": (P, [("LX*2~", "LX*3~")], "X514", "LX01"),
    "line control number twice": (P, [("REF*6R*TB0001L2", "REF*6R*TB0001L1")], "X516", "REF02"),
    "HICN": (P, [("MI*7SU0KP3MN77", "MI*123456789A")], "X432", "NM109"),
    "born after the service": (P, [("DMG*D8*19470506", "DMG*D8*20260502")], "X522", "DMG02"),
    "born tomorrow": (P, [("DMG*D8*19470506", "DMG*D8*20260505")], "X523", "DMG02"),
    "born long ago": (P, [("DMG*D8*19470506", "DMG*D8*18950506")], "X523", "DMG02"),
    "insurance type with primary": (P, [("SBR*P*18*******MB", "SBR*P*18***12****MB")], "X603", "SBR05"),
    "frequency 7": (P, [("11:B:1*Y", "11:B:7*Y")], "X605", "CLM05-3"),
    "rendering is billing": (P, [("XX*2300000017", "XX*2200000018")], "X610", "NM109"),
    "no assignment of benefits": (P, [("11:B:1*Y*A*Y*Y", "11:B:1*Y*A*N*Y")], "X607", "CLM08"),
    "filing indicator of the other form": (P, [("SBR*P*18*******MB", "SBR*P*18*******MA")], "X613", "SBR09"),
    "therapy date": (P, [("HI*ABK:I69354", "DTP*454*D8*20260401~\nHI*ABK:I69354")], "X616", "DTP01"),
    "original number on an original": (P, [("HI*ABK:I69354", "REF*F8*123~\nHI*ABK:I69354")], "X539", "REF01"),
    "patient paid more": (P, [("HI*ABK:I69354", "AMT*F5*150.01~\nHI*ABK:I69354")], "X536", "AMT02"),
    "second payer without the first": (P, [("SBR*P*18*******MB", "SBR*S*18***12****MB")], "X533", "SBR01"),
    "insurance type missing": (SECONDARY, [("SBR*S*18***12****MB", "SBR*S*18*******MB")], "X604", "SBR05"),
    "both payers first": (SECONDARY, [("SBR*P*18*******CI", "SBR*S*18*******CI")], "X532", "SBR01"),
    "other payer's sum": (SECONDARY, [("AMT*D*100.00", "AMT*D*99.00")], "X529", "AMT02"),
    "reason code unknown": (SECONDARY, [("CAS*CO*45", "CAS*CO*ZZ9")], "X431", "CAS02"),
    "payer of a line unknown": (
        SECONDARY,
        [("REF*6R*TB0001L1~", "REF*6R*TB0001L1~\nSVD*PLAN9*90*HC:97550:GP**1~\nDTP*573*D8*20260425~")],
        "X531",
        "SVD01",
    ),
    "line's answer": (
        SECONDARY,
        [
            (
                "REF*6R*TB0001L1~",
                "REF*6R*TB0001L1~\nSVD*PLAN1*80*HC:97550:GP**1~\nCAS*CO*45*5~\nDTP*573*D8*20260425~",
            )
        ],
        "X530",
        "SVD02",
    ),
    "MBI with the letter O": (P, [("MI*7SU0KP3MN77", "MI*7SUOKP3MN77")], "X403", "NM109"),
    "ZIP of four digits": (P, [("*AZ*85201~", "*AZ*8520~")], "X408", "N403"),
    "billing ZIP of five digits": (P, [("*AZ*850041234", "*AZ*85004")], "X409", "N403"),
    "place before its first day": (
        P.replace("20260415", "20210415"),
        [("***12:B", "***10:B")],
        "X414",
        "CLM05-1",
    ),
    "diagnosis of three digits": (P, [("ABK:L89153", "ABK:999")], "X415", "HI01-2"),
    "diagnosis of the next year": (
        P.replace("20260415", "20250615"),
        [("ABK:L89153", "ABK:E11A")],
        "X418",
        "HI01-2",
    ),
    "procedure of four characters": (P, [("HC:97550:GP", "HC:9755:GP")], "X422", "SV101-2"),
    "modifier with a hyphen": (P, [("HC:97550:GP", "HC:97550:G-")], "X424", "SV101-3"),
    "modifier twice": (P, [("HC:97550:GP", "HC:97550:GP:GP")], "X425", "SV101-4"),
    "charge zero": (P, [("GP*60", "GP*0"), ("*150*", "*90*")], "X503", "SV102"),
    "half a unit": (P, [("GP*60*UN*1", "GP*60*UN*1.5")], "X505", "SV104"),
    "range backward": (P, [("DTP*472*D8*20260414", "DTP*472*RD8*20260414-20260401")], "X524", "DTP03"),
    "relationship missing": (P, [("SBR*P*18*", "SBR*P**")], "X540", "SBR02"),
    "patient's street missing": (P, [("N3*440 MESQUITE COURT~\n", "")], "X541", "NM1"),
    "patient's birth date missing": (P, [("DMG*D8*19470506*F~\n", "")], "X542", "NM1"),
    "claim number of 21 characters": (P, [("CLM*TB0001*", "CLM*" + "T" * 21 + "*")], "X543", "CLM01"),
    "patient level": (
        P,
        [
            ("HL*2*1*22*0", "HL*2*1*22*1"),
            ("HL*3*1*22*0", "HL*3*2*23*0~\nPAT*01~\nNM1*QC*1*A*B~\nHL*4*1*22*0"),
        ],
        "X601",
        "PAT",
    ),
    "no signature of the provider": (P, [("11:B:1*Y", "11:B:1*N")], "X606", "CLM06"),
    "assignment for laboratory": (P, [("11:B:1*Y*A", "11:B:1*Y*B")], "X608", "CLM07"),
    "payer qualifier": (P, [("*PI*03102", "*XV*03102")], "X609", "NM108"),
    "facility is billing": (
        P,
        [("N3*12 COPPER ROAD~\nN4*MESA*AZ*852011234", "N3*100 WILLOW LANE~\nN4*PHOENIX*AZ*850041234")],
        "X611",
        "NM1",
    ),
    "primary care referrer": (
        P,
        [("NM1*82*1*L", "NM1*P3*1*QUILL*ORA****XX*2700000013~\nNM1*82*1*L")],
        "X612",
        "NM101",
    ),
    "subscriber is no person": (P, [("NM1*IL*1*", "NM1*IL*2*")], "X614", "NM102"),
    "rendering without NPI": (P, [("IMOGEN****XX*2300000017", "IMOGEN")], "X620", "NM109"),
    "billing provider without NPI": (P, [("REHAB*****XX*2200000018", "REHAB")], "X620", "NM109"),
    "other payer's date missing": (SECONDARY, [("DTP*573*D8*20260425~\n", "")], "X534", "SBR"),
    "837I: admission after the period": (I, [("DTP*434", "DTP*435*D8*20260503~\nDTP*434")], "X527", "DTP03"),
    "837I: occurrence without a date": (I, [("BH:29:D8:20260325", "BH:29:D8:20261399")], "X528", "HI01-4"),
    "837I: occurrence in the future": (I, [("BH:29:D8:20260325", "BH:29:D8:20270325")], "X521", "HI01-4"),
    "837I: replacement without the original's number": (I, [("A:1*", "A:7*")], "X538", "CLM05-3"),
    "837I: line without a date": (I, [("DTP*472*D8*20260414~\n", "")], "X621", "SV2"),
    "837I: attending missing": (
        I,
        [(next(line for line in I.splitlines(keepends=True) if line.startswith("NM1*71")), "")],
        "X619",
        "CLM",
    ),
    "837I: bill type": (I, [("***74:A:1", "***7:A:1")], "X429", "CLM05-1"),
    "837I: revenue code": (I, [("SV2*0420", "SV2*420")], "X428", "SV201"),
    "837I: total line": (I, [("SV2*0420", "SV2*0001")], "X430", "SV201"),
    "837I: line outside the period": (I, [("DTP*472*D8*20260414", "DTP*472*D8*20260331")], "X525", "DTP03"),
}


@pytest.mark.parametrize("case", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_at_its_element(case):
    text, changes, code, element = case
    assert (code, element) in codes(edited(text, *changes))


@pytest.mark.parametrize("text", [P, I, SECONDARY], ids=["837P", "837I", "secondary"])
def test_clean_files_are_clean(text):
    assert codes(text) == []


@pytest.mark.parametrize(
    "changes",
    [
        [("N4*PHOENIX*AZ*85004~", "N4*CALGARY*AB*T2P1J9*CA~")],
        [("N4*PHOENIX*AZ*85004~", "N4*FPO*AP*96001~")],
        [("GP*60*UN*1***1", "GP*60*UN*1*12**1")],
        [("TE*6025550143", "TE*6025550143*EX*231*EM*office@example.org")],
        [("CLM*TB0001*150*", "CLM*TB0001*150.00*")],
        [("DTP*472*D8*20260414", "DTP*472*RD8*20260414-20260414")],
    ],
    ids=["Canada", "military", "place of a line", "mail", "cents", "range of one day"],
)
def test_what_is_right_is_not_told(changes):
    assert codes(edited(P, *changes)) == []


def test_a_made_up_member_id_is_told_once_in_a_test_file_and_refused_for_production():
    told = [issue for issue in asked(P)[0].issues if issue.code == "X404"]
    assert [issue.severity for issue in told] == [Severity.INFORMATION]
    told = [issue for issue in asked(P, production=True)[0].issues if issue.code == "X404"]
    assert [issue.severity for issue in told] == [Severity.ERROR, Severity.ERROR]
    production = P.replace("*0*T*:", "*0*P*:")
    assert [code for code, _ in codes(production)] == ["X404", "X404"]


def test_the_published_sample_id_is_an_ordinary_one():
    text = P.replace("7SU0KP3MN77", "1EG4TE5MK73").replace("3SC4WP0XY22", "1EG4TE5MK73")
    assert not [issue for issue in asked(text, production=True)[0].issues if issue.code == "X404"]


def test_diagnoses_of_an_unknown_release_are_told_not_passed():
    text = P.replace("20260415", "20190415")
    assert "X419" in [issue.code for issue in asked(text, billing=False)[0].issues]


def test_a_facility_zip_of_five_digits_is_a_note():
    found = asked(edited(P, ("N4*MESA*AZ*852011234", "N4*MESA*AZ*85201")))[0].issues
    assert [issue.code for issue in found if issue.severity is Severity.INFORMATION] == ["X404", "X433"]


def test_one_gap_in_counting_is_told_once():
    lines = "".join(f"LX*{n}~\nSV1*HC:97110:GP*1*UN*1***1~\nDTP*472*D8*20260415~\n" for n in (1, 2, 5, 6, 7))
    head, _, tail = P.partition("LX*1~\nSV1*HC:G0541")
    text = edited(head + lines + tail[tail.index("SE*") :], ("CLM*TB0002*95*", "CLM*TB0002*5*"))
    assert [code for code, _ in codes(text)] == ["X514"]


def test_a_claim_above_the_limit_of_a_transaction_is_told(monkeypatch):
    monkeypatch.setattr("teachback.x12.meaning.claims.MOST_CLAIMS", 1)
    assert [code for code, _ in codes(P)] == ["X518"]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("1234567893", Npi.GOOD),
        ("2200000018", Npi.GOOD),
        ("1234567890", Npi.CHECK_DIGIT),
        ("3234567893", Npi.FORM),
        ("123456789", Npi.FORM),
        ("12345678\uff190", Npi.FORM),
        ("", Npi.FORM),
    ],
)
def test_npi(text, verdict):
    assert values.npi(text) is verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("1EG4TE5MK73", MemberId.MBI),
        ("1SG4TE5MK73", MemberId.MADE_UP),
        ("123456789A", MemberId.HICN),
        ("WA123456", MemberId.HICN),
        ("1EG4TE5MK7", MemberId.NEITHER),
        ("1eg4te5mk73", MemberId.NEITHER),
        ("0EG4TE5MK73", MemberId.NEITHER),
        ("1EGATE5MK73", MemberId.NEITHER),
    ],
)
def test_member_ids(text, verdict):
    assert values.member_id(text) is verdict


@pytest.mark.parametrize("text", ["PO BOX 1", "P.O. BOX 12", "P O BOX 9", "POST OFFICE BOX 3", "LOCKBOX 7"])
def test_boxes(text):
    assert values.is_post_box(text)


@pytest.mark.parametrize("text", ["12 BOX ELDER ROAD", "100 POBLANO WAY", "BOXWOOD 3", "1 POST ROAD"])
def test_streets_that_only_sound_like_boxes(text):
    assert not values.is_post_box(text)


def test_days_and_amounts():
    assert values.day("20260229") is None
    assert values.day("202604141030") == date(2026, 4, 14)
    assert values.days("RD8", "20260401-20260430") == (date(2026, 4, 1), date(2026, 4, 30))
    assert values.days("RD8", "20260401") == (date(2026, 4, 1), None)
    assert values.amount("1e5") is None
    assert values.amount("1,000") is None
    assert values.amount("-.5") is not None


def test_every_kind_of_the_catalog_is_whole():
    for code, kind in kinds().items():
        if code >= "X7":
            continue  # answers of payers
        assert code == kind.code
        assert kind.name == kind.name.lower()
        assert " " not in kind.name
        assert kind.message.endswith((".", "?"))
        assert kind.remedy.endswith(".")
        assert kind.meaning.endswith(".")
