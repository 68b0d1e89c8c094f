"""What came in: claims as the made-up payer took them from the files, and the parties who sent them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from teachback.claimdata import Claim, ClaimLine
    from teachback.remitdata import Name


@dataclass(frozen=True, slots=True)
class Parties:
    """Who sent an interchange to whom (ISA05 to ISA08, ISA15): answers go the other way."""

    sender: str
    sender_qualifier: str
    receiver: str
    receiver_qualifier: str
    is_test: bool


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """One claim that reached the payer in an accepted transaction set.

    ``serial`` counts claims over all files, from 1. ``charge`` is CLM02 as written. ``unread`` are the elements that
    could not be read. ``number`` is the payer's own claim number.
    """

    serial: int
    file: str
    parties: Parties
    submitter: Name
    batch: str
    claim: Claim
    charge: Decimal | None
    unread: tuple[str, ...]
    patient_is_subscriber: bool
    received_on: date
    number: str

    @property
    def patient(self) -> str:
        """Whom the payer's history is kept by: the member id."""
        return self.claim.beneficiary.member_id

    def place(self, line: ClaimLine) -> str:
        """The place of service of a line: its own or the claim's."""
        return line.place_of_service or self.claim.place_of_service

    def rendering_npi(self, line: ClaimLine) -> str:
        """Who furnished a line: of the line, the claim, or the billing provider."""
        who = line.rendering or self.claim.rendering or self.claim.billing.provider
        return who.npi

    def taxonomy(self, line: ClaimLine) -> str:
        """The taxonomy of who furnished a line; empty where the claim does not tell it."""
        who = line.rendering or self.claim.rendering or self.claim.billing.provider
        return who.taxonomy or ""

    @property
    def first_day(self) -> date | None:
        """The first date of service; None where the claim has no line."""
        return min((line.date_of_service for line in self.claim.lines), default=None)


def cents(amount: Decimal) -> int:
    """Dollars and cents as whole cents."""
    return int(amount * 100)
