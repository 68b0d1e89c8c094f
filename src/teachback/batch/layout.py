"""One row as a record of fixed width: its finite facts packed into bits beside its numbers and keys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from teachback.batch.domains import CHARGES, domain, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

# Facts that one row decides, in the order of their bits; facts that are read together stand together.
PACKED: tuple[str, ...] = (
    "training",
    "modality",
    "recorded_place",
    "place_of_service",
    "place_setting",
    "planned_as_group",
    "claim_form",
    "at_cost",
    "payment_locality",
    "practitioner_kind",
    "participating",
    "accepts_assignment",
    "qualifying_apm",
    "furnished_by",
    "supervision",
    "private_practice",
    "rendering_identifier",
    "certifier_identifier",
    "mbi_form",
    "coverage",
    "other_payer_primary",
    "present",
    "inpatient",
    "home_health",
    "home_health_related",
    "supplier_trains",
    "snf_part_a",
    "hospice",
    "guide",
    "kx_attested",
    "caregiver_standing",
    "federal_caregiver",
    "private_caregiver",
    "some_do_not_qualify",
    "consent_given",
    "consent_dated",
    "consent_author",
    "consent_form",
    "consent_scope",
    "consent_late",
    "caregiver_unnamed",
    "plan_kind",
    "plan_discipline",
    "plan_state",
    "goal_linked",
    "plan_element_lacking",
    "certification",
    "certification_over",
    "need_recorded",
    "absence_reason_recorded",
    "response_recorded",
    "diagnosis_given",
    "only_context",
    "malformed_diagnosis",
    "clock_state",
    "minutes_above_clock",
    "assistant_above_total",
    "minutes_known",
    "assistant_took_part",
    "spending_known",
    "deductible_known",
)
WORDS = 3
WORD_BITS = 64
_PIECE = 16_384


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fact stands in a record: which word, from which bit, how many bits."""

    word: int
    shift: int
    bits: int

    @property
    def mask(self) -> int:
        """Ones for the bits of the fact."""
        return (1 << self.bits) - 1


@cache
def places() -> Mapping[str, Place]:
    """Where each packed fact stands. Raises ``ValueError`` where they no longer fit."""
    found: dict[str, Place] = {}
    word = shift = 0
    for fact in PACKED:
        bits = (len(domain(fact)) - 1).bit_length()
        if shift + bits > WORD_BITS:
            word, shift = word + 1, 0
        found[fact] = Place(word, shift, bits)
        shift += bits
    if word >= WORDS:
        raise ValueError("the facts of a row no longer fit into their words; give the record one more")
    return found


def packed(facts: Mapping[str, Any]) -> tuple[int, ...]:
    """The words of some facts; all other bits are 0."""
    words = [0] * WORDS
    for fact, value in facts.items():
        at = places()[fact]
        words[at.word] |= number(fact, value) << at.shift
    return tuple(words)


class Block:
    """Records by column, each column contiguous."""

    def __init__(self, columns: dict[str, NDArray[Any]]) -> None:
        self.columns = columns

    @classmethod
    def empty(cls, kind: np.dtype[Any], height: int = 0) -> Block:
        """So many records of a kind, all zero."""
        return cls({name: np.zeros(height, kind[name]) for name in kind.names or ()})

    @classmethod
    def joined(cls, kind: np.dtype[Any], blocks: Iterable[Block]) -> Block:
        """The records of several blocks one after another."""
        several = [cls.empty(kind), *blocks]
        return cls({name: np.concatenate([block[name] for block in several]) for name in kind.names or ()})

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def __setitem__(self, name: str, values: NDArray[Any]) -> None:
        self.columns[name] = np.asarray(values).astype(self.columns[name].dtype, copy=False)

    def take(self, rows: NDArray[Any]) -> Block:
        """Some of the records."""
        return Block({name: column[rows] for name, column in self.columns.items()})


class Words:
    """The packed words of many rows, one contiguous column for each word."""

    def __init__(self, height: int) -> None:
        self.columns = [np.zeros(height, np.uint64) for _ in range(WORDS)]

    def add(self, table: NDArray[np.uint64], codes: NDArray[Any]) -> None:
        """Add the facts that a table of words has for each row's number."""
        for word, mine in enumerate(table.T):
            if mine.any():
                self.columns[word] |= mine.take(codes)

    def add_where(self, yes: NDArray[np.bool_], fact: str, values: tuple[object, object]) -> None:
        """Add one of two values of a fact to each row: the first where ``yes``."""
        at = places()[fact]
        one, other = (np.uint64(number(fact, value) << at.shift) for value in values)
        self.columns[at.word] |= np.where(yes, one, other)

    def codes(self, fact: str) -> NDArray[np.uint8]:
        """The number of a fact's value in each row."""
        at = places()[fact]
        return ((self.columns[at.word] >> np.uint64(at.shift)) & np.uint64(at.mask)).astype(np.uint8)


def unpack(records: Block) -> dict[str, NDArray[np.uint8]]:
    """The numbers of every packed fact, fact by fact; worked in pieces that stay near the processor."""
    found = {fact: np.empty(len(records), np.uint8) for fact in PACKED}
    words = [records[f"w{word}"] for word in range(WORDS)]
    room = np.empty(_PIECE, np.uint64)
    for begin in range(0, len(records), _PIECE):
        end = min(begin + _PIECE, len(records))
        for fact, at in places().items():
            piece = room[: end - begin]
            np.right_shift(words[at.word][begin:end], np.uint64(at.shift), out=piece)
            np.bitwise_and(piece, np.uint64(at.mask), out=piece)
            found[fact][begin:end] = piece
    return found


# ``day`` counts from the first day of Medicare; a clock is minutes after midnight, -1 where unknown.
RECORD = np.dtype(
    [
        *((f"w{word}", np.uint64) for word in range(WORDS)),
        ("patient", np.uint64),
        ("helper", np.uint64),
        ("skill", np.uint64),
        ("npi", np.uint64),
        ("therapy_used", np.uint32),
        ("deductible", np.uint32),
        *((name, np.uint32) for name in CHARGES),
        ("row", np.uint32),
        ("day", np.uint16),
        ("minutes", np.uint16),
        ("assistant", np.uint16),
        ("start", np.int16),
        ("end", np.int16),
        ("signed", np.int16),
    ]
)

# What crosses patients: one narrow record a row, sent to the bucket of its date.
NARROW = np.dtype(
    [
        ("session", np.uint64),
        ("content", np.uint64),
        ("patient", np.uint64),
        ("npi", np.uint64),
        ("helper", np.uint64),
        ("mbi", np.uint64),
        ("row", np.uint32),
        ("part", np.uint16),
        ("at", np.uint32),
        ("bucket", np.uint16),
        ("day", np.uint16),
        ("minutes", np.uint16),
        ("start", np.int16),
        ("end", np.int16),
        ("who", np.uint8),
        ("state", np.uint8),
    ]
)
# Which dates a session id has in its file: it may have one only.
DATED = np.dtype([("session", np.uint64), ("day", np.uint16)])

OWN, HELPED = 1, 2
GOOD, LOST, SPOILED = 0, 1, 2

# What comes back for each row: to the bucket of its patient, at its place in the slice of its part.
SIDE = np.dtype(
    [
        ("part", np.uint16),
        ("at", np.uint32),
        ("patients", np.uint16),
        ("index", np.uint16),
        ("day_minutes", np.uint16),
        ("overlap", np.bool_),
        ("shared", np.bool_),
        ("state", np.uint8),
    ]
)
