"""The made-up contractor as a whole: claim files in, TA1, 999, 277CA and 835 out, with a key of what it did."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from teachback.remitdata import (
    AnswerKind,
    ClaimStatus,
    InterchangeAcknowledgment,
    Name,
    StatusReport,
)
from teachback.simulate import front
from teachback.simulate.chance import Chance, Shares, digits
from teachback.simulate.checks import DETAILS, Account, remittances
from teachback.simulate.docket import Docket
from teachback.simulate.door import DUPLICATE, look
from teachback.simulate.mistakes import fate
from teachback.simulate.paying import Answered, answered, difference
from teachback.simulate.pricing import Fees
from teachback.simulate.taken import Taken
from teachback.x12 import w277, w835, w999, wta1
from teachback.x12.readvalues import amount_of
from teachback.x12.wenvelope import AnswerEnvelope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from teachback.simulate.docket import Case
    from teachback.simulate.door import GroupSeen, InterchangeSeen, SetSeen
    from teachback.simulate.front import FrontAnswer
    from teachback.simulate.taken import Parties

KEY: Final = "answers.json"
_NEXT_DAY: Final = timedelta(days=1)
_CLEARED: Final = (("A1", "19", "PR"),)


@dataclass(slots=True)
class _Set:
    """One accepted transaction set with its claims and what the front end says of each."""

    parties: Parties
    batch: str
    submitter: Name
    claims: list[tuple[Taken, FrontAnswer]] = field(default_factory=list)


def answer(
    files: Sequence[bytes],
    *,
    seed: int,
    date: date,
    shares: Shares | None = None,
) -> dict[str, bytes]:
    """Answer claim files that were received on a day; names and bytes of the answers, in their order.

    The same files, seed, day and shares give the same bytes. ``answers.json`` is the key of what the payer did
    and why, by claim control number; it names no person. Nothing is raised, whatever the bytes of a file are.
    """
    return _Payer(seed, date, shares or Shares()).answer(files)


class _Payer:
    """One run of the made-up contractor."""

    def __init__(self, seed: int, received_on: date, shares: Shares) -> None:
        self.seed = seed
        self.received_on = received_on
        self.shares = shares
        self.chance = Chance(seed)
        self.numbers = count(digits(8, "interchange", seed, received_on))
        self.serials = count(1)
        self.seen_numbers: set[tuple[Parties, str]] = set()
        self.made: dict[str, bytes] = {}
        self.key: dict[str, Any] = {
            "seed": seed,
            "received_on": received_on.isoformat(),
            "files": [],
            "claims": [],
        }

    def answer(self, files: Sequence[bytes]) -> dict[str, bytes]:
        """All answers to all files."""
        sets = [one for number, data in enumerate(files, 1) for one in self._door(number, data)]
        for number, one in enumerate(sets, 1):
            self._acknowledge(number, one)
        accepted = [taken for one in sets for taken, said in one.claims if said.is_accepted]
        self._pay(Docket(Fees(), self.chance, self.shares).judge(accepted))
        self.made[KEY] = (json.dumps(self.key, indent=1) + "\n").encode()
        return self.made

    def _envelope(self, parties: Parties, made_on: date) -> AnswerEnvelope:
        number = next(self.numbers)
        return AnswerEnvelope(
            parties.receiver,
            parties.sender,
            number,
            number,
            made_on,
            sender_qualifier=parties.receiver_qualifier,
            receiver_qualifier=parties.sender_qualifier,
            is_test=parties.is_test,
        )

    # Envelopes and syntax

    def _door(self, number: int, data: bytes) -> Iterator[_Set]:
        """TA1 and 999 of one file; the sets that were accepted."""
        seen = look(data)
        told = {"file": number, "interchanges": len(seen.interchanges), "why_not": seen.why_not}
        self.key["files"].append(told)
        for index, interchange in enumerate(seen.interchanges, 1):
            yield from self._interchange(f"{number:03}-{index:02}", interchange)

    def _interchange(self, name: str, interchange: InterchangeSeen) -> Iterator[_Set]:
        known = (interchange.parties, interchange.control)
        if known in self.seen_numbers:
            interchange.notes.append(DUPLICATE)
        self.seen_numbers.add(known)
        kind = AnswerKind.REJECTED if interchange.notes else AnswerKind.ACCEPTED
        if interchange.notes or interchange.asks:
            ta1 = InterchangeAcknowledgment(interchange.control, kind, (interchange.notes or ["000"])[0])
            envelope = self._envelope(interchange.parties, self.received_on)
            self._keep(
                f"{name}-TA1.edi", lambda: wta1.write(ta1, envelope, interchange.date6, interchange.time4)
            )
        if interchange.notes:
            return
        groups = [group for group in interchange.groups if group.is_claims and group.control]
        if groups:
            answers = [group.answer for group in groups]
            envelope = self._envelope(interchange.parties, self.received_on)
            versions = [group.version for group in groups]
            self._keep(f"{name}-999.edi", lambda: w999.write(answers, envelope, versions=versions))
        for group in groups:
            yield from self._group(name, interchange.parties, group)

    def _group(self, name: str, parties: Parties, group: GroupSeen) -> Iterator[_Set]:
        if group.codes:
            return
        for seen in group.sets:
            if seen.answer.answer is AnswerKind.ACCEPTED:
                yield self._set(name, parties, seen)

    def _set(self, name: str, parties: Parties, seen: SetSeen) -> _Set:
        one = _Set(parties, seen.batch, seen.submitter)
        for read in seen.claims:
            if read.claim is None:
                continue
            serial = next(self.serials)
            taken = Taken(
                serial,
                name,
                parties,
                seen.submitter,
                seen.batch,
                read.claim,
                amount_of(read.head.value(2)),
                tuple(trouble.element for trouble in read.troubles),
                read.patient_is_subscriber,
                self.received_on,
                str(digits(13, "claim", self.seed, parties, read.claim.control_number, serial)),
            )
            one.claims.append((taken, front.judge(taken, self.chance, self.shares)))
        return one

    # The front end

    def _acknowledge(self, number: int, one: _Set) -> None:
        """The 277CA of one accepted set."""
        if not one.claims:
            return
        named = [(taken, said, _status(taken, said)) for taken, said in one.claims]
        all_in = all(said.is_accepted for _taken, said in one.claims)
        payer = one.claims[0][0].claim.payer
        view = StatusReport(
            payer.name,
            one.batch,
            AnswerKind.ACCEPTED if all_in else AnswerKind.ACCEPTED_WITH_ERRORS,
            tuple(status for _taken, _said, status in named),
            _CLEARED,
        )
        processed = self.received_on + _NEXT_DAY
        report = w277.Report(
            view,
            tuple(_acknowledged(taken, said, status) for taken, said, status in named),
            payer.payer_id or one.parties.receiver,
            one.submitter,
            self.received_on,
            processed,
            f"{digits(10, 'report', self.seed, one.batch, number)}",
        )
        envelope = self._envelope(one.parties, processed)
        self._keep(f"{number:03}-277CA.edi", lambda: w277.write([report], envelope))
        for taken, said in one.claims:
            if not said.is_accepted:
                reasons = [":".join(status).rstrip(":") for status in said.statuses]
                self._note(taken, event="rejected", reasons=reasons)

    # Money

    def _pay(self, cases: Sequence[Case]) -> None:
        accounts: dict[Account, list[Answered]] = defaultdict(list)
        for case in cases:
            if case.held is not None:
                self._note(case.taken, event="held", reasons=[case.held])
                continue
            its_fate = fate(case, self.fees, self.chance, self.shares)
            one = answered(case, its_fate, self.chance, self.shares)
            claim = case.taken.claim
            accounts[Account(case.taken.parties, claim.payer, claim.billing)].append(one)
            self._tell(one)
        for number, (account, answers) in enumerate(accounts.items(), 1):
            self._pay_account(number, account, answers)

    @property
    def fees(self) -> Fees:
        """The payer's price list."""
        return Fees()

    def _pay_account(self, number: int, account: Account, answers: list[Answered]) -> None:
        by_wave = defaultdict(list)
        most = self.shares.claims_of_a_check
        for wave, one in remittances(account, answers, sent_on=self.received_on, most=most, seed=self.seed):
            by_wave[wave].append(one)
        for ones in by_wave.values():
            paid_on = ones[0].paid_on or self.received_on
            envelope = self._envelope(account.parties, paid_on)
            self._keep(
                f"{number:03}-835-{paid_on:%Y%m%d}.edi", lambda o=ones, e=envelope: w835.write(o, e, DETAILS)
            )

    def _keep(self, name: str, write: Any) -> None:  # noqa: ANN401  a writer that is called here
        """One file; an answer that cannot be written stands in the key with its reason."""
        try:
            self.made[name] = write()
        except ValueError as error:
            self.key.setdefault("not_written", []).append({"name": name, "why": str(error)})

    # The key

    def _tell(self, one: Answered) -> None:
        lines = {}
        for number, judged in enumerate(one.case.lines):
            refused = one.fate.refused.get(number) or judged.refused
            cause = one.fate.causes.get(number)
            if refused or cause:
                lines[judged.line.control_number] = refused or str(cause)
        self._note(
            one.case.taken,
            event=one.fate.event.value,
            lines=lines,
            first_cents=_cents(one.first.paid),
            right_cents=_cents(one.right.paid),
            difference_cents=difference(one),
            corrected=one.fate.is_corrected,
            wave=one.fate.wave,
        )

    def _note(self, taken: Taken, **more: object) -> None:
        self.key["claims"].append({"control_number": taken.claim.control_number, **more})


