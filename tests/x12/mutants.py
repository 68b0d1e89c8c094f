"""Damaged claim files: each mutant is one fault on a clean file, as payers and clearinghouses meet them.

Written from the issue's damage list and from what rejections are made of, without a look at the checker.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent
PROFESSIONAL = (HERE / "clean/professional.837").read_text("ascii")
INSTITUTIONAL = (HERE / "clean/institutional.837").read_text("ascii")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One damage: its name, the damaged file, and whether the issue names it or we thought of it."""

    name: str
    text: str
    ours: bool

    def __str__(self) -> str:
        return self.name


def swap(old: str, new: str, text: str) -> str:
    """The text with the first ``old`` replaced; ``old`` must be there."""
    assert old in text, f"{old!r} is not in the clean file"
    return text.replace(old, new, 1)


def drop(start: str, text: str) -> str:
    """The text without its first segment that begins so; SE01 is set right again."""
    lines = text.splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith(start))
    return counted("".join(lines[:at] + lines[at + 1 :]))


def insert(before: str, segment: str, text: str) -> str:
    """The text with one more segment before the first that begins so; SE01 is set right again."""
    lines = text.splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith(before))
    return counted("".join([*lines[:at], f"{segment}~\n", *lines[at:]]))


def counted(text: str) -> str:
    """The text with SE01 as it should be, so that a damage elsewhere stays the only one."""
    lines = text.splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith("ST*"))
    last = next((i for i, line in enumerate(lines) if line.startswith("SE*")), None)
    if last is not None:
        lines[last] = f"SE*{last - first + 1}*{lines[last].split('*')[2]}"
    return "".join(lines)


def _many_lines(count: int) -> str:
    """The second claim with so many lines, its total set right."""
    head, _, tail = PROFESSIONAL.partition("LX*1~\nSV1*HC:G0541")
    end = tail[tail.index("SE*") :]
    body = "".join(
        f"LX*{n}~\nSV1*HC:G0541*95*UN*1***1~\nDTP*472*D8*{date(2026, 2, 1) + timedelta(n):%Y%m%d}~\nREF*6R*TB0002L{n}~\n"
        for n in range(1, count + 1)
    )
    head = swap("CLM*TB0002*95*", f"CLM*TB0002*{95 * count}*", head)
    return counted(head + body + end)


def _thirteen_diagnoses() -> str:
    codes = [
        "L89153",
        "E119",
        "I10",
        "Z741",
        "Z742",
        "F0390",
        "G309",
        "R2681",
        "M6281",
        "N390",
        "R1310",
        "K219",
        "J449",
    ]
    return swap("HI*ABK:L89153~", "HI*ABK:" + "*ABF:".join(codes) + "~", PROFESSIONAL)


