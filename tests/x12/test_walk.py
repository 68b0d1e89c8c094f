"""The walk through an 837: loops, order, repeats, presence, elements; one damage, few issues."""

import io
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teachback.x12.faults import FAULTS
from teachback.x12.grammar import load
from teachback.x12.tokens import Trouble, read
from teachback.x12.walk import EventKind, check, position
from tests.x12.mutants import INSTITUTIONAL, PROFESSIONAL, counted, drop, insert, swap

P, I = PROFESSIONAL, INSTITUTIONAL  # noqa: E741  as in the guides' names
MOST_OF_ONE_DAMAGE = 3


def events(text):
    return list(check(read(io.BytesIO(text.encode()))))


def issues(text):
    return [issue for event in events(text) for issue in event.issues]


def told(text):
    return [
        (issue.code, issue.position.element or issue.position.segment, issue.x12) for issue in issues(text)
    ]


def loops(text):
    return [(segment.loop, segment.elements[0]) for event in events(text) for segment in event.segments]


def test_a_clean_file_gives_its_levels_and_claims():
    kinds = [event.kind.value for event in events(P)]
    assert kinds == [
        "interchange", "group", "transaction", "level", "level", "claim", "level", "claim",
        "transaction_end", "group_end", "interchange_end",
    ]  # fmt: skip
    assert issues(P) == issues(I) == []


def test_every_segment_has_its_loop_and_number():
    claims = [event for event in events(P) if event.kind is EventKind.CLAIM]
    first = [(segment.loop, segment.elements[0]) for segment in claims[0].segments]
    assert first[:6] == [
        ("2300", "CLM"), ("2300", "HI"), ("2310A", "NM1"), ("2310B", "NM1"), ("2310B", "PRV"), ("2400", "LX"),
    ]  # fmt: skip
    numbers = [segment.number for event in events(P) for segment in event.segments if segment.number]
    assert numbers == list(range(1, 51))


def test_claims_know_their_levels():
    first, second = [event for event in events(P) if event.kind is EventKind.CLAIM]
    assert first.billing is second.billing
    assert first.subscriber is not second.subscriber
    assert first.level is first.subscriber
    assert first.patient is None
    assert [segment.elements[0] for segment in first.subscriber.segments][:3] == ["HL", "SBR", "NM1"]
    assert (first.billing.code, first.subscriber.code, second.subscriber.index) == ("20", "22", 3)
    assert (first.transaction.kind, first.transaction.claims) == ("837P", 2)


def test_a_dependent_is_a_level_of_its_own():
    dependent = (
        "HL*2*1*22*1~\nSBR*P********CI~\nNM1*IL*1*PERONELLE*ILEANA****MI*W123~\nNM1*PR*2*A PAYER*****PI*12345~\n"
        "HL*3*2*23*0~\nPAT*19~\nNM1*QC*1*PERONELLE*JUN~\nN3*440 MESQUITE COURT~\nN4*PHOENIX*AZ*85004~\n"
        "DMG*D8*20150506*F~\n"
    )
    start, end = P.index("HL*2*1*22*0"), P.index("CLM*TB0001")
    text = counted(P[:start] + dependent + P[end:])
    first, second = [event for event in events(text) if event.kind is EventKind.CLAIM]
    assert issues(text) == []
    assert first.level is first.patient
    assert first.patient.code == "23"
    assert second.patient is None


