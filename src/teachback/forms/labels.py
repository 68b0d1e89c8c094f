"""Our own short labels of codes on the superbill. No descriptor of the AMA, CMS or NUBC stands here."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from teachback.codesets import taxonomy

PROCEDURES: Final = MappingProxyType(
    {
        "97550": "Caregivers trained in function, first 30 minutes",
        "97551": "Caregivers trained in function, each further 15 minutes",
        "97552": "Caregivers trained in function, group",
        "96202": "Caregivers trained in behavior, group, first 60 minutes",
        "96203": "Caregivers trained in behavior, group, each further 15 minutes",
        "G0539": "Caregivers trained in behavior, first 30 minutes",
        "G0540": "Caregivers trained in behavior, each further 15 minutes",
        "G0541": "Caregivers trained in direct care, first 30 minutes",
        "G0542": "Caregivers trained in direct care, each further 15 minutes",
        "G0543": "Caregivers trained in direct care, group",
    }
)
PLACES: Final = MappingProxyType(
    {
        "02": "by video or telephone, patient not at home",
        "10": "by video or telephone, patient at home",
        "11": "office",
        "12": "patient's home",
        "13": "assisted living",
        "14": "group home",
        "19": "hospital clinic off campus",
        "22": "hospital clinic on campus",
        "31": "skilled nursing facility",
        "32": "nursing facility",
        "33": "custodial care facility",
        "49": "independent clinic",
        "50": "federally qualified health center",
        "62": "outpatient rehabilitation facility",
        "72": "rural health clinic",
    }
)


def procedure(code: str) -> str:
    """What a procedure code stands for; empty for one that is not ours."""
    return PROCEDURES.get(code, "")


def place(code: str) -> str:
    """A place of service with its code."""
    label = PLACES.get(code)
    return f"{code} ({label})" if label else code


def credentials(taxonomy_code: str | None) -> str:
    """The practitioner words that a taxonomy code stands for, such as ``PT`` or ``DO or MD``; else empty."""
    return " or ".join(sorted(taxonomy.kinds(taxonomy_code))) if taxonomy_code else ""


def diagnosis(code: str) -> str:
    """An ICD-10-CM code with its point."""
    return f"{code[:3]}.{code[3:]}" if len(code) > len("I10") else code
