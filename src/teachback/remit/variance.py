"""Expected against paid, to the cent: what a remittance paid otherwise than our rules say, and why.

A cause is never guessed. The line is priced again by the same rules with one thing changed, and the cause stands only
where every amount that the remittance tells comes out. What the payer itself tells (deductible, units, another
payer's part) is taken over first. One cent for each unit is rounding: shown, never worked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from teachback.remit.changes import Change, VarianceCause, changes, cut_to
from teachback.remit.denials import cause_of, denials_of
from teachback.remit.observed import Observed, observe
from teachback.remit.terms import Amounts, Context, Terms, amounts, expected, terms_of
from teachback.remit.variancewords import cites_of, words_of
from teachback.rules.fees import NO_CHARGE, dollars

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from teachback.claimdata import Claim, ClaimLine
    from teachback.remitdata import ServicePayment

__all__ = ["Context", "Part", "Variance", "VarianceCause", "variance"]

_MOST_LOCALITIES_NAMED: Final = 3
_NO_PRICE: Final = frozenset(
    {
        VarianceCause.ASSISTANT_EXTRA,
        VarianceCause.ASSISTANT_MISSING,
        VarianceCause.SEQUESTRATION,
        VarianceCause.COINSURANCE,
    }
)
_UNWORKED: Final = frozenset(
    {
        VarianceCause.ROUNDING,
        VarianceCause.CHARGE,
        VarianceCause.DEDUCTIBLE,
        VarianceCause.REDUCTION,
        VarianceCause.OTHER_PAYER,
        VarianceCause.PATIENT,
        VarianceCause.BUNDLED,
        VarianceCause.DENIED,
    }
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a variance: its cause and cents (paid less expected), in words, and whether it is worth work."""

    cause: VarianceCause
    cents: int
    words: str
    worked: bool
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variance:
    """Paid less expected in cents (negative: underpaid), with its parts, which add up to it.

    ``cause`` is that of the heaviest part. ``also`` names other single changes that explain the payment as well.
    ``None`` amounts: not priced, or not readable. Where the deductible took all, a wrong price changes only what the
    patient owes: ``patient_cents`` (negative: too little) and ``patient_cause`` tell it.
    """

    expected_cents: int | None
    paid_cents: int | None
    cents: int | None
    cause: VarianceCause
    words: str
    parts: tuple[Part, ...] = ()
    also: tuple[VarianceCause, ...] = ()
    cites: tuple[str, ...] = ()
    patient_cents: int = 0
    patient_cause: VarianceCause = VarianceCause.NONE

    @property
    def work_cents(self) -> int:
        """What is worth asking about: the parts that are neither rounding, nor told, nor worked as a denial."""
        return sum(part.cents for part in self.parts if part.worked)

    @property
    def worked(self) -> bool:
        """Whether somebody should ask."""
        return self.patient_cents != 0 or any(part.worked and part.cents for part in self.parts)


def variance(
    claim: Claim, line: ClaimLine, payment: ServicePayment, context: Context | None = None
) -> Variance:
    """Compare what a line was paid with what it expects, and name the cause of every cent of difference.

    ``context`` is what is known beside the claim. Reversals are not compared: they undo what was.
    """
    seen = observe(payment)
    if seen is None:
        return _nothing(VarianceCause.NOT_READ, "An amount of this line could not be read; a person looks.")
    if seen.paid < 0 or seen.charge < 0:
        return _nothing(VarianceCause.REVERSAL, "The line takes an earlier payment back.", seen.paid)
    money = expected(line)
    if money is not None and (seen.paid, seen.deductible) == (money.after, money.deductible):
        return Variance(money.after, seen.paid, 0, VarianceCause.NONE, "Paid as expected.")
    terms = terms_of(claim, line, context or Context())
    if money is None or terms is None:
        return _nothing(VarianceCause.NOT_PRICED, "No amount was expected for this line.", seen.paid)
    return _compared(_Comparison(line, payment, seen, money, terms))


@dataclass(frozen=True, slots=True)
class _Comparison:
    line: ClaimLine
    payment: ServicePayment
    seen: Observed
    money: Amounts
    terms: Terms

    @property
    def slack(self) -> int:
        """One cent for each unit: what rounding may make."""
        return max(1, self.line.units)


def _nothing(cause: VarianceCause, words: str, paid: int | None = None) -> Variance:
    return Variance(None, paid, None, cause, words)


def _compared(case: _Comparison) -> Variance:
    seen = case.seen
    if seen.deductible and not (seen.paid or seen.coinsurance or seen.denied or seen.other_payer):
        return _swallowed(case)
    return _paid(case)


