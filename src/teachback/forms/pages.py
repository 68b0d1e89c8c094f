"""Filled pages: which text stands in which field, exactly as printed, and what had to be told about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from teachback.forms import texts

if TYPE_CHECKING:
    from teachback.claimdata import PostalAddress
    from teachback.forms.grid import Sheet

MARK = "X"
MEDICARE = frozenset({"MA", "MB"})
"""Claim filing indicators (SBR09) of Medicare, parts A and B."""


@dataclass(frozen=True, slots=True)
class Note:
    """What a person should know before the page is posted. It names claim, page and item, never a patient.

    ``item`` is the number of the item on the form, with its service line (``24F.2``).
    """

    claim: str
    page: int
    item: str
    message: str

    def __str__(self) -> str:
        """One line for people."""
        return f"claim {self.claim}, page {self.page}, item {self.item}: {self.message}"


@dataclass(frozen=True, slots=True)
class Page(Mapping[str, str]):
    """One sheet of paper: a mapping of field name to the text that is printed there.

    A field that stays empty is absent. ``number`` counts the pages of the claim from 1.
    """

    claim: str
    number: int
    count: int
    texts: Mapping[str, str]
    notes: tuple[Note, ...] = ()

    def __getitem__(self, name: str) -> str:
        """The text of a field."""
        return self.texts[name]

    def __iter__(self) -> Iterator[str]:
        """The names of the fields that carry a text."""
        return iter(self.texts)

    def __len__(self) -> int:
        """How many fields carry a text."""
        return len(self.texts)


class Filling:
    """A page that is being filled: refuses what does not fit, by the field's rule, and says so."""

    def __init__(self, sheet: Sheet, claim: str, number: int) -> None:
        self.sheet = sheet
        self.claim = claim
        self.number = number
        self.texts: dict[str, str] = {}
        self.notes: list[Note] = []

    def put(self, name: str, text: str | None) -> None:
        """Print a text, cut or left out where it is too long. Nothing happens without a text."""
        if not text:
            return
        field = self.sheet.fields[name]
        item = field.box
        if len(text) <= field.width:
            self.texts[name] = text
        elif field.cut:
            self.texts[name] = _cut(text, field.width)
            self.tell(
                item,
                f"holds {field.width} characters; the text has {len(text)} and is printed without its end.",
            )
        else:
            self.tell(
                item,
                f"holds {field.width} characters; the value has {len(text)}, must not be cut and is left out.",
            )

    def put_street(self, name: str, address: PostalAddress) -> None:
        """Print both lines of a street address in one field."""
        self.put(name, texts.street(address, self.sheet.fields[name].width))

    def put_city_state_zip(self, name: str, address: PostalAddress) -> None:
        """Print city, state and ZIP code in one field; where they are too long, the city gives way."""
        field = self.sheet.fields[name]
        end = f" {texts.state_zip(address)}"
        city = texts.without_punctuation(address.city)
        room = field.width - len(end)
        if len(city) > room:
            self.tell(
                field.box, f"has room for {room} characters of the city, which is printed without its end."
            )
        self.put(name, f"{city[:room].rstrip()}{end}")

    def mark(self, name: str) -> None:
        """Cross a check box."""
        self.texts[name] = MARK

    def tell(self, item: str, message: str) -> None:
        """Add a note about an item."""
        self.notes.append(Note(self.claim, self.number, item, message))

    def page(self, count: int) -> Page:
        """The finished page of a claim with that many pages."""
        return Page(self.claim, self.number, count, dict(self.texts), tuple(self.notes))


def _cut(text: str, width: int) -> str:
    """The beginning of a text. A word with figures goes whole: half a house number is a wrong address."""
    kept, lost = text[:width], text[width]
    start = kept.rfind(" ") + 1
    number = kept[start:] + text[width:].split(" ", maxsplit=1)[0]
    if lost != " " and start and any(character.isdecimal() for character in number):
        kept = kept[:start]
    return kept.rstrip()
