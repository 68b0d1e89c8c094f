"""A JSON record is accepted when the schema and the calendar accept it, and not otherwise."""

from __future__ import annotations

import copy
import json
import re
from datetime import date

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teachback.intake import read_sessions
from teachback.intake.records import session_of
from tests.intake.making import CONTRACT, SESSIONS, json_of, records

SCHEMA = json.loads((CONTRACT / "session.schema.json").read_text())
FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date", raises=ValueError)
def _is_date(value):
    if not isinstance(value, str):
        return True
    return bool(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value) and date.fromisoformat(value))


VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=FORMATS)
MONEY = re.compile(r"[0-9]{1,10}(\.[0-9]{2})?")


def acceptable(record) -> bool:
    """What the schema says, and what it cannot say: range of days, each patient once, charges are money."""
    if not VALIDATOR.is_valid(record):
        return False
    patients = record["patients"]
    charges = [text for patient in patients for text in (patient.get("charge") or {}).values()]
    return (
        "1966-07-01" <= record["date_of_service"] <= "2099-12-31"
        and len({patient["id"] for patient in patients}) == len(patients)
        and all(MONEY.fullmatch(text) for text in charges)
    )


def places(value, path=()):
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield from places(child, (*path, key))


SPICE: list[object] = [
    None, True, False, 0, 1, -1, 45, 45.0, 45.5, 1440, 1441, 10**17, "", "x", "yes", "no", "unknown", "true",
    "2026-04-14", "2026-02-30", "20260414", "1066-10-14", "2026-4-14", "10:00", "24:00", "9:00", "11", "1",
    "03102-00", "85004", "85004-1234", "850041234", "400.00", "400", "400.0", "-1.00", "1,000.00", "PT",
    "pt", "function", "patient", "therapy", "professional", [], {}, [None], ["x"], [1], [{}], {"id": "P"},
    [{"id": "P"}], {"97550": "12.00"}, {"97550": 12}, {"97550": "x"}, {"line": "1 Road", "more": 1}, "٤٥",
]  # fmt: skip
KEYS = ["id", "minutes", "note", "charge", "address", "caregivers", "consent", "Minutes", "extra", "zip",
        "supplier_trains", "assistant_minutes", "type_of_bill", "abn_date", "paid_by", "kind"]  # fmt: skip


@st.composite
def mutated(draw):
    record = copy.deepcopy(draw(st.sampled_from(records())))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([path for path in places(record) if path]))
        holder = record
        for key in path[:-1]:
            holder = holder[key]
        act = draw(st.sampled_from(["replace", "drop", "add", "replace"]))
        if act == "replace":
            holder[path[-1]] = copy.deepcopy(draw(st.sampled_from(SPICE)))
        elif act == "drop":
            del holder[path[-1]]
        elif isinstance(holder, dict):
            holder[draw(st.sampled_from(KEYS))] = copy.deepcopy(draw(st.sampled_from(SPICE)))
        else:
            holder.append(copy.deepcopy(draw(st.sampled_from(SPICE))))
    return record


@settings(max_examples=700, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutated())
def test_accepted_exactly_when_acceptable(record):
    session, faults = session_of(json.loads(json.dumps(record)))
    assert (session is not None) == acceptable(record), faults
    assert (session is None) == bool(faults)


@settings(max_examples=100, deadline=None)
@given(SESSIONS)
def test_a_session_comes_back_from_its_record(session):
    record = json_of(session)
    assert session_of(json.loads(json.dumps(record))) == (session, ())


def test_all_examples_are_read():
    reading = read_sessions(CONTRACT / "examples.jsonl")
    assert [session.id for session in reading.sessions] == [record["id"] for record in records()]
    assert (reading.refusals, reading.notices, reading.exit_status) == ((), (), 0)


def lines(tmp_path, *texts, name="a.jsonl"):
    path = tmp_path / name
    path.write_bytes(b"\n".join(text if isinstance(text, bytes) else text.encode() for text in texts))
    return read_sessions(path)


def record(number=0, **facts):
    return json.dumps(records()[number] | facts)


GOOD = [record(0), record(1)]
BAD = {
    "truncated": (record(2)[:100], "in the middle of a value"),
    "not JSON": ("E03,2026-04-14", "valid JSON"),
    "no object": ("[1]", "an object in braces"),
    "wrong encoding": (record(2).encode()[:-2].replace(b"Doe", b"D\xf6e") + b"}", "0xF6"),
    "minutes as text": (record(2, minutes="45"), 'found "45"'),
    "half minutes": (record(2, minutes=45.5), "found 45.5"),
    "minutes true": (record(2, minutes=True), "found true"),
    "negative minutes": (record(2, minutes=-1), "from 0 to 1440"),
    "NaN": (record(2, minutes=float("nan")), "found NaN"),
    "infinity": (record(2, minutes=float("inf")), "found Infinity"),
    "endless": (record(2).replace('"minutes": 40', '"minutes": 1e999'), "found inf"),
    "huge integer": (record(2).replace('"minutes": 40', '"minutes": ' + "9" * 10_000), "10000 digits"),
    "unknown key": (record(2, minutez=45), 'an unknown key; did you mean "minutes"?'),
    "doubled key": ('{"id": "X", "id": "Y"}', 'the key "id" twice'),
    "no id": (json.dumps({key: value for key, value in records()[2].items() if key != "id"}), "add it"),
    "no patients": (record(2, patients=[]), "at least one patient"),
    "one patient twice": (record(2, patients=[{"id": "P"}, {"id": "P"}]), "each patient once"),
    "too early": (record(2, date_of_service="1866-07-01"), "out of range"),
    "too late": (record(2, date_of_service="2199-07-01"), "out of range"),
    "no such day": (record(2, date_of_service="2026-02-29"), "calendar"),
    "deep": ("[" * 100_000, "nested too deeply"),
    "deep and closed": ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested too deeply"),
    "lone surrogate": (record(2, id="\ud800"), "half of a character"),
    "NUL": (record(2, id="a\0"), "the character NUL"),
    "id of an earlier line": (record(2, id="E01"), '"E01", which line 1 has'),
    "too long": (record(2, topics=["x" * 5_000_000]), "at most 5,000,000 bytes"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), BAD.values(), ids=BAD)
