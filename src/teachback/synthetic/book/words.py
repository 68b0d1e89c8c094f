"""The words of the large made-up book: who works there, what is taught, and what is written down."""

from __future__ import annotations

from itertools import combinations
from typing import Final

from teachback.model import PractitionerKind, Training
from teachback.synthetic.skills import AGAIN, AT_HOME, CONDITIONS, OUTCOMES, SKILLS, Skill

_K = PractitionerKind

# Kinds of practitioners with their shares of a hundred; the index of a kind here is its number.
SHARES: Final[tuple[tuple[PractitionerKind, int], ...]] = (
    (_K.PT, 24),
    (_K.OT, 22),
    (_K.SLP, 13),
    (_K.NP, 12),
    (_K.MD, 7),
    (_K.PA, 5),
    (_K.CP, 5),
    (_K.CSW, 4),
    (_K.RD, 2),
    (_K.DO, 2),
    (_K.CNS, 1),
    (_K.MFT, 1),
    (_K.MHC, 1),
    (_K.CNM, 1),
)
KINDS: Final = tuple(kind for kind, _ in SHARES)
PT, OT, SLP, PRESCRIBER, COUNSELOR, DIETITIAN = range(6)
_TRADES = {
    _K.PT: PT,
    _K.OT: OT,
    _K.SLP: SLP,
    _K.CP: COUNSELOR,
    _K.CSW: COUNSELOR,
    _K.MFT: COUNSELOR,
    _K.MHC: COUNSELOR,
    _K.RD: DIETITIAN,
}
TRADE: Final = tuple(_TRADES.get(kind, PRESCRIBER) for kind in KINDS)
KIND_NUMBER: Final = {kind: number for number, kind in enumerate(KINDS)}

FAMILIES: Final = (Training.FUNCTION, Training.BEHAVIOR, Training.DIRECT_CARE)
FUNCTION, BEHAVIOR, CARE = 1, 2, 3

_OWN_SKILLS = (
    Skill(
        Training.FUNCTION,
        (_K.CP,),
        "a calm routine for washing and dressing",
        "Washed and dressed by ten on most days",
        "The {who} starts three things at once and the patient gives up.",
        "laid out the morning in five steps",
    ),
    Skill(
        Training.FUNCTION,
        (_K.CP,),
        "safe going out",
        "One outing a week with one helper",
        "The {who} has not left the house with the patient since the fall.",
        "planned the way and named two places to rest",
    ),
    Skill(
        Training.DIRECT_CARE,
        (_K.RD,),
        "meals for kidney disease",
        "Potassium and phosphate in range for two months",
        "The {who} cooks for the patient and does not know which foods to leave out.",
        "planned three days of meals from the list",
    ),
    Skill(
        Training.DIRECT_CARE,
        (_K.RD,),
        "counting carbohydrates",
        "Sugar before breakfast in range on most days",
        "The {who} guesses the portions and the sugar swings.",
        "counted two meals within one exchange",
    ),
    Skill(
        Training.DIRECT_CARE,
        (_K.RD,),
        "feeding by tube",
        "Weight steady for two months on tube feeding",
        "The pump is new and the {who} stops it when it sounds.",
        "set the pump and flushed the tube",
    ),
)
ALL_SKILLS: Final = (*SKILLS, *_OWN_SKILLS)
_TEACHER = {
    PT: _K.PT,
    OT: _K.OT,
    SLP: _K.SLP,
    PRESCRIBER: _K.MD,
    COUNSELOR: _K.CP,
    DIETITIAN: _K.RD,
}


def family_of(skill: int) -> int:
    """The number of the family of codes of a skill, by the skill's number."""
    return FAMILIES.index(ALL_SKILLS[skill].family) + 1


def _sets_of(trade: int) -> list[tuple[int, ...]]:
    """What a plan of this trade foresees: some of the trade's skills, never without one that has a code."""
    taught = [number for number, skill in enumerate(ALL_SKILLS) if _TEACHER[trade] in skill.who]
    functions = [number for number in taught if family_of(number) == FUNCTION]
    others = [number for number in taught if family_of(number) != FUNCTION]
    if trade == DIETITIAN:
        return list(combinations(taught, 2))
    pairs: list[tuple[int, ...]] = list(combinations(functions, 2)) or [tuple(functions)]
    more = list(combinations(others, min(2, len(others))))
    count = max(6, len(pairs), len(more))
    return [(*pairs[i % len(pairs)], *more[i % len(more)]) for i in range(count)]


