"""The reference page of denials, written from the knowledge itself, so that it never says anything else."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from teachback.remit import deadlines, tables
from teachback.remit.denials import Cause, Remedy, knowledge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_INTRODUCTION: Final = """\
# Denials

What the codes of a remittance or a claim acknowledgment mean for the practice: who does what, until when. This page is
written from `remit/denials.toml` and `remit/deadlines.toml`, in our own words: the wording of the code lists is X12's. Which
code a contractor gives for one fault varies, so a cause has several. A code that is not here is named, and a person looks:
it is never taken for paid, and nothing is ever written off by itself.

How to use it: [work denials](../how-to/work-denials.md).

## What an adjustment is

Only these amounts leave the list of work by themselves, but for those under *patient*: they are billed only where the claim
was not assigned, else a person asks the payer why. A reason in another group than here is left to a person.
"""
_STEPS: Final = """
## The next step

| step | when | until |
| --- | --- | --- |
| correct and send as new | nothing was decided: unprocessable (MA130), or rejected (277CA, 999) | filing limit |
| ask for a reopening | it was decided, and something was entered or computed wrongly | one year from the notice |
| ask for a redetermination | it was decided, and the decision itself is wrong | 120 days from presumed receipt |
| bill whoever is in charge | another insurer, plan, agency or facility pays | filing limit, where Medicare pays after it |
| bill the patient | the group is PR, and the patient may owe it; where a notice (ABN) is needed, with it only | |
| ask for an exception | the filing limit has passed; there is no appeal | six months after the news that excuses it |
| propose to write it off | nothing else is open; a named person decides | |
| wait | nothing was decided yet | 30 days |
| a person looks | the codes do not decide it | 120 days, while an appeal is open |

Never a redetermination after MA130, after reason 29, after remark N211, or against an absolute limit of units (MUE indicator 2).
Where the last day of a step has passed, the next way that is open is taken, and the item says so.

## Causes

A cause with remarks is taken where one of them is there, else the one without. *Limit* and *pair*: the law of the very code
decides, by its MUE indicator or by the modifier indicator of its edit pair.
"""
_REMEDIES: Final = {
    Remedy.CORRECT: "reopening; as new after MA130",
    Remedy.REOPEN: "reopening",
    Remedy.APPEAL: "redetermination",
    Remedy.BILL_OTHER_PAYER: "bill whoever is in charge",
    Remedy.ASK_EXCEPTION: "exception only",
    Remedy.PROPOSE_WRITE_OFF: "propose to write off",
    Remedy.WAIT: "wait",
    Remedy.PERSON: "a person looks",
    Remedy.LIMIT: "limit",
    Remedy.PAIR: "pair",
}


def page() -> str:
    """The page as Markdown, ending in a line break."""
    parts = [_INTRODUCTION, *_kinds(), _STEPS, *_causes(), *_statuses(), *_clocks(), *_levels()]
    return "\n".join(parts) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _head(*cells: str) -> str:
    return "\n".join((_row(*cells), _row(*("---" for _ in cells))))


def _coded(codes: Iterable[str]) -> str:
    return " ".join(sorted(codes, key=lambda code: (len(code), code)))


def _kinds() -> Iterator[str]:
    yield _head("amount", "group and reason")
    kinds = knowledge().kinds
    for kind in dict.fromkeys(kinds.values()):
        yield _row(kind.replace("_", " "), _coded(code for code, of in kinds.items() if of is kind))


def _causes() -> Iterator[str]:
    yield _head("cause", "reasons", "remarks", "who", "step", "our findings", "source")
    for cause in knowledge().causes:
        yield _row(
            f"**{cause.key}**{_when(cause)}: {cause.says} {cause.do}",
            _coded(cause.codes),
            _coded(cause.remarks),
            cause.owner.value,
            _REMEDIES[cause.remedy],
            " ".join(cause.findings),
            "; ".join(cause.cites) + ("" if cause.confidence == "verified" else f" ({cause.confidence})"),
        )


def _when(cause: Cause) -> str:
    if cause.since > date.min:
        return f" (services from {cause.since})"
    return f" (services until {cause.until})" if cause.until < date.max else ""


def _statuses() -> Iterator[str]:
    yield (
        "\n## Rejected before it was decided\n\n"
        "A 277CA names claim status codes. A rejected claim was never adjudicated: it is not denied, it has no appeal, "
        "and it is sent\nagain inside the filing limit.\n"
    )
    yield _head("cause", "status codes", "who", "our findings")
    statuses = knowledge().statuses
    for cause in dict.fromkeys(statuses.values()):
        codes = _coded(code for code, of in statuses.items() if of is cause)
        yield _row(f"**{cause.key}**: {cause.says}", codes, cause.owner.value, " ".join(cause.findings))


def _clocks() -> Iterator[str]:
    yield (
        "\n## Clocks\n\n"
        "Calendar days. A request is filed on the day on which it is received, and its last day does not move past a "
        "weekend: Teachback\ntells the working day by which it should arrive. The filing limit alone moves to the next "
        "working day.\n"
    )
    yield _head("clock", "value", "source")
    for dated in tables.values("deadlines").values():
        for value in dated:
            since = "" if len(dated) == 1 else f" (from {value.since})"
            counted = value.unit if value.value > 1 else value.unit.removesuffix("s")
            amount = f"${value.value:,}" if value.unit == "dollars" else f"{value.value} {counted}"
            sure = "" if value.confidence == "verified" else f" ({value.confidence})"
            yield _row(f"{value.says}{since}", amount, "; ".join(value.cites) + sure)


def _levels() -> Iterator[str]:
    yield "\n## Levels of appeal\n"
    yield _head("level", "request", "goes to", "days", "least amount")
    for level in deadlines.levels(date(2026, 12, 31)):
        least = "none" if level.minimum_cents is None else "by the year of the request, above"
        yield _row(str(level.number), level.name, level.body, str(level.days), least)
    yield "\nSeveral claims may be added up to reach a least amount."
