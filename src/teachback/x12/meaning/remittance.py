"""Checks of meaning over the segments of one 835: balances, codes, dates, payment, and what the set says.

    checks = Remittance(Setting(received=…), issues.append, seen=set())
    checks.see(segments)      # of the head, a group, a claim or a PLB: `Segment` with ``loop`` set by `walk`
    checks.close_claim()      # after the last segment of a claim
    checks.end(whole=True)    # SE; False where it is missing
    checks.said()             # one line: payment, payer, claims, sums

A fault is told once: a claim that does not balance because of its line is not told beside the line. What the structure
tells (a missing element, an amount that is none) is not told again; what cannot be read is left out of the sums.
Sources: the balancing rules of 005010X221A1; the sample remittances.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.model import Severity
from teachback.x12.meaning import settling, values
from teachback.x12.meaning.paid import ZERO, ClaimPaid, Group, Line, Payment
from teachback.x12.meaning.reasons import Reasons
from teachback.x12.meaning.saying import Saying, counted, dollars, many
from teachback.x12.meaning.state import PAD, at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from teachback.x12.issues import Issue
    from teachback.x12.meaning.paid import Adjusted
    from teachback.x12.meaning.state import Setting
    from teachback.x12.meaning.values import Npi
    from teachback.x12.tokens import Segment

REVERSAL, DENIED = "22", "4"
MEDICARE: Final = frozenset({"MA", "MB"})
_MEDICARES_GROUPS: Final = frozenset({"CO", "OA", "PR"})
_MOA_REMARKS: Final = (3, 4, 5, 6, 7)
_MIA_REMARKS: Final = (5, 20, 21, 22, 23)
_METHODS: Final = {"ACH": "transfer", "CHK": "check", "FWT": "wire transfer", "BOP": "payer's choice"}
_STATUSES: Final = (
    (("1", "2", "3", "19", "20", "21"), "processed"),
    (("4",), "denied"),
    (("22",), "reversed"),
    (("23",), "not ours, forwarded"),
    (("25",), "predetermined"),
)
_NO_PAYMENT: Final = "NON"
_TRACE_PAYER: Final = 10
_MOST_REMEMBERED: Final = 200_000


class Remittance:
    """The checks of one 835. ``seen`` are the payments of the file so far, shared by its transaction sets."""

    def __init__(self, setting: Setting, say: Callable[[Issue], None], seen: set[int]) -> None:
        self.saying = Saying(setting, say)
        self.payment = Payment()
        self.group: Group | None = None
        self.claim: ClaimPaid | None = None
        self.line: Line | None = None
        self.reasons = Reasons(self.saying, setting.received)
        self.received: date = setting.received
        self._seen = seen

    def see(self, segments: Sequence[Segment]) -> None:
        """The next segments."""
        for segment in segments:
            handler = _HANDLERS.get(segment.elements[0])
            if handler is not None:
                handler(self, segment)

    def close_claim(self) -> None:
        """The end of a claim."""
        here, self.claim, self.line = self.claim, None, None
        if here is not None:
            settling.claim(self.saying, self.payment, here)
            self.saying.claim = ""

    def end(self, *, whole: bool) -> None:
        """The end of the set: what all claims and adjustments come to, if it is there as a whole."""
        self.close_claim()
        if whole:
            self._close_group()
            settling.payment(self.saying, self.payment)

    def said(self) -> str:
        """The payment and its claims in a line."""
        p = self.payment
        amount = "an amount that cannot be read" if p.amount is None else dollars(p.amount)
        way = "no payment" if p.method == _NO_PAYMENT else f"{_METHODS.get(p.method, 'payment')} {p.trace}"
        on = f" of {p.paid_on}" if p.paid_on else ""
        whom = f" from {p.payer}" * bool(p.payer) + f" to {p.payee}" * bool(p.payee)
        kinds = counted([(sum(p.statuses[code] for code in codes), word) for codes, word in _STATUSES])
        moved = f"; provider adjustments take {dollars(p.moved)}" if p.moved else ""
        return (
            f"835: {amount}, {way.strip()}{on}{whom}: {many(p.claims, 'claim')}{f' ({kinds})' if kinds else ''}, "
            f"charged {dollars(p.charged)}, paid {dollars(p.paid)}, patients owe {dollars(p.patient)}{moved}"
        )

    # The head

    def payment_order(self, segment: Segment) -> None:
        """BPR."""
        e = segment.elements + PAD
        p = self.payment
        p.segment, p.amount, p.method, p.debit = segment, values.amount(e[2]), e[4], e[3] == "D"
        p.paid_on = values.day(at(segment.elements, 16))
        if p.paid_on is not None:
            self.reasons.day = p.paid_on
        settling.method(self.saying, segment, p)

    def trace(self, segment: Segment) -> None:
        """TRN."""
        p = self.payment
        p.trace, payer = segment.value(2), segment.value(3)
        if payer and not (len(payer) == _TRACE_PAYER and payer.isdigit() and payer[0] == "1"):
            self.saying.say("X720", segment, "TRN03")
        bpr = p.segment
        if bpr is not None and payer and bpr.value(10) and bpr.value(10) != payer:
            self.saying.say("X721", segment, "TRN03")
        if bpr is None or not p.trace:
            return
        same = hash((p.trace, payer, p.amount, bpr.value(16)))
        if same in self._seen:
            self.saying.say("X722", segment, "TRN02")
        elif len(self._seen) < _MOST_REMEMBERED:
            self._seen.add(same)

    def party(self, segment: Segment) -> None:
        """N1 of payer and payee."""
        if segment.value(1) == "PR":
            self.payment.payer = segment.value(2)
        elif segment.value(1) == "PE":
            self.payment.payee = f"{segment.value(2)} {segment.value(4)}".strip()
            self._identifier(segment, segment.value(3), segment.value(4), "N104")

    def _identifier(self, segment: Segment, qualifier: str, text: str, element: str) -> None:
        """An NPI or tax number, by its qualifier."""
        if not text:
            return
        if qualifier == "XX":
            verdict: Npi = values.npi(text)
            if verdict is not values.Npi.GOOD:
                code = "X401" if verdict is values.Npi.FORM else "X402"
                self.saying.say(code, segment, element, severity=Severity.WARNING)
        elif qualifier == "FI" and not values.is_tax_id(text):
            said = f"{element} is no tax number of nine digits, though its qualifier is FI."
            self.saying.say("X726", segment, element, what=said)

    # Groups and claims

    def numbered(self, segment: Segment) -> None:
        """LX: a group begins."""
        del segment
        self.close_claim()
        self._close_group()
        self.group = Group()

    def summary(self, segment: Segment) -> None:
        """TS3."""
        if self.group is not None:
            self.group.summary = segment

    def _close_group(self) -> None:
        if self.group is not None:
            settling.group(self.saying, self.group)
        self.group = None

    def claim_payment(self, segment: Segment) -> None:
        """CLP."""
        self.close_claim()
        e = segment.elements + PAD
        amount = values.amount
        here = ClaimPaid(segment, e[2], amount(e[3]), amount(e[4]), amount(e[5]), e[6] in MEDICARE)
        self.claim = here
        self.saying.claim = e[1]
        p = self.payment
        p.claims += 1
        p.statuses[here.status] += 1
        if here.charge is None or here.paid is None:
            p.readable = p.readable and here.paid is not None
        p.charged += here.charge or ZERO
        p.paid += here.paid or ZERO
        if self.group is not None:
            self.group.claims += 1
            self.group.charged += here.charge or ZERO
            self.group.readable = self.group.readable and here.charge is not None
        same = hash((e[1], e[2], e[3], e[4], e[7]))
        if same in p.seen:
            self.saying.say("X723", segment, "CLP01")
        elif len(p.seen) < _MOST_REMEMBERED:
            p.seen.add(same)

    def name(self, segment: Segment) -> None:
        """NM1 of a claim."""
        if self.claim is None:
            return
        if segment.value(1) == "TT":
            self.claim.forwarded_to = True
        elif segment.value(1) == "82":
            self._identifier(segment, segment.value(8), segment.value(9), "NM109")

    def adjustment(self, segment: Segment) -> None:
        """CAS of a claim or line: up to six reasons with their amounts."""
        here = self.claim
        if here is None:
            return
        of_line = self.line is not None and segment.loop == "2110"
        adjusted: Adjusted = self.line.adjusted if self.line is not None and of_line else here.adjusted
        e = segment.elements
        group = e[1] if len(e) > 1 else ""
        reversal = here.status == REVERSAL
        if here.medicare and not here.told_group and group not in _MEDICARES_GROUPS and group.isalpha():
            here.told_group = True
            self.saying.say("X716", segment, "CAS01", group=group[:2])
        for index in range(2, len(e), 3):
            reason, text = e[index], at(e, index + 1)
            if not reason and not text:
                continue
            value = values.amount(text)
            if value is None:
                adjusted.readable = False
            else:
                adjusted.total += value
                if group == "PR":
                    adjusted.patient += value
            if reason:
                self.reasons.reason(reason, segment, index, reversal=reversal)
            if (group, reason) in adjusted.seen:
                where = "on the line" if of_line else "on the claim"
                self.saying.say(
                    "X717", segment, f"CAS{index:02}", group=group[:2], reason=reason[:5], where=where
                )
            adjusted.seen.add((group, reason))

    def outpatient(self, segment: Segment) -> None:
        """MOA."""
        self._remarks(segment, _MOA_REMARKS)

    def inpatient(self, segment: Segment) -> None:
        """MIA."""
        self._remarks(segment, _MIA_REMARKS)

    def remark(self, segment: Segment) -> None:
        """LQ: remarks under HE; those of pharmacies (RX) are of another list."""
        if segment.value(1) == "HE":
            self._remarks(segment, (2,))

    def _remarks(self, segment: Segment, indexes: Sequence[int]) -> None:
        reversal = self.claim is not None and self.claim.status == REVERSAL
        e = segment.elements
        for index in indexes:
            if index >= len(e):
                return
            if e[index]:
                self.reasons.remark(e[index], segment, index, reversal=reversal)

    def service(self, segment: Segment) -> None:
        """SVC. Where its procedure is not separated, what follows cannot be told apart, and is not judged."""
        if self.claim is None:
            return
        e = segment.elements + PAD
        separated = segment.delimiters.component in e[1]
        charge, paid = (values.amount(e[2]), values.amount(e[3])) if separated else (None, None)
        self.line = Line(segment, charge, paid)
        self.claim.lines.append(self.line)

    def dated(self, segment: Segment) -> None:
        """DTM: of the payment, a claim or a line."""
        e = segment.elements
        qualifier = e[1] if len(e) > 1 else ""
        day = values.day(at(e, 2))
        here: ClaimPaid | Line | None = self.line if segment.loop == "2110" else self.claim
        if qualifier == "405":
            self.payment.produced_on = day
            if day is not None:
                self.reasons.day = day
        elif here is not None and qualifier in {"472", "150", "151", "232", "233"}:
            here.dated = True
            if day is None:
                return
            if qualifier in {"472", "150", "232"}:
                here.first = (day, segment)
            if qualifier in {"472", "151", "233"}:
                here.last = (day, segment)

    def provider_adjustment(self, segment: Segment) -> None:
        """PLB: up to six reasons with their amounts; a positive one lowers the payment."""
        self.close_claim()
        e = segment.elements
        for index in range(4, len(e), 2):
            if not e[index]:
                continue
            value = values.amount(e[index])
            if value is None:
                self.payment.readable = False
            else:
                self.payment.moved += value


_HANDLERS: Final[dict[str, Callable[[Remittance, Segment], None]]] = {
    "BPR": Remittance.payment_order,
    "TRN": Remittance.trace,
    "N1": Remittance.party,
    "LX": Remittance.numbered,
    "TS3": Remittance.summary,
    "CLP": Remittance.claim_payment,
    "NM1": Remittance.name,
    "CAS": Remittance.adjustment,
    "MOA": Remittance.outpatient,
    "MIA": Remittance.inpatient,
    "LQ": Remittance.remark,
    "SVC": Remittance.service,
    "DTM": Remittance.dated,
    "PLB": Remittance.provider_adjustment,
}