def test_position_names_claim_loop_and_element():
    (issue,) = issues(swap("GP*90*UN*1", "GP*90*QQ*1", P))
    where = issue.position
    assert (where.claim, where.loop, where.segment, where.element) == ("TB0001", "2400", "SV1", "SV103")
    assert (where.line, where.segment_number, where.transaction) == (27, 25, "0001")
    claim = next(event for event in events(P) if event.kind is EventKind.CLAIM)
    assert position(claim, claim.segments[1], "HI01-2").element == "HI01-2"
    assert position(claim, claim.segments[1]).claim == "TB0001"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (swap("REHAB*****XX*2200000018", "REHAB*****ZZ*2200000018", P), ("X307", "NM108", "IK403 7")),
        (drop("HI*", P), ("X203", "CLM", "IK304 3")),
        (drop("DTP*472", P), ("X203", "LX", "IK304 3")),
        (swap("DTP*472*D8*20260414", "DTP*472*D8*20261345", P), ("X308", "DTP03", "IK403 8")),
        (swap("DTP*472*D8*20260414", "DTP*472*D8*20260229", P), ("X308", "DTP03", "IK403 8")),
        (swap("DTP*472*D8*20260414", "DTP*472*RD8*20260414", P), ("X308", "DTP03", "IK403 8")),
        (swap("DMG*D8*19470506", "DMG*D8*19470231", P), ("X308", "DMG02", "IK403 8")),
        (swap("HL*2*1*22", "HL*2*1*23", P), ("X209", "HL03", "IK403 7")),
        (swap("HL*1**20", "HL*1**22", P), ("X209", "HL03", "IK403 7")),
        (swap("GP*90*UN*1***1:2", "GP*90*UN****1:2", P), ("X301", "SV104", "IK403 1")),
        (swap("GP*90*UN*1***1:2", "GP*90*UN*ONE***1:2", P), ("X314", "SV104", "IK403 6")),
        (swap("GP*90*UN*1***1:2", "GP*90*UN*-1***1:2", P), ("X315", "SV104", "IK403 7")),
        (swap("97550:GP*90*", "97550:GP*90.001*", P), ("X316", "SV102", "IK403 7")),
        (drop("SV1*", P), ("X203", "LX", "IK304 3")),
        (drop("SBR*", P), ("X203", "HL", "IK304 3")),
        (drop("NM1*IL", P), ("X204", "N3", "IK304 3")),
        (drop("NM1*85", P), ("X204", "N3", "IK304 3")),
        (drop("NM1*PR", P), ("X204", "HL", "IK304 3")),
        (drop("NM1*41", P), ("X204", "PER", "IK304 3")),
        (drop("CLM*", P), ("X204", "HI", "IK304 3")),
        (drop("LX*1", P), ("X204", "SV1", "IK304 3")),
        (drop("LX*2", P), ("X204", "SV1", "IK304 3")),
        (drop("REF*EI", P), ("X203", "NM1", "IK304 3")),
        (drop("HL*1*", P), ("X204", "PRV", "IK304 3")),
        (drop("HL*2*", P), ("X204", "SBR", "IK304 3")),
        (drop("BHT*", P), ("X203", "ST", "IK304 3")),
        (drop("NM1*77", P), ("X204", "N3", "IK304 3")),
        (drop("NM1*82", P), ("X204", "PRV", "IK304 3")),
        (insert("HI*", "ZZZ*1*2", P), ("X201", "ZZZ", "IK304 1")),
        (insert("HI*", "BPR*I*5", P), ("X201", "BPR", "IK304 1")),
        (insert("N3*100", "REF*G1*5", P), ("X202", "REF", "IK304 2")),
        (insert("NM1*DN", "HI*ABK:I69354*ABF:Z741", P), ("X206", "HI", "IK304 5")),
        (insert("NM1*82", "NM1*82*1*AAA*B", P), ("X205", "NM1", "IK304 4")),
        (swap("CLM*TB0001*", f"CLM*{'T' * 39}*", P), ("X305", "CLM01", "IK403 5")),
        (swap("HC:97550:GP", "HC:97550:GPX", P), ("X305", "SV101-3", "IK403 5")),
        (swap("HC:97550:GP", "HC:97550:G", P), ("X304", "SV101-3", "IK403 4")),
        (swap("SBR*P*18*******MB", "SBR*P*18*******QQ", P), ("X307", "SBR09", "IK403 7")),
        (swap("SBR*P*18", "SBR*X*18", P), ("X307", "SBR01", "IK403 7")),
        (swap("11:B:1*Y*A", "11:B:1*Y*", P), ("X301", "CLM07", "IK403 1")),
        (swap("11:B:1*Y", "11:B:0*Y", P), ("X307", "CLM05-3", "IK403 7")),
        (swap("11:B:1*Y", "11>B>1*Y", P), ("X317", "CLM05", "IK403 7")),
        (swap("HI*ABK:I69354*ABF:Z741", "HI*ABK*I69354*ABF*Z741", P), ("X317", "HI01", "IK403 7")),
        (swap("CLM*TB0002*95***", "CLM*TB0002*95** *", P), ("X306", "CLM04", "IK403 6")),
        (swap("LX*2~", "LX*2*3~", P), ("X303", "LX02", "IK403 3")),
        (
            swap("N4*PHOENIX*AZ*850041234", "N4*PHOENIX*AZ*850041234*CA***ONT", P),
            ("X310", "N407", "IK403 10"),
        ),
        (swap("N4*PHOENIX*AZ*850041234", "N4*PHOENIX*AZ*850041234***ONE", P), ("X311", "N406", "IK403 I10")),
        (
            swap("PER*IC*ORLA FENWICK*TE*6025550143", "PER*IC*ORLA FENWICK*TE*6025550143*EM", P),
            ("X302", "PER06", "IK403 2"),
        ),
        (swap("HC:97550:GP", "HC:97550:GP:::::::1", P), ("X313", "SV101", "IK403 13")),
        (swap("IC*ORLA FENWICK", "IC*ORLA:FENWICK", P), ("X313", "PER02", "IK403 13")),
        (swap("DMG*D8*19470506*F", "DMG*D8*19470506*F^M", P), ("X312", "DMG03", "IK403 12")),
        (swap("PERONELLE", "PERON\u00c9LLE", P), ("X306", "NM103", "IK403 6")),
        (
            swap("NM1*82*1*LARKSPURNE*IMOGEN**", "NM1*82*1*LARKSPURNE*IMOGEN**DR", P),
            ("X311", "NM106", "IK403 I10"),
        ),
        (swap("N3*440 MESQUITE COURT~", "N3*440 MESQUITE COURT**~", P), ("X211", "N3", "")),
        (swap("N3*440 MESQUITE COURT~", "N3~", P), ("X210", "N3", "IK304 8")),
        (drop("DTP*434", I), ("X203", "CLM", "IK304 3")),
        (drop("CL1", I), ("X203", "CLM", "IK304 3")),
        (swap(":A:1", ":B:1", I), ("X307", "CLM05-2", "IK403 7")),
    ],
)
def test_one_damage_is_one_issue(text, wanted):
    assert told(text) == [wanted]


