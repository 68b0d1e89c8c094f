"""Putting a letter together: which sentences stand in which part, numbered, with the exhibits that prove them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from teachback.forms.letterdata import Exhibit, Fact, Origin, Paragraph, Rule, Sentence
from teachback.remit import lettersentences, letterwords
from teachback.remit.appealable import leads
from teachback.remit.appealrecord import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from teachback.assess import Assessment
    from teachback.claimdata import ClaimLine
    from teachback.law import Statute
    from teachback.model import Patient, Session
    from teachback.remit.appealable import Ground
    from teachback.remit.appealrecord import Enclosure
    from teachback.remit.lettersentences import Row, Written

_FIRST, _LAST = "request", "closing"
EACH_DATE: Final = "On each date of service"
_TITLES: Final = {
    Document.REMITTANCE: ("Remittance advice of {notice_date}", "Remittance advice"),
    Document.NOTE: ("Note of {date_of_service}, signed {note_signed}", "Note of {date_of_service}"),
    Document.PLAN: (
        "The {plan_kind} established {plan_established}, with the signature of {certified}",
        "The {plan_kind} established {plan_established}",
        "The patient's plan",
    ),
    Document.CONSENT: ("Consent to caregiver training of {consent_date}", "Consent to caregiver training"),
    Document.ABN: ("Advance beneficiary notice of {abn_date}", "Advance beneficiary notice"),
}
_DATED: Final = {
    Document.NOTE: "",
    Document.PLAN: "plan_established",
    Document.CONSENT: "consent_date",
    Document.ABN: "abn_date",
}
"""The fact that tells one document of its kind from another; a note is told by its session."""


@dataclass(frozen=True, slots=True)
class Account:
    """What can be told of the sessions behind some lines of the claim: facts by session, caregiver and line."""

    grounds: tuple[Ground, ...]
    lines: tuple[ClaimLine, ...]
    together: tuple[tuple[Session, Patient], ...]
    facts: tuple[Mapping[str, Fact], ...]
    caregivers: tuple[tuple[Mapping[str, Fact], ...], ...]
    of_lines: tuple[Mapping[str, Fact], ...]
    statute: Statute
    assessments: tuple[Assessment, ...]


def with_enclosures(
    facts: Mapping[str, Fact], session_id: str, enclosures: Sequence[Enclosure]
) -> dict[str, Fact]:
    """The facts, with a note that is named as a file where the record holds no text of it."""
    found = dict(facts)
    named = _enclosed(Document.NOTE, session_id, enclosures)
    if "note" not in found and named is not None:
        found["note"] = Fact("note", named.file, named.file, (f"enclosure: {named.file}",))
    return found


def _enclosed(
    document: Document, session_id: str | None, enclosures: Sequence[Enclosure]
) -> Enclosure | None:
    return next(
        (e for e in enclosures if e.document is document and e.session_id in {None, session_id}), None
    )


@dataclass(slots=True)
class _Exhibits:
    """Exhibits, numbered in the order in which sentences first name them."""

    enclosures: Sequence[Enclosure]
    found: dict[tuple[str, str], Exhibit] = field(default_factory=dict)

    def number(self, document: Document, session_id: str, facts: Mapping[str, Fact]) -> int:
        """The number of the document that proves a sentence of the session."""
        key = (document.value, self._which(document, session_id, facts))
        if key not in self.found:
            self.found[key] = self._made(document, session_id, facts)
        return self.found[key].number

    def _which(self, document: Document, session_id: str, facts: Mapping[str, Fact]) -> str:
        name = _DATED.get(document)
        if name is None:
            return ""
        return facts[name].value if name in facts else session_id

    def _made(self, document: Document, session_id: str, facts: Mapping[str, Fact]) -> Exhibit:
        named = _enclosed(document, session_id, self.enclosures)
        note = facts.get("note") if document is Document.NOTE else None
        text = "" if note is None or note.places[0].startswith("enclosure") else note.value
        origin = Origin.FILE if named is not None else Origin.PRINTED if text else Origin.CHART
        title, places = _title(document, facts)
        return Exhibit(
            len(self.found) + 1,
            title,
            origin,
            (*places, *(note.places if note is not None and text else ())),
            text if origin is Origin.PRINTED else "",
            "" if named is None else named.file,
        )

    def others(self) -> None:
        """Further documents that the practice named."""
        for enclosure in self.enclosures:
            if enclosure.document is Document.OTHER:
                number = len(self.found) + 1
                self.found[Document.OTHER.value, enclosure.file] = Exhibit(
                    number,
                    "Further document",
                    Origin.FILE,
                    (f"enclosure: {enclosure.file}",),
                    "",
                    enclosure.file,
                )


def _title(document: Document, facts: Mapping[str, Fact]) -> tuple[str, tuple[str, ...]]:
    """The title with the dates that are known, and their places."""
    for form in _TITLES[document]:
        fields = [name for name in facts if f"{{{name}}}" in form]
        if form.count("{") == len(fields):
            title = form
            for name in fields:
                title = title.replace(f"{{{name}}}", facts[name].text)
            return title, tuple(place for name in fields for place in facts[name].places)
    return document.value, ()


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence on its way to its number: of which sessions it is true, with the facts around it in each."""

    written: Written
    of: tuple[tuple[str, Mapping[str, Fact]], ...]

    def sentence(self, number: int, exhibits: _Exhibits) -> Sentence:
        """The sentence with its number, and the exhibits of every session that it is true of."""
        row = self.written.row
        shown = [
            exhibits.number(Document(name), session_id, facts)
            for name in row.exhibit
            for session_id, facts in self.of
        ]
        return Sentence(
            number,
            row.id,
            self.written.text,
            self.written.facts,
            self.written.rules,
            tuple(dict.fromkeys(shown)),
        )