P = PROFESSIONAL
I = INSTITUTIONAL  # noqa: E741  beside P
LISTED: dict[str, Callable[[], str]] = {
    "SE01 wrong": lambda: swap("SE*50*", "SE*49*", P),
    "GE01 wrong": lambda: swap("GE*1*", "GE*2*", P),
    "IEA01 wrong": lambda: swap("IEA*1*", "IEA*3*", P),
    "SE02 is not ST02": lambda: swap("SE*50*0001", "SE*50*0002", P),
    "GE02 is not GS06": lambda: swap("GE*1*101", "GE*1*102", P),
    "IEA02 is not ISA13": lambda: swap("IEA*1*000000101", "IEA*1*000000102", P),
    "NM1*85 qualifier ZZ": lambda: swap("REHAB*****XX*2200000018", "REHAB*****ZZ*2200000018", P),
    "HI missing": lambda: drop("HI*", P),
    "HI qualifier unknown": lambda: swap("HI*ABK:", "HI*QQQ:", P),
    "ICD code impossible": lambda: swap("ABK:I69354", "ABK:999ZZZ9", P),
    "DTP*472 impossible": lambda: swap("DTP*472*D8*20260414", "DTP*472*D8*20261345", P),
    "DTP*472 missing": lambda: drop("DTP*472", P),
    "birth date impossible": lambda: swap("DMG*D8*19470506", "DMG*D8*19470231", P),
    "HL02 is 99": lambda: swap("HL*2*1*22", "HL*2*99*22", P),
    "HL01 is 77": lambda: swap("HL*3*1*22", "HL*77*1*22", P),
    "HL03 22 becomes 23": lambda: swap("HL*2*1*22", "HL*2*1*23", P),
    "SV104 empty": lambda: swap("GP*90*UN*1***1:2", "GP*90*UN****1:2", P),
    "SV104 text": lambda: swap("GP*90*UN*1***1:2", "GP*90*UN*ONE***1:2", P),
    "SV104 negative": lambda: swap("GP*90*UN*1***1:2", "GP*90*UN*-1***1:2", P),
    "SV103 unknown": lambda: swap("GP*90*UN*1", "GP*90*QQ*1", P),
    "SV1 missing": lambda: drop("SV1*", P),
    "CLM02 is not the sum": lambda: swap("CLM*TB0001*150", "CLM*TB0001*151", P),
    "NPI 1234567890": lambda: swap("XX*2300000017", "XX*1234567890", P),
    "state ZZ": lambda: swap("N4*PHOENIX*AZ*85004~", "N4*PHOENIX*ZZ*85004~", P),
    "SV107 is 12": lambda: swap("UN*1***1:2", "UN*1***12", P),
    "place of service 77": lambda: swap("***11:B:1", "***77:B:1", P),
    "SBR missing": lambda: drop("SBR*", P),
    "NM1*IL missing": lambda: drop("NM1*IL", P),
    "unknown segment": lambda: insert("HI*", "ZZZ*1*2", P),
    "NM103 of 70 characters": lambda: swap("NM1*IL*1*PERONELLE", "NM1*IL*1*" + "P" * 70, P),
    "LX is 9": lambda: swap("LX*2~", "LX*9~", P),
    "modifier of three characters": lambda: swap("HC:97550:GP", "HC:97550:GPX", P),
    "SBR09 unknown": lambda: swap("SBR*P*18*******MB", "SBR*P*18*******QQ", P),
    "REF*EI missing": lambda: drop("REF*EI", P),
    "CLM07 empty": lambda: swap("11:B:1*Y*A*Y*Y", "11:B:1*Y**Y*Y", P),
    "HCPCS of four characters": lambda: swap("HC:97550:GP", "HC:9755:GP", P),
    "HI twice": lambda: insert("NM1*DN", "HI*ABK:I69354*ABF:Z741", P),
    "CLM05-3 is 0": lambda: swap("11:B:1*Y", "11:B:0*Y", P),
}
OURS: dict[str, Callable[[], str]] = {
    "ISA13 of eight digits": lambda: swap("*00501*000000101*", "*00501*00000101*", P),
    "ISA15 unknown": lambda: swap("*0*T*:", "*0*X*:", P),
    "ISA12 of 4010": lambda: swap("*00501*", "*00401*", P),
    "GS01 of another kind": lambda: swap("GS*HC*", "GS*HP*", P),
    "GS04 impossible": lambda: swap("*TBRECEIVE*20260420*", "*TBRECEIVE*20261320*", P),
    "GS08 of the other guide": lambda: swap("101*X*005010X222A1", "101*X*005010X223A2", P),
    "ST03 is not GS08": lambda: swap("ST*837*0001*005010X222A1", "ST*837*0001*005010X223A2", P),
    "IEA missing": lambda: drop("IEA*", P),
    "GE missing": lambda: drop("GE*", P),
    "SE missing": lambda: drop("SE*", P),
    "BHT missing": lambda: drop("BHT*", P),
    "BHT02 unknown": lambda: swap("BHT*0019*00*", "BHT*0019*99*", P),
    "BHT06 unknown": lambda: swap("*0915*CH~", "*0915*ZZ~", P),
    "submitter missing": lambda: drop("NM1*41", P),
    "submitter contact missing": lambda: drop("PER*IC", P),
    "receiver missing": lambda: drop("NM1*40", P),
    "billing provider missing": lambda: drop("NM1*85", P),
    "billing street missing": lambda: drop("N3*100", P),
    "billing at a post office box": lambda: swap("N3*100 WILLOW LANE", "N3*PO BOX 100", P),
    "billing ZIP of five digits": lambda: swap("N4*PHOENIX*AZ*850041234", "N4*PHOENIX*AZ*85004", P),
    "billing NPI missing": lambda: swap("REHAB*****XX*2200000018", "REHAB", P),
    "tax id with a hyphen": lambda: swap("REF*EI*912345678", "REF*EI*91-2345678", P),
    "tax id of eight digits": lambda: swap("REF*EI*912345678", "REF*EI*91234567", P),
    "SBR01 unknown": lambda: swap("SBR*P*18", "SBR*X*18", P),
    "SBR02 missing without a patient loop": lambda: swap("SBR*P*18*", "SBR*P**", P),
    "SBR05 on a primary Medicare claim": lambda: swap("SBR*P*18*******MB", "SBR*P*18***12****MB", P),
    "dependent of a Medicare subscriber": lambda: swap("SBR*P*18*******MB", "SBR*P*01*******MB", P),
    "old Medicare number": lambda: swap("MI*7SU0KP3MN77", "MI*123456789A", P),
    "MBI with the letter O": lambda: swap("MI*7SU0KP3MN77", "MI*7SUOKP3MN77", P),
    "MBI with a hyphen": lambda: swap("MI*7SU0KP3MN77", "MI*7SU0-KP3-MN77", P),
    "member id missing": lambda: swap("ILEANA****MI*7SU0KP3MN77", "ILEANA", P),
    "member id qualifier": lambda: swap("****MI*7SU0KP3MN77", "****II*7SU0KP3MN77", P),
    "subscriber address missing": lambda: drop("N3*440", P),
    "DMG missing": lambda: drop("DMG*", P),
    "DMG03 unknown": lambda: swap("19470506*F", "19470506*X", P),
    "born after the service": lambda: swap("DMG*D8*19470506", "DMG*D8*20260506", P),
    "born in 1847": lambda: swap("DMG*D8*19470506", "DMG*D8*18470506", P),
    "payer missing": lambda: drop("NM1*PR", P),
    "payer qualifier": lambda: swap("B*****PI*03102", "B*****XX*03102", P),
    "CLM01 empty": lambda: swap("CLM*TB0001*", "CLM**", P),
    "CLM01 twice in the file": lambda: swap("CLM*TB0002*", "CLM*TB0001*", P),
    "CLM01 of 39 characters": lambda: swap("CLM*TB0001*", "CLM*" + "T" * 39 + "*", P),
    "CLM01 of 21 characters": lambda: swap("CLM*TB0001*", "CLM*" + "T" * 21 + "*", P),
    "CLM02 empty": lambda: swap("CLM*TB0001*150*", "CLM*TB0001**", P),
    "CLM05 without place": lambda: swap("***11:B:1", "***:B:1", P),
    "CLM05-2 of a bill type": lambda: swap("***11:B:1", "***11:A:1", P),
    "frequency 7 at Medicare": lambda: swap("11:B:1*Y", "11:B:7*Y", P),
    "frequency 8 at Medicare": lambda: swap("12:B:1*Y", "12:B:8*Y", P),
    "CLM06 unknown": lambda: swap("11:B:1*Y*A", "11:B:1*X*A", P),
    "CLM08 empty": lambda: swap("11:B:1*Y*A*Y*Y", "11:B:1*Y*A**Y", P),
    "CLM09 empty": lambda: swap("11:B:1*Y*A*Y*Y~", "11:B:1*Y*A*Y~", P),
    "ICD-9 qualifier": lambda: swap("HI*ABK:L89153", "HI*BK:L89153", P),
    "ICD with a dot": lambda: swap("ABK:I69354", "ABK:I69.354", P),
    "ICD heading, not a code": lambda: swap("ABK:L89153", "ABK:L8915", P),
    "ICD code twice": lambda: swap("ABF:Z741", "ABF:I69354", P),
    "thirteen diagnoses": _thirteen_diagnoses,
    "referring NPI fails": lambda: swap("XX*2700000013", "XX*2700000014", P),
    "NPI of nine digits": lambda: swap("XX*2300000017", "XX*230000001", P),
    "rendering name missing": lambda: swap("NM1*82*1*LARKSPURNE*IMOGEN", "NM1*82*1**IMOGEN", P),
    "rendering without NPI": lambda: swap("IMOGEN****XX*2300000017", "IMOGEN", P),
    "taxonomy of nine characters": lambda: swap("PXC*225100000X", "PXC*225100000", P),
    "facility without a city": lambda: counted(swap("N4*MESA*AZ*852011234~\nLX", "LX", P)),
    "facility address missing": lambda: counted(
        swap(
            "NM1*77*2*HOME OF THE PATIENT~\nN3*12 COPPER ROAD~\nN4*MESA*AZ*852011234~",
            "NM1*77*2*HOME OF THE PATIENT~",
            P,
        )
    ),
    "pointer to no diagnosis": lambda: swap("UN*1***1:2", "UN*1***1:3", P),
    "pointer 0": lambda: swap("UN*1***1:2", "UN*1***0", P),
    "pointer missing": lambda: swap("UN*1***1:2~", "UN*1~", P),
    "pointer twice": lambda: swap("UN*1***1:2", "UN*1***1:1", P),
    "SV101 qualifier": lambda: swap("SV1*HC:97550", "SV1*ZZ:97550", P),
    "SV102 empty": lambda: swap("97550:GP*90*UN", "97550:GP**UN", P),
    "SV102 negative": lambda: swap("G0541*95*", "G0541*-95*", swap("CLM*TB0002*95", "CLM*TB0002*-95", P)),
    "SV102 of three decimals": lambda: swap("97550:GP*90*", "97550:GP*90.001*", P),
    "units 0": lambda: swap("GP*90*UN*1***1:2", "GP*90*UN*0***1:2", P),
    "date as D6": lambda: swap("DTP*472*D8*20260414", "DTP*472*D6*260414", P),
    "range of dates without an end": lambda: swap("DTP*472*D8*20260414", "DTP*472*RD8*20260414", P),
    "range of dates backward": lambda: swap("DTP*472*D8*20260414", "DTP*472*RD8*20260414-20260401", P),
    "date in the future": lambda: swap("DTP*472*D8*20260415", "DTP*472*D8*20360415", P),
    "line number given twice": lambda: swap("REF*6R*TB0001L2", "REF*6R*TB0001L1", P),
    "51 service lines": lambda: _many_lines(51),
    "segment out of order": lambda: swap(
        "SV1*HC:G0541*95*UN*1***1~\nDTP*472*D8*20260415~",
        "DTP*472*D8*20260415~\nSV1*HC:G0541*95*UN*1***1~",
        P,
    ),
    "claim after its lines": lambda: swap(
        "LX*2~\nSV1*HC:97551", "HI*ABK:I10~\nLX*2~\nSV1*HC:97551", swap("SE*50*", "SE*51*", P)
    ),
    "ZIP with letters": lambda: swap("N4*MESA*AZ*85201", "N4*MESA*AZ*8520A", P),
    "letter outside the character set": lambda: swap("PERONELLE", "PÉRONELLE", P),
    "control character": lambda: swap("MESQUITE COURT", "MESQUITE\x07COURT", P),
    "HL04 says children": lambda: swap("HL*2*1*22*0", "HL*2*1*22*1", P),
    "HL parent says no children": lambda: swap("HL*1**20*1", "HL*1**20*0", P),
    "too many elements": lambda: swap("LX*2~", "LX*2*3*4~", P),
    "empty segment": lambda: swap("LX*2~\n", "LX*2~\n~\n", P),
    "trailing separator": lambda: swap("N3*440 MESQUITE COURT~", "N3*440 MESQUITE COURT*~", P),
    "two modifiers the same": lambda: swap("HC:97550:GP", "HC:97550:GP:GP", P),
    "add-on without its primary": lambda: swap("HC:97550:GP", "HC:97535:GP", P),
    "two disciplines on a line": lambda: swap("HC:97550:GP", "HC:97550:GP:GO", P),
    "primary for two units": lambda: swap("GP*90*UN*1***1:2", "GP*90*UN*2***1:2", P),
    "professional component": lambda: swap("HC:97550:GP", "HC:97550:26:GP", P),
    "code before its first day": lambda: swap("DTP*472*D8*20260415", "DTP*472*D8*20240415", P),
    "therapist without discipline": lambda: swap("HC:97550:GP", "HC:97550", P),
    "837I: type of bill of one digit": lambda: swap("***74:A:1", "***7:A:1", I),
    "837I: statement dates missing": lambda: drop("DTP*434", I),
    "837I: line outside the statement": lambda: swap("DTP*472*D8*20260414", "DTP*472*D8*20260331", I),
    "837I: revenue code of three digits": lambda: swap("SV2*0420*", "SV2*420*", I),
    "837I: revenue code of another discipline": lambda: swap("SV2*0420*", "SV2*0430*", I),
    "837I: attending missing": lambda: drop("NM1*71", I),
    "837I: CL1 missing": lambda: drop("CL1*", I),
    "837I: total is not the sum": lambda: swap("CLM*TB0101*210", "CLM*TB0101*209", I),
    "837I: inpatient type of bill": lambda: swap("***74:A:1", "***11:A:1", I),
    "837I: principal diagnosis missing": lambda: drop("HI*ABK", I),
}
MUTANTS = tuple(
    Mutant(name, make(), ours)
    for ours, made in ((False, LISTED), (True, OURS))
    for name, make in made.items()
)
