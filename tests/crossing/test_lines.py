"""Facts of claim lines against the same in plain Python, and the sides of each threshold."""

from collections import defaultdict
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teachback.crossing.linelaw import medicare
from teachback.crossing.lines import FACTS, REPEATED, SEPARATE, line_facts
from teachback.law import MEDICARE, Entry, Law

FAMILY = {
    "97550": "function",
    "97551": "function",
    "97552": "function",
    "96202": "behavior",
    "96203": "behavior",
    "G0539": "behavior",
    "G0540": "behavior",
    "G0541": "direct_care",
    "G0542": "direct_care",
    "G0543": "direct_care",
}
PRIMARY_OF = {"97551": "97550", "96203": "96202", "G0540": "G0539", "G0542": "G0541"}
PRIMARIES = set(FAMILY) - set(PRIMARY_OF)
GROUPED = {"97552", "96202", "96203", "G0543"}
DAY = date(2026, 4, 14)
SCHEMA = {
    "line_id": pl.Int64,
    "patient_id": pl.String,
    "practitioner_npi": pl.String,
    "date_of_service": pl.Date,
    "procedure_code": pl.String,
    "modifiers": pl.String,
    "units": pl.Int64,
    "place_of_service": pl.String,
}


def law_with_pairs(**pairs):
    """Medicare's law, and made-up pairs beside its own."""
    law = medicare()
    own = law.parameters["pair_indicator"]
    values = dict(own.values)
    for key, indicator in pairs.items():
        pair = key.removeprefix("p").replace("_", "/")
        value = {"practitioner": indicator, "hospital": "none"}
        entry = Entry(
            "pair_indicator",
            pair,
            value,
            date(2025, 1, 1),
            date(2026, 6, 30),
            ("made up",),
            "verified",
            MEDICARE,
        )
        values[MEDICARE, pair] = (entry,)
    return Law({**law.parameters, "pair_indicator": replace(own, values=values)}, law.checked_through)


LAW = law_with_pairs(p97550_97530="1", p97530_97110="1", p97550_97110="0", p97110_99213="9")


def line(code="97550", units=1, modifiers="GP", patient="A", npi="2000000002", day=DAY, place="11"):
    return {
        "patient_id": patient,
        "practitioner_npi": npi,
        "date_of_service": day,
        "procedure_code": code,
        "modifiers": modifiers,
        "units": units,
        "place_of_service": place,
    }


def facts_of(*rows, law=None):
    numbered = [{"line_id": number, **row} for number, row in enumerate(rows)]
    return line_facts(pl.DataFrame(numbered, schema=SCHEMA), law).select("line_id", *FACTS).to_dicts()


def fact(name, *rows, law=None):
    return [found[name] for found in facts_of(*rows, law=law)]


# Plain Python, line by line.


def clean(row):
    marks = {mark.strip().upper() for mark in (row["modifiers"] or "").split(";")} - {""}
    return {
        **row,
        "code": (row["procedure_code"] or "").strip().upper() or None,
        "marks": marks,
        "place": (row["place_of_service"] or "").strip(),
        "patient": row["patient_id"] or None,
        "npi": row["practitioner_npi"] or None,
        "day": row["date_of_service"],
    }


def indicator_of(law, day, one, two):
    value = law.on(day).value("pair_indicator", f"{one}/{two}")
    return value["practitioner"] if value and value["practitioner"] in {"0", "1"} else None


def plainly(rows, law):
    rows = [clean(row) for row in rows]
    days, visits, groups = defaultdict(list), defaultdict(list), defaultdict(list)
    for row in rows:
        if row["patient"] and row["day"]:
            days[row["patient"], row["day"]].append(row)
            if row["npi"]:
                visits[row["patient"], row["day"], row["npi"]].append(row)
        if row["npi"] and row["day"] and row["code"] in PRIMARIES & GROUPED:
            groups[row["npi"], row["day"], row["code"], row["place"]].append(row)
    return [plain_facts(row, days, visits, groups, law) for row in rows]