def _merged(several: Sequence[_Said]) -> _Said:
    """One sentence that is true of several sessions: its facts have the places of all of them."""
    places: dict[tuple[str, str], Fact] = {}
    for said in several:
        for fact in said.written.facts:
            known = places.get((fact.name, fact.text))
            merged = fact.places if known is None else (*known.places, *fact.places)
            places[fact.name, fact.text] = replace(fact, places=tuple(dict.fromkeys(merged)))
    rules = {(rule.name, rule.text): rule for said in several for rule in said.written.rules}
    written = replace(several[0].written, facts=tuple(places.values()), rules=tuple(rules.values()))
    return _Said(written, tuple(pair for said in several for pair in said.of))


def composed(
    accounts: Sequence[Account],
    claim: Mapping[str, Fact],
    rules: Mapping[str, Rule],
    statute: Statute,
    enclosures: Sequence[Enclosure] = (),
) -> tuple[tuple[Paragraph, ...], tuple[Exhibit, ...]]:
    """The letter's paragraphs and its exhibits. ``statute`` is the law of the day of the request."""
    exhibits = _Exhibits(enclosures)
    paragraphs: list[Paragraph] = []
    number = 0
    for heading, lead, said in _blocks(accounts, claim, rules, statute):
        sentences = tuple(one.sentence(number + place, exhibits) for place, one in enumerate(said, start=1))
        number += len(sentences)
        paragraphs.append(Paragraph(sentences, heading, lead))
    exhibits.others()
    return tuple(paragraphs), tuple(exhibits.found.values())


