"""The key of the audit patterns: which practitioner shows which, and with which patients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from teachback.synthetic.book.people import KX_ALWAYS, PATTERNS, SAME_SKILL

if TYPE_CHECKING:
    from teachback.synthetic.book.records import Drawn
    from teachback.synthetic.book.sheet import Sheet

_REPEATS_FROM = 4  # sessions of one patient: the fourth is the third repeat
SCHEMA: Final = {"pattern": pl.String, "practitioner_npi": pl.String, "patient_id": pl.String}


def patterns_of(drawn: Drawn, sheet: Sheet) -> pl.DataFrame:
    """One row for each practitioner with a pattern (no patient), and for patterns of patients one for each.

    A patient is named under same-skill-repeat where the same skill was taught at least four times without
    a new reason, and under kx-always where the therapy threshold is passed from the first session on.
    """
    calendar, team = drawn.calendar, drawn.team
    rows = np.flatnonzero(team.pattern[drawn.of_row] > 0)
    course, topic = calendar.course[rows], calendar.skill[calendar.session[rows]]
    who = drawn.of_row[rows]
    npis = sheet.texts("practitioner.npi", rows)
    found: dict[tuple[str, str, str | None], None] = {}
    for number, npi in sorted(dict(zip(who.tolist(), npis, strict=True)).items()):
        found[PATTERNS[int(team.pattern[number])], npi, None] = None
    patients = sheet.texts("patient.id", rows)
    _, same, count = np.unique(
        course.astype(np.int64) * 1000 + topic, return_inverse=True, return_counts=True
    )
    often = count[same] >= _REPEATS_FROM
    for place, number in enumerate(who.tolist()):
        pattern = int(team.pattern[number])
        if pattern == KX_ALWAYS or (pattern == SAME_SKILL and often[place]):
            found[PATTERNS[pattern], npis[place], patients[place]] = None
    return pl.DataFrame(list(found), schema=SCHEMA, orient="row")
