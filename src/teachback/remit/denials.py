"""What the codes of a remittance mean for the practice: cause, owner, next step, and what would have prevented it.

The knowledge stands in ``denials.toml``, dated and cited, in our own words. A code that it does not hold is named and
left to a person: nothing is guessed, and nothing is taken for paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from teachback.findings import Owner
from teachback.law import LawError
from teachback.remit import tables
from teachback.rules.book import rulebook
from teachback.rules.claimbook import claim_rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from teachback.remitdata import PaidAdjustment, ServicePayment

PATIENT: Final = "PR"
UNKNOWN: Final = "unknown"


class AdjustmentKind(StrEnum):
    """What one adjustment does to the money of a line."""

    CONTRACTUAL = "contractual"
    SEQUESTRATION = "sequestration"
    DEDUCTIBLE = "deductible"
    COINSURANCE = "coinsurance"
    PATIENT = "patient"
    OTHER_PAYER = "other_payer"
    REDUCTION = "reduction"
    DENIAL = "denial"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """What became of a line; the ways in which nothing is paid are kept apart."""

    PAID = "paid"
    REDUCED = "reduced"
    DEDUCTIBLE = "deductible"
    PATIENT_ONLY = "patient_only"
    OTHER_PAYER = "other_payer"
    NOTHING_DUE = "nothing_due"
    DENIED = "denied"
    REVERSED = "reversed"
    UNKNOWN = "unknown"


class Step(StrEnum):
    """What to do next."""

    SEND_NEW = "send_new"
    REOPEN = "reopen"
    APPEAL = "appeal"
    BILL_PATIENT = "bill_patient"
    BILL_OTHER_PAYER = "bill_other_payer"
    ASK_EXCEPTION = "ask_exception"
    PROPOSE_WRITE_OFF = "propose_write_off"
    WAIT = "wait"
    PERSON = "person"
    NOTHING = "nothing"

    @property
    def words(self) -> str:
        """The step as a biller says it."""
        return _STEP_WORDS[self]


_STEP_WORDS: Final = {
    Step.SEND_NEW: "correct it and send it as a new claim",
    Step.REOPEN: "ask for a reopening",
    Step.APPEAL: "ask for a redetermination",
    Step.BILL_PATIENT: "bill the patient",
    Step.BILL_OTHER_PAYER: "bill whoever is in charge",
    Step.ASK_EXCEPTION: "ask for an exception to the filing limit",
    Step.PROPOSE_WRITE_OFF: "propose to write it off",
    Step.WAIT: "wait",
    Step.PERSON: "a person looks",
    Step.NOTHING: "nothing to do",
}


class Remedy(StrEnum):
    """How a cause is cured; some steps depend on more than the code."""

    CORRECT = "correct"
    REOPEN = "reopen"
    APPEAL = "appeal"
    BILL_OTHER_PAYER = "bill_other_payer"
    ASK_EXCEPTION = "ask_exception"
    PROPOSE_WRITE_OFF = "propose_write_off"
    WAIT = "wait"
    PERSON = "person"
    LIMIT = "limit"
    PAIR = "pair"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something was refused, in our own words, with who cures it and how.

    ``remedy`` becomes a step once the remarks, the law of the code and the calendar are known. ``is_bundling`` and
    ``is_units`` name two families of causes. ``patient_may_owe`` is false where the patient may never be billed.
    """

    key: str
    says: str
    owner: Owner
    remedy: Remedy
    do: str
    codes: frozenset[str]
    remarks: frozenset[str]
    procedures: frozenset[str]
    findings: tuple[str, ...]
    since: date
    until: date
    appealable: bool
    patient_may_owe: bool
    is_bundling: bool
    is_units: bool
    cites: tuple[str, ...]
    confidence: str

    def fits(self, carc: str, remark_codes: frozenset[str], day: date, procedure: str) -> bool:
        """Whether the cause explains the code on that date, for that procedure, with these remarks."""
        return (
            carc in self.codes
            and self.since <= day <= self.until
            and (not self.procedures or procedure in self.procedures)
            and (not self.remarks or not self.remarks.isdisjoint(remark_codes))
        )


