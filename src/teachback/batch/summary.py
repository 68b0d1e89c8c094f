"""The summary of a batch run: the counters of its tasks, added up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from teachback.law import made_with

if TYPE_CHECKING:
    from collections.abc import Iterable

    from teachback.batch.journal import Settings

_COUNTS: Final = (
    "rows_read",
    "rows_refused",
    "sessions",
    "session_patients",
    "lines",
    "allowed_cents",
    "medicare_after_sequestration_cents",
)
_TABLES: Final = ("dispositions", "outcomes", "units", "findings")


def merged(counters: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Counters added up: numbers are summed, tables by their keys; of words the worst severity or first in order stands."""
    total: dict[str, Any] = {}
    for each in counters:
        _add(total, each)
    return total


_WORST: Final = ("error", "hold", "warning", "information")


def _order(word: Any) -> tuple[int, str]:  # noqa: ANN401  whatever a task counted
    """Buckets come in any number: which of several words stands must not depend on it."""
    return (_WORST.index(word) if word in _WORST else len(_WORST), str(word))


def _add(total: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict):
            _add(total.setdefault(key, {}), value)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            total[key] = total.get(key, 0) + value
        else:
            total[key] = min(total.get(key, value), value, key=_order)


def summarized(  # noqa: PLR0913  a summary has this many parts
    counters: dict[str, Any],
    settings: Settings,
    identity: dict[str, Any],
    *,
    clock: dict[str, float],
    memory: int,
    failed: list[dict[str, str]],
) -> dict[str, Any]:
    """The content of summary.json.

    ``seconds`` are by the clock on the wall; ``worker_seconds`` are summed over workers, by what they did.
    ``run`` tells whether the same command would do the same again.
    """
    others = {
        name: value for name, value in sorted(counters.items()) if name not in {*_COUNTS, *_TABLES, "seconds"}
    }
    return {
        "made_with": made_with(),
        "payer": settings.payer,
        "inputs": [entry["file"] for entry in identity["inputs"]],
        **{name: counters.get(name, 0) for name in _COUNTS},
        **{name: dict(sorted(counters.get(name, {}).items())) for name in _TABLES},
        **others,
        "seconds": {
            **{name: round(spent, 2) for name, spent in clock.items()},
            "all": round(sum(clock.values()), 2),
        },
        "worker_seconds": {name: round(spent, 2) for name, spent in counters.get("seconds", {}).items()},
        "peak_memory_bytes": memory,
        "failed": failed,
        "run": {**identity, "buckets": settings.buckets, "date_buckets": settings.date_buckets},
    }
