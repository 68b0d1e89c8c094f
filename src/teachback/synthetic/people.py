"""Who works at the made-up practice and who comes to it. Nobody here exists.

Identifiers cannot belong to anybody: NPIs start with 2 (none is issued so), and beneficiary
identifiers have an S in second place (a letter CMS leaves out).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from teachback.model import (
    Address,
    Caregiver,
    Helper,
    Patient,
    Practitioner,
    PractitionerKind,
    Sex,
)
from teachback.synthetic.skills import CONDITIONS

if TYPE_CHECKING:
    from random import Random

    from teachback.synthetic.skills import Condition

PRACTICE = "Willow Lane Rehab & Geriatrics"
_LETTERS = "ACDEFGHJKMNPQRTUVWXY"
_DIGITS = "0123456789"
_FIRST_BIRTH, _BIRTH_DAYS = date(1931, 2, 1), 9900

_FAMILIES = (
    "Alderwick",
    "Brambleton",
    "Cindermoor",
    "Dovecote",
    "Eskerfield",
    "Ferrywell",
    "Gorsebank",
    "Hollowbrook",
    "Inglemere",
    "Juniperson",
    "Kettlewright",
    "Larkspurne",
    "Marsh-Tobin",
    "Nettlecombe",
    "O'Fennimore",
    "Péronelle",
    "Quillfeather",
    "Rookhurst",
    "Sandpiper",
    "Thistledon",
    "Umberleigh",
    "Vesperton",
    "Wrenfield",
    "Yarrowby",
)
_WOMEN = (
    "Agatha",
    "Beatriz",
    "Clementine",
    "Delphine",
    "Esperanza",
    "Florence",
    "Guadalupe",
    "Harriet",
    "Ileana",
    "Josette",
    "Leocadia",
    "Mei-Lin",
    "Odalys",
    "Perpetua",
    "Renée",
    "Wilhelmina",
)
_MEN = (
    "Ambrose",
    "Bartholomew",
    "Cornelius",
    "Desmond",
    "Eusebio",
    "Fitzgerald",
    "Gideon",
    "Horacio",
    "Ignatius",
    "Lázaro",
    "Montgomery",
    "Nathaniel",
    "Octavio",
    "Percival",
    "Rutherford",
    "Thaddeus",
)
_YOUNGER_WOMEN = (
    "Ainsley",
    "Bryony",
    "Elodie",
    "Greer",
    "Imani",
    "Keiko",
    "Lucinda",
    "Noor",
    "Orla",
    "Rosalind",
    "Tamsin",
    "Zofia",
)
_YOUNGER_MEN = (
    "Caleb",
    "Dario",
    "Fabián",
    "Hollis",
    "Jonah",
    "Lorcan",
    "Mateo",
    "Piers",
    "Silas",
    "Tobiah",
    "Ulises",
    "Wendell",
)
_KINSWOMEN = ("daughter", "niece", "friend", "neighbor", "daughter-in-law", "sister")
_KINSMEN = ("son", "grandson", "friend", "neighbor", "nephew", "brother")
_OWN_FAMILY = ("daughter", "son", "grandson", "brother", "sister")


@dataclass(frozen=True, slots=True)
class Office:
    """One office with its payment locality, and the ZIP codes of the homes around it."""

    city: str
    state: str
    zip: str
    locality: str
    home_zips: tuple[str, ...]
    streets: tuple[str, ...]


ARIZONA = Office(
    "Phoenix",
    "AZ",
    "85004",
    "03102-00",
    ("85004", "85013", "85281", "85008"),
    ("Cactus Wren Lane", "Ocotillo Way", "Mesquite Court"),
)
MANHATTAN = Office(
    "New York",
    "NY",
    "10016",
    "13202-01",
    ("10016", "10009", "10025", "10128"),
    ("Lantern Street", "Ferry Slip Row", "Quayside Place"),
)


@dataclass(frozen=True, slots=True)
class Member:
    """A practitioner of the team, the office, and the assistant who works with this practitioner only."""

    practitioner: Practitioner
    office: Office
    assistant: Helper | None = None
    assistant_id: str | None = None

    @property
    def kind(self) -> PractitionerKind:
        """The kind of the practitioner."""
        return self.practitioner.type


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as the front desk knows the patient: name, card, home, family, and why the patient comes."""

    patient: Patient
    office: Office
    condition: Condition


def chance(rng: Random, share: float) -> bool:
    """True in this share (0 to 1) of the draws."""
    return rng.random() < share


