"""Where a session was given, who bills for it and who receives the claim: one answer, or why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.claim.reasons import Reason, Why
from teachback.model import ClaimForm
from teachback.rules.fees import payment_locality
from teachback.rules.vocabulary import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from teachback.claim.practice import Group, Member, PlaceOfWork, Practice, Route
    from teachback.claimdata import PostalAddress
    from teachback.model import Session

HOME = "12"
TELEHEALTH = ("02", "10")
_ZIP = 5


def locality_of(session: Session, zip_localities: Sequence[tuple[str, str, str]] | None) -> str | None:
    """The payment locality: as recorded, or that of the ZIP; ``None`` where neither tells."""
    if session.locality is not None or zip_localities is None:
        return session.locality
    found = payment_locality(None, session.zip, zip_localities=zip_localities)
    return None if found == NOWHERE else found


def place_of(session: Session, practice: Practice, locality: str | None) -> PlaceOfWork | Reason | None:
    """The place of the practice file; ``None`` for a home that needs none; a reason where it is unclear.

    Telehealth (02, 10) is given from where the practitioner usually works: a place with that code, or a place of
    the practice in the session's locality; among several there, the one that the session's ZIP names.
    """
    code = session.place_of_service
    candidates = [place for place in practice.places if place.place_of_service == code]
    fitting = _fitting(candidates, session, locality)
    if code == HOME:
        return fitting[0] if len(fitting) == 1 else None
    if not candidates and code in TELEHEALTH:
        sites = [place for place in practice.places if place.place_of_service not in {HOME, *TELEHEALTH}]
        fitting = [place for place in sites if locality is not None and place.locality == locality]
        if len(fitting) != 1:
            fitting = _fitting(fitting or sites, session, locality) or fitting
    if len(fitting) == 1:
        return fitting[0]
    if len(fitting) > 1:
        ids = ", ".join(place.id for place in fitting)
        return Why.PLACE_UNCLEAR.reason(
            f"Several places of the practice file fit place of service {code}: {ids}.",
            "Record the ZIP of the place in the session, or tell the places apart by ZIP.",
        )
    return Why.PLACE_UNCLEAR.reason(
        f"No place of the practice file has place of service {code} and the session's ZIP or locality.",
        f'Add the place to [[places]] with place_of_service = "{code}", or correct the session\'s ZIP.',
    )


def _fitting(candidates: list[PlaceOfWork], session: Session, locality: str | None) -> list[PlaceOfWork]:
    """The places that the session's ZIP and locality do not rule out, those that they name first."""
    if session.zip is not None:
        near = [place for place in candidates if place.address.zip[:_ZIP] == session.zip[:_ZIP]]
        whole = [place for place in near if place.address.zip == session.zip]
        candidates = whole or near
    if locality is not None:
        named = [place for place in candidates if place.locality == locality]
        candidates = named or [place for place in candidates if place.locality is None]
    return candidates


def group_of(
    member: Member, place: PlaceOfWork | None, practice: Practice, wished: str | None
) -> Group | Reason:
    """Who bills: the practitioner's only group, or the one that the place, ``--group`` or the address decides."""
    candidates = [group for group in practice.groups if not member.groups or group.id in member.groups]
    if len(candidates) > 1 and place is not None and place.group is not None:
        candidates = [group for group in candidates if group.id == place.group]
    if len(candidates) > 1 and wished is not None:
        candidates = [group for group in candidates if group.id == wished] or candidates
    if len(candidates) > 1 and place is not None:
        candidates = [g for g in candidates if same_address(g.billing.address, place.address)] or candidates
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        return Why.GROUP_UNCLEAR.reason(
            "The place belongs to a group under which the practitioner does not bill.",
            "Correct the group of the place, or add it to the practitioner's groups.",
        )
    return Why.GROUP_UNCLEAR.reason(
        f"The practitioner may bill under {', '.join(group.id for group in candidates)}, and nothing decides.",
        'Name the group of the place (group = "..." in [[places]]), or claim with --group.',
    )


def same_address(one: PostalAddress, other: PostalAddress) -> bool:
    """Whether two addresses are one place: street and five-digit ZIP agree, in any writing."""

    def plain(address: PostalAddress) -> tuple[str, str]:
        street = f"{address.line} {address.line2 or ''}".casefold()
        return "".join(c for c in street if c.isalnum()), address.zip[:_ZIP]

    return plain(one) == plain(other)


def route_of(practice: Practice, locality: str | None, form: ClaimForm) -> Route | Reason:
    """The receiver for the contractor of the locality and the form.

    A locality begins with the number of the professional contractor; the institutional one of the same area
    differs in the last digit, so that the first four decide there where no receiver has all five.
    """
    if locality is None:
        return Why.RECEIVER_UNCLEAR.reason(
            "The locality is not known, and it decides which contractor receives the claim.",
            "Record the ZIP or the locality of the place where the service was given.",
        )
    contractor = locality[:_ZIP]
    fitting = [route for route in practice.routes if route.contractor == contractor]
    if form is ClaimForm.INSTITUTIONAL and not any(route.form in {form, None} for route in fitting):
        fitting = [route for route in practice.routes if route.contractor[:4] == contractor[:4]]
    fitting = [route for route in fitting if route.form is form] or [r for r in fitting if r.form is None]
    if len(fitting) == 1:
        return fitting[0]
    count = "No receiver takes" if not fitting else f"{len(fitting)} receivers take"
    return Why.RECEIVER_UNCLEAR.reason(
        f"{count} {form.value} claims of contractor {contractor}.",
        f'Name one in [[receivers]] with contractor = "{contractor}" and form = "{form.value}".',
    )
