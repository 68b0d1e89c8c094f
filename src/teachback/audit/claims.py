"""An existing file of claims: its columns found and typed, its faults named, cut into parts by patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from teachback.audit.source import Book, Part, count_rows
from teachback.audit.thresholds import AuditError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# Our names, then those of Medicare's carrier claim files and of common exports.
COLUMNS = {
    "patient_id": ("patient_id", "bene_id", "desynpuf_id", "desy_sort_key", "patient"),
    "practitioner_npi": ("practitioner_npi", "practitioner.npi", "npi", "rendering_npi", "prf_physn_npi"),
    "date_of_service": ("date_of_service", "dos", "service_date", "line_1st_expns_dt", "from_date"),
    "procedure_code": ("procedure_code", "hcpcs", "hcpcs_cd", "cpt", "code"),
    "units": ("units", "line_srvc_cnt", "quantity"),
    "allowed": (
        "allowed_cents",
        "allowed",
        "allowed_amount",
        "line_alowd_chrg_amt",
        "line_nch_allowed_charge",
    ),
}
OPTIONAL = {
    "claim_id": ("claim_id", "clm_id", "claim"),
    "practitioner_kind": ("practitioner_kind", "practitioner.type", "specialty"),
    "modifiers": ("modifiers", "modifier", "hcpcs_1st_mdfr_cd"),
    "charge": ("charge_cents", "charge", "submitted_charge", "line_sbmtd_chrg_amt"),
    "place_of_service": ("place_of_service", "pos", "line_place_of_srvc_cd"),
}
_MORE_MODIFIERS = ("hcpcs_2nd_mdfr_cd", "hcpcs_3rd_mdfr_cd", "hcpcs_4th_mdfr_cd")
_ROWS_A_PART = 400_000
_CSV_BYTES_A_ROW = 60
MOST_PARTS = 256
_DATES = ("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y")
PROBLEMS = (
    ("patient_id", "no patient"),
    ("practitioner_npi", "the practitioner's NPI is not ten digits"),
    ("date_of_service", "the date is not like 2026-03-02, 20260302 or 3/2/2026"),
    ("procedure_code", "no procedure code of five characters"),
    ("units", "the units are not a whole number from 1 to 9999"),
    ("allowed_cents", "the allowed amount is not like 52.77"),
)


def open_claims(path: Path, work: Path) -> Book:
    """Type a claims file or folder into parts below ``work``, one patient in one part.

    Raises ``AuditError`` where there is no such file, a column is missing, or no row can be used.
    """
    files, kind = _files(path)
    scan = _scan(files, kind)
    try:
        names = scan.collect_schema().names()
        typed = _typed(scan, names)
        parts = _parts_wanted(files, kind)
        bucket = (pl.col("patient_id").fill_null("").hash(seed=0) % parts).cast(pl.UInt16)
        typed.with_columns(part=bucket).sink_parquet(
            pl.PartitionBy(work / "claims", key="part", include_key=False), mkdir=True, compression="lz4"
        )
    except pl.exceptions.PolarsError as error:
        text = str(error).strip().splitlines()[0][:200]
        raise AuditError(f"{path} cannot be read: {text}") from error
    return _book(path, work, has_kind=_find(names, OPTIONAL["practitioner_kind"]) is not None)


def _book(path: Path, work: Path, *, has_kind: bool) -> Book:
    parts, read, refused = [], 0, dict.fromkeys((text for _, text in PROBLEMS), 0)
    for folder in sorted((work / "claims").iterdir()):
        file = work / f"{folder.name.replace('part=', 'claims-')}.parquet"
        scan = pl.scan_parquet(folder / "*.parquet", hive_partitioning=False)
        scan.filter(pl.col("problem").is_null()).drop("problem").sink_parquet(file, compression="lz4")
        bad = scan.filter(pl.col("problem").is_not_null())
        for problem, count in bad.group_by("problem").len().collect().iter_rows():
            refused[problem] += count
            read += count
        kept = count_rows(file)
        read += kept
        if kept:
            parts.append(Part(file.stem, {"lines": file}))
    if read == 0:
        raise AuditError(f"{path} holds no rows")
    told = {text: count for text, count in refused.items() if count}
    if not parts:
        worst = max(told, key=told.__getitem__)
        raise AuditError(f"{path}: none of {read:,} rows can be used; most often {worst}")
    return Book(
        "claims",
        path,
        tuple(parts),
        has_kind=has_kind,
        rows_read=read,
        rows_refused=sum(told.values()),
        refused=told,
    )


def _files(path: Path) -> tuple[list[Path], str]:
    if path.is_file():
        kind = {".parquet": "parquet", ".csv": "csv"}.get(path.suffix.lower())
        if kind is None:
            raise AuditError(f"{path.name}: the audit reads Parquet or CSV; save it as one of them")
        return [path], kind
    if not path.is_dir():
        raise AuditError(f"there is no file or folder {path}")
    for kind in ("parquet", "csv"):
        files = sorted(path.glob(f"*.{kind}"))
        if files:
            return files, kind
    raise AuditError(
        f"{path} is neither a batch result (lines/, findings/, sessions/, summary.json: teachback batch "
        "SESSIONS --out DIR makes it) nor a folder of claims (Parquet or CSV files)"
    )


def _scan(files: list[Path], kind: str) -> pl.LazyFrame:
    if kind == "parquet":
        return pl.scan_parquet(files, hive_partitioning=False)
    with files[0].open("rb") as stream:
        head = stream.readline().decode("utf-8", "replace")
    separator = max(",;\t|", key=head.count)
    return pl.scan_csv(files, separator=separator, infer_schema=False, encoding="utf8-lossy")


def _parts_wanted(files: list[Path], kind: str) -> int:
    if kind == "parquet":
        rows = sum(count_rows(file) for file in files)
    else:
        rows = sum(file.stat().st_size for file in files) // _CSV_BYTES_A_ROW
    return min(MOST_PARTS, 1 + rows // _ROWS_A_PART)


def _find(names: Iterable[str], accepted: tuple[str, ...]) -> str | None:
    by_lower = {name.strip().lstrip("\ufeff").lower().replace(" ", "_"): name for name in names}
    return next((by_lower[name] for name in accepted if name in by_lower), None)


def _typed(scan: pl.LazyFrame, names: list[str]) -> pl.LazyFrame:
    """Our columns from theirs, with ``problem`` naming the first fault of a row."""
    found = {ours: _find(names, accepted) for ours, accepted in (COLUMNS | OPTIONAL).items()}
    missing = [ours for ours in COLUMNS if found[ours] is None]
    if missing:
        raise AuditError(
            f"the claims have no column {', '.join(missing)}; a claims file has one row a service line with "
            f"{', '.join(COLUMNS)} (docs/reference/audit.md lists the accepted names)"
        )
    schema = scan.collect_schema()

    def text(ours: str) -> pl.Expr:
        name = found[ours]
        if name is None:
            return pl.lit(None, pl.String)
        column = pl.col(name).cast(pl.String).str.strip_chars()
        return pl.when(column != "").then(column)

    npi = text("practitioner_npi").str.replace(r"\.0$", "")
    code = text("procedure_code").str.to_uppercase()
    units = text("units").str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
    modifiers = [text("modifiers")]
    if found["modifiers"] and found["modifiers"].lower() == "hcpcs_1st_mdfr_cd":
        modifiers += [
            pl.col(name).cast(pl.String).str.strip_chars()
            for more in _MORE_MODIFIERS
            if (name := _find(names, (more,)))
        ]
    joined = pl.concat_str(modifiers, separator=";", ignore_nulls=True).str.to_uppercase()
    typed = scan.select(
        claim_id=text("claim_id"),
        patient_id=text("patient_id"),
        practitioner_npi=pl.when(npi.str.contains(r"^\d{10}$")).then(npi),
        practitioner_kind=text("practitioner_kind").fill_null("not stated"),
        date_of_service=_date(text("date_of_service"), schema[found["date_of_service"] or ""]),
        procedure_code=pl.when(code.str.len_chars() == 5).then(code),  # noqa: PLR2004  HCPCS and CPT codes
        units=pl.when(units.is_between(1, 9999)).then(units),
        modifiers=joined.str.replace_all(r"[^0-9A-Z]+", ";").str.strip_chars(";").fill_null(""),
        place_of_service=text("place_of_service").str.zfill(2),
        allowed_cents=_cents(text("allowed"), in_cents=str(found["allowed"]).lower().endswith("_cents")),
        charge_cents=_cents(text("charge"), in_cents=str(found["charge"]).lower().endswith("_cents")),
    )
    fault = pl.coalesce(pl.when(pl.col(name).is_null()).then(pl.lit(says)) for name, says in PROBLEMS)
    return typed.with_columns(problem=fault)


def _date(text: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if kind.is_temporal():
        text = text.str.slice(0, 10)
    return pl.coalesce(text.str.to_date(form, strict=False) for form in _DATES)


def _cents(text: pl.Expr, *, in_cents: bool) -> pl.Expr:
    """Dollars as text to whole cents without a float on the way; more than two decimals only if they are 0."""
    if in_cents:
        return text.str.replace(r"\.0+$", "").cast(pl.Int64, strict=False)
    plain = text.str.replace_all(r"[$,]", "")
    good = plain.str.contains(r"^-?\d{1,12}(\.\d{0,2}0*)?$")
    # 52.769999999999996 is how a float column spells 52.77; its text is rounded, not its value.
    spelled = plain.str.contains(r"^-?\d{1,9}\.\d{3,}$")
    digits = plain.str.replace(r"^-", "")
    whole = digits.str.extract(r"^(\d+)").cast(pl.Int64, strict=False) * 100
    pennies = (digits.str.extract(r"\.(\d{1,2})").fill_null("0").str.pad_end(2, "0")).cast(pl.Int64)
    third = digits.str.extract(r"\.\d{2}(\d)").fill_null("0").cast(pl.Int64)
    up = pl.when(spelled & ~good & (third >= 5)).then(1).otherwise(0)  # noqa: PLR2004  half up
    sign = pl.when(plain.str.starts_with("-")).then(-1).otherwise(1)
    return pl.when(good | spelled).then(sign * (whole + pennies + up))