def _status(taken: Taken, said: FrontAnswer) -> ClaimStatus:
    accepted = said.is_accepted
    return ClaimStatus(
        taken.claim.control_number,
        AnswerKind.ACCEPTED if accepted else AnswerKind.REJECTED,
        said.statuses[:3],
        payer_claim_control_number=taken.number if accepted else None,
        effective_on=taken.received_on + _NEXT_DAY,
        charge=taken.charge if taken.charge is not None else taken.claim.charge,
        date_of_service=taken.first_day,
        line_control_numbers=tuple(line.control_number for line, _statuses in said.lines),
    )


def _acknowledged(taken: Taken, said: FrontAnswer, status: ClaimStatus) -> w277.Acknowledged:
    claim = taken.claim
    billing, who = claim.billing.provider, claim.beneficiary
    lines = tuple(
        w277.AcknowledgedLine(
            line.control_number,
            line.procedure_code,
            line.modifiers,
            line.charge,
            line.units,
            tuple(statuses[:3]),
            line.date_of_service,
        )
        for line, statuses in said.lines
    )
    return w277.Acknowledged(
        status,
        Name("85", billing.name, billing.first_name or "", "XX", billing.npi),
        Name("QC", who.last_name, who.first_name, "MI", who.member_id),
        lines,
    )


def _cents(amount: object) -> int:
    return int(amount * 100) if amount is not None else 0  # type: ignore[operator]


def names(made: Mapping[str, bytes]) -> list[str]:
    """The names of the answers that are X12 files."""
    return [name for name in made if name != KEY]