_BY_TRADE = [_sets_of(trade) for trade in range(6)]
SKILL_SETS: Final = tuple(one for sets in _BY_TRADE for one in sets)
FIRST_SET: Final = tuple(sum(len(sets) for sets in _BY_TRADE[:trade]) for trade in range(6))
SETS_OF: Final = tuple(len(sets) for sets in _BY_TRADE)
CHOICES: Final = 12


def _teachable(skill: int, *, group: bool, settled: bool) -> bool:
    """Whether the family had a code: before 2025 functional training, and behavior training of groups."""
    family = family_of(skill)
    return settled or family == FUNCTION or (group and family == BEHAVIOR)


def _choice(skills: tuple[int, ...], *, group: bool, settled: bool) -> list[int]:
    fit = [skill for skill in skills if _teachable(skill, group=group, settled=settled)] or list(skills)
    return [fit[i % len(fit)] for i in range(CHOICES)]


# By set of skills, then by (single 2024, single later, group 2024, group later): skills to draw from.
TEACHABLE: Final = tuple(
    tuple(
        _choice(skills, group=group, settled=settled) for group in (False, True) for settled in (False, True)
    )
    for skills in SKILL_SETS
)

RELATIONS: Final = ("daughter", "son", "wife", "husband", "niece", "neighbor", "friend", "sister")
_GIVEN = (
    *("Ainsley", "Bryony", "Caleb", "Dario", "Elodie", "Fabián", "Greer", "Hollis", "Imani", "Jonah"),
    *("Keiko", "Lorcan", "Mateo", "Noor", "Orla", "Piers", "Rosalind", "Silas", "Tamsin", "Ulises"),
)
_FAMILY = (
    *("Alderwick", "Brambleton", "Cindermoor", "Dovecote", "Eskerfield", "Ferrywell", "Gorsebank"),
    *("Hollowbrook", "Inglemere", "Juniperson", "Kettlewright", "Larkspurne", "Marsh-Tobin"),
    *("Nettlecombe", "O'Fennimore", "Péronelle", "Quillfeather", "Rookhurst", "Sandpiper", "Thistledon"),
)
_ALONE = tuple(f"{given} {family}" for family in _FAMILY for given in _GIVEN)
_COUPLES = tuple(
    f"{given} {family};{_GIVEN[(i + 7) % len(_GIVEN)]} {family}"
    for family in _FAMILY
    for i, given in enumerate(_GIVEN)
)
CAREGIVERS: Final = (*_ALONE, *_COUPLES)
ONE_CAREGIVER: Final = len(_ALONE)
KINSHIPS: Final = (
    *RELATIONS,
    *(f"{one};{RELATIONS[(i + 1) % len(RELATIONS)]}" for i, one in enumerate(RELATIONS)),
)
STRANGER: Final = "Evangeline Weatherby"

_DIAGNOSES = tuple(dict.fromkeys(";".join(codes) for c in CONDITIONS for codes in c.diagnoses))
DIAGNOSES: Final = (*_DIAGNOSES, "I69.354;R26.89", "G30.9;F02.80", "M62.81;R26.2", "E11.22;N18.4", "R13.12")


def _cell(text: str) -> str:
    """A text that stands in a list of the spreadsheet form, where ; separates."""
    return text.replace(";", ",")


TOPICS: Final = tuple(_cell(skill.topic) for skill in ALL_SKILLS)
GOALS: Final = tuple(_cell(skill.goal) for skill in ALL_SKILLS)
PLANNED_GOALS: Final = tuple(";".join(GOALS[skill] for skill in skills) for skills in SKILL_SETS)
NEEDS: Final = tuple(skill.need.format(who=who) for skill in ALL_SKILLS for who in RELATIONS)
RESPONSES: Final = tuple(
    f"The {who} {skill.shown} {outcome}." for skill in ALL_SKILLS for who in RELATIONS for outcome in OUTCOMES
)
OUTCOME_COUNT: Final = len(OUTCOMES)
ABSENCES: Final = tuple(
    text.format(who=who)
    for text in (*AT_HOME, "The training was by video with the {who} alone.")
    for who in RELATIONS
)
BY_VIDEO: Final = len(AT_HOME)
REPEATS: Final = AGAIN
