"""Cents and counts in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.book import Account

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from decimal import Decimal

_WORDS = (
    (Account.CASH, "paid by Medicare"),
    (Account.OTHER_PAYER, "another payer's part"),
    (Account.PATIENT_RECEIVABLE, "patients owe"),
    (Account.CONTRACTUAL, "above the fee schedule (contractual)"),
    (Account.SEQUESTRATION, "sequestration"),
    (Account.DENIED, "denied, to be worked"),
    (Account.PROVIDER_ADJUSTMENTS, "moved outside of claims (PLB)"),
    (Account.UNAPPLIED, "to be placed by a person"),
    (Account.WRITTEN_OFF, "written off by a named person"),
    (Account.PAYER_RECEIVABLE, "not answered yet"),
)


def cents_of(amount: Decimal | None) -> int | None:
    """Dollars as whole cents; ``None`` stays ``None``."""
    return None if amount is None else int((amount * 100).to_integral_value())


def dollars(cents: int | None) -> str:
    """An amount as people write it; empty where it is not known."""
    if cents is None:
        return ""
    return f"{'-' if cents < 0 else ''}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def many(count: int, what: str) -> str:
    """A number with its noun: 1 claim, 2 claims."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def where_it_stands(balances: Mapping[Account, int]) -> tuple[tuple[str, int], ...]:
    """What was charged, and where every cent of it is: the first amount is the sum of the others."""
    parts = [(words, balances[account]) for account, words in _WORDS if balances[account]]
    return (("charged on the claims that were sent", -balances[Account.CHARGES]), *parts)


def adds_up(money: Iterable[tuple[str, int]]) -> bool:
    """Whether the first amount is the sum of the others."""
    (_, charged), *parts = money
    return charged == sum(cents for _, cents in parts)


def money_lines(money: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Amounts under each other."""
    rows = [(words, dollars(cents)) for words, cents in money]
    width = max((len(amount) for _, amount in rows), default=0)
    yield from (f"  {amount:>{width}}  {words}" for words, amount in rows)
