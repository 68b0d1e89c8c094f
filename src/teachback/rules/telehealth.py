"""Training by video or voice: what is on the list, who has authority, and what the claim shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import Modality, PractitionerKind, Severity, Training
from teachback.rulebook import determines, edit

if TYPE_CHECKING:
    from collections.abc import Sequence


@determines()
def remote(modality: Modality) -> bool:
    """Practitioner and caregiver met by video or voice."""
    return modality is not Modality.IN_PERSON


@edit(
    "T101",
    Severity.ERROR,
    says="Caregiver training was not on the Medicare telehealth list on this date.",
    remedy="Do not bill; in 2024 this training was payable in person only.",
    place="session.modality",
    owner=Owner.NOBODY,
    prevents="58",
)
def telehealth_not_covered(remote: bool, *, on_telehealth_list: bool) -> bool:
    """The code was not on the telehealth list on the date of service."""
    return remote and not on_telehealth_list


@edit(
    "T102",
    Severity.ERROR,
    says="A {practitioner_kind} had no telehealth authority on this date.",
    remedy="Do not bill; the statute let therapists furnish telehealth only through its last date.",
    place="session.modality",
    owner=Owner.NOBODY,
    prevents="58",
)
def telehealth_authority_absent(
    practitioner_kind: PractitionerKind,
    remote: bool,
    *,
    therapist_kinds: Sequence[str],
    therapist_authority: bool,
) -> bool:
    """This practitioner had no telehealth authority on the date of service."""
    return remote and practitioner_kind in therapist_kinds and not therapist_authority


@edit(
    "T103",
    Severity.INFORMATION,
    says="The date lies in a lapse of the therapists' telehealth authority that a later law restored.",
    remedy="Nothing to do; a claim denied at the time may be sent again.",
    place="session.modality",
    owner=Owner.NOBODY,
)
def telehealth_authority_restored(
    practitioner_kind: PractitionerKind,
    remote: bool,
    *,
    therapist_kinds: Sequence[str],
    authority_restored: bool,
) -> bool:
    """The date lies in a lapse that a later law restored."""
    return remote and practitioner_kind in therapist_kinds and authority_restored


@edit(
    "T104",
    Severity.HOLD,
    name="audio-only",
    says="The training was by voice alone, but {training} training is hands-on.",
    remedy="Decide with the clinician whether these skills can be taught by voice; the line carries 93.",
    place="session.modality",
    owner=Owner.CLINICIAN,
)
def audio_only_hands_on(modality: Modality, training: Training, *, hands_on_families: Sequence[str]) -> bool:
    """Hands-on training by voice alone."""
    return modality is Modality.AUDIO_ONLY and training in hands_on_families


@edit(
    "T104",
    Severity.WARNING,
    name="audio-only",
    says="The {training} training was by voice alone; the line carries 93.",
    remedy="Check that the practitioner could use video and the other side could not or would not.",
    place="session.modality",
    owner=Owner.CLINICIAN,
)
def audio_only_talking(modality: Modality, training: Training, *, hands_on_families: Sequence[str]) -> bool:
    """Behavior training by voice alone."""
    return modality is Modality.AUDIO_ONLY and training not in hands_on_families


@edit(
    "T105",
    Severity.HOLD,
    says="The modality ({modality}) and the place of service ({place_of_service}) contradict each other.",
    remedy="Correct one of the two: telehealth stands at place 10 (patient's home) or 02 (elsewhere).",
    place="session.place_of_service",
    owner=Owner.FRONT_DESK,
    prevents="5",
)
def telehealth_place_mismatch(
    modality: Modality, remote: bool, place_of_service: str, *, telehealth_places: Sequence[str]
) -> bool:
    """The modality and the place of service contradict each other."""
    return modality in Modality and remote != (place_of_service in telehealth_places)


@edit(
    "T106",
    Severity.HOLD,
    says="Whether the training was in person, by video or by voice is not recorded.",
    remedy="Ask the clinician how practitioner and caregiver met.",
    place="session.modality",
    owner=Owner.CLINICIAN,
)
def modality_not_recorded(modality: Modality | None, *, modality_matters: bool) -> bool:
    """Whether the training was in person, by video or by voice is not recorded."""
    return modality_matters and modality is None


@determines()
def audio_modifier(modality: Modality | None, *, audio_only_modifier: str) -> str:
    """The modifier of a line furnished by voice alone; empty otherwise."""
    return audio_only_modifier if modality is Modality.AUDIO_ONLY else ""
