"""Write the tables of ``src/teachback/codesets/tables`` from the files of CMS, codes and dates only.

    python tools/make_codesets.py ../shared/data

For a new release put ``icd10cm_YYYY-MM_codes.csv.gz`` (columns code, leaf) beside the others, or CMS's own
``icd10cm_order_YYYY.txt`` renamed to ``icd10cm_YYYY-MM_order.txt``, and run it again. ``--check`` writes nothing and
answers 1 when a table is not what the files give. A release that is dropped from the folder is dropped from the
table, so keep the old files.

The diagnosis table has three kinds of lines: ``release NAME FIRST LAST``; ``known 01`` before the codes that the first
release does not bill and the second does; and codes of one category as ``HEAD=TAILS``, one code for each
character of TAILS. A release of April stands for its whole fiscal year where that year's October is not there.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

TABLES = Path(__file__).resolve().parent.parent / "src" / "teachback" / "codesets" / "tables"
APRIL, OCTOBER = 4, 10

PLACES_SINCE = {
    "02": "2017-01-01",
    "10": "2022-01-01",
    "19": "2016-01-01",
    "27": "2023-10-01",
    "58": "2020-01-01",
    "66": "2024-08-01",
}
"""First days of the places that came lately, from the change requests of CMS: CR 9726 (02), CR 12427 (10),
CR 9231 (19), CR 13314 (27), CR 11353 (58), transmittal 12779 of August 2024 (66)."""

LEFT_OUT = {
    "2026-04": frozenset(
        {
            *("QA00101", "QA00102", "QA00109", "QA0011", "QA0012", "QA00131", "QA00139"),
            *("QA00141", "QA00142", "QA00149", "QA00151", "QA00159", "QA08"),
        }
    )
}
"""Billable codes of a release that our copy of its file leaves out: the first category whose second character is a
letter, QA0, new on October 1, 2025. With them the release has the 74,719 codes, and against the year before the 487
new ones, that CMS told for it. Public copies of the CMS file hold the same thirteen."""

KINDS = (
    (r"20[0-9]{7}X|20[0-9A-Z]{7}X", "MD DO"),
    (r"363L[0-9A-Z]{5}X", "NP"),
    (r"364S[0-9A-Z]{5}X", "CNS"),
    (r"363A[0-9A-Z]{5}X", "PA"),
    (r"367A00000X", "CNM"),
    (r"103TC0700X", "CP"),
    (r"1041C0700X", "CSW"),
    (r"106H00000X", "MFT"),
    (r"101YM0800X|101YP2500X", "MHC"),
    (r"133V[0-9A-Z]{5}X", "RD"),
    (r"2251[0-9A-Z]{5}X", "PT"),
    (r"225X[0-9A-Z]{5}X", "OT"),
    (r"235Z00000X", "SLP"),
    (r"111N[0-9A-Z]{5}X", "DC"),
    (r"231H[0-9A-Z]{5}X", "AUD"),
    (r"103K00000X", "BCBA"),
    (r"163W[0-9A-Z]{5}X", "RN"),
    (r"225200000X", "PTA"),
    (r"224Z[0-9A-Z]{5}X", "OTA"),
)
"""Our practitioner words by taxonomy. A psychologist's other codes (103T…) do not say whether Medicare enrolls
the person as a clinical psychologist, so no word is given for them."""
UNENROLLED = ("103K00000X", "163W00000X", "224Z00000X", "225200000X")
"""Codes of people whom Medicare does not enroll, so that the crosswalk does not hold them, and whom claims name."""


@dataclass(frozen=True, slots=True)
class Source:
    """One release of ICD-10-CM as it lies in the folder."""

    name: str
    codes: frozenset[str]

    @property
    def first(self) -> date:
        """The day from which the file itself holds."""
        year, month = self.name.split("-")
        return date(int(year), int(month), 1)

    @property
    def year_began(self) -> date:
        """October 1 of the release's fiscal year."""
        return date(self.first.year - (self.first.month < OCTOBER), OCTOBER, 1)


def _billable(path: Path) -> frozenset[str]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    text = data.decode("ascii", "replace")
    if path.name.endswith("_order.txt"):
        return frozenset(line[6:13].rstrip() for line in text.splitlines() if line[14:15] == "1")
    return frozenset(row["code"] for row in csv.DictReader(io.StringIO(text)) if row["leaf"] == "1")


def sources(folder: Path) -> list[Source]:
    """The releases of a folder, oldest first."""
    found = {}
    for path in sorted(folder.glob("icd10cm_*")):
        match = re.match(r"icd10cm_(\d{4}-(?:04|10))_(?:codes\.csv|order\.txt)", path.name)
        if match:
            found[match[1]] = Source(match[1], _billable(path) | LEFT_OUT.get(match[1], frozenset()))
    return [found[name] for name in sorted(found)]