def test_a_qualifier_that_may_not_stand_is_told_with_what_may():
    first, second = issues(swap("HI*ABK:", "HI*QQQ:", P))
    assert (first.code, first.position.element, second.code) == ("X208", "HI01-1", "X203")
    assert "ABK" in first.remedy


@pytest.mark.parametrize("clean", [P, I], ids=["837P", "837I"])
@pytest.mark.parametrize("damage", ["drop", "twice", "unknown", "blank"])
def test_no_damage_of_one_segment_becomes_a_cascade(clean, damage):
    lines = clean.splitlines(keepends=True)
    for at in range(3, len(lines) - 3):
        changed = list(lines)
        if damage == "drop":
            del changed[at]
        elif damage == "twice":
            changed.insert(at, changed[at])
        elif damage == "unknown":
            changed[at] = "Q" + changed[at]
        else:
            changed[at] = changed[at].split("*")[0] + "*~\n"
        assert len(issues(counted("".join(changed)))) <= MOST_OF_ONE_DAMAGE, lines[at]


@pytest.mark.parametrize("clean", [P, I], ids=["837P", "837I"])
def test_two_neighbors_exchanged_are_not_many_issues(clean):
    lines = clean.splitlines(keepends=True)
    counts = []
    for at in range(3, len(lines) - 4):
        changed = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
        counts.append(len(issues("".join(changed))))
    assert max(counts) <= 5
    assert sum(count <= 2 for count in counts) >= 0.85 * len(counts)


def test_what_a_loop_lacks_is_told_once_where_it_begins():
    text = counted(swap("N3*12 COPPER ROAD~\nN4*MESA*AZ*852011234~\nLX", "LX", P))
    (issue,) = issues(text)
    assert "N3 and N4" in issue.message
    assert (issue.position.loop, issue.position.segment) == ("2310C", "NM1")


def test_too_many_lines_are_told_once():
    line = "LX*3~\nSV1*HC:97550:GP*0*UN*1***1~\nDTP*472*D8*20260414~\n"
    at = P.index("HL*3*1*22")
    assert told(counted(P[:at] + line * 60 + P[at:])) == [("X205", "LX", "IK304 4")]


def test_a_set_named_after_the_other_guide_is_walked_by_its_claims():
    text = swap("ST*837*0001*005010X222A1", "ST*837*0001*005010X223A2", P)
    assert [event.transaction.kind for event in events(text) if event.kind is EventKind.CLAIM] == ["837P"] * 2


