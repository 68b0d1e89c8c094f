"""What the made-up practice teaches and treats: skills with goals, and conditions with diagnoses."""

from __future__ import annotations

from dataclasses import dataclass

from teachback.model import PractitionerKind, Training

PT, OT, SLP = PractitionerKind.PT, PractitionerKind.OT, PractitionerKind.SLP
PRESCRIBERS = (PractitionerKind.MD, PractitionerKind.NP)
COUNSELLORS = (PractitionerKind.CP, PractitionerKind.CSW, *PRESCRIBERS)


@dataclass(frozen=True, slots=True)
class Skill:
    """One thing a caregiver learns.

    ``who`` are the kinds of practitioners who teach it, ``fits`` the keys of the conditions it suits
    (empty: any). ``need`` and ``shown`` speak of the caregiver as ``{who}``.
    """

    family: Training
    who: tuple[PractitionerKind, ...]
    topic: str
    goal: str
    need: str
    shown: str
    fits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """Why patients come: ICD-10-CM codes, the therapies they get, and what else their families learn.

    ``represented`` says that a representative consents for the patient.
    """

    key: str
    diagnoses: tuple[tuple[str, ...], ...]
    therapies: tuple[PractitionerKind, ...]
    behavior: bool = False
    treated: bool = False
    represented: bool = False


CONDITIONS = (
    Condition("stroke", (("I69.354",), ("I69.351", "R26.89")), (PT, OT, SLP)),
    Condition("aphasia", (("I69.320", "I69.351"),), (SLP, PT, SLP)),
    Condition(
        "parkinson", (("G20.A1", "F02.A11"), ("G20.B2", "F02.A18", "R29.6")), (PT, OT, SLP, PT), behavior=True
    ),
    Condition(
        "dementia", (("G30.1", "F02.811"), ("F03.911",)), (OT, PT, OT), behavior=True, represented=True
    ),
    Condition("memory", (("G31.84",), ("G30.9", "F02.80")), (OT, SLP), behavior=True, represented=True),
    Condition("hip", (("S72.001D", "R26.2"), ("S72.145D",)), (PT, OT)),
    Condition("wound", (("L89.153", "E11.9"), ("E11.621", "L97.412")), (PT, OT), treated=True),
    Condition("heart", (("I50.32", "R53.81"), ("J44.9", "R53.81")), (PT, OT), treated=True),
)

_FUNCTION, _BEHAVIOR, _CARE = Training.FUNCTION, Training.BEHAVIOR, Training.DIRECT_CARE

SKILLS = (
    Skill(
        _FUNCTION,
        (PT, OT),
        "bed-to-chair transfers",
        "Transfer from bed to chair with one helper",
        "The {who} lifts under the arms and the patient slid to the floor last week.",
        "showed the pivot transfer with the belt twice",
    ),
    Skill(
        _FUNCTION,
        (PT,),
        "guarding on stairs",
        "Climb the four entry steps with one helper",
        "The only way into the house is by four steps and the {who} stands on the wrong side.",
        "guarded from below and placed the belt correctly",
    ),
    Skill(
        _FUNCTION,
        (PT,),
        "walking with the frame",
        "Walk 50 feet indoors with contact guard",
        "The {who} pulls at the frame and the patient loses balance in turns.",
        "guarded two turns around the table",
    ),
    Skill(
        _FUNCTION,
        (OT,),
        "dressing the weak side",
        "Dress the upper body with minimal help",
        "The {who} does all of the dressing and the patient's shoulder is sore from pulling.",
        "dressed the weak arm first and paused for the patient's part",
    ),
    Skill(
        _FUNCTION,
        (OT,),
        "bathing with the bench",
        "Bathe on the tub bench with one helper",
        "The bench arrived this week and the {who} has not used one before.",
        "set the bench and hose and talked through each step",
    ),
    Skill(
        _FUNCTION,
        (OT, *PRESCRIBERS),
        "safety in the kitchen and bath",
        "No falls or burns at home over eight weeks",
        "The patient left the stove on and the {who} did not know which hazards to remove.",
        "named five hazards of the home and how each is removed",
    ),
    Skill(
        _FUNCTION,
        (SLP,),
        "thickened liquids and pacing",
        "Swallow thickened liquids without coughing at meals",
        "The {who} offers thin liquids and the patient coughed at three meals.",
        "mixed a nectar-thick drink and paced the sips",
        ("stroke", "parkinson", "aphasia"),
    ),
    Skill(
        _FUNCTION,
        (SLP,),
        "supported conversation",
        "Express daily needs with the picture board",
        "The {who} guesses and finishes the sentences, and the patient gives up.",
        "waited ten seconds and offered the board",
    ),
    Skill(
        _FUNCTION,
        PRESCRIBERS,
        "pacing the day",
        "Complete the morning routine without breathlessness",
        "The {who} rushes the morning routine and the patient is short of breath by nine.",
        "laid out the routine with two rests",
    ),
    Skill(
        _BEHAVIOR,
        COUNSELLORS,
        "answering agitation",
        "Fewer than two episodes of agitation a week",
        "The patient shouts at bath time and the {who} argues back.",
        "named the trigger, stepped back and redirected",
    ),
    Skill(
        _BEHAVIOR,
        COUNSELLORS,
        "evening wandering",
        "No unattended leaving of the home",
        "The patient left the house on two evenings and the {who} was asleep.",
        "set up the evening walk and the door chime plan",
    ),
    Skill(
        _BEHAVIOR,
        COUNSELLORS,
        "refusing care",
        "Accept help with washing on most days",
        "The patient refuses washing from the {who} on most days.",
        "offered two choices and waited before asking again",
    ),
    Skill(
        _CARE,
        (PT, OT, *PRESCRIBERS),
        "turning and pressure relief",
        "Skin intact over sacrum and heels",
        "The {who} does not know how often to turn the patient at night.",
        "turned the model to both sides and checked the heels",
    ),
    Skill(
        _CARE,
        PRESCRIBERS,
        "wound care at home",
        "Wound clean and smaller in six weeks",
        "The wound is redressed at home and the {who} does not wash hands between steps.",
        "cleaned, measured and covered the wound model",
        ("wound",),
    ),
    Skill(
        _CARE,
        PRESCRIBERS,
        "medicines and daily weight",
        "No missed doses; weight charted every morning",
        "Two doses were missed and the {who} does not know when to call.",
        "filled the week's box and read the weight chart",
    ),
    Skill(
        _CARE,
        (SLP,),
        "mouth care before meals",
        "Mouth clean before each meal",
        "The {who} feeds the patient without mouth care and there was a chest infection.",
        "cleaned the mouth model in the right order",
    ),
)

OUTCOMES = (
    "without cues",
    "with one verbal cue",
    "after a second demonstration",
    "and explained each step back",
    "and named when to stop and call",
    "with two cues, then alone",
)
AT_HOME = (
    "The patient tires too quickly to repeat the steps.",
    "The patient becomes upset when the steps are talked about.",
    "The {who} needs to practice on a model before touching the patient.",
    "The patient could not leave the home that day.",
)
AGAIN = (
    "The return demonstration failed last time.",
    "The patient's condition has changed.",
    "Another family member took over the evenings.",
    "New equipment since the last session.",
)


def skills_for(kind: PractitionerKind, condition: str) -> tuple[Skill, ...]:
    """What practitioners of this kind teach the families of patients with the condition, in a fixed order."""
    return tuple(s for s in SKILLS if kind in s.who and (not s.fits or condition in s.fits))
