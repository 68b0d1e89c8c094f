"""Damaged answers of payers: each mutant is one fault on a clean 835, 277CA, 999 or TA1.

Written from the issue's list and from what remittances are returned for, without a look at the checker. Segments are
counted again after each change, so that a damage stays the only one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.x12.mutants import Mutant, counted, drop, insert, swap

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve().parent
REMITTANCE = (HERE / "clean/remittance.835").read_text("ascii")
CLAIM_ACKNOWLEDGMENT = (HERE / "clean/acknowledgment.277").read_text("ascii")
ACKNOWLEDGMENT = (HERE / "clean/acknowledgment.999").read_text("ascii")
R, C, A = REMITTANCE, CLAIM_ACKNOWLEDGMENT, ACKNOWLEDGMENT


def cut(start: str, end: str, text: str) -> str:
    """The text without all from the first segment that begins with ``start`` to the next that begins with ``end``."""
    lines = text.splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith(start))
    last = next(i for i, line in enumerate(lines) if i > first and line.startswith(end))
    return counted("".join(lines[:first] + lines[last:]))


def again(start: str, end: str, text: str) -> str:
    """The text with the part from ``start`` to ``end`` given twice."""
    lines = text.splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith(start))
    last = next(i for i, line in enumerate(lines) if i > first and line.startswith(end))
    return counted("".join(lines[:last] + lines[first:last] + lines[last:]))


def _twice() -> str:
    """The payment in two transaction sets of one group."""
    st, se = R.index("ST*835"), R.index("GE*1")
    body = R[st:se]
    return swap("GE*1*", "GE*2*", R[:se] + body.replace("*0001~", "*0002~") + R[se:])


LISTED: dict[str, Callable[[], str]] = {
    "SE01 wrong": lambda: swap("SE*64*", "SE*63*", R),
    "GE01 wrong": lambda: swap("GE*1*", "GE*2*", R),
    "IEA01 wrong": lambda: swap("IEA*1*", "IEA*3*", R),
    "SE02 is not ST02": lambda: swap("SE*64*0001", "SE*64*0002", R),
    "BPR02 is not the sum": lambda: swap("BPR*I*14.59", "BPR*I*14.95", R),
    "CLP04 is not CLP03 less CAS": lambda: swap(
        "*150*60.37*", "*150*61.37*", swap("BPR*I*14.59", "BPR*I*15.59", R)
    ),
    "SVC03 unbalanced": lambda: swap("GP*90*40.88", "GP*90*40.98", R),
    "CAS01 unknown": lambda: swap("CAS*CO*16", "CAS*XX*16", R),
    "CARC 9999": lambda: swap("CAS*CO*16", "CAS*CO*9999", R),
    "CLP02 is 99": lambda: swap("CLP*TB0001*1*", "CLP*TB0001*99*", R),
    "BPR01 unknown": lambda: swap("BPR*I*", "BPR*Q*", R),
    "TRN missing": lambda: drop("TRN*", R),
    "N1*PR missing": lambda: drop("N1*PR", R),
    "CLP06 unknown": lambda: swap("15.4*MB*", "15.4*Q9*", R),
    "unknown segment": lambda: insert("CLP*TB0002", "ZZZ*1*2", R),
    "SVC03 empty": lambda: swap("GP*90*40.88*", "GP*90**", R),
    "CAS03 text": lambda: swap("CAS*CO*16*95", "CAS*CO*16*ALL", R),
    "DTM impossible": lambda: swap("DTM*472*20260414", "DTM*472*20260231", R),
    "CLP01 empty": lambda: swap("CLP*TB0002*", "CLP**", R),
    "NM1*QC missing": lambda: drop("NM1*QC", R),
    "RARC unknown": lambda: swap("LQ*HE*M77", "LQ*HE*ZZ77", R),
    "CLP05 text": lambda: swap("60.37*15.4*", "60.37*NONE*", R),
}
OURS: dict[str, Callable[[], str]] = {
    "GE02 is not GS06": lambda: swap("GE*1*201", "GE*1*202", R),
    "IEA02 is not ISA13": lambda: swap("IEA*1*000000201", "IEA*1*000000202", R),
    "GS01 of claims": lambda: swap("GS*HP*", "GS*HC*", R),
    "GS08 of 4010": lambda: swap("X*005010X221A1", "X*004010X091A1", R),
    "SE missing": lambda: "".join(line for line in R.splitlines(True) if not line.startswith("SE*")),
    "ST missing": lambda: "".join(line for line in R.splitlines(True) if not line.startswith("ST*")),
    "BPR missing": lambda: drop("BPR*", R),
    "BPR02 text": lambda: swap("BPR*I*14.59", "BPR*I*14,59", R),
    "BPR02 of three decimals": lambda: swap("BPR*I*14.59", "BPR*I*14.595", R),
    "BPR02 negative": lambda: swap("BPR*I*14.59", "BPR*I*-14.59", R),
    "BPR03 unknown": lambda: swap("14.59*C*", "14.59*X*", R),
    "BPR03 of a debit": lambda: swap("14.59*C*", "14.59*D*", R),
    "BPR04 unknown": lambda: swap("*ACH*", "*CASH*", R),
    "BPR04 of no payment": lambda: swap("*ACH*CCP*", "*NON**", R),
    "BPR07 without BPR06": lambda: swap("CCP*01*999999992", "CCP**999999992", R),
    "BPR16 impossible": lambda: swap("98765*20260506", "98765*20261506", R),
    "BPR16 empty": lambda: swap("98765*20260506", "98765", R),
    "TRN01 unknown": lambda: swap("TRN*1*", "TRN*9*", R),
    "TRN03 of another payer": lambda: swap("001*1912345678", "001*1912345679", R),
    "TRN03 without the 1": lambda: swap("001*1912345678", "001*912345678", swap("456*1912345678", "456*", R)),
    "DTM*405 impossible": lambda: swap("DTM*405*20260504", "DTM*405*2026054", R),
    "payer without address": lambda: drop("N3*1 HARBOR", R),
    "payer's technical contact missing": lambda: drop("PER*BL", R),
    "payee missing": lambda: drop("N1*PE", R),
    "payee's NPI fails": lambda: swap("XX*2200000018~\nREF", "XX*2200000019~\nREF", R),
    "LX missing": lambda: cut("LX*", "CLP*", R),
    "TS304 is not the count": lambda: swap("20261231*4*245", "20261231*5*245", R),
    "TS305 is not the sum": lambda: swap("20261231*4*245", "20261231*4*250", R),
    "CLP missing": lambda: drop("CLP*TB0002", R),
    "claim cut out": lambda: cut("CLP*TB0003*22", "CLP*TB0003*19", R),
    "claim twice": lambda: again("CLP*TB0002", "CLP*TB0003", R),
    "CLP03 is not the lines' sum": lambda: swap("TB0001*1*150*", "TB0001*1*151*", R),
    "CLP04 empty": lambda: swap("*150*60.37*", "*150**", R),
    "CLP05 is not the sum of PR": lambda: swap("60.37*15.4*", "60.37*15.5*", R),
    "CLP07 empty": lambda: swap("MB*1926120000010*", "MB**", R),
    "reversal with positive amounts": lambda: swap("CLP*TB0003*22*", "CLP*TB0003*1*", R),
    "correction as a reversal": lambda: swap("CLP*TB0003*19*", "CLP*TB0003*22*", R),
    "denied, but paid": lambda: swap("CLP*TB0001*1*", "CLP*TB0001*4*", R),
    "forwarded to nobody": lambda: drop("NM1*TT", R),
    "NM1*QC twice": lambda: insert("NM1*82", "NM1*QC*1*PERONELLE*ILEANA****MI*7SU0KP3MN77", R),
    "NM1 of an unknown role": lambda: swap("NM1*82*", "NM1*ZZ*", R),
    "rendering provider's NPI fails": lambda: swap("XX*2300000017", "XX*2300000018", R),
    "CAS of a retired reason": lambda: swap("CAS*CO*16*95", "CAS*CO*42*95", R),
    "CAS amount wrong": lambda: swap("CAS*CO*45*35.14", "CAS*CO*45*35.41", R),
    "CAS amount without a reason": lambda: swap("**253*.4~", "***.4~", R),
    "CAS reason without an amount": lambda: swap("CAS*CO*16*95", "CAS*CO*16", R),
    "CAS group PI at Medicare": lambda: swap("CAS*CO*16", "CAS*PI*16", R),
    "CAS the same reason twice": lambda: swap("CAS*CO*45*35.14**253*.4", "CAS*CO*45*35.14**45*.4", R),
    "CAS missing": lambda: drop("CAS*PR*1", R),
    "CAS before the names": lambda: insert("LQ*HE*M77", "NM1*IL*1*ASHBY*TOBIAH****MI*3SC4WP0XY22", R),
    "CARC of our time, unknown to us": lambda: swap("CAS*CO*16", "CAS*CO*399", R),
    "MOA remark unknown": lambda: swap("MOA***MA130", "MOA***XYZ", R),
    "LQ02 empty": lambda: swap("LQ*HE*M77", "LQ*HE", R),
    "LQ01 unknown": lambda: swap("LQ*HE*M77", "LQ*QQ*M77", R),
    "SVC01 qualifier unknown": lambda: swap("SVC*HC:G0541", "SVC*QQ:G0541", R),
    "SVC01 by another separator": lambda: swap("SVC*HC:G0541*95", "SVC*HC>G0541*95", R),
    "SVC01 in two elements": lambda: swap("SVC*HC:G0541*95", "SVC*HC*G0541*95", R),
    "SVC02 empty": lambda: swap("SVC*HC:G0541*95*", "SVC*HC:G0541**", R),
    "SVC02 is not the claim's": lambda: swap("SVC*HC:97551:GP*60*", "SVC*HC:97551:GP*61*", R),
    "modifier of three letters": lambda: swap("HC:97551:GP", "HC:97551:GPX", R),
    "service date missing": lambda: cut("DTM*472*20260415", "CAS", R),
    "service after the remittance": lambda: swap("DTM*472*20260415", "DTM*472*20260815", R),
    "service ends before it begins": lambda: swap(
        "DTM*472*20260415", "DTM*150*20260415~\nDTM*151*20260413", counted(R)
    ).replace("SE*64", "SE*65"),
    "DTM qualifier unknown": lambda: swap("DTM*050*20260331", "DTM*999*20260331", R),
    "AMT02 text": lambda: swap("AMT*B6*24.86", "AMT*B6*24.86-", R),
    "line number twice": lambda: insert("REF*6R*TB0002L1", "REF*6R*TB0002L1", R),
    "PLB reason unknown": lambda: swap("*WO:19", "*QQ:19", R),
    "PLB amount missing": lambda: swap("*L6:TB0001*-.1", "*L6:TB0001", R),
    "PLB amount wrong": lambda: swap("00077*5*", "00077*50*", R),
    "PLB missing": lambda: drop("PLB*", R),
    "PLB date impossible": lambda: swap("2200000018*20261231*WO", "2200000018*20261331*WO", R),
    "payment twice": _twice,
    "file cut off": lambda: R[: R.index("CLP*TB0003*19")],
    "two files interleaved": lambda: insert("CLP*TB0002", C.splitlines()[12].rstrip("~"), R),
    "amount with a dollar sign": lambda: swap("AMT*B6*24.86", "AMT*B6*$24.86", R),
    "letter outside the character set": lambda: swap("PERONELLE", "PÉRONELLE", R),
}
OTHERS: dict[str, Callable[[], str]] = {
    "277CA: BHT02 unknown": lambda: swap("BHT*0085*08*", "BHT*0085*00*", C),
    "277CA: HL01 leaps": lambda: swap("HL*5*3*PT", "HL*9*3*PT", C),
    "277CA: HL02 of nobody": lambda: swap("HL*5*3*PT", "HL*5*7*PT", C),
    "277CA: HL03 wrong": lambda: swap("HL*5*3*PT", "HL*5*3*23", C),
    "277CA: submitter missing": lambda: drop("NM1*41", C),
    "277CA: TRN of a claim missing": lambda: drop("TRN*2*TB0002", C),
    "277CA: STC missing": lambda: drop("STC*A2", C),
    "277CA: category unknown": lambda: swap("STC*A2:20:PR", "STC*Z2:20:PR", C),
    "277CA: category of another answer": lambda: swap("STC*A2:20:PR", "STC*F1:20:PR", C),
    "277CA: status code text": lambda: swap("STC*A2:20:PR", "STC*A2:XX:PR", C),
    "277CA: entity unknown": lambda: swap("STC*A7:562:85", "STC*A7:562:00", C),
    "277CA: action unknown": lambda: swap("20260421*U*60", "20260421*Z*60", C),
    "277CA: rejected, but WQ": lambda: swap("20260421*U*60", "20260421*WQ*60", C),
    "277CA: accepted, but U": lambda: swap("20260421*WQ*150", "20260421*U*150", C),
    "277CA: date impossible": lambda: swap("STC*A2:20:PR*20260421", "STC*A2:20:PR*20260431", C),
    "277CA: accepted count wrong": lambda: swap("QTY*90*2", "QTY*90*3", C),
    "277CA: rejected sum wrong": lambda: swap("AMT*YY*60~\nHL*4", "AMT*YY*61~\nHL*4", C),
    "277CA: payer's number missing": lambda: drop("REF*1K", C),
    "277CA: claim cut out": lambda: cut("HL*6", "SE", C),
    "277CA: amount text": lambda: swap("*WQ*150", "*WQ*15O", C),
    "277CA: unknown segment": lambda: insert("HL*5", "ZZZ*1", C),
    "277CA: version differs": lambda: swap("ST*277*0001*005010X214", "ST*277*0001*005010X212", C),
    "999: AK1 missing": lambda: drop("AK1*", A),
    "999: AK9 missing": lambda: drop("AK9*", A),
    "999: IK5 missing": lambda: drop("IK5*A", A),
    "999: IK501 unknown": lambda: swap("IK5*R*I5", "IK5*Q*I5", A),
    "999: accepted with faults": lambda: swap("IK5*R*I5", "IK5*A", A),
    "999: refused without a reason": lambda: swap("IK5*A~", "IK5*R~", A),
    "999: AK904 wrong": lambda: swap("AK9*P*2*2*1", "AK9*P*2*2*2", A),
    "999: AK903 too small": lambda: swap("AK9*P*2*2*1", "AK9*P*2*1*1", A),
    "999: AK903 text": lambda: swap("AK9*P*2*2*1", "AK9*P*2*X*1", A),
    "999: AK901 accepts all": lambda: swap("AK9*P*", "AK9*A*", A),
    "999: set answered twice": lambda: swap("AK2*837*0002", "AK2*837*0001", A),
    "999: fault without a code": lambda: swap("IK3*N4*12**3", "IK3*N4*12", A),
    "999: IK304 unknown": lambda: swap("IK3*N4*12**3", "IK3*N4*12**99", A),
    "999: IK403 unknown": lambda: swap("1325*7*0", "1325*77*0", A),
    "999: IK302 text": lambda: swap("IK3*N4*12*", "IK3*N4*TWELVE*", A),
    "TA1: control number of eight digits": lambda: swap("TA1*000000101", "TA1*00000101", A),
    "TA1: date impossible": lambda: swap("TA1*000000101*260420", "TA1*000000101*261320", A),
    "TA1: answer unknown": lambda: swap("*A*000", "*Q*000", A),
    "TA1: note unknown": lambda: swap("*A*000", "*R*099", A),
    "TA1: accepted with a fault": lambda: swap("*A*000", "*A*025", A),
    "TA1: refused without a reason": lambda: swap("*A*000", "*R*000", A),
    "TA1: behind the group": lambda: swap(
        "IEA*", "TA1*000000101*260420*0915*A*000~\nIEA*", swap("TA1*000000101*260420*0915*A*000~\n", "", A)
    ).replace("GE*1*203~\nTA1", "TA1").replace("A*000~\nIEA", "A*000~\nGE*1*203~\nIEA"),
}  # fmt: skip
MUTANTS = tuple(
    Mutant(name, make(), ours)
    for ours, made in ((False, LISTED), (True, OURS))
    for name, make in made.items()
)
OTHER_MUTANTS = tuple(Mutant(name, make(), ours=True) for name, make in OTHERS.items())
