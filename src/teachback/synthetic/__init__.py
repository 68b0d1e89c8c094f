"""A practice that does not exist, to show and to test what the rules do; nobody in it is real."""

from __future__ import annotations

from teachback.synthetic.advice import Advice, NearlyBilled, nearly_billed_wrongly
from teachback.synthetic.people import PRACTICE
from teachback.synthetic.practice import made_up_book, made_up_practice

__all__ = [
    "PRACTICE",
    "Advice",
    "NearlyBilled",
    "made_up_book",
    "made_up_practice",
    "nearly_billed_wrongly",
]
