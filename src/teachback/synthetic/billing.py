"""Who bills for the made-up practice: its ``practice.toml``, so that its sessions can be claimed. Nobody exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.model import PractitionerKind
from teachback.synthetic.people import ARIZONA, CERTIFIERS, PRACTICE, TEAM, made_up_npi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from teachback.synthetic.people import Member

_K = PractitionerKind
_TAXONOMIES = {
    _K.PT: "225100000X",
    _K.OT: "225X00000X",
    _K.SLP: "235Z00000X",
    _K.NP: "363L00000X",
    _K.MD: "207Q00000X",
    _K.CP: "103TC0700X",
    _K.CSW: "1041C0700X",
}
_CERTIFIERS = (
    ("Cindermoor", "Beatriz"),
    ("Gorsebank", "Octavio"),
    ("Hollowbrook", "Delphine"),
    ("Inglemere", "Rutherford"),
    ("Umberleigh", "Josette"),
    ("Kettlewright", "Ambrose"),
)
_CHARGES = {
    "97550": "110.00",
    "97551": "55.00",
    "97552": "48.00",
    "96202": "60.00",
    "96203": "18.00",
    "G0539": "110.00",
    "G0540": "55.00",
    "G0541": "115.00",
    "G0542": "58.00",
    "G0543": "48.00",
}
_HEAD = f"""# The made-up practice of `teachback demo`: nobody in it exists. NPIs that start with 2 are never issued.
name = "{PRACTICE}"

[submitter]
id = "WILLOWLANE"
name = "Willow Lane Rehab and Geriatrics"
contact = "Biller on duty"
phone = "602-555-0140"
email = "billing@willow-lane.example"

[[receivers]]
id = "03102TEST"
name = "Test contractor of Arizona"
payer_id = "03102"
contractor = "03102"
form = "professional"
test = true

[[receivers]]
id = "13202TEST"
name = "Test contractor of New York"
payer_id = "13202"
contractor = "13202"
form = "professional"
test = true

[[groups]]
id = "arizona"
name = "Willow Lane Rehab of Arizona"
npi = "{made_up_npi(50_000_101)}"
tax_id = "00-1000017"
tax_id_type = "EIN"
taxonomy = "261QR0400X"
participating = true
phone = "602-555-0141"

[groups.address]
line = "12 Willow Lane"
city = "Phoenix"
state = "AZ"
zip = "85004-2201"

[[groups]]
id = "new-york"
name = "Willow Lane Rehab of New York"
npi = "{made_up_npi(50_000_202)}"
tax_id = "00-1000025"
tax_id_type = "EIN"
taxonomy = "261QR0400X"
participating = true
phone = "212-555-0142"

[groups.address]
line = "340 Lantern Street"
line2 = "Suite 2"
city = "New York"
state = "NY"
zip = "10016-4402"

[groups.pay_to]
line = "PO Box 1188"
city = "New York"
state = "NY"
zip = "10016-1188"

[[groups]] # bills under the own NPI, so that no rendering provider is named beside it
id = "rookhurst"
name = "Rookhurst, Anselma"
npi = "{TEAM[6].practitioner.npi}"
tax_id = "00-1000033"
tax_id_type = "EIN"
taxonomy = "207Q00000X"
participating = false
phone = "212-555-0143"

[groups.address]
line = "340 Lantern Street"
line2 = "Suite 5"
city = "New York"
state = "NY"
zip = "10016-4405"

[[places]]
id = "phoenix"
name = "Willow Lane Phoenix office"
place_of_service = "11"
time_zone = "America/Phoenix"
locality = "03102-00"
facility_type = "office"

[places.address]
line = "12 Willow Lane"
city = "Phoenix"
state = "AZ"
zip = "85004-2201"

[[places]]
id = "manhattan"
name = "Willow Lane Manhattan office"
place_of_service = "11"
time_zone = "America/New_York"
locality = "13202-01"
facility_type = "office"

[places.address]
line = "340 Lantern Street"
line2 = "Suite 2"
city = "New York"
state = "NY"
zip = "10016-4402"
"""


def practice_file() -> str:
    """The text of the made-up practice's ``practice.toml``; every receiver in it is a test receiver."""
    return "\n".join((_HEAD, *(_practitioner(member) for member in TEAM), *_referrers(), *_fees()))


def _practitioner(member: Member) -> str:
    who = member.practitioner
    last, _, first = (who.name or "").partition(", ")
    group = "arizona" if member.office is ARIZONA else "new-york"
    if not who.participating:
        group = "rookhurst"
    apm = "qualifying_apm_years = [2024, 2025, 2026]\n" if who.qualifying_apm_participant else ""
    return (
        f'[[practitioners]]\nnpi = "{who.npi}"\nlast_name = "{last}"\nfirst_name = "{first}"\n'
        f'type = "{who.type.value}"\ntaxonomy = "{_TAXONOMIES[who.type]}"\ngroups = ["{group}"]\n{apm}'
    )


def _referrers() -> Iterator[str]:
    for npi, (last, first) in zip(CERTIFIERS, _CERTIFIERS, strict=True):
        yield f'[[referrers]]\nnpi = "{npi}"\nlast_name = "{last}"\nfirst_name = "{first}"\nkind = "MD"\n'


def _fees() -> Iterator[str]:
    for code, charge in _CHARGES.items():
        yield f'[[fee_schedule]]\nprocedure_code = "{code}"\ncharge = "{charge}"\nfrom = 2024-01-01\n'
