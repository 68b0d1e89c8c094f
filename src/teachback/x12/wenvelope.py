"""What the writers of answers (835, 277CA, 999, TA1) share: envelopes, counts, and delimiters that no text holds.

A segment is a list of elements, its id first; an element is a text or a tuple of component texts. ``interchange``
makes the bytes. Identifiers of others are repeated as they were sent, so the delimiters are chosen after the texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from teachback.x12.cleaning import ascii_clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from decimal import Decimal

Element: TypeAlias = "str | tuple[str, ...]"
Segment: TypeAlias = "Sequence[Element]"

MOST_NUMBER: Final = 999_999_999
_ELEMENTS: Final = "*|!@"
_COMPONENTS: Final = ":>;?"
_REPETITIONS: Final = "^%\\"
_TERMINATORS: Final = "~'\"="
_ISA_ID: Final = 15
_REMITTANCE: Final = "835"


class CannotWrite(ValueError):  # noqa: N818  named for what happened, as people say it
    """An answer cannot be written; the message names each reason without any patient's data."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(self.reasons))


@dataclass(frozen=True, slots=True)
class AnswerEnvelope:
    """Who answers whom, and the control numbers of one interchange with one group.

    Transaction sets are numbered upward from ``first_set_number``. ``made_at`` is "HHMM".
    """

    sender: str
    receiver: str
    interchange_number: int
    group_number: int
    made_on: date
    made_at: str = "0600"
    first_set_number: int = 1
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    is_test: bool = False

    def set_number(self, index: int) -> str:
        """ST02 of the set of that index, from 0."""
        return f"{self.first_set_number + index:04}"

    def control_numbers(self, index: int) -> tuple[str, str, str]:
        """ISA13, GS06 and ST02 of the set of that index, as a reader gives them back."""
        return f"{self.interchange_number:09}", str(self.group_number), self.set_number(index)


def d8(when: date) -> str:
    """A date as CCYYMMDD."""
    return when.isoformat().replace("-", "")


def money(amount: Decimal | None) -> str:
    """Dollars with two decimals; empty where there is no amount."""
    return "" if amount is None else f"{amount:.2f}"


def count(quantity: Decimal | int | None) -> str:
    """A quantity without needless zeros; empty where there is none."""
    if quantity is None:
        return ""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain(text: str, most: int = 60) -> str:
    """A free text as X12 carries it: plain capitals, no longer than its element."""
    return ascii_clean(text)[0][:most].rstrip()


def interchange(  # noqa: PLR0913  what an interchange consists of
    envelope: AnswerEnvelope,
    *,
    function: str,
    kind: str,
    version: str,
    sets: Sequence[Sequence[Segment]],
    before: Sequence[Segment] = (),
) -> bytes:
    """One interchange: ``before`` (TA1) ahead of one group of ``sets``, each without its ST and SE.

    Without sets there is no group. Raises `CannotWrite` for control numbers out of range, an element that holds a
    control character, or texts that leave no delimiter free.
    """
    _check(envelope, len(sets))
    made: list[Segment] = [*before]
    group = str(envelope.group_number)
    if sets:
        stamp = (d8(envelope.made_on), envelope.made_at)
        made.append(
            ["GS", function, envelope.sender.strip(), envelope.receiver.strip(), *stamp, group, "X", version]
        )
        for index, body in enumerate(sets):
            number = envelope.set_number(index)
            made += [
                # ST03 is not used in an 835 (pyx12's map of 005010X221A1).
                ["ST", kind, number, *([] if kind == _REMITTANCE else [version])],
                *body,
                ["SE", str(len(body) + 2), number],
            ]
        made.append(["GE", str(len(sets)), group])
    made.append(["IEA", "1" if sets else "0", f"{envelope.interchange_number:09}"])
    return _rendered(envelope, made)


def _check(envelope: AnswerEnvelope, sets: int) -> None:
    numbers = (
        envelope.interchange_number,
        envelope.group_number,
        envelope.first_set_number,
        envelope.first_set_number + sets,
    )
    reasons = []
    if not all(0 < number <= MOST_NUMBER for number in numbers):
        reasons.append("a control number of the envelope is not between 1 and 999,999,999")
    for name, text in (("sender", envelope.sender), ("receiver", envelope.receiver)):
        if not text.strip() or len(text) > _ISA_ID:
            reasons.append(f"the {name} of the envelope does not have 1 to {_ISA_ID} characters")
    if reasons:
        raise CannotWrite(reasons)


def _rendered(envelope: AnswerEnvelope, made: list[Segment]) -> bytes:
    used = {envelope.sender, envelope.receiver}
    for segment in made:
        for element in segment:
            used.update(element if isinstance(element, tuple) else (element,))
    letters = set("".join(used))
    if any(letter < " " for letter in letters):
        raise CannotWrite(["an element holds a control character"])
    separator, component, repetition, terminator = (
        _free(choices, letters) for choices in (_ELEMENTS, _COMPONENTS, _REPETITIONS, _TERMINATORS)
    )
    head = (
        f"ISA*00*{'':10}*00*{'':10}*{envelope.sender_qualifier}*{{sender}}*{envelope.receiver_qualifier}*{{receiver}}"
        f"*{d8(envelope.made_on)[2:]}*{envelope.made_at}*{{repetition}}*00501*{envelope.interchange_number:09}*0"
        f"*{'T' if envelope.is_test else 'P'}*"
    ).replace("*", separator)
    head = head.format(
        sender=f"{envelope.sender:15}", receiver=f"{envelope.receiver:15}", repetition=repetition
    )
    pieces = [f"{head}{component}{terminator}\n"]
    for segment in made:
        elements = [
            component.join(element).rstrip(component) if isinstance(element, tuple) else element
            for element in segment
        ]
        pieces.append(f"{separator.join(elements).rstrip(separator)}{terminator}\n")
    return "".join(pieces).encode()


def _free(choices: str, letters: set[str]) -> str:
    """The first of the choices that no text holds."""
    for choice in choices:
        if choice not in letters:
            return choice
    raise CannotWrite(["the texts hold every sign that could part elements"])
