"""Hypothesis draws any claim that the dataclasses of ``claimdata`` allow, straight from their annotations.

A field that is added there is drawn here at once, so the codec is never tested on yesterday's claim.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import date
from decimal import Decimal
from enum import Enum

from hypothesis import strategies as st

# Anything that can be kept: no half of a surrogate pair; the rest, control signs included, must survive.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
AMOUNTS = st.one_of(
    st.decimals(min_value=-10_000, max_value=10_000, places=2),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from([Decimal(0), Decimal("-0.00"), Decimal("1E+3"), Decimal("80.50"), Decimal("80.5")]),
)


def values_of(kind):
    """A strategy for a type as the dataclasses write it."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:
        return st.none() | values_of(next(part for part in parts if part is not types.NoneType))
    if origin is tuple and parts[-1] is Ellipsis:
        return st.lists(values_of(parts[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values_of, parts))
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind, localns={"date": date})
        return st.builds(kind, **{f.name: values_of(hints[f.name]) for f in dataclasses.fields(kind)})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    return {
        str: TEXTS,
        int: st.integers(-(10**12), 10**12),
        bool: st.booleans(),
        date: st.dates(),
        Decimal: AMOUNTS,
    }[kind]
