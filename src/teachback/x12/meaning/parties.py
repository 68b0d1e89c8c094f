"""People, organizations and their addresses: NM1, N3, N4, PER, PRV, REF and DMG in whatever loop."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from teachback.codesets import states, taxonomy, zipcodes
from teachback.model import Severity
from teachback.x12.meaning import values
from teachback.x12.meaning.state import PAD, Party, State, at
from teachback.x12.meaning.values import MemberId, Npi

if TYPE_CHECKING:
    from teachback.x12.tokens import Segment

_PERSON = "1"
_OLDEST = 130
_PHONES = frozenset({"TE", "FX"})
_ORDINARY_COUNTRY = frozenset({"", "US", "USA"})
_FACILITY_LOOPS = frozenset({"2310C", "2420C", "2310E"})
"""The service facility, like the billing provider, gives all nine digits where it is in the United States."""
_is_state = lru_cache(1024)(states.is_state)
_is_zip = lru_cache(1 << 14)(zipcodes.is_zip)
_is_taxonomy = lru_cache(1024)(taxonomy.is_form)
MBI_SINCE = date(2020, 1, 1)


def name(s: State, segment: Segment) -> None:
    """NM1: a name has letters; an NPI bears its check digit."""
    e = segment.elements
    length = len(e)
    s.party = party = Party(segment)
    if length > 3 and e[3] and not e[3][0].isalpha() and values.is_name_of_digits(e[3]):  # noqa: PLR2004  the name
        s.say("X434", segment, "NM103")
    if length > 9 and e[8] == "XX" and e[9]:  # noqa: PLR2004  qualifier and id
        party.npi = e[9]
        verdict = values.npi(e[9])
        if verdict is not Npi.GOOD:
            s.say("X401" if verdict is Npi.FORM else "X402", segment, "NM109")


def billing_name(s: State, segment: Segment) -> None:
    """NM1*85: whom later loops are compared with."""
    name(s, segment)
    s.billing = s.party


def member(s: State, segment: Segment) -> None:
    """NM1*IL of 2010BA: the patient with Medicare, by Medicare's own identifier."""
    name(s, segment)
    s.member = segment
    if not s.medicare:
        return
    e = segment.elements + PAD
    if e[2] not in {_PERSON, ""}:
        s.say("X614", segment, "NM102", what="NM102 says that the subscriber is no person")
    if e[8] == "II":
        s.say("X614", segment, "NM108", what="NM108 is II")
    kind = values.member_id(e[9])
    if kind is MemberId.MBI:
        return
    if kind is MemberId.MADE_UP:
        _made_up(s, segment)
    elif kind is MemberId.NEITHER and e[9]:
        s.say("X403", segment, "NM109")


def _made_up(s: State, segment: Segment) -> None:
    """A made-up member id: wrong in every claim for production, worth one word in a file for testing."""
    if s.setting.production:
        s.say("X404", segment, "NM109", severity=Severity.ERROR, where="a file for production")
    elif not s.told_made_up:
        s.told_made_up = True
        s.say("X404", segment, "NM109", where="a file for testing (told once)")


def member_street(s: State, segment: Segment) -> None:
    """N3 of 2010BA."""
    s.known.add("N3")
    street(s, segment)


def member_town(s: State, segment: Segment) -> None:
    """N4 of 2010BA."""
    s.known.add("N4")
    town(s, segment)


def member_person(s: State, segment: Segment) -> None:
    """DMG of 2010BA."""
    s.known.add("DMG")
    person(s, segment)


def payer(s: State, segment: Segment) -> None:
    """NM1*PR of 2010BB."""
    name(s, segment)
    s.payer = segment
    if s.medicare and at(segment.elements, 8) not in {"PI", ""}:
        s.say("X609", segment, "NM108", qualifier=at(segment.elements, 8))


def street(s: State, segment: Segment) -> None:
    """N3: the first line is kept for comparisons."""
    if s.party is not None:
        s.party.street = " ".join(segment.elements[1:3])


