"""A practice file to start from: who and what stands in the sessions, with a comment where something is to fill in."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from teachback.claim.roster import name_of
from teachback.claim.whereabouts import HOME, TELEHEALTH, locality_of
from teachback.model import ClaimForm, PractitionerKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from teachback.model import Session

_USUAL = {
    PractitionerKind.PT: "225100000X",
    PractitionerKind.OT: "225X00000X",
    PractitionerKind.SLP: "235Z00000X",
    PractitionerKind.NP: "363L00000X",
    PractitionerKind.PA: "363A00000X",
    PractitionerKind.CNM: "367A00000X",
    PractitionerKind.CP: "103TC0700X",
    PractitionerKind.CSW: "1041C0700X",
    PractitionerKind.MFT: "106H00000X",
    PractitionerKind.MHC: "101YM0800X",
    PractitionerKind.RD: "133V00000X",
}
_FILL = "fill in"


def _quoted(text: str | None) -> str:
    plain = "".join(c for c in text or "" if c.isprintable())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def draft(sessions: Iterable[Session], zip_localities: Sequence[tuple[str, str, str]] | None) -> str:
    """The text of a ``practice.toml`` for these sessions; what they do not tell is empty and named by reading it."""
    kept = list(sessions)
    blocks = [
        _head(),
        *_receivers(kept, zip_localities),
        _GROUP,
        *_places(kept, zip_localities),
        *_practitioners(kept),
        *_referrers(kept),
        *_fees(kept),
    ]
    return "\n".join(blocks)


def _head() -> str:
    return """# Who bills. Fill in every empty text; `teachback claim` names each one that is missing.
name = ""                      # the organization

[submitter]                    # who sends the files
id = ""                        # as the contractor assigned it
name = ""
contact = ""                   # whom they may call
phone = ""                     # ten digits
"""


def _receivers(
    sessions: Sequence[Session], zip_localities: Sequence[tuple[str, str, str]] | None
) -> Iterator[str]:
    wanted = {
        (locality[:5], session.claim_form)
        for session in sessions
        if (locality := locality_of(session, zip_localities)) is not None
    }
    for contractor, form in sorted(wanted):
        note = (
            ""
            if form is ClaimForm.PROFESSIONAL
            else "   # the institutional contractor of this area has another number"
        )
        yield f"""[[receivers]]                  # where claims of this contractor go
id = ""                        # as the contractor gave it
name = ""
payer_id = ""                  # the payer id of the contractor
contractor = "{contractor}"{note}
form = "{form.value}"
test = true                    # false when the contractor has accepted your test files
"""


_GROUP = """[[groups]]                     # who is paid; one table for each
id = "main"                    # a short name of your own
name = ""
npi = ""
tax_id = ""
tax_id_type = "EIN"            # or SSN
taxonomy = ""
participating = true
phone = ""

[groups.address]               # a street address, no post office box
line = ""
city = ""
state = ""
zip = ""                       # nine digits (ZIP+4)
"""


def _places(
    sessions: Sequence[Session], zip_localities: Sequence[tuple[str, str, str]] | None
) -> Iterator[str]:
    zips: dict[tuple[str, str], set[str]] = defaultdict(set)
    for session in sessions:
        code = session.place_of_service
        if code is None or code in {HOME, *TELEHEALTH}:
            continue
        locality = locality_of(session, zip_localities) or ""
        zips[code, locality].update([session.zip] if session.zip else [])
    for number, ((code, locality), seen) in enumerate(sorted(zips.items()), start=1):
        hint = f"   # ZIP in the sessions: {', '.join(sorted(seen))}" if seen else ""
        yield f"""[[places]]                     # the patient's home needs none; two sites with one code are told apart by ZIP
id = "place-{number}"
name = ""
place_of_service = "{code}"
locality = {_quoted(locality)}
time_zone = ""                 # such as America/Phoenix

[places.address]{hint}
line = ""
city = ""
state = ""
zip = ""                       # nine digits (ZIP+4)
"""


def _practitioners(sessions: Sequence[Session]) -> Iterator[str]:
    found = {session.practitioner.npi: session.practitioner for session in sessions}
    for npi, who in sorted(found.items()):
        last, first = (name_of(who.name or "") or ("", ""))[:2]
        usual = _USUAL.get(who.type, "")
        note = "   # the usual one; check the enrollment record" if usual else f"   # {_FILL}"
        yield f"""[[practitioners]]
npi = {_quoted(npi)}
last_name = {_quoted(last)}
first_name = {_quoted(first)}
type = "{who.type.value}"
taxonomy = "{usual}"{note}
groups = ["main"]
"""


def _referrers(sessions: Sequence[Session]) -> Iterator[str]:
    own = {session.practitioner.npi for session in sessions}
    seen = {p.certifying_npi for s in sessions for p in s.patients if p.certifying_npi}
    for npi in sorted(seen - own):
        yield f"""[[referrers]]                  # certifies therapy plans
npi = {_quoted(npi)}
last_name = ""
first_name = ""
"""


def _fees(sessions: Sequence[Session]) -> Iterator[str]:
    charges: dict[str, set[str]] = defaultdict(set)
    for session in sessions:
        for patient in session.patients:
            for code, amount in patient.charge:
                charges[code].add(f"{amount:.2f}")
    first = min((session.date_of_service for session in sessions), default=None)
    if first is None:
        return
    for code in sorted(charges) or ["97550"]:
        seen = sorted(charges[code])
        hint = f"   # in the sessions: {', '.join(seen)}" if seen else ""
        charge = seen[0] if len(seen) == 1 else ""
        yield f"""[[fee_schedule]]
procedure_code = "{code}"
charge = "{charge}"{hint}
from = {first.year}-01-01
"""
