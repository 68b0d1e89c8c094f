"""Correcting a claim that its payer has: a void, or a replacement built anew, as one file of its own."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from teachback import law as law_files
from teachback.assess import assess
from teachback.book import Draft, SqliteBook
from teachback.claim import correcting, making, report
from teachback.claim.build import looked
from teachback.claim.changes import LABELS
from teachback.claim.completing import completed
from teachback.cli import USAGE, complain, printable
from teachback.cli.booking import person, the_file, with_book
from teachback.cli.claiming import Wish, clean_ups, files_given, world_of
from teachback.cli.coding import counting, read
from teachback.intake.reading import SOME_REFUSED
from teachback.law import MEDICARE
from teachback.model import Severity
from teachback.x12.write837 import CannotWrite

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from teachback.book import BookedClaim, File
    from teachback.claim.correcting import Replacement
    from teachback.claimdata import Claim
    from teachback.cli.claiming import Given
    from teachback.intake import Reading
    from teachback.x12.write837 import Told

How = Literal["void", "replacement"]


@dataclass(frozen=True, slots=True)
class Correction:
    """What was asked for on the command line; what was left out is ``None``.

    ``folder`` is the book's, ``claim`` our number (CLM01), ``change`` the condition code of an institutional claim,
    ``without`` the sessions that shall not stand on a replacement.
    """

    folder: Path
    claim: str
    how: How
    out: Path
    why: str
    payer_number: str | None = None
    sessions: Path | None = None
    practice: Path | None = None
    patients: Path | None = None
    coverage: Path | None = None
    overrides: Path | None = None
    map_file: Path | None = None
    group: str | None = None
    change: str | None = None
    without: tuple[str, ...] = ()
    payer: str = MEDICARE
    today: date | None = None
    who: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Read:
    """The files of a replacement, read."""

    wish: Wish
    given: Given
    reading: Reading


def run_correct(asked: Correction) -> int:
    """Void or replace a claim; 0 where it is done, 1 where rows of a file were refused besides, 2 where it is not done.

    What an interrupted run began is finished first, with the same numbers and the same bytes.
    """
    if wrong := _wrong(asked):
        return complain(wrong)
    status, found = 0, None
    if asked.how == "replacement":
        found = _files(asked)
        if found is None:
            return USAGE
        refused = SOME_REFUSED if found.given.roster.refusals else 0
        status = max(found.reading.exit_status, refused)

    def corrected(book: SqliteBook) -> int:
        try:
            return _Run(asked, book, found).status()
        except (correcting.CannotCorrect, CannotWrite) as error:
            return complain(str(error))

    return max(with_book(asked.folder, corrected), status)


def _wrong(asked: Correction) -> str:
    """Why the command cannot be run as it was given; empty where it can."""
    if asked.payer not in law_files.payers():
        return f"no payer {asked.payer}; there are: {', '.join(law_files.payers())}"
    if not asked.why.strip():
        return "say with --why what is wrong with the claim; the book keeps it"
    if asked.out.exists() and not asked.out.is_dir():
        return f"--out {asked.out} is a file; name a folder for the claim file"
    if not asked.out.exists() and not asked.out.parent.is_dir():
        return f"there is no folder {asked.out.parent}; make it first, or write elsewhere"
    files = (asked.sessions, asked.practice)
    if asked.how == "replacement" and None in files:
        return "a replacement is built anew: add --sessions FILE and --practice practice.toml"
    if asked.how == "void" and (files != (None, None) or asked.without):
        return (
            "a void repeats the claim as it was booked: leave --sessions, --practice and --without out, or ask --as "
            "replacement"
        )
    return ""


def _files(asked: Correction) -> _Read | None:
    """Sessions, practice file and what completes them; every fault is told, and ``None`` where one is no good."""
    assert asked.sessions is not None  # noqa: S101  refused before
    assert asked.practice is not None  # noqa: S101  the same
    wish = Wish(
        file=asked.sessions,
        practice=asked.practice,
        out=asked.out,
        book=asked.folder,
        patients=asked.patients,
        coverage=asked.coverage,
        overrides=asked.overrides,
        map_file=asked.map_file,
        payer=asked.payer,
        today=asked.today,
        group=asked.group,
        who=asked.who,
    )
    given = files_given(wish)
    if given is None:
        return None
    if wish.group is not None and given.practice.group(wish.group) is None:
        ids = ", ".join(group.id for group in given.practice.groups)
        complain(f"no group {wish.group} in {wish.practice.name}; it has {ids}")
        return None
    reading = read(wish.file, wish.map_file)
    return None if reading is None or not reading.sessions else _Read(wish, given, reading)


class _Run:
    """One correction with an open book."""

    def __init__(self, asked: Correction, book: SqliteBook, found: _Read | None) -> None:
        now = datetime.now().astimezone()
        self.asked, self.book, self.found = asked, book, found
        self.today, self.made_at = asked.today or now.date(), f"{now:%H%M}"
        self.cleaned: list[Told] = []

    def status(self) -> int:
        """Do it and tell; ``CannotCorrect`` and ``BookError`` say why not."""
        recovered = [] if self.asked.dry_run else self._recovered()
        booked = self._booked()
        by = None if booked.replaced_by is None else self.book.claim(booked.replaced_by)
        if by is not None and by.file in {file.id for file in recovered}:
            self._tell_recovered(booked, by)
            return 0
        folder = str(self.asked.folder)
        correcting.refuse_what_no_payer_holds(booked, by, folder)
        correcting.refuse_what_the_payer_takes_not(booked, self.today, self.asked.payer, folder)
        number = correcting.payers_number(self.asked.payer_number, self._posted_number(booked), booked)
        before = self.book.claim_data(booked.control_number)
        if self.found is None:
            self._void(booked, before, number)
        else:
            self._replace(booked, before, number, self.found)
        return 0

    def _recovered(self) -> tuple[File, ...]:
        """Files that an earlier run planned and did not finish: the same bytes are made again."""
        files = tuple(making.finished(self.book, self.book.unfinished(), self.cleaned.append))
        for file in files:
            print(f"  {printable(file.path)}: left unwritten by an earlier run, written now")
        return files

    def _booked(self) -> BookedClaim:
        found = self.book.claim(self.asked.claim)
        if found is not None:
            return found
        line = self.book.line(self.asked.claim)
        if line is not None:
            raise correcting.CannotCorrect(
                f"{self.asked.claim} is a line: a claim is corrected as a whole, so name {line.claim.control_number}."
            )
        raise correcting.CannotCorrect(
            f"There is no claim {self.asked.claim} in this book: look for it with teachback book show "
            f"{self.asked.folder} and a session's id."
        )

    def _posted_number(self, booked: BookedClaim) -> str | None:
        """The payer's number of the newest posted answer; a number that was given and differs is told."""
        asked = (
            booked.control_number,
            *(line.control_number for line in self.book.lines(booked.control_number)),
        )
        answers = [answer for number in asked if (answer := self.book.standing_adjudication(number))]
        newest = max(answers, key=lambda answer: answer.id, default=None)
        posted = None if newest is None else newest.payer_claim_control_number or None
        given = self.asked.payer_number
        if posted is not None and given is not None and given.strip() != posted:
            print(
                f"note: the posted remittance has the number {printable(posted)}; {printable(given.strip())} is sent as "
                "you said",
                file=sys.stderr,
            )
        return posted

    def _void(self, booked: BookedClaim, before: Claim, number: str) -> None:
        asked = self.asked
        claim = correcting.void_of(before, number, asked.change, day=self.today, payer=asked.payer)
        first = self.book.submission(booked.file)
        draft = self._draft(claim, booked, Draft(first.submitter, first.receiver, (), self.today, "0000", ""))
        self._finish(booked, claim, draft)

    def _replace(self, booked: BookedClaim, before: Claim, number: str, found: _Read) -> None:
        made = self._rebuilt(booked, before, number, found)
        practice = found.given.practice
        empty = Draft(practice.submitter, made.route.receiver, (), self.today, "0000", "")
        self._finish(booked, made.claim, self._draft(made.claim, booked, empty), tuple(_changes(made)))

    def _rebuilt(self, booked: BookedClaim, before: Claim, number: str, found: _Read) -> Replacement:
        asked, given = self.asked, found.given
        without = frozenset(asked.without)
        recorded = found.reading.sessions
        ids = {session.id for session in recorded}
        if lost := sorted(without - ids - set(booked.sessions)):
            raise correcting.CannotCorrect(
                f"--without names {lost[0]}, which is neither on claim {booked.control_number} nor in the sessions file: "
                "correct the id."
            )
        sessions = completed(
            [s for s in recorded if s.id not in without], given.practice, given.roster.people
        )
        if not sessions:
            raise correcting.CannotCorrect("No session is left: void the claim instead (--as void).")
        with counting("coding") as progress:
            assessments = assess(sessions, payer=asked.payer, progress=progress)
        mine = [
            a
            for a in assessments
            if a.patient.id == booked.patient_id and a.session.claim_form is booked.form
        ]
        standing = self.book.standing((a.session.id, a.patient.id) for a in mine)
        elsewhere = {
            pair: claim for pair, claim in standing.items() if claim.control_number != booked.control_number
        }
        fresh, _, late = making.apart(mine, elsewhere)
        world = world_of(found.wish, given, sessions, self.today)
        ready, kept = looked(fresh, world)
        return correcting.replacement_of(
            ready,
            (*kept, *late),
            correcting.Rebuilding(
                booked=booked,
                before=before,
                number=number,
                world=world,
                sessions={session.id: session for session in sessions},
                earlier=self._others(booked),
                kinds={session.practitioner.npi: session.practitioner.type for session in sessions},
                payer=asked.payer,
                without=without,
                reason=asked.change,
            ),
        )

    def _others(self, booked: BookedClaim) -> list[Claim]:
        """The patient's other live claims: a line may repeat or contradict one of theirs."""
        live = [
            claim.control_number
            for claim in self.book.claims(patient_id=booked.patient_id)
            if claim.live and claim.control_number != booked.control_number
        ]
        return [self.book.claim_data(number) for number in live]

    def _draft(self, claim: Claim, booked: BookedClaim, empty: Draft) -> Draft:
        return replace(
            empty,
            claims=(claim,),
            made_at=self.made_at,
            path=making.path_of(claim.form, empty.receiver, self.asked.out),
            replaces={0: booked.control_number},
            why=self.asked.why,
        )

    def _finish(self, booked: BookedClaim, claim: Claim, draft: Draft, changes: Sequence[str] = ()) -> None:
        """Plan the file in the book and write it, or tell what would be; then say what comes next."""
        making.try_envelopes([draft])
        what = correcting.WORDS[claim.frequency_code]
        if self.asked.dry_run:
            print(f"WOULD BE SENT (nothing was written): a {what} of claim {booked.control_number}")
            _tell_claim(claim, booked, "NUMBER", changes)
            return
        self.asked.out.mkdir(exist_ok=True, mode=0o700)
        settled = () if self.found is None else self.found.given.settled
        files = self.book.plan(
            [draft],
            who=self.asked.who or person(),
            overrides=making.overrides_used(settled, [claim]),
        )
        (file,) = making.finished(self.book, files, self.cleaned.append)
        (made,) = self.book.claims(file=file.id)
        print(f"{what.upper()} of claim {booked.control_number}: {printable(file.path)}")
        _tell_claim(claim, booked, made.control_number, changes)
        for line in clean_ups(self.cleaned):
            print(f"  sent otherwise than stored: {printable(line)}")
        self._tell_next(file, made)

    def _tell_recovered(self, booked: BookedClaim, by: BookedClaim) -> None:
        what = correcting.WORDS.get(by.frequency_code, "claim")
        print(
            f"The {what} {by.control_number} of claim {booked.control_number} was begun by an earlier run and is finished "
            "now; nothing was made a second time."
        )
        self._tell_next(the_file(self.book, str(by.file)), by)

    def _tell_next(self, file: File, made: BookedClaim) -> None:
        folder = printable(str(self.asked.folder))
        print(f"Upload it, then: teachback book sent {folder} {file.id}")
        if made.frequency_code == correcting.VOID:
            print(
                f"When the payer has accepted it: teachback book end {folder} {made.control_number} voided --why ... ; then "
                "its sessions are free"
            )