def _swallowed(case: _Comparison) -> Variance:
    """A line that the deductible took whole: Medicare owes nothing, and a wrong price is the patient's difference."""
    seen, money = case.seen, case.money
    allowed = seen.deductible if seen.allowed is None else seen.allowed
    lost = allowed - money.allowed
    words = f"${dollars(money.after)} less than expected: the deductible took ${dollars(seen.deductible)}, which the patient owes"
    part = Part(VarianceCause.DEDUCTIBLE, -money.after, "the deductible took it all", worked=False)
    if abs(lost) <= case.slack:
        return Variance(money.after, 0, -money.after, VarianceCause.DEDUCTIBLE, f"{words}.", (part,))
    terms = replace(case.terms, deductible_cents=NO_CHARGE)
    priced = [(change, amounts(change.terms)) for change in changes(terms, seen.charge)]
    fitting = [
        c for c, now in priced if now is not None and now.allowed == allowed and c.cause not in _NO_PRICE
    ]
    cause = fitting[0].cause if fitting else VarianceCause.UNKNOWN
    alike = [change for change in fitting if change.cause is cause]
    why = (
        words_of(_together(alike), case.line, case.terms.locality)
        if alike
        else "no single change explains it"
    )
    return Variance(
        money.after,
        0,
        -money.after,
        VarianceCause.DEDUCTIBLE,
        f"{words}. It was allowed ${dollars(allowed)} instead of ${dollars(money.allowed)}: {why}.",
        (part,),
        tuple(dict.fromkeys(change.cause for change in fitting if change.cause is not cause)),
        cites_of(cause, case.line, case.terms),
        0 if cause in _UNWORKED else lost,
        cause,
    )


def _paid(case: _Comparison) -> Variance:
    parts: list[Part] = []
    also: tuple[VarianceCause, ...] = ()
    whole = _whole(case)
    if whole is not None:
        parts = [whole]
    else:
        terms, at = case.terms, case.money.after
        for change in _told(case):
            terms, now = change.terms, _after(change.terms, at)
            parts.append(_part(change, now - at, case))
            at = now
        rest, also = _rest(case, terms, at)
        parts += rest
    parts = [part for part in parts if part.cents]
    total = case.seen.paid - case.money.after
    heaviest = max(parts, key=lambda part: (part.worked, abs(part.cents)), default=None)
    return Variance(
        case.money.after,
        case.seen.paid,
        total,
        VarianceCause.NONE if heaviest is None else heaviest.cause,
        _sentence(case, total, parts, also),
        tuple(parts),
        also,
        tuple(dict.fromkeys(cite for part in parts for cite in part.cites)),
    )


def _whole(case: _Comparison) -> Part | None:
    """The one part of a line that was paid by somebody else, or not at all for a reason that is told."""
    seen, lost = case.seen, case.seen.paid - case.money.after
    if seen.other_payer:
        return Part(VarianceCause.OTHER_PAYER, lost, "another payer paid its part first", worked=False)
    if seen.paid or seen.deductible:
        return None
    refused = denials_of(case.payment.adjustments)
    if refused:
        code = refused[0]
        cause = cause_of(
            code.carc,
            case.payment.remark_codes,
            day=case.line.date_of_service,
            procedure=case.line.procedure_code,
        )
        name = VarianceCause.BUNDLED if cause.is_bundling else VarianceCause.DENIED
        words = f"the line was denied ({code.group_code}-{code.carc}); it is worked as a denial"
        return Part(name, lost, words, worked=False, cites=cause.cites)
    if seen.to_patient:
        return Part(VarianceCause.PATIENT, lost, "the payer leaves the amount to the patient", worked=False)
    return None


def _told(case: _Comparison) -> Iterable[Change]:
    """What the payer itself tells is otherwise: the deductible taken, units paid, and a reduction of its own.

    A reduction that our terms hold already, as that for an assistant, is not taken twice.
    """
    terms, seen = case.terms, case.seen
    if seen.deductible != case.money.deductible:
        terms = replace(terms, deductible_cents=seen.deductible)
        detail = f"${dollars(seen.deductible)} instead of ${dollars(case.money.deductible)}"
        yield Change(VarianceCause.DEDUCTIBLE, terms, detail)
    if seen.units is not None and 0 < seen.units < case.line.units:
        cut = cut_to(terms, seen.units)
        terms = cut.terms
        yield cut
    now = amounts(terms)
    if seen.reduction and not (now is not None and _agree(now, case, case.slack, case.slack)):
        detail = f"${dollars(seen.reduction)}"
        yield Change(VarianceCause.REDUCTION, replace(terms, reduction_cents=seen.reduction), detail)