def test_another_component_separator_is_told_once_and_read():
    text = (
        P.replace("11:B:1", "11>B>1")
        .replace("HC:97550:GP", "HC>97550>GP")
        .replace("ABK:I69354*ABF:Z741", "ABK>I69354*ABF>Z741")
    )
    text = text.replace("***1:2", "***1>2").replace("HC:G0541:95", "HC>G0541>95")
    found = told(text)
    assert found[0] == ("X317", "CLM05", "IK403 7")
    claim = next(event for event in events(text) if event.kind is EventKind.CLAIM)
    line = next(segment for segment in claim.segments if segment.elements[0] == "SV1")
    assert line.component(1, 2) == "97550"


def test_an_attachment_that_two_shapes_allow_is_read_by_either_shape():
    for attachment in ("PWK*CT*AB", "PWK*CT*BM***AC*12"):
        assert issues(insert("DTP*472", attachment, P)) == []


def test_messages_hold_no_names():
    for old, new in (
        ("PERONELLE", "PERON\u00c9LLE"),
        ("MI*7SU0KP3MN77", "MI"),
        ("NM1*IL*1*PER", "NM1*IL*7*PER"),
    ):
        for issue in issues(swap(old, new, P)):
            assert "PERON" not in issue.message + issue.remedy
            assert "7SU0" not in issue.message + issue.remedy


def test_every_issue_is_of_the_table_and_says_what_to_do():
    text = counted(drop("HI*", drop("NM1*IL", swap("UN*1", "QQ*1", P))))
    for issue in issues(text):
        fault = FAULTS[issue.code]
        assert (issue.name, issue.severity) == (fault.name, fault.severity)
        assert issue.message.endswith(".")
        assert issue.remedy.endswith(".")


def test_a_claim_of_endless_segments_is_given_in_pieces():
    ref = "NTE*ADD*X~\n"
    at = P.index("NM1*DN")
    text = P[:at] + ref * 120_000 + P[at:]
    claims = [event for event in events(text) if event.kind is EventKind.CLAIM]
    assert max(len(event.segments) for event in claims) <= 100_001
    assert [event.partial for event in claims] == [True, True, False]


def test_memory_stays_flat(tmp_path):
    import tracemalloc

    at, end = P.index("HL*3*1*22"), P.index("SE*50")
    path = tmp_path / "big.837"
    with path.open("w") as file:
        file.write(P[:at])
        for number in range(4_000):
            file.write(P[at:end].replace("TB0002", f"TB{number:06}").replace("12 COPPER", f"{number} COPPER"))
        file.write(P[end:])
    tracemalloc.start()
    with path.open("rb") as stream:
        counts = Counter(event.kind for event in check(read(stream)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counts[EventKind.CLAIM] == 4_001
    assert peak < 40_000_000


@pytest.mark.parametrize("kind", ["837P", "837I"])
def test_the_grammar_stands_on_its_own(kind):
    grammar = load(kind)
    assert grammar.root.id == "ST"
    assert {"1000A", "2010AA", "2300", "2400"} <= set(grammar.loops)
    for loop in grammar.loops.values():
        assert loop.items
        for item in loop.items:
            assert len(item.shape.elements) <= item.shape.size


LINES = P.splitlines()


@given(st.lists(st.sampled_from(LINES), max_size=60))
@settings(max_examples=60)
def test_no_order_of_segments_stops_the_walk(lines):
    found = events("\n".join(lines) + "\n" + P)
    assert sum(len(event.segments) for event in found) >= len(LINES) - 1


@given(st.integers(0, len(P) - 1), st.integers(1, 40), st.binary(max_size=12))
@settings(max_examples=150)
def test_no_bytes_stop_the_walk(at, length, data):
    raw = P.encode()
    found = list(check(read(io.BytesIO(raw[:at] + data + raw[at + length :]))))
    assert all(issue.message and issue.code in FAULTS for event in found for issue in event.issues)


def test_troubles_of_the_reader_are_told():
    for trouble in Trouble:
        assert trouble.value
    assert [code for code, *_ in told("\ufeff" + P)] == ["X123"]
    assert [code for code, *_ in told(P.rstrip("~\n"))] == ["X124"]
    assert [code for code, *_ in told(swap("440 MESQUITE", "440 MES\nQUITE", P))] == ["X212"]
    assert [code for code, *_ in told("some words\n" + P)] == ["X214"]