def plain_facts(row, days, visits, groups, law):
    code, found = row["code"], dict.fromkeys(FACTS)
    found["line_id"] = row["line_id"]
    found["code"], found["family"] = code, FAMILY.get(code, "other") if code else None
    found["separate_modifier"] = bool(row["marks"] & SEPARATE)
    if code and row["day"]:
        statute = law.on(row["day"])
        found["unit_limit"], found["limit_kind"] = (
            statute.value("unit_limit", code),
            statute.value("limit_kind", code),
        )
    limit = found["unit_limit"]
    if limit is not None and row["units"] is not None:
        found["line_over_unit_limit"] = row["units"] > limit
    if row["npi"] and row["day"] and code:
        together = groups[row["npi"], row["day"], code, row["place"]]
        found["group_lines"] = len(together)
        found["group_units"] = sum(other["units"] or 0 for other in together)
        found["group_patients"] = len({other["patient_id"] for other in together} - {None})
    if not (row["patient"] and row["day"]):
        return found
    day = days[row["patient"], row["day"]]
    treats = [other for other in day if other is not row and other["code"] and other["code"] not in FAMILY]
    found["treatment_same_day"] = bool(treats)
    if code:
        codes = {other["code"] for other in day} & set(FAMILY)
        families = {FAMILY[other] for other in codes - GROUPED}
        found["several_families_same_day"] = code in FAMILY and code not in GROUPED and len(families) > 1
        both = bool(codes & GROUPED) and bool(codes - GROUPED)
        found["individual_and_group_same_day"] = code in FAMILY and both
    if row["npi"]:
        visit = visits[row["patient"], row["day"], row["npi"]]
        found["treatment_same_visit"] = any(other["npi"] == row["npi"] for other in treats)
        pair_facts(found, row, visit, law)
        if code:
            visit_facts(found, row, visit)
    return found


def visit_facts(found, row, visit):
    code, limit = row["code"], found["unit_limit"]
    same = [other for other in visit if other["code"] == code]
    known = [other["units"] for other in same if other["units"] is not None]
    total, sure = sum(known), len(known) == len(same)
    found["same_day_units"] = total if known else None
    if limit is not None and (total > limit or sure):
        found["over_unit_limit"] = total > limit
    found["primary_lines_same_day"] = len(same) if code in PRIMARIES else 0
    if code not in PRIMARIES:
        found["primary_twice"] = False
    elif len(same) > 1 or total > 1 or sure:
        found["primary_twice"] = len(same) > 1 or total > 1
    apart = REPEATED | SEPARATE
    alike = [
        other
        for other in same
        if not (row["marks"] | other["marks"]) & apart
        and all(other[name] == row[name] for name in ("marks", "units", "place"))
    ]
    found["duplicate"] = len(alike) > 1
    if len(alike) > 1:
        first = min(other["line_id"] for other in alike)
        found["duplicate_of"] = None if first == row["line_id"] else first
    primaries = {other["code"] for other in visit} & PRIMARIES
    lacking = code in PRIMARY_OF and PRIMARY_OF[code] not in primaries
    wrong = lacking and bool(primaries) and all(FAMILY[other] != FAMILY[code] for other in primaries)
    found["addon_wrong_primary"] = wrong
    found["addon_without_primary"] = lacking and not wrong


def pair_facts(found, row, visit, law):
    pairs = []
    for other in visit:
        for one, two, column in ((row, other, 1), (other, row, 2)):
            indicator = (
                one["code"] and two["code"] and indicator_of(law, row["day"], one["code"], two["code"])
            )
            if indicator:
                pairs.append((bool(two["marks"] & SEPARATE), indicator, other["code"], column))
    if pairs:
        separate, indicator, partner, column = min(pairs)
        found |= {
            "ncci_separate": separate,
            "ncci_indicator": indicator,
            "ncci_pair": partner,
            "ncci_column": column,
        }