def _rest(case: _Comparison, terms: Terms, at: int) -> tuple[list[Part], tuple[VarianceCause, ...]]:
    """The parts beyond what is told: nothing, rounding, one changed thing and its rounding, or unknown."""
    lost = case.seen.paid - at
    if not lost:
        return [], ()
    now = amounts(terms)
    if now is not None and _agree(now, case, case.slack, case.slack):
        return [_rounding(lost)], ()
    fitting = _fitting(case, terms)
    if not fitting:
        return [_open(case, lost)], ()
    first = fitting[0]
    after = _after(first.terms, at)
    alike = [change for change in fitting if change.cause is first.cause]
    parts = [_part(_together(alike), after - at, case)]
    if case.seen.paid != after:
        parts.append(_rounding(case.seen.paid - after))
    others = dict.fromkeys(change.cause for change in fitting if change.cause is not first.cause)
    return parts, tuple(others)


def _fitting(case: _Comparison, terms: Terms) -> Sequence[Change]:
    """The single changes that bring every told amount out: to the cent, or else with payments rounded."""
    tried = [(change, amounts(change.terms)) for change in changes(terms, case.seen.charge)]
    exact = [c for c, money in tried if money is not None and _agree(money, case, 0, 0, c.cause)]
    if exact:
        return exact
    told = case.seen.allowed is not None
    return [
        c
        for c, money in tried
        if money is not None
        and (told or c.cause is not VarianceCause.LOCALITY)
        and _agree(money, case, 0, case.slack, c.cause)
    ]


def _agree(
    money: Amounts,
    case: _Comparison,
    allowed_slack: int,
    slack: int,
    cause: VarianceCause = VarianceCause.NONE,
) -> bool:
    """Whether priced money is what the remittance tells; what it does not itemize is not compared."""
    seen = case.seen
    if abs(money.after - seen.paid) > slack:
        return False
    if seen.allowed is not None and abs(money.allowed - seen.allowed) > allowed_slack:
        return False
    if (seen.coinsurance or cause is VarianceCause.COINSURANCE) and abs(
        money.coinsurance - seen.coinsurance
    ) > slack:
        return False
    compared = seen.sequestration or cause is VarianceCause.SEQUESTRATION
    return not compared or abs(money.sequestration - seen.sequestration) <= slack


def _after(terms: Terms, otherwise: int) -> int:
    money = amounts(terms)
    return otherwise if money is None else money.after


def _together(alike: Sequence[Change]) -> Change:
    """One change for all of one cause that fit: their details named, or counted where they are many."""
    details = [change.detail for change in alike]
    named = " or ".join(details[:_MOST_LOCALITIES_NAMED])
    more = len(details) - _MOST_LOCALITIES_NAMED
    return replace(alike[0], detail=f"{named} or {more} more" if more > 0 else named)


def _part(change: Change, lost: int, case: _Comparison) -> Part:
    is_cut = change.cause in {VarianceCause.UNITS_CUT, VarianceCause.UNITS_CUT_TO_MUE}
    worked = change.cause not in _UNWORKED and not (is_cut and case.seen.denied)
    return Part(
        change.cause,
        lost,
        words_of(change, case.line, case.terms.locality),
        worked,
        cites_of(change.cause, case.line, case.terms),
    )


def _rounding(lost: int) -> Part:
    return Part(VarianceCause.ROUNDING, lost, "rounding", worked=False)


def _open(case: _Comparison, lost: int) -> Part:
    if case.seen.denied:
        return Part(
            VarianceCause.DENIED, lost, "part of the line was denied; it is worked as a denial", worked=False
        )
    words = "no single change explains it: a person compares the payment with the fee schedule"
    return Part(VarianceCause.UNKNOWN, lost, words, worked=True)


def _sentence(case: _Comparison, total: int, parts: Sequence[Part], also: Sequence[VarianceCause]) -> str:
    if not parts:
        return "Paid as expected."
    if total:
        more = "more" if total > 0 else "less"
        head = f"${dollars(abs(total))} {more} than the ${dollars(case.money.after)} expected"
    else:
        head = f"${dollars(case.money.after)} as expected, by changes that cancel out"
    several = "; ".join(f"{_signed(part.cents)}: {part.words}" for part in parts)
    body = parts[0].words if len(parts) == 1 else several
    tail = ". As well it could be: " + ", ".join(cause.replace("_", " ") for cause in also) if also else ""
    return f"{head}: {body}{tail}."


def _signed(amount: int) -> str:
    return f"{'-' if amount < 0 else '+'}${dollars(abs(amount))}"
