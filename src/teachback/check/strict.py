"""A second opinion: pyx12 reads the file too (the optional extra ``strict``). Its texts are not passed on."""

from __future__ import annotations

import contextlib
import io
import json
import logging
from typing import TYPE_CHECKING, Any

from teachback.model import Severity
from teachback.x12.issues import Issue, Position

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INSTALL = "--strict asks pyx12, which is not installed; install it with: pip install 'teachback[strict]'"
CODE, NAME = "X901", "second-opinion"
MEANING = "pyx12, an independent program, finds a fault (asked with --strict)."
REMEDY = "Compare with what is told here for the same segment; where only pyx12 objects, look the element up in your guide."
_VARIANTS = (
    ("005010X222A2", "005010X222A1"),
    ("005010X223A3", "005010X223A2"),
    ("005010X223A1", "005010X223A2"),
)
MOST_BYTES = 64 * 1024 * 1024
"""pyx12 holds its findings and the text in memory and reads a few hundred claims a second."""


def is_installed() -> bool:
    """Whether pyx12 can be asked."""
    try:
        import pyx12.params  # type: ignore[import-untyped]  # noqa: F401, PLC0415  optional, for --strict only
    except ImportError:
        return False
    return True


def second_opinion(file: Path) -> Iterator[Issue]:
    """What pyx12 finds in a file, as issues without any value of the file."""
    if file.stat().st_size > MOST_BYTES:
        yield _told("the file is too large for pyx12: ask it for a part of at most 64 MB", Position(1, 0))
        return
    # pyx12 knows one version of each guide; its maps serve the variants of the same guide.
    text = file.read_bytes().decode("latin-1").removeprefix("\xef\xbb\xbf")
    for variant, known in _VARIANTS:
        text = text.replace(variant, known)
    found = _asked(text)
    if found is None:
        yield _told("pyx12 could not read the file to its end", Position(1, 0))
        return
    for interchange in found.get("interchanges", ()):
        yield from _interchange(interchange)


def _asked(text: str) -> dict[str, Any] | None:
    import pyx12.params  # noqa: PLC0415  optional
    import pyx12.x12n_document  # type: ignore[import-untyped]  # noqa: PLC0415  optional

    answer, sink = io.StringIO(), io.StringIO()
    logger = logging.getLogger("pyx12")
    before = logger.disabled
    logger.disabled = True  # its log quotes values of the file
    quiet = io.StringIO()  # and so may what it prints
    try:
        with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
            pyx12.x12n_document.x12n_document(
                pyx12.params.params(), io.StringIO(text), sink, None, None, answer
            )
        found: dict[str, Any] = json.loads(answer.getvalue())
    except Exception:  # noqa: BLE001  whatever stops another program is told as one sentence
        return None
    finally:
        logger.disabled = before
    return found


def _interchange(entry: dict[str, Any]) -> Iterator[Issue]:
    control = str(entry.get("isa_trn_set_id", ""))
    for error in entry.get("errors", ()):
        yield _issue("TA1-105", error, Position(1, 0, "ISA", interchange=control))
    for group in entry.get("groups", ()):
        for error in group.get("errors", ()):
            yield _issue("AK905", error, Position(1, 0, "GS", interchange=control))
        for transaction in group.get("transactions", ()):
            yield from _transaction(transaction, control)


def _transaction(entry: dict[str, Any], interchange: str) -> Iterator[Issue]:
    number = str(entry.get("trn_set_control_num", ""))
    for error in entry.get("errors", ()):
        yield _issue("IK502", error, Position(1, 0, "ST", interchange=interchange, transaction=number))
    for segment in entry.get("segments", ()):
        name, count = str(segment.get("seg_id", "")), int(segment.get("seg_count") or 0)
        at = Position(
            int(segment.get("cur_line") or 1),
            0,
            name,
            segment_number=count,
            interchange=interchange,
            transaction=number,
        )
        for error in segment.get("errors", ()):
            yield _issue("IK304", error, at)
        for element in segment.get("elements", ()):
            place = f"{name}{int(element.get('ele_pos') or 0):02}"
            if element.get("subele_pos"):
                place += f"-{element['subele_pos']}"
            for error in element.get("errors", ()):
                yield _issue(
                    "IK403",
                    error,
                    Position(at.line, 0, name, place, "", count, interchange, number),
                )


def _issue(home: str, error: dict[str, Any], at: Position) -> Issue:
    code = str(error.get("err_cde", ""))
    return _told(f"pyx12 finds a fault here (its code {code})", at, f"{home} {code}".strip())


def _told(message: str, at: Position, x12: str = "") -> Issue:
    return Issue(CODE, NAME, Severity.WARNING, f"{message[0].upper()}{message[1:]}.", REMEDY, at, x12)