def _blocks(
    accounts: Sequence[Account],
    claim: Mapping[str, Fact],
    rules: Mapping[str, Rule],
    statute: Statute,
) -> Iterator[tuple[str, str, list[_Said]]]:
    """Heading, lead and sentences of each paragraph, in the letter's order."""
    headings = {part.key: part.heading for part in lettersentences.parts()}
    days = [facts["date_of_service"].text for account in accounts for facts in account.facts]
    for part in _order(accounts):
        rows = [row for row in lettersentences.rows() if row.part == part]
        of_claim = [
            _Said(written, (("", claim),))
            for row in rows
            if row.each == "claim"
            and (written := lettersentences.write(row, claim, statute, rules)) is not None
        ]
        told = [
            list(_told(rows, account, index, rules))
            for account in accounts
            for index in range(len(account.facts))
        ]
        blocks = _by_sessions(told, days)
        if not of_claim and not blocks:
            continue
        heading = headings[part]
        opening = [*of_claim, *_once(_law(rows, accounts, rules))]
        if blocks and not blocks[0][0]:
            opening += blocks.pop(0)[1]
        if opening:
            yield heading, "", opening
            heading = ""
        for lead, said in blocks:
            yield heading, lead, said
            heading = ""


def _by_sessions(told: Sequence[Sequence[_Said]], days: Sequence[str]) -> list[tuple[str, list[_Said]]]:
    """Sentences put together by the sessions that they are true of, with the dates to print before them.

    Nothing is printed where all sessions are of one date.
    """
    alike: dict[str, dict[int, _Said]] = {}
    for index, session in enumerate(told):
        for said in session:
            alike.setdefault(said.written.text, {}).setdefault(index, said)
    blocks: dict[tuple[int, ...], list[_Said]] = {}
    several = len(set(days)) > 1
    for of in alike.values():
        key = tuple(of) if several else ()
        blocks.setdefault(key, []).append(_merged(list(of.values())))
    ordered = sorted(blocks.items(), key=lambda block: (len(block[0]) < len(told), block[0]))
    return [(_lead(key, days), said) for key, said in ordered]


def _lead(sessions: Sequence[int], days: Sequence[str]) -> str:
    if not sessions:
        return ""
    if len(sessions) == len(days):
        return EACH_DATE
    return letterwords.listed(list(dict.fromkeys(days[index] for index in sessions)))


def _once(said: Iterable[_Said]) -> list[_Said]:
    """What the law says, each sentence once for all the sessions that it governs."""
    alike: dict[str, list[_Said]] = {}
    for one in said:
        alike.setdefault(one.written.text, []).append(one)
    return [_merged(several) for several in alike.values()]


def _order(accounts: Sequence[Account]) -> list[str]:
    """Parts in order: the request, what answers the grounds, then the rest, the closing last."""
    first = [part for account in accounts for ground in account.grounds for part in leads(ground)]
    rest = [part.key for part in lettersentences.parts() if part.key not in {_FIRST, _LAST}]
    return list(dict.fromkeys([_FIRST, *first, *rest, _LAST]))


def _fits(row: Row, account: Account) -> bool:
    return not row.grounds or any(ground.value in row.grounds for ground in account.grounds)


def _law(rows: Sequence[Row], accounts: Sequence[Account], rules: Mapping[str, Rule]) -> Iterator[_Said]:
    """What the law says, for each session's date."""
    for account in accounts:
        for (session, _), facts in zip(account.together, account.facts, strict=True):
            for row in rows:
                if row.says_law and _fits(row, account):
                    written = lettersentences.write(row, facts, account.statute, rules)
                    if written is not None:
                        yield _Said(written, ((session.id, facts),))


def _told(rows: Sequence[Row], account: Account, index: int, rules: Mapping[str, Rule]) -> Iterator[_Said]:
    """What the record tells of one session of an account."""
    session, _ = account.together[index]
    own = account.facts[index]
    around = {
        "session": (own,),
        "caregiver": tuple({**own, **facts} for facts in account.caregivers[index]),
        "line": tuple({**own, **facts} for facts in account.of_lines) if index == 0 else (),
    }
    chosen: set[tuple[str, int]] = set()
    for row in rows:
        if row.says_law or row.each == "claim" or not _fits(row, account):
            continue
        for which, facts in enumerate(around[row.each]):
            if row.oneof and (row.oneof, which) in chosen:
                continue
            written = lettersentences.write(row, facts, account.statute, rules)
            if written is not None:
                chosen.add((row.oneof, which))
                yield _Said(written, ((session.id, facts),))