CODES = st.sampled_from(
    [*FAMILY, " g0541", "97551 ", "97110", "97530", "99213", "36591", "99406", "", " ", None]
)
MARKS = st.sampled_from([None, "", "GP", "gp", "GP;KX", "KX; GP", "59", "GP;59", "xe", "GP;76", " ; ", "77"])
DATES = st.sampled_from([date(2023, 5, 1), date(2024, 7, 1), date(2026, 6, 30), date(2026, 7, 1), None])
BOOK = st.lists(
    st.builds(
        line,
        CODES,
        st.sampled_from([None, 0, 1, 1, 2, 3, 5]),
        MARKS,
        st.sampled_from(["A", "A", "B", "", None]),
        st.sampled_from(["2000000002", "2000000002", "2000000010", "", None]),
        DATES,
        st.sampled_from(["11", "11", " 11", "12", None]),
    ),
    max_size=12,
)


@given(rows=BOOK)
def test_facts_are_those_of_plain_python(rows):
    numbered = [{"line_id": number, **row} for number, row in enumerate(rows)]
    assert facts_of(*rows, law=LAW) == [{"line_id": f["line_id"], **f} for f in plainly(numbered, LAW)]


@given(rows=BOOK, draw=st.data())
def test_the_order_of_lines_decides_nothing(rows, draw):
    frame = pl.DataFrame([{"line_id": number, **row} for number, row in enumerate(rows)], schema=SCHEMA)
    shuffled = frame[draw.draw(st.permutations(range(len(rows))))]
    assert line_facts(shuffled, LAW).equals(line_facts(frame, LAW))


def test_a_lazy_frame_and_a_list_of_modifiers_serve():
    frame = pl.DataFrame([line(modifiers="kx;gp"), line(modifiers="GP;KX")], schema_overrides=SCHEMA)
    lists = frame.lazy().with_columns(pl.col("modifiers").str.split(";"))
    assert line_facts(lists)["duplicate"].to_list() == [True, True]
    assert line_facts(lists).select(*FACTS).equals(line_facts(frame).select(*FACTS))


def test_lines_without_an_id_are_counted_and_columns_that_may_lack_do():
    row = line()
    frame = pl.DataFrame([row] * 2).select(
        "patient_id", "practitioner_npi", "date_of_service", "procedure_code"
    )
    found = line_facts(frame)
    assert found["line_id"].to_list() == [0, 1]
    assert found["duplicate"].to_list() == [True, True]
    assert found["same_day_units"].to_list() == [None, None]
    assert found["primary_twice"].to_list() == [True, True]


def test_numbers_may_name_patients_and_practitioners():
    rows = [{**line(), "patient_id": 1, "practitioner_npi": 2_000_000_002}] * 2
    assert line_facts(pl.DataFrame(rows))["primary_twice"].to_list() == [True, True]


def test_no_line_at_all():
    assert line_facts(pl.DataFrame(schema=SCHEMA)).height == 0


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (pl.DataFrame([line()]).drop("procedure_code"), "no column procedure_code"),
        (pl.DataFrame([line(day="2026-04-14")]), "date_of_service holds String, not dates"),
        (pl.DataFrame([{"line_id": 1, **line()}] * 2), "repeats on 1"),
        (pl.DataFrame([{"line_id": 1, **line()}, {"line_id": None, **line()}]), "empty on 1"),
    ],
)
def test_columns_that_do_not_serve_are_named(frame, sentence):
    with pytest.raises(ValueError, match=sentence):
        line_facts(frame)


@pytest.mark.parametrize(
    ("code", "most", "kind"),
    [("97550", 1, 2), ("97551", 2, 3), ("96203", 4, 3), ("G0543", 1, 2), ("g0542 ", 2, 3)],
)
def test_both_sides_of_a_unit_limit(code, most, kind):
    (at,) = facts_of(line(code, most))
    (above,) = facts_of(line(code, most + 1))
    assert (at["over_unit_limit"], above["over_unit_limit"]) == (False, True)
    assert (at["line_over_unit_limit"], above["line_over_unit_limit"]) == (False, True)
    assert at["limit_kind"] == above["limit_kind"] == kind
    assert fact("over_unit_limit", line(code, most), line(code, 1, "59")) == [True, True]
    assert fact("line_over_unit_limit", line(code, most), line(code, 1, "59")) == [False, False]
    assert fact("over_unit_limit", line(code, most), line(code, 1, npi="2000000010")) == [False, False]


