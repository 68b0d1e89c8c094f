"""Made-up 835 text for tests: a fixed one with everything that a biller meets, and Hypothesis strategies for the rest.

Written apart from the project's own writer, so that reader and writer cannot agree on a mistake.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

ISA = "ISA*00*          *00*          *ZZ*TBPAYER        *ZZ*TBSUBMIT       *260504*0915*^*00501*000000201*0*T*:~\n"
GS = "GS*HP*TBPAYER*TBSUBMIT*20260504*0915*201*X*005010X221A1~\n"
FRAME = """\
N1*PR*MADE UP CONTRACTOR~
N3*1 SAMPLE WAY~
N4*PHOENIX*AZ*850041234~
REF*2U*03102~
PER*BL*ORLA FENWICK*TE*6025550100~
N1*PE*WILLOW LANE REHAB*XX*2200000018~
REF*TJ*912345678~
"""
# Two lines of one claim: paid in part and denied; a reversal and its correction; a claim without lines; PLB of two kinds.
EVERYTHING = """\
LX*1~
TS3*2200000018*11*20261231*4*470~
CLP*TB1*1*150*41.36*10.55*MB*1426000000001*11*1~
CAS*OA*23*0~
NM1*QC*1*QUILL*NOEMIE****MI*1SA0WP0XY00~
NM1*74*1*QUILLE****~
NM1*82*1*LARKSPURNE*IMOGEN****XX*2300000017~
NM1*TT*2*MADE UP MEDIGAP*****PI*60054~
MOA***MA01*MA18~
REF*EA*CHART7~
DTM*232*20260301~
DTM*233*20260302~
DTM*050*20260310~
AMT*AU*52.77~
SVC*HC:97550:GP:CQ:KX:59*90*41.36**1*HC:97550:GO*2~
DTM*472*20260302~
CAS*CO*45*37.23**253*.86~
CAS*PR*2*10.55~
REF*LU*11~
REF*6R*TB1L1~
REF*0K*POLICY1~
AMT*B6*52.77~
AMT*KH*1.00~
LQ*HE*N519~
LQ*RX*70~
SVC*HC:97551:GP*60*0*0420*0~
DTM*150*20260301~
DTM*151*20260302~
CAS*CO*50*20*1*97*40*2~
REF*6R*TB1L2~
LQ*HE*N115~
LQ*HE*M25~
CLP*TB2*22*-100*-80*-20*MB*1426000000002*11*8~
NM1*QC*1*HOLLIN*MAREK****MI*1SA0WP0XY01~
SVC*HC:97550:GP*-100*-80**-1~
DTM*472*20260302~
CAS*PR*2*-20~
CLP*TB2*1*100*70*30*MB*1426000000003*11*7~
NM1*QC*1*HOLLIN*MAREK****MI*1SA0WP0XY01~
SVC*HC:97550:GP*100*70**1~
DTM*472*20260302~
CAS*PR*2*20~
CAS*PR*1*10~
CLP*TB3*4*60*0**ZZ*1426000000004~
CAS*CO*Z99*60~
NM1*QC*1*BRAMBLECOTE*ODALYS****MI*1SA0WP0XY02~
MIA*0****M50***************N1*N2~
PLB*2200000018*20261231*WO:1426000000002*25.00*L6:INTEREST*-1.36*72*5~
PLB*2200000018*20261231*FB*-10.00~
"""


def one_set(body: str, paid: str, number: int = 1, frame: str = FRAME, trace: str = "TB000000001") -> str:
    """A transaction set around claims and PLB."""
    text = (
        f"ST*835*{number:04}~\nBPR*I*{paid}*C*ACH*CCP*01*999999992*DA*123456*1351840597**01*999988880*DA*98765"
        f"*20260504~\nTRN*1*{trace}*1351840597~\nDTM*405*20260503~\n{frame}{body}"
    )
    return f"{text}SE*{text.count('~') + 1}*{number:04}~\n"


def file_of(*sets: str) -> bytes:
    """An interchange around transaction sets."""
    return f"{ISA}{GS}{''.join(sets)}GE*{len(sets)}*201~\nIEA*1*000000201~\n".encode()


def everything() -> bytes:
    """The fixed file; 12.72 is what its claims (31.36) less its PLB (18.64) come to."""
    return file_of(one_set(EVERYTHING, "12.72"))


def _dollars(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"


_CENTS = st.integers(-50_000, 500_000)
_CODES = st.sampled_from(["45", "253", "1", "2", "50", "97", "B7", "A1", "16", "Z99"])
_GROUPS = st.sampled_from(["CO", "PR", "OA", "PI", "CR"])
_TEXT = st.text("ABCDEFGHKLMNPQRSTUVWXYZ0123456789 .-'", min_size=1, max_size=12).map(str.strip).filter(bool)
_ID = st.text("ABCDEFGHKLMNPQRSTUVWXYZ0123456789", min_size=1, max_size=17)
_DAY = st.integers(0, 700).map(lambda n: date(2025, 1, 1) + timedelta(n))


@st.composite
def _cas(draw, most=7):
    """CAS segments of up to six trios each, and what they add up to."""
    trios = draw(st.lists(st.tuples(_CODES, _CENTS, st.none() | st.integers(-3, 9)), max_size=most))
    text, total = "", 0
    while trios:
        several = draw(st.integers(1, 6))
        parts = [
            f"*{code}*{_dollars(cents)}*{'' if count is None else count}"
            for code, cents, count in trios[:several]
        ]
        total += sum(cents for _, cents, _ in trios[:several])
        text += f"CAS*{draw(_GROUPS)}{''.join(parts).rstrip('*')}~\n"
        trios = trios[several:]
    return text, total


@st.composite
def _line(draw):
    charge = draw(_CENTS)
    cas, adjusted = draw(_cas())
    modifiers = "".join(
        f":{one}" for one in draw(st.lists(st.sampled_from(["GP", "CQ", "KX", "59"]), max_size=4))
    )
    units = draw(st.sampled_from(["", "*1", "*3", "*0.5"]))
    text = f"SVC*HC:{draw(st.sampled_from(['97550', '97551', 'G0539']))}{modifiers}*{_dollars(charge)}"
    text += (
        f"*{_dollars(charge - adjusted)}{'*' + units if units else ''}~\nDTM*472*{draw(_DAY):%Y%m%d}~\n{cas}"
    )
    if draw(st.booleans()):
        text += f"REF*6R*{draw(_ID)}~\n"
    if draw(st.booleans()):
        text += f"AMT*B6*{_dollars(draw(_CENTS))}~\n"
    for code in draw(st.lists(st.sampled_from(["N115", "M25", "MA130", "N9999"]), max_size=3)):
        text += f"LQ*HE*{code}~\n"
    return text, charge, adjusted


@st.composite
def claims(draw):
    """One claim's segments and what it pays in cents; it balances."""
    cas, adjusted = draw(_cas(3))
    lines = draw(st.lists(_line(), max_size=3))
    charge = sum(cents for _, cents, _ in lines) if lines else draw(_CENTS)
    paid = charge - adjusted - sum(cents for _, _, cents in lines)
    status = draw(st.sampled_from(["1", "2", "3", "4", "19", "22", "25"]))
    owed = draw(st.sampled_from(["", "0", "12.5"]))
    text = f"CLP*{draw(_ID)}*{status}*{_dollars(charge)}*{_dollars(paid)}*{owed}*MB*{draw(_ID)}*11*1~\n{cas}"
    text += f"NM1*QC*1*{draw(_TEXT)}*{draw(_TEXT)}****MI*1SA0WP0XY00~\n"
    if draw(st.booleans()):
        text += "MOA***MA01*MA18~\n"
    if draw(st.booleans()):
        text += f"DTM*232*{draw(_DAY):%Y%m%d}~\n"
    return text + "".join(one for one, _, _ in lines), paid


@st.composite
def files(draw, most=4):
    """A file of one to three payments that balance."""
    sets = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        made = draw(st.lists(claims(), min_size=1, max_size=most))
        taken = [
            (draw(st.sampled_from(["WO", "72", "L6", "FB", "J1"])), cents)
            for cents in draw(st.lists(_CENTS, max_size=4))
        ]
        plb = "".join(f"*{reason}:REF{n}*{_dollars(cents)}" for n, (reason, cents) in enumerate(taken))
        body = "LX*1~\n" + "".join(text for text, _ in made)
        body += f"PLB*2200000018*20261231{plb}~\n" if plb else ""
        paid = sum(cents for _, cents in made) - sum(cents for _, cents in taken)
        sets.append(one_set(body, _dollars(paid), number, trace=f"TB{number:09}"))
    return file_of(*sets)


def amount(text: str) -> Decimal:
    """Short for a test."""
    return Decimal(text)
