"""A made-up Medicare contractor that answers claims: to rehearse, and to test the whole way."""

from teachback.simulate.answering import answer
from teachback.simulate.chance import EXACT, Shares

__all__ = ["EXACT", "Shares", "answer"]