def test_before_the_law_there_is_no_limit():
    assert fact("unit_limit", line("G0541", day=date(2024, 12, 31)), line("G0541", day=date(2025, 1, 1))) == [
        None,
        1,
    ]
    assert fact("over_unit_limit", line("97110", 9)) == [None]


def test_units_that_are_not_known_leave_the_limit_open_unless_it_is_passed_already():
    assert fact("over_unit_limit", line("97551", 2), line("97551", None)) == [None, None]
    assert fact("over_unit_limit", line("97551", 3), line("97551", None)) == [True, True]
    assert fact("primary_twice", line(units=None)) == [None]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([line("97551"), line("97550")], (False, False)),
        ([line("97551")], (True, False)),
        ([line("97551"), line("97552")], (True, False)),  # another primary of the same family
        ([line("G0542"), line("97550")], (False, True)),
        ([line("G0542"), line("97550"), line("G0543")], (True, False)),
        ([line("97551"), line("97550", npi="2000000010")], (True, False)),
        ([line("97551"), line("97550", patient="B")], (True, False)),
        ([line("97551"), line("97550", day=date(2026, 4, 15))], (True, False)),
        ([line("97551"), line("97110")], (True, False)),
    ],
)
def test_an_addon_needs_its_own_primary(rows, expected):
    found = facts_of(*rows)[0]
    assert (found["addon_without_primary"], found["addon_wrong_primary"]) == expected


@pytest.mark.parametrize(
    ("other", "duplicate"),
    [
        (line(), True),
        (line("97550 ", modifiers=" gp"), True),
        (line(modifiers="GP;76"), False),
        (line(modifiers="GP;59"), False),
        (line(modifiers="GP;XP"), False),
        (line(modifiers="GP;KX"), False),
        (line(place="12"), False),
        (line(units=2), False),
        (line(npi="2000000010"), False),
    ],
)
def test_a_duplicate_is_the_same_service_without_a_word_that_it_is_another(other, duplicate):
    assert fact("duplicate", line(), other) == [duplicate, duplicate]
    assert fact("duplicate_of", line(), other) == [None, 0 if duplicate else None]


def test_a_pair_that_is_never_paid_together():
    assert fact("ncci_indicator", line(), line("36591"), line("36591", npi="2000000010")) == ["0", "0", None]
    assert fact("ncci_pair", line(), line("36591")) == ["36591", "97550"]
    assert fact("ncci_column", line(), line("36591")) == [1, 2]
    assert fact("ncci_pair", line(day=date(2023, 12, 31)), line("36591", day=date(2023, 12, 31))) == [
        None,
        None,
    ]


def test_a_pair_that_may_be_told_apart_on_its_second_column():
    assert fact("ncci_separate", line(), line("97530", modifiers="XU"), law=LAW) == [True, True]
    assert fact("ncci_separate", line(modifiers="59"), line("97530"), law=LAW) == [False, False]
    assert fact("ncci_indicator", line(), line("97530"), law=LAW) == ["1", "1"]
    last, over = date(2026, 6, 30), date(2026, 7, 1)
    assert fact("ncci_pair", line(day=last), line("97530", day=last), law=LAW) == ["97530", "97550"]
    assert fact("ncci_pair", line(day=over), line("97530", day=over), law=LAW) == [None, None]


def test_a_group_is_as_large_as_the_book_shows_it():
    rows = [line("97552", patient=patient) for patient in "ABC"] + [line("97552", place="12"), line("97550")]
    assert fact("group_patients", *rows) == [3, 3, 3, 1, 0]
    assert fact("group_lines", *rows, line("97552")) == [4, 4, 4, 1, 0, 4]


def test_a_large_book():
    few = pl.DataFrame([line(code, patient=p) for code in ("97550", "97551", "G0541", "97110") for p in "AB"])
    copies = pl.DataFrame({"copy": range(37_500)})
    many = copies.join(few, how="cross").with_columns(pl.col("patient_id") + pl.col("copy").cast(pl.String))
    assert many.height == 300_000
    small = line_facts(few).drop("line_id", "patient_id", "group_lines")
    large = line_facts(many)
    assert large.tail(8).drop("copy", "line_id", "patient_id", "group_lines").equals(small)
    assert large["treatment_same_day"].sum() == 3 * 75_000
