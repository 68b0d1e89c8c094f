"""The contract's worked examples as claims: the payable ones are claimed with the expected lines, once each."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path

from teachback.claim.draft import draft
from teachback.cli.claiming import Wish, run_claim
from teachback.intake import read_sessions
from teachback.synthetic.people import made_up_npi
from tests.claim.made import TODAY, ZIPS

CONTRACT = Path(__file__).resolve().parents[1] / "contract"
GROUP = {
    "name": "Made-up Group",
    "npi": made_up_npi(51_000_001),
    "tax_id": "001000041",
    "taxonomy": "261QR0400X",
    "phone": "6025550150",
}
ADDRESS = {"line": "1 Main Street", "city": "Phoenix", "state": "AZ", "zip": "850042201"}
PEOPLE = {"last_name": "Alderwick", "first_name": "Ann"}
FILLED = {
    "submitter": {"id": "MADEUP", "name": "Made-up Group", "contact": "Ann", "phone": "6025550150"},
    "receivers": {"id": "TESTER", "name": "Test contractor", "payer_id": "03102"},
    "groups": GROUP | {"address": ADDRESS},
    "places": {"name": "A place", "time_zone": "America/Phoenix", "address": ADDRESS},
    "practitioners": PEOPLE | {"taxonomy": "207Q00000X"},
    "referrers": PEOPLE,
    "fee_schedule": {"charge": "200.00"},
}


def filled(made, values):
    """The draft's table with every empty text filled in."""
    for name, value in values.items():
        if isinstance(value, dict):
            filled(made.setdefault(name, {}), value)
        elif not made.get(name):
            made[name] = value


def toml(tables):
    """Tables as TOML: texts, dates, lists and tables within tables."""

    def value(item):
        return item.isoformat() if hasattr(item, "isoformat") else json.dumps(item)

    def block(head, table):
        plain = {name: item for name, item in table.items() if not isinstance(item, dict)}
        lines = [head, *(f"{name} = {value(item)}" for name, item in plain.items())]
        bare = head.strip("[]")
        inner = [block(f"[{bare}.{name}]", item) for name, item in table.items() if isinstance(item, dict)]
        return "\n".join([*lines, *inner])

    blocks = [f"name = {value(tables['name'])}"]
    for name, item in tables.items():
        each = item if isinstance(item, list) else [item]
        if isinstance(item, (dict, list)):
            blocks += [
                block(f"[[{name}]]" if isinstance(item, list) else f"[{name}]", table) for table in each
            ]
    return "\n\n".join(blocks) + "\n"


def test_payable_examples_are_claimed_with_the_expected_lines(tmp_path):
    sessions = read_sessions(CONTRACT / "examples.jsonl").sessions
    tables = tomllib.loads(draft(sessions, ZIPS))
    tables["name"] = "Made-up Group"
    for name, values in FILLED.items():
        for table in tables[name] if isinstance(tables[name], list) else [tables[name]]:
            filled(table, values)
    codes = ("97550", "97551", "97552", "96202", "96203", "G0539", "G0540", "G0541", "G0542", "G0543")
    first = tables["fee_schedule"][0]["from"].replace(year=2023)
    tables["fee_schedule"] = [{"procedure_code": code, "charge": "200.00", "from": first} for code in codes]
    for group in tables["groups"]:
        del group["participating"]
    (tmp_path / "practice.toml").write_text(toml(tables), "utf-8")
    people = {p.id: p for s in sessions for p in s.patients}
    rows = ["patient_id,last_name,first_name,birth_date,sex,line,city,state,zip,mbi"]
    rows += [
        f"{id_},Alderwick,Ann,{p.birth_date or '1944-05-06'},{p.sex or 'F'},1 Main Street,Phoenix,AZ,85004,"
        + ("" if p.mbi else f"1SA{n // 100 % 10}AA{n // 10 % 10}AA{n % 10}0")
        for n, (id_, p) in enumerate(people.items())
    ]
    (tmp_path / "patients.csv").write_text("\n".join(rows) + "\n", "utf-8")
    wish = Wish(
        CONTRACT / "examples.jsonl",
        tmp_path / "practice.toml",
        tmp_path / "out",
        patients=tmp_path / "patients.csv",
        today=TODAY,
    )
    assert run_claim(wish) in {0, 1}
    with (tmp_path / "out/claimed.csv").open(encoding="utf-8", newline="") as stream:
        claimed = {}
        for row in csv.DictReader(stream):
            line = (row["procedure_code"], int(row["units"]), row["modifiers"].split())
            claimed.setdefault((row["sessions"].split(";")[0], row["patient_id"]), []).append(line)
    with (tmp_path / "out/kept-back.csv").open(encoding="utf-8", newline="") as stream:
        kept = {}
        for row in csv.DictReader(stream):
            kept.setdefault((row["session_id"], row["patient_id"]), set()).add(row["name"])
    for text in (CONTRACT / "examples.expected.jsonl").read_text("utf-8").splitlines():
        expected = json.loads(text)
        key = (expected["session_id"], expected["patient_id"])
        lines = [
            (line["procedure_code"], line["units"], line["modifiers"]) for line in expected["service_lines"]
        ]
        if key in claimed:
            assert expected["disposition"] == "payable"
            assert claimed[key] == lines
        elif lines and expected["disposition"] == "payable":
            assert kept[key] <= {"timely-filing-passed", "date-in-future", "medicare-number-shared"}, (
                key,
                kept[key],
            )
    assert len(claimed) >= 5, kept