def _tell_claim(claim: Claim, booked: BookedClaim, number: str, changes: Sequence[str]) -> None:
    """What the corrected claim carries, beside what the earlier one did; no patient's data stands in it."""
    bill = "" if claim.institutional is None else f", type of bill {claim.institutional.type_of_bill}"
    print(
        f"  claim {number}: frequency {claim.frequency_code}{bill}, the payer's number {claim.payer_claim_control_number}"
    )
    print(
        f"  {len(claim.lines)} lines, ${claim.charge:,.2f}; before {booked.lines} lines, ${booked.charge:,.2f}"
    )
    reason = correcting.reason_of(claim)
    if reason is not None:
        print(f"  condition code {reason}: {LABELS.get(reason, 'as you chose')}")
    for line in changes:
        print(f"  {printable(line)}")
    if correcting.needs_remarks(claim):
        print(
            f"note: {reason} wants remarks, which the file does not carry: add them in the contractor's portal, or choose "
            "the change that describes it best with --change",
            file=sys.stderr,
        )


def _changes(made: Replacement) -> Iterator[str]:
    """Sessions that came and went, what is told of the claim, and what stays off it."""
    for word, sessions in (("added", made.added), ("left out", made.left_out)):
        if sessions:
            yield f"{word}: {', '.join(sessions)}"
    warned = [
        report.Warned(told.sessions, told.reason)
        for told in made.told
        if told.reason.severity is not Severity.INFORMATION
    ]
    for found in report.warnings(warned):
        reason = found[0].reason
        yield f"{reason.severity.value} {reason.code} {reason.name}: {reason.message} Do: {reason.remedy}"
    for group in report.stuck(made.kept_back):
        ids = ", ".join(dict.fromkeys(back.session_id for back in group.kept))
        yield f"kept back by {group.code} {group.name}: {ids}. {group.messages[0]} Do: {group.remedy}"
