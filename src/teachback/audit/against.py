"""What another payer, law or release of the rules changed: two batch results of the same sessions, compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from teachback.audit.codes import FAMILIES
from teachback.audit.rowfiles import Largest
from teachback.audit.source import FINDING_COLUMNS, FOLDERS, KEYS, Book, Part, readable
from teachback.audit.survey import Sums
from teachback.audit.thresholds import AuditError
from teachback.audit.units import codes_of, units_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from teachback.audit.rowfiles import RowFiles

CHANGED = "changed"
_FACTS = ("disposition", "units", "allowed_cents", "codes")
_ABSENT = "absent"
_FEW = 10


@dataclass(slots=True)
class Comparison:
    """The other result (``before``) against the audited one (``after``), money in cents.

    ``dispositions`` has before, after, units, before_cents, after_cents; ``codes`` procedure_code and units,
    cents before and after; ``findings`` code, severity, gone, new, both, change_cents (of the units on which
    the finding is gone or new). ``reasons`` says what differs: disposition, codes, amount.
    """

    before: Book
    dispositions: Sums = field(default_factory=lambda: Sums(("before", "after")))
    codes: Sums = field(default_factory=lambda: Sums(("procedure_code",)))
    findings: Sums = field(default_factory=lambda: Sums(("code", "severity")))
    units: int = 0
    changed: int = 0
    before_cents: int = 0
    after_cents: int = 0
    only_before: int = 0
    only_after: int = 0
    move_rows: Largest = field(default_factory=lambda: Largest(("before", "after"), _FEW))
    code_rows: Largest = field(default_factory=lambda: Largest(("code",), _FEW))
    finding_rows: Largest = field(default_factory=lambda: Largest(("code", "severity"), _FEW))
    code_counts: dict[str, int] = field(default_factory=dict)


def compare(
    before: Book, after: Book, files: RowFiles, work: Path, progress: Callable[[str], None]
) -> Comparison:
    """Compare part by part; the changed units go to the file ``changed``.

    Raises ``AuditError`` where one of them is no batch result, or they share no session.
    """
    if "claims" in {before.kind, after.kind}:
        raise AuditError("--against compares two batch results; this input is a file of claims")
    result = Comparison(before)
    pairs = list(_aligned(before, after, work))
    for number, (old, new) in enumerate(pairs, start=1):
        progress(f"comparing part {number} of {len(pairs)}")
        _part(result, old, new, files)
    if result.units == result.only_before + result.only_after:
        raise AuditError(
            f"{before.path} and {after.path} have no session in common; --against compares two results of the "
            "same sessions, for example under another --payer"
        )
    files.finish()
    return result


def _aligned(before: Book, after: Book, work: Path) -> Iterator[tuple[Part, Part]]:
    """Parts that hold the same patients; where the two were cut differently, both are cut anew."""
    names = [part.name for part in after.parts]
    if names == [part.name for part in before.parts] and _same_patients(before.parts[0], after.parts[0]):
        yield from zip(before.parts, after.parts, strict=True)
        return
    count = max(len(before.parts), len(after.parts))
    cut = [_recut(book, work / name, count) for name, book in (("before", before), ("after", after))]
    for name in sorted(set(cut[0]) | set(cut[1])):
        yield cut[0].get(name, Part(name, {})), cut[1].get(name, Part(name, {}))


def _same_patients(old: Part, new: Part) -> bool:
    """Whether most patients of one part are in the other."""
    ids = [set(part.read("sessions", KEYS)["patient_id"]) for part in (old, new)]
    return 2 * len(ids[0] & ids[1]) >= max(len(ids[0]), len(ids[1]))


def _recut(book: Book, work: Path, count: int) -> dict[str, Part]:
    files: dict[str, dict[str, Path]] = {}
    for folder in FOLDERS:
        found = [part.files[folder] for part in book.parts if folder in part.files]
        if not found:
            continue
        bucket = (pl.col("patient_id").cast(pl.String).hash(seed=0) % count).alias("bucket")
        with readable(book.path / folder):
            pl.concat([pl.scan_parquet(file) for file in found], how="vertical_relaxed").with_columns(
                bucket
            ).sink_parquet(
                pl.PartitionBy(
                    work / folder,
                    key="bucket",
                    include_key=False,
                    max_rows_per_file=2**31,
                    approximate_bytes_per_file=2**62,
                ),
                mkdir=True,
                compression="lz4",
            )
        for place in (work / folder).iterdir():
            whole = work / f"{folder}-{place.name}.parquet"
            pl.scan_parquet(place / "*.parquet", hive_partitioning=False).sink_parquet(
                whole, compression="lz4"
            )
            files.setdefault(place.name, {})[folder] = whole
    return {name: Part(name, found) for name, found in files.items()}


def _side(part: Part) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The units with their codes, the lines and the findings of one part."""
    found = units_of(Book("batch", part_path(part), (part,)), part, findings=False)
    units = found.units.join(codes_of(found.lines, found.units["u"]), on="u", how="left")
    findings = part.read("findings", FINDING_COLUMNS).select(*KEYS, "code", "severity").unique()
    return (
        units.select(*KEYS, "practitioner_npi", "practitioner_kind", "family", *_FACTS),
        found.lines,
        findings,
    )


