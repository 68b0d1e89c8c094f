"""The envelopes of a file, ISA to IEA, GS to GE, ST to SE: form, counts, control numbers, order, versions.

`Envelopes` is told of every envelope segment in turn, answers with issues, and knows where the reading stands.
A trailer that is missing is told when the next header, or the end of the file, comes instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from teachback.x12.faults import FAULTS
from teachback.x12.issues import Issue, Position
from teachback.x12.patterns import real_date, real_time
from teachback.x12.ta1 import faults as ta1_faults
from teachback.x12.versions import ANSWERS, EXPECTED, FUNCTION_OF, KINDS, ONLY_GUIDE, kind_of

if TYPE_CHECKING:
    from teachback.x12.tokens import Segment

_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
_TA1 = (
    "010",
    "011",
    "012",
    "013",
    "005",
    "006",
    "007",
    "008",
    "014",
    "015",
    "016",
    "017",
    "018",
    "019",
    "020",
    "027",
)
_ID_QUALIFIERS = ("01", "14", "20", "27", "28", "29", "30", "33", "ZZ")
_ISA_CODES = {
    1: ("00", "03"),
    3: ("00", "01"),
    5: _ID_QUALIFIERS,
    7: _ID_QUALIFIERS,
    14: ("0", "1"),
    15: ("P", "T"),
}
_INTERCHANGE_VERSION = "00501"
_GS_LENGTHS = {2: (2, 15), 3: (2, 15)}
_GROUP_NUMBER = re.compile(r"[0-9]{1,9}")
_SET_NUMBER = re.compile(r"[0-9A-Za-z]{4,9}")
_NUMBERS_KEPT = 100_000


@dataclass(slots=True, eq=False)
class Transaction:
    """One transaction set, or what passes for one.

    ``kind`` is that of `versions.KINDS`, or empty where the content is not checked. ``version`` is as written (ST03,
    else GS08); ``control`` ST02, ``interchange`` ISA13, ``group`` GS06, ``usage`` ISA15. ``undecided`` where GS08
    and ST03 name different guides or none: the first claim then decides.
    """

    kind: str = ""
    version: str = ""
    control: str = ""
    interchange: str = ""
    group: str = ""
    usage: str = ""
    isa: Segment | None = None
    gs: Segment | None = None
    st: Segment | None = None
    claims: int = 0
    undecided: bool = False


class Envelopes:
    """Where the reading of a file stands in its envelopes, and what was counted."""

    def __init__(self) -> None:
        self.isa: Segment | None = None
        self.gs: Segment | None = None
        self.transaction: Transaction | None = None
        self.interchange_open = self.group_open = False
        self.groups = self.sets = self.segments = 0
        self.answers = 0  # TA1 segments of the interchange
        self.interchanges: set[str] = set()
        self.group_numbers: set[str] = set()
        self.set_numbers: set[str] = set()

    def at(self, segment: Segment, element: str = "") -> Position:
        """The position of an envelope segment."""
        transaction = self.transaction
        return Position(
            line=segment.line,
            byte=segment.byte,
            segment=segment.elements[0][:3],
            element=element,
            segment_number=segment.number,
            interchange=self.isa.value(13).strip() if self.isa else "",
            transaction=transaction.control if transaction else "",
        )

    def _tell(
        self, code: str, segment: Segment, element: str = "", message: str = "", x12: str = ""
    ) -> Issue:
        return FAULTS[code].at(self.at(segment, element), message, x12=x12)

    # Interchange

    def open_interchange(self, isa: Segment) -> list[Issue]:
        """An ISA: whatever was open has been closed before."""
        self.isa = isa
        self.interchange_open = True
        self.groups = self.answers = 0
        self.group_numbers = set()
        issues = [*self._isa_widths(isa), *self._isa_values(isa)]
        number = isa.value(13)
        if number in self.interchanges:
            issues.append(self._repeated(isa, "ISA13", "interchange", "025"))
        if len(self.interchanges) < _NUMBERS_KEPT:
            self.interchanges.add(number)
        return issues

    def _isa_widths(self, isa: Segment) -> list[Issue]:
        """Elements that do not have their width; told once where the elements themselves are too few or many."""
        found = len(isa.elements) - 1
        if found != len(_WIDTHS):
            return [
                self._tell(
                    "X103", isa, message=f"The ISA has {found} elements; it has sixteen.", x12="TA1-105 024"
                )
            ]
        issues = []
        for index, width in enumerate(_WIDTHS, 1):
            text = isa.elements[index]
            if len(text) != width and index not in {11, 16}:
                said = f"ISA{index:02} has {len(text)} characters; it has exactly {width}."
                issues.append(self._tell("X103", isa, f"ISA{index:02}", said, f"TA1-105 {_TA1[index - 1]}"))
        return issues

    def _isa_values(self, isa: Segment) -> list[Issue]:
        """Elements of the right width that hold what they may not."""
        faults: dict[int, str] = {}
        for index, codes in _ISA_CODES.items():
            if len(isa.value(index)) == _WIDTHS[index - 1] and isa.value(index) not in codes:
                faults[index] = f"ISA{index:02} is not one of {', '.join(codes)}."
        for index in (6, 8):
            if len(isa.value(index)) == _WIDTHS[index - 1] and not isa.value(index).strip():
                faults[index] = f"ISA{index:02} is blank; it names the file's sender or receiver."
        if len(isa.value(9)) == _WIDTHS[8] and not real_date("20" + isa.value(9)):
            faults[9] = "ISA09 is not a date as YYMMDD."
        if len(isa.value(10)) == _WIDTHS[9] and not real_time(isa.value(10)):
            faults[10] = "ISA10 is not a time as HHMM."
        if len(isa.value(13)) == _WIDTHS[12] and not isa.value(13).isdigit():
            faults[13] = "ISA13 is not a number of nine digits."
        return [
            self._tell("X104", isa, f"ISA{index:02}", said, f"TA1-105 {_TA1[index - 1]}")
            for index, said in sorted(faults.items())
        ]

    def interchange_version(self, version: str) -> list[Issue]:
        """Whether ISA12 and ISA11 suit the version of the first transaction set, known once that comes."""
        isa = self.isa
        if isa is None or not version.startswith("005010"):
            return []
        issues = []
        if isa.value(12) != _INTERCHANGE_VERSION and len(isa.value(12)) == _WIDTHS[11]:
            said = f"ISA12 is {isa.value(12)}; with {version} it is {_INTERCHANGE_VERSION}."
            issues.append(self._tell("X104", isa, "ISA12", said, "TA1-105 017"))
        return issues

    def close_interchange(self, iea: Segment | None) -> list[Issue]:
        """An IEA, or ``None`` where another interchange or the end of the file comes instead."""
        isa = self.isa
        self.interchange_open = False
        if isa is None:  # its absence was told
            return []
        if iea is None:
            return [self._tell("X105", isa)]
        issues = []
        if not _same_number(iea.value(1), self.groups):
            said = f"IEA01 is {_number(iea.value(1))}; the interchange has {self.groups}."
            issues.append(self._tell("X106", iea, "IEA01", said))
        if iea.value(2) != isa.value(13):
            issues.append(self._tell("X107", iea, "IEA02"))
        if not self.groups and not self.answers:
            issues.append(self._tell("X125", isa, message="The interchange holds no functional group."))
        return issues

    def interchange_answer(self, ta1: Segment) -> list[Issue]:
        """A TA1: its own elements, and whether it stands before the groups of an interchange."""
        self.answers += 1
        issues = [self._tell(code, ta1, element, said) for code, element, said in ta1_faults(ta1)]
        if not self.interchange_open or self.group_open:
            said = "The TA1 stands where it may not: its place is behind the ISA, before any GS."
            issues.append(self._tell("X121", ta1, message=said))
        return issues

    # Functional group

    def open_group(self, gs: Segment) -> list[Issue]:
        """A GS."""
        self.gs = gs
        self.group_open = True
        self.groups += 1
        self.sets = 0
        self.set_numbers = set()
        issues = []
        for index, (least, most) in _GS_LENGTHS.items():
            if not least <= len(gs.value(index).strip()) <= most:
                said = f"GS{index:02} has {len(gs.value(index))} characters; it has {least} to {most}."
                issues.append(self._tell("X109", gs, f"GS{index:02}", said))
        if not real_date(gs.value(4)):
            issues.append(self._tell("X109", gs, "GS04", "GS04 is not a date as CCYYMMDD."))
        if not real_time(gs.value(5)):
            issues.append(self._tell("X109", gs, "GS05", "GS05 is not a time as HHMM."))
        if not _GROUP_NUMBER.fullmatch(gs.value(6)):
            issues.append(
                self._tell("X127", gs, "GS06", "GS06 is not a number of one to nine digits.", "AK905 6")
            )
        if gs.value(7) != "X":
            issues.append(self._tell("X109", gs, "GS07", "GS07 is not X."))
        if not gs.value(8).strip():
            issues.append(
                self._tell("X109", gs, "GS08", "GS08 is empty; it names the version of the guide.", "AK905 2")
            )
        if gs.value(6) in self.group_numbers:
            issues.append(self._repeated(gs, "GS06", "functional group", ""))
        self.group_numbers.add(gs.value(6))
        return issues

    def close_group(self, ge: Segment | None) -> list[Issue]:
        """A GE, or ``None`` where something else comes instead."""
        gs = self.gs
        self.group_open = False
        if gs is None:  # its absence was told
            return []
        if ge is None:
            return [self._tell("X110", gs)]
        issues = []
        if not _same_number(ge.value(1), self.sets):
            said = f"GE01 is {_number(ge.value(1))}; the group has {self.sets}."
            issues.append(self._tell("X111", ge, "GE01", said))
        if ge.value(2) != gs.value(6):
            issues.append(self._tell("X112", ge, "GE02"))
        if not self.sets:
            issues.append(self._tell("X125", gs, message="The functional group holds no transaction set."))
        return issues

    # Transaction set

    def open_set(self, st: Segment) -> list[Issue]:
        """An ST; ``transaction`` says afterwards by which guide its content is checked."""
        gs, isa = self.gs, self.isa
        self.sets += 1
        self.segments = 1
        st.number = 1
        named, grouped = st.value(3).strip(), gs.value(8).strip() if gs else ""
        made = Transaction(version=named or grouped, control=st.value(2), isa=isa, gs=gs, st=st)
        made.interchange = isa.value(13).strip() if isa else ""
        made.usage = isa.value(15) if isa else ""
        made.group = gs.value(6) if gs else ""
        self.transaction = made
        issues = self._set_numbers(st)
        function = FUNCTION_OF.get(st.value(1))
        if gs and function and gs.value(1) != function:
            said = f"GS01 is {gs.value(1)[:2]}; groups of transaction sets {st.value(1)} are {function}."
            issues.append(self._tell("X126", gs, "GS01", said))
        if st.value(1) == "837":
            issues += self._guide(made, named, grouped, st)
        elif st.value(1) in ANSWERS:
            issues += self._answer(made, named, grouped, st)
        elif re.fullmatch(r"[0-9]{3}", st.value(1)):
            said = f"The transaction set is a {st.value(1)}: its envelopes were checked, its content was not."
            issues.append(self._tell("X128", st, "ST01", said))
        else:
            issues.append(
                self._tell("X117", st, "ST01", "ST01 names no transaction set; claims are 837.", "IK502 6")
            )
        if self.sets == 1:
            issues += self.interchange_version(made.version)
        return issues

    def _set_numbers(self, st: Segment) -> list[Issue]:
        """ST02: its form, and whether the group has it already."""
        issues = []
        if not _SET_NUMBER.fullmatch(st.value(2)):
            said = "ST02 is not a control number of four to nine characters."
            issues.append(self._tell("X127", st, "ST02", said, "IK502 7"))
        elif st.value(2) in self.set_numbers:
            issues.append(self._repeated(st, "ST02", "transaction set", "IK502 23"))
        if len(self.set_numbers) < _NUMBERS_KEPT:
            self.set_numbers.add(st.value(2))
        return issues

    def _guide(self, made: Transaction, named: str, grouped: str, st: Segment) -> list[Issue]:
        """Which guide the set is checked by, and what is odd about how it is named."""
        kinds = [KINDS.get(version[:10], "") for version in (named, grouped)]
        issues = []
        if named.startswith("005010") or grouped.startswith("005010"):
            if named != grouped and grouped:
                said = f"ST03 is {_number(named)}; GS08 is {_number(grouped)}."
                issues.append(self._tell("X119", st, "ST03", said))
            made.undecided = not any(kinds) if not named or not grouped else kinds[0] != kinds[1]
            made.kind = kinds[0] or kinds[1]
            if made.kind and kinds[0] == kinds[1] and named == grouped != EXPECTED[made.kind]:
                said = f"GS08 and ST03 are {named}; Medicare names {EXPECTED[made.kind]}, by which the content was checked."
                issues.append(self._tell("X118", st, "ST03", said))
        if not made.kind and not made.undecided:
            version = _number(made.version)
            said = f"The claims are of version {version}, which is not checked: only their envelopes were."
            issues.append(self._tell("X117", st, "ST03" if named else "", said))
        return issues

    def _answer(self, made: Transaction, named: str, grouped: str, st: Segment) -> list[Issue]:
        """The same for what payers send: 835, 277CA, 999. An 835 names its version in the GS alone."""
        what = st.value(1)
        kinds = [kind for kind in map(kind_of, (named, grouped)) if kind in ANSWERS[what]]
        of_5010 = made.version.startswith("005010")
        made.kind = kinds[0] if kinds else ONLY_GUIDE.get(what, "") if of_5010 else ""
        if not made.kind:
            version = _number(made.version)
            if of_5010:
                said = f"A {what} of version {version} is not checked: only its envelopes were."
                return [self._tell("X128", st, "ST01", said)]
            said = f"The {what} is of version {version}, which is not checked: only its envelopes were."
            return [self._tell("X117", st, "ST03" if named else "", said)]
        issues = []
        if grouped and named != grouped and (named or what != "835"):
            said = f"ST03 is {_number(named)}; GS08 is {_number(grouped)}."
            issues.append(self._tell("X119", st, "ST03", said))
        elif made.version != EXPECTED[made.kind]:
            at, element = (self.gs, "GS08") if self.gs and grouped else (st, "ST03")
            said = f"The version is named {_number(made.version)}; the content was checked by {EXPECTED[made.kind]}."
            issues.append(self._tell("X118", at, element, said))
        return issues

    def close_set(self, se: Segment | None) -> list[Issue]:
        """An SE, or ``None`` where something else comes instead. ``segments`` counts the SE too."""
        transaction = self.transaction
        if transaction is None or transaction.st is None:
            return [] if se is None else [self._tell("X121", se)]
        if se is None:
            issues = [self._tell("X114", transaction.st)]
        else:
            issues = []
            if not _same_number(se.value(1), self.segments):
                said = f"SE01 is {_number(se.value(1))}; the transaction set has {self.segments} segments."
                issues.append(self._tell("X115", se, "SE01", said))
            if se.value(2) != transaction.control:
                issues.append(self._tell("X116", se, "SE02"))
        return issues

    def empty_set(self) -> list[Issue]:
        """A transaction set of an ST alone: one issue, whatever else it lacks."""
        st = self.transaction.st if self.transaction else None
        return (
            [self._tell("X125", st, message="The transaction set holds no segment but its ST.")] if st else []
        )

    def _repeated(self, segment: Segment, element: str, what: str, x12: str) -> Issue:
        """A control number that another envelope beside has."""
        said = f"{element} is the control number of another {what} before it."
        return self._tell("X120", segment, element, said, x12 and (x12 if " " in x12 else f"TA1-105 {x12}"))


def _same_number(text: str, count: int) -> bool:
    """Whether a count as written is that number; leading zeros are let pass."""
    return text.isascii() and text.isdigit() and int(text[:12]) == count


def _number(text: str) -> str:
    """A count or version in a sentence, kept short."""
    return text[:12] or "empty"