@dataclass(frozen=True, slots=True)
class StatusCause:
    """Why a claim was rejected before adjudication."""

    key: str
    says: str
    owner: Owner
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prevention:
    """One of our findings that is meant to forestall a denial: its code and name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The whole table: kinds by group and CARC (``CO-45``), causes in their order, rejections by claim status code."""

    kinds: Mapping[str, AdjustmentKind]
    causes: tuple[Cause, ...]
    statuses: Mapping[str, StatusCause]
    unprocessable: frozenset[str]
    no_appeal: frozenset[str]
    remark_cites: tuple[str, ...]

    @property
    def known(self) -> frozenset[str]:
        """Every CARC that the table knows, of any kind."""
        amounts = (reason.partition("-")[2] for reason in self.kinds)
        return frozenset(amounts).union(self.refusals)

    @property
    def refusals(self) -> frozenset[str]:
        """Every CARC that refuses something."""
        return frozenset[str]().union(*(cause.codes for cause in self.causes))


@cache
def knowledge() -> Knowledge:
    """The table as it is shipped.

    Raises ``LawError`` for an entry without owner, remedy or source, and for a code of two kinds.
    """
    raw = tables.read("denials")
    kinds: dict[str, AdjustmentKind] = {}
    for word, codes in raw["kinds"].items():
        if word == "cite":
            continue
        for code in codes:
            if code in kinds:
                raise LawError(f"remit/denials.toml: {code} is of two kinds")
            kinds[code] = AdjustmentKind(word)
    statuses: dict[str, StatusCause] = {}
    for body in raw["status"]:
        statuses |= dict.fromkeys(body["codes"], _status(body))
    marks = raw["remarks"]
    return Knowledge(
        kinds,
        tuple(_cause(body) for body in raw["cause"]),
        statuses,
        frozenset(marks["unprocessable"]),
        frozenset(marks["no_appeal"]),
        tables.cited(marks["cite"], "remit/denials.toml, remarks"),
    )


def _cause(body: Mapping[str, Any]) -> Cause:
    where = f"remit/denials.toml, cause {body['key']}"
    return Cause(
        key=body["key"],
        says=body["says"],
        owner=Owner(body["owner"]),
        remedy=Remedy(body["step"]),
        do=body["do"],
        codes=frozenset(body["codes"]),
        remarks=frozenset(body.get("remarks", ())),
        procedures=frozenset(body.get("procedures", ())),
        findings=tuple(body.get("findings", ())),
        since=body.get("since", date.min),
        until=body.get("until", date.max),
        appealable=body.get("appeal", True),
        patient_may_owe=body.get("patient", True),
        is_bundling=body.get("bundling", False),
        is_units=body.get("units", False),
        cites=tables.cited(body["cite"], where),
        confidence=tables.confidence(body, where),
    )


def _status(body: Mapping[str, Any]) -> StatusCause:
    return StatusCause(body["key"], body["says"], Owner(body["owner"]), tuple(body.get("findings", ())))


_UNKNOWN_CAUSE: Final = Cause(
    key=UNKNOWN,
    says="A code that Teachback does not know.",
    owner=Owner.BILLER,
    remedy=Remedy.PERSON,
    do="Look the code up in the contractor's list and decide; nothing was assumed. Tell Teachback's makers of it.",
    codes=frozenset(),
    remarks=frozenset(),
    procedures=frozenset(),
    findings=(),
    since=date.min,
    until=date.max,
    appealable=True,
    patient_may_owe=True,
    is_bundling=False,
    is_units=False,
    cites=(),
    confidence="inferred",
)


def adjustment_kind(group_code: str, carc: str) -> AdjustmentKind:
    """What one adjustment does, by its group (CAS01) and reason.

    A reason that is an amount in one group only is unknown in another; what is no amount is a denial where we know
    the reason, else unknown.
    """
    kind = knowledge().kinds.get(f"{group_code}-{carc}")
    if kind is not None:
        return kind
    return AdjustmentKind.DENIAL if carc in _refusals() else AdjustmentKind.UNKNOWN


@cache
def _refusals() -> frozenset[str]:
    return knowledge().refusals


def denials_of(adjustments: Iterable[PaidAdjustment]) -> tuple[PaidAdjustment, ...]:
    """The adjustments that refuse something, or whose reason we do not know; the largest first."""
    refused = [a for a in adjustments if adjustment_kind(a.group_code, a.carc) in _REFUSED and a.amount]
    return tuple(sorted(refused, key=lambda a: -abs(a.amount)))