def made_up_npi(number: int) -> str:
    """A ten-digit NPI from a number of up to eight digits: starts with 2, valid check digit (Luhn, 80840)."""
    body = f"2{number:08d}"
    total = 24
    for position, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 - position % 2)
        total += doubled // 10 + doubled % 10
    return f"{body}{-total % 10}"


def made_up_mbi(rng: Random) -> str:
    """A beneficiary identifier of CMS's form, but with an S in second place."""
    either = _LETTERS + _DIGITS
    shape = (
        _DIGITS[1:],
        "S",
        either,
        _DIGITS,
        _LETTERS,
        either,
        _DIGITS,
        _LETTERS,
        _LETTERS,
        _DIGITS,
        _DIGITS,
    )
    return "".join(rng.choice(choices) for choices in shape)


def _practitioner(
    kind: PractitionerKind, number: int, name: str, *, participating: bool = True
) -> Practitioner:
    return Practitioner(
        npi=made_up_npi(30_000_000 + number),
        type=kind,
        name=name,
        participating=participating,
        assignment=True,
        qualifying_apm_participant=kind is PractitionerKind.NP,
        private_practice=True,
    )


_K = PractitionerKind
TEAM = (
    Member(_practitioner(_K.PT, 101, "Larkspurne, Imogen"), ARIZONA, Helper.PTA, "PTA-Hollis-Wrenfield"),
    Member(_practitioner(_K.PT, 212, "Harrowgate-Vale, Tobias"), MANHATTAN),
    Member(_practitioner(_K.OT, 323, "Nettlecombe, Maya"), ARIZONA),
    Member(_practitioner(_K.OT, 434, "D'Amberville, Luc"), MANHATTAN, Helper.OTA, "OTA-Bryony-Eskerfield"),
    Member(_practitioner(_K.SLP, 545, "Quillfeather, Noémie"), ARIZONA),
    Member(_practitioner(_K.NP, 656, "Thistledon, Dennis"), ARIZONA),
    Member(_practitioner(_K.MD, 767, "Rookhurst, Anselma", participating=False), MANHATTAN),
    Member(_practitioner(_K.CP, 878, "Vesperton, Priya"), MANHATTAN),
    Member(_practitioner(_K.CSW, 989, "Yarrowby, Solange"), ARIZONA),
)
CERTIFIERS = tuple(made_up_npi(70_000_000 + 1009 * number) for number in range(1, 7))


def made_up_people(rng: Random, count: int) -> tuple[Person, ...]:
    """Draw ``count`` patients with their families; every name and identifier differs from the others."""
    given_names = {family: rng.sample(_WOMEN + _MEN, len(_WOMEN + _MEN)) for family in _FAMILIES}
    families = rng.sample(_FAMILIES, len(_FAMILIES))
    people = []
    seen: set[str] = set()
    for number in range(count):
        family = families[number % len(families)]
        given = given_names[family][number // len(families)]
        mbi = made_up_mbi(rng)
        while mbi in seen:
            mbi = made_up_mbi(rng)
        seen.add(mbi)
        office = (ARIZONA, MANHATTAN)[number % 2]
        line = f"{rng.randint(2, 980)} {rng.choice(office.streets)}"
        home = Address(line, office.city, office.state, rng.choice(office.home_zips))
        patient = Patient(
            id=f"P{number + 1:03d}",
            name=f"{family}, {given}",
            mbi=mbi,
            address=home,
            birth_date=_FIRST_BIRTH + timedelta(days=rng.randrange(_BIRTH_DAYS)),
            sex=Sex.F if given in _WOMEN else Sex.M,
            caregivers=_family(rng, family, woman=given in _WOMEN),
        )
        people.append(Person(patient, office, CONDITIONS[number // 2 % len(CONDITIONS)]))
    return tuple(people)


def _family(rng: Random, family: str, *, woman: bool) -> tuple[Caregiver, ...]:
    chosen = []
    if chance(rng, 0.55):
        chosen.append((f"{rng.choice(_MEN if woman else _WOMEN)} {family}", "husband" if woman else "wife"))
    for names, kin in rng.sample(((_YOUNGER_WOMEN, _KINSWOMEN), (_YOUNGER_MEN, _KINSMEN)), 2):
        relation = rng.choice(kin)
        last = family if relation in _OWN_FAMILY else rng.choice(_FAMILIES)
        chosen.append((f"{rng.choice(names)} {last}", relation))
    return tuple(
        Caregiver(name, relation, adult=True, unpaid=True, assists=True)
        for name, relation in chosen[: rng.choice((1, 2, 2, 3))]
    )