def test_a_bad_line_is_refused_alone(tmp_path, text, words):
    reading = lines(tmp_path, GOOD[0], "", text, "  ", GOOD[1])
    assert [session.id for session in reading.sessions] == ["E01", "E02"]
    assert reading.refusals
    assert {refusal.row for refusal in reading.refusals} == {3}
    assert words in str(reading.refusals[0])
    assert (
        f"a.jsonl, line 3{', ' + reading.refusals[0].column if reading.refusals[0].column else ''}: "
        in str(reading.refusals[0])
    )
    assert reading.exit_status == 1


def test_a_byte_order_mark_is_skipped_and_told(tmp_path):
    reading = lines(tmp_path, "\ufeff" + GOOD[0], GOOD[1])
    assert len(reading.sessions) == 2
    assert "byte-order mark" in str(reading.notices[0])


def test_a_mark_inside_the_file_is_refused(tmp_path):
    reading = lines(tmp_path, GOOD[0], "\ufeff" + GOOD[1])
    assert (len(reading.sessions), reading.refusals[0].row) == (1, 2)


def test_utf16_is_refused_whole(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(GOOD), encoding="utf-16")
    assert "UTF-16" in str(read_sessions(path).refusals[0])


@pytest.mark.parametrize("name", ["a.json", "a"])
def test_one_document(tmp_path, name):
    assert len(lines(tmp_path, "[" + ",\n".join(GOOD) + "]", name=name).sessions) == 2
    assert len(lines(tmp_path, json.dumps(records()[0], indent=2), name=name).sessions) == 1
    assert len(lines(tmp_path, *GOOD, name=name).sessions) == 2


def test_a_bad_item_of_a_document_is_refused_alone(tmp_path):
    text = "[" + ",".join([GOOD[0], '{"id": "X", "id": "X"}', "5", GOOD[1]]) + "]"
    reading = lines(tmp_path, text, name="a.json")
    assert len(reading.sessions) == 2
    assert [str(refusal).split(":")[0].rpartition("/")[2] for refusal in reading.refusals] == [
        "a.json, item 2", "a.json, item 3"]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["[", "[1,", "[" * 100_000, "{}", "[]", "null", '"x"', '{"a":' * 100_000, b"[\xff]"]
)
def test_a_bad_document_is_refused(tmp_path, text):
    reading = lines(tmp_path, text, name="a.json")
    assert reading.exit_status == 2
    assert str(reading.refusals[0])


@pytest.mark.parametrize("name", ["a.json", "a", "a.log"])
def test_lines_of_another_name_keep_what_is_good(tmp_path, name):
    reading = lines(tmp_path, GOOD[0][:100], *GOOD, name=name)
    assert (len(reading.sessions), [refusal.row for refusal in reading.refusals]) == (2, [1])


def test_a_number_of_a_person_is_not_shown_even_where_an_id_stands(tmp_path):
    text = record(0, id="1SA0WP0XY00")
    assert "1SA0" not in str(lines(tmp_path, text, text).refusals[0])


def test_a_refused_line_does_not_use_up_its_id(tmp_path):
    reading = lines(tmp_path, record(0, minutes=-1), record(0))
    assert [session.id for session in reading.sessions] == ["E01"]


def test_null_is_unknown(tmp_path):
    patient = records()[0]["patients"][0] | {"consent": None, "plan": None, "charge": None, "note": None}
    session = lines(tmp_path, record(0, minutes=None, patients=[patient])).sessions[0]
    assert session.minutes is None
    assert session.patients[0].plan is None


def test_many_faults_are_named_to_fifty(tmp_path):
    reading = lines(tmp_path, json.dumps(records()[0] | {f"x{i}": 1 for i in range(10_000)}))
    assert len(reading.refusals) == 51
    assert "9950 more faults" in str(reading.refusals[-1])


def test_a_group_of_five_hundred(tmp_path):
    one = records()[0]["patients"][0]
    patients = [one | {"id": f"P{i}"} for i in range(500)]
    assert len(lines(tmp_path, record(0, patients=patients)).sessions[0].patients) == 500


def test_progress_is_told(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(record(0, id=f"X{i}") for i in range(1200)))
    told: list[int] = []
    assert len(read_sessions(path, progress=told.append).sessions) == 1200
    assert told == [500, 1000, 1200]


def test_nobody_is_named_in_a_message(tmp_path):
    patient = {"id": "P", "name": 17, "birth_date": "1945-5-5", "mbi": ["1SA0WP0XY00"], "need": {"a": "Doe"},
               "note": {"text": ["Doe"]}, "sex": "1SA0WP0XY00", "coverage": "1945-05-05",
               "caregivers": [{"name": ["Kin"]}], "charge": {"97550": "Doe"}}  # fmt: skip
    reading = lines(tmp_path, record(0, patients=[patient]))
    assert len(reading.refusals) == 9
    said = " ".join(map(str, reading.refusals)).replace(str(tmp_path), "")
    for secret in ("1945", "1SA0", "Kin", "17"):
        assert secret not in said