def part_path(part: Part) -> Path:
    """A path for messages about a part."""
    from pathlib import Path  # noqa: PLC0415  needed only here

    return next(iter(part.files.values()), Path())


def _part(result: Comparison, old: Part, new: Part, files: RowFiles) -> None:
    (units_a, lines_a, findings_a), (units_b, lines_b, findings_b) = _side(old), _side(new)
    both = units_b.join(units_a, on=KEYS, how="full", coalesce=True, suffix="_before")
    both = both.with_columns(
        pl.coalesce("practitioner_npi", "practitioner_npi_before").alias("practitioner_npi"),
        pl.coalesce("practitioner_kind", "practitioner_kind_before").alias("practitioner_kind"),
        pl.coalesce("family", "family_before").alias("family"),
        pl.col("disposition", "disposition_before").fill_null(_ABSENT),
        pl.col("allowed_cents", "allowed_cents_before", "units", "units_before").fill_null(0),
        pl.col("codes", "codes_before").fill_null(""),
    )
    reasons = [
        pl.when(pl.col(name) != pl.col(f"{name}_before")).then(pl.lit(text))
        for name, text in (("disposition", "disposition"), ("codes", "codes"), ("allowed_cents", "amount"))
    ]
    both = both.with_columns(reasons=pl.concat_str(reasons, separator=", ", ignore_nulls=True))
    changed = both.filter(pl.col("reasons") != "")
    result.units += both.height
    result.changed += changed.height
    result.only_before += int((both["disposition"] == _ABSENT).sum())
    result.only_after += int((both["disposition_before"] == _ABSENT).sum())
    result.before_cents += int(both["allowed_cents_before"].sum())
    result.after_cents += int(both["allowed_cents"].sum())
    result.dispositions.add(
        both.group_by(pl.col("disposition_before").alias("before"), pl.col("disposition").alias("after")).agg(
            pl.len().cast(pl.Int64).alias("units"),
            (pl.col("reasons") != "").sum().cast(pl.Int64).alias("changed"),
            pl.col("allowed_cents_before").sum().alias("before_cents"),
            pl.col("allowed_cents").sum().alias("after_cents"),
        )
    )
    result.codes.add(_codes(lines_a, lines_b))
    moved = _moved(findings_a, findings_b)
    result.findings.add(_findings(moved, both))
    shown = [*KEYS, "practitioner_npi", "practitioner_kind", "family", "reasons"]
    shown += [name for fact in _FACTS for name in (f"{fact}_before", fact)]
    rows = changed.select(shown)
    files.add(CHANGED, rows)
    before, after = pl.col("disposition_before").alias("before"), pl.col("disposition").alias("after")
    result.move_rows.add(rows.with_columns(before, after))
    _add_code_rows(result, rows)
    about = moved.filter(pl.col("how") != "both").join(both.select(shown), on=KEYS, how="left")
    about = about.select("code", "severity", pl.col("how").alias("finding"), *shown)
    result.finding_rows.add(about)
    files.add("changed-findings", about)


def _add_code_rows(result: Comparison, rows: pl.DataFrame) -> None:
    """The few changed units of each code whose lines differ."""
    differ = rows.filter(pl.col("codes") != pl.col("codes_before"))
    for code in FAMILIES:
        own = differ.filter(
            pl.col("codes").str.contains(code, literal=True)
            | pl.col("codes_before").str.contains(code, literal=True)
        )
        if own.height:
            result.code_counts[code] = result.code_counts.get(code, 0) + own.height
            result.code_rows.add(own.with_columns(code=pl.lit(code)))


def _codes(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    frames = []
    for lines, sign in ((old, 0), (new, 1)):
        sums = lines.group_by("procedure_code").agg(
            pl.col("units").cast(pl.Int64).sum(),
            pl.col("allowed_cents").fill_null(0).sum(),
            pl.len().cast(pl.Int64).alias("lines"),
        )
        frames.append(
            sums.select(
                "procedure_code",
                *(
                    (pl.col(name) * on).alias(f"{side}_{name}")
                    for side, on in (("before", 1 - sign), ("after", sign))
                    for name in ("lines", "units", "allowed_cents")
                ),
            )
        )
    return pl.concat(frames)


def _moved(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Each finding of either result, and ``how`` it stands: gone, new, or in both."""
    on = [*KEYS, "code", "severity"]
    parts = (
        (old.join(new, on=on, how="anti"), "gone"),
        (new.join(old, on=on, how="anti"), "new"),
        (new.join(old, on=on, how="semi"), "both"),
    )
    return pl.concat([kept.select(*on, pl.lit(name).alias("how")) for kept, name in parts])


def _findings(moved: pl.DataFrame, both: pl.DataFrame) -> pl.DataFrame:
    change = both.select(*KEYS, change=pl.col("allowed_cents") - pl.col("allowed_cents_before"))
    apart = pl.col("how") != "both"
    return (
        moved.join(change, on=KEYS, how="left")
        .group_by("code", "severity")
        .agg(
            *((pl.col("how") == name).sum().cast(pl.Int64).alias(name) for name in ("gone", "new", "both")),
            pl.col("change").filter(apart).sum().alias("change_cents"),
        )
    )