def spans(releases: list[Source]) -> list[tuple[date, date]]:
    """For each release the first and last day of service that it answers for."""
    result = []
    for release, following in zip(releases, [*releases[1:], None], strict=True):
        alone = not any(
            other.year_began == release.year_began and other.first < release.first for other in releases
        )
        began = release.year_began if alone else release.first
        ends = date(release.year_began.year + 1, OCTOBER, 1)
        if following is not None and following.year_began == release.year_began:
            ends = following.first
        result.append((began, ends - timedelta(days=1)))
    for (_, last), (first, _) in pairwise(result):
        if first != last + timedelta(days=1):
            raise SystemExit(f"make_codesets: no release answers for the days between {last} and {first}")
    return result


def _grouped(codes: Iterable[str]) -> Iterable[str]:
    lines: dict[str, dict[str, str]] = defaultdict(dict)
    for code in sorted(codes):
        heads = lines[code[:3]]
        heads[code[:-1]] = heads.get(code[:-1], "") + code[-1]
    for heads in lines.values():
        yield " ".join(f"{head}={tails}" for head, tails in heads.items())


def diagnoses(folder: Path) -> str:
    """The diagnosis table."""
    releases = sources(folder)
    if not releases:
        raise SystemExit(f"make_codesets: no icd10cm_YYYY-MM_codes.csv.gz in {folder}")
    known: dict[str, list[str]] = defaultdict(list)
    for code in frozenset().union(*(release.codes for release in releases)):
        known["".join("1" if code in release.codes else "0" for release in releases)].append(code)
    lines = ["# Billable codes of ICD-10-CM; written by tools/make_codesets.py"]
    lines += [
        f"release {release.name} {first} {last}"
        for release, (first, last) in zip(releases, spans(releases), strict=True)
    ]
    for pattern in sorted(known, reverse=True):
        lines += [f"known {pattern}", *_grouped(known[pattern])]
    return "\n".join(lines) + "\n"


def _csv(header: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(lines)
    return out.getvalue()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def places(folder: Path) -> str:
    """The table of places of service, without the unassigned ones."""
    rate = {"Facility": "yes", "Non-Facility": "no"}
    return _csv(
        ("code", "facility", "since", "until"),
        (
            (row["pos"], rate[row["rate_type"]], PLACES_SINCE.get(row["pos"], ""), "")
            for row in _rows(folder / "pos_codes.csv")
            if row["rate_type"] in rate
        ),
    )


def reasons(folder: Path) -> str:
    """The table of adjustment reason and remark codes with their days; the end is the last day on which one holds."""
    return _csv(
        ("kind", "code", "since", "until"),
        (
            (row["type"], row["code"], row["start_date"], row["end_date"])
            for row in _rows(folder / "carc_rarc_codes.csv")
            if row["type"] in {"CARC", "RARC"}
        ),
    )


def taxonomy(folder: Path) -> str:
    """The table of taxonomies with their Medicare specialties and, where clear, our practitioner words."""
    specialties: dict[str, list[str]] = {code: [] for code in UNENROLLED}
    for row in _rows(next(folder.glob("taxonomy_medicare_crosswalk_*.csv"))):
        if not row["taxonomy"]:
            continue  # a specialty to which the crosswalk gives no taxonomy
        held = specialties.setdefault(row["taxonomy"], [])
        specialty = row["medicare_specialty"][:2]
        if specialty not in held:
            held.append(specialty)
    words = {
        code: next((kinds for form, kinds in KINDS if re.fullmatch(form, code)), "") for code in specialties
    }
    return _csv(
        ("code", "kinds", "specialties"),
        ((code, words[code], " ".join(sorted(specialties[code]))) for code in sorted(specialties)),
    )


def tables(folder: Path) -> dict[str, str]:
    """Every table by its file's name."""
    return {
        "icd10cm.txt": diagnoses(folder / "cms"),
        "places.csv": places(folder),
        "reasons.csv": reasons(folder),
        "taxonomy.csv": taxonomy(folder),
    }


def main() -> int:
    """Write the tables, or with ``--check`` compare them; 1 when one differs."""
    parser = argparse.ArgumentParser(description="Write the tables of codes from the files of CMS.")
    parser.add_argument(
        "folder", type=Path, help="the folder with pos_codes.csv and its neighbors, and cms/ in it"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; answer 1 when a table differs")
    options = parser.parse_args()
    different = 0
    for name, text in tables(options.folder).items():
        path = TABLES / name
        if path.is_file() and path.read_text(encoding="ascii") == text:
            continue
        different += 1
        if options.check:
            print(f"{path.name} is not what the files give; run tools/make_codesets.py", file=sys.stderr)
        else:
            path.write_text(text, encoding="ascii")
            print(f"wrote {path.name}")
    return 1 if options.check and different else 0


if __name__ == "__main__":
    sys.exit(main())