def left_to_patient(adjustments: Iterable[PaidAdjustment]) -> tuple[PaidAdjustment, ...]:
    """The amounts that are the patient's beside deductible and coinsurance."""
    patient = AdjustmentKind.PATIENT
    return tuple(a for a in adjustments if adjustment_kind(a.group_code, a.carc) is patient and a.amount > 0)


_REFUSED: Final = frozenset({AdjustmentKind.DENIAL, AdjustmentKind.UNKNOWN})


def line_outcome(payment: ServicePayment, *, reversal: bool = False) -> Outcome:
    """What became of a line. A line whose whole charge is "contractual" is unknown: a refusal without a reason."""
    if payment.paid is None or payment.charge is None:
        return Outcome.UNKNOWN
    if reversal or payment.paid < 0 or payment.charge < 0:
        return Outcome.REVERSED
    kinds = {adjustment_kind(a.group_code, a.carc) for a in payment.adjustments if a.amount > 0}
    if kinds & _REFUSED:
        if payment.paid > 0 or AdjustmentKind.DEDUCTIBLE in kinds:
            return Outcome.REDUCED
        return Outcome.DENIED if AdjustmentKind.DENIAL in kinds else Outcome.UNKNOWN
    if payment.paid > 0:
        return Outcome.PAID
    for kind, outcome in _UNPAID:
        if kind in kinds:
            return outcome
    return Outcome.NOTHING_DUE if not payment.charge else Outcome.UNKNOWN


_UNPAID: Final = (
    (AdjustmentKind.OTHER_PAYER, Outcome.OTHER_PAYER),
    (AdjustmentKind.DEDUCTIBLE, Outcome.DEDUCTIBLE),
    (AdjustmentKind.COINSURANCE, Outcome.PATIENT_ONLY),
    (AdjustmentKind.PATIENT, Outcome.PATIENT_ONLY),
)


def cause_of(
    carc: str, remark_codes: Iterable[str] = (), *, day: date | None = None, procedure: str = ""
) -> Cause:
    """The cause that a reason code names: one for this procedure or this remark before one for the code alone.

    ``day`` is the date of service, on which some causes depend; without it the newest knowledge is taken. A code
    that is not known has the cause ``unknown``.
    """
    remarks = frozenset(remark_codes)
    on = day or date.max
    fitting = [cause for cause in knowledge().causes if cause.fits(carc, remarks, on, procedure)]
    if not fitting:
        return _UNKNOWN_CAUSE
    return min(fitting, key=lambda cause: (not cause.procedures, not cause.remarks))


def cause_named(key: str) -> Cause:
    """The cause with this key.

    Raises ``KeyError`` where there is none.
    """
    for cause in knowledge().causes:
        if cause.key == key:
            return cause
    raise KeyError(key)


def status_cause(codes: Iterable[str]) -> StatusCause | None:
    """The cause that claim status codes (STC01-2) name; the first that is more than "something is missing"."""
    found = [knowledge().statuses[code] for code in codes if code in knowledge().statuses]
    return min(found, key=lambda cause: cause.key == "claim-data", default=None)


def is_unprocessable(remark_codes: Iterable[str]) -> bool:
    """Whether the claim was returned as unprocessable: no determination, so no appeal and no reopening."""
    return not knowledge().unprocessable.isdisjoint(remark_codes)


def has_no_appeal(remark_codes: Iterable[str]) -> bool:
    """Whether a remark says that no appeal is open."""
    return not knowledge().no_appeal.isdisjoint(remark_codes)


@cache
def finding_names() -> Mapping[str, str]:
    """The names of all our findings on sessions and claims, by code."""
    names: dict[str, str] = {}
    for book in (rulebook(), claim_rulebook()):
        for rule in book.rules:
            if rule.code:
                names.setdefault(rule.code, rule.of)
    return names


def preventions(findings: Sequence[str]) -> tuple[Prevention, ...]:
    """The findings of these codes, with their names."""
    return tuple(Prevention(code, finding_names()[code]) for code in findings)


def prevented_by(
    carc: str, remark_codes: Iterable[str] = (), *, day: date | None = None, procedure: str = ""
) -> tuple[Prevention, ...]:
    """Which of our findings are meant to forestall this denial."""
    return preventions(cause_of(carc, remark_codes, day=day, procedure=procedure).findings)