def billing_street(s: State, segment: Segment) -> None:
    """N3 of 2010AA: a street, never a box."""
    street(s, segment)
    for index in (1, 2):
        if values.is_post_box(at(segment.elements, index)):
            s.say("X435", segment, f"N30{index}")
            return


def town(s: State, segment: Segment) -> None:
    """N4: states and ZIP codes of the United States, provinces of Canada."""
    e = segment.elements + PAD
    state, zip_code, country = e[2], e[3], e[4]
    if s.party is not None:
        s.party.zip = zip_code
    if country not in _ORDINARY_COUNTRY:
        _abroad(s, segment, state, country)
        return
    if state and not _is_state(state):
        s.say("X410", segment, "N402", state=state, of="the United States")
    if not zip_code:
        return
    if not _is_zip(zip_code):
        s.say("X408", segment, "N403", digits=len(zip_code))
    elif segment.loop == "2010AA":
        s.short_zip = segment  # whether Medicare reads it is known at the claim
    elif segment.loop in _FACILITY_LOOPS:
        _facility_zip(s, segment, zip_code)


def _facility_zip(s: State, segment: Segment, zip_code: str) -> None:
    if zip_code.endswith("0000") and zipcodes.is_zip9(zip_code):
        s.say("X411", segment, "N403")
    elif s.medicare and not zipcodes.is_zip9(zip_code):
        s.say("X433", segment, "N403")


def _abroad(s: State, segment: Segment, state: str, country: str) -> None:
    if country == "CA" and state and not states.is_canadian_province(state):
        s.say("X410", segment, "N402", state=state, of="Canada")
    elif not states.is_country(country):
        s.say("X412", segment, "N404", country=country)


def nine_digits(s: State, segment: Segment) -> None:
    """N4 of the billing provider: a ZIP code of nine digits."""
    zip_code = segment.elements[3]
    if not zipcodes.is_zip9(zip_code):
        s.say("X409", segment, "N403", severity=Severity.ERROR if s.medicare else Severity.WARNING)
    elif zip_code.endswith("0000"):
        s.say("X411", segment, "N403")


def contact(s: State, segment: Segment) -> None:
    """PER: telephone and fax numbers of ten digits, addresses with an @."""
    e = segment.elements
    for index in range(3, min(len(e) - 1, 8), 2):
        qualifier, number = e[index], e[index + 1]
        if qualifier in _PHONES and number and not values.is_phone(number):
            s.say("X406", segment, f"PER0{index + 1}", digits=sum(c.isdigit() for c in number))
        elif qualifier == "EM" and number and not values.is_email(number):
            s.say("X407", segment, f"PER0{index + 1}")


def specialty(s: State, segment: Segment) -> None:
    """PRV: a taxonomy code has ten characters and ends in X."""
    e = segment.elements + PAD
    if e[2] == "PXC" and e[3] and not _is_taxonomy(e[3]):
        s.say("X426", segment, "PRV03", taxonomy=e[3])


def tax_id(s: State, segment: Segment) -> None:
    """REF of a provider: EI and SY have nine digits."""
    e = segment.elements + PAD
    number = e[2]
    if not number:
        return
    if e[1] == "EI" and not values.is_tax_id(number):
        s.say("X405", segment, "REF02", what="The employer's number")
    elif e[1] == "SY" and not values.is_social_security_number(number):
        s.say("X405", segment, "REF02", what="The Social Security number")


def person(s: State, segment: Segment) -> None:
    """DMG of the subscriber or patient: born before today and not more than 130 years ago."""
    born = values.day(at(segment.elements, 2))
    if born is None:
        return
    if born > s.setting.received:
        s.say("X523", segment, "DMG02", what="lies in the future")
    elif s.setting.received.year - born.year > _OLDEST:
        s.say("X523", segment, "DMG02", what=f"is more than {_OLDEST} years ago")
    else:
        s.born = (born, segment)
