"""Appeals: no sentence without its fact, no figure out of nowhere, and no letter where none is due."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teachback.model import Modality, Note
from teachback.remit import denials, lettersentences
from teachback.remit.appeal import Written, letter
from teachback.remit.appealable import Ground, table
from teachback.remit.appealrecord import Document, Enclosure, NotYet, Refusal
from tests.claim.made import DAY, session
from tests.remit.appealing import (
    PAID_ON,
    at,
    claim_of,
    denied,
    figures,
    paid_line,
    payment_of,
    remittance_of,
)
from tests.remit.gallery import changed, no_appeal, not_yet, records, said, written

OPTIONAL = (
    "absence_reason",
    "need",
    "response",
    "note",
    "consent",
    "plan",
    "caregivers",
    "goals_addressed",
    "diagnoses",
    "repeat_reason",
    "home_health",
    "inpatient",
    "snf_part_a",
    "present",
    "abn_date",
)


# ------------------------------------------------------------------------------------------------- the clean letter
def test_a_letter_tells_request_answer_and_each_requirement_with_its_proof():
    made = written(denied(session()))
    ids = [sentence.id for sentence in made.letter.sentences()]
    assert ids[:4] == ["request", "notice", "in-time", "answer-necessity"]
    assert ids[-2:] == ["ask", "contact"] or ids[-1] == "ask"
    assert {"need", "plan-goals", "certified-through", "absent", "consent-named", "minutes-clock"} <= set(ids)
    sentences = said(made)
    assert "“The daughter lifts by the arms.”" in sentences["need"].text
    assert sentences["need"].facts[0].places == ("session S001: patient.need",)
    assert sentences["law-need"].cites == ("88 FR 78918", "MBPM ch. 15 § 220.3")
    assert (
        sentences["earned"].text
        == "The minutes recorded earn 97550 x 1 and 97551 x 1, which is what was claimed."
    )
    assert [sentence.number for sentence in made.letter.sentences()] == list(range(1, len(ids) + 1))


def test_the_ground_of_the_denial_is_answered_first():
    headings = [p.heading for p in written(denied(session())).letter.paragraphs]
    assert headings[:3] == ["", "", "The training was needed"]
    assert headings[-1] == "What we ask"


def test_what_the_regulation_asks_for_stands_at_the_head():
    rows = {label: fact.text for label, fact in written(denied(session())).letter.identity}
    assert rows["Beneficiary"] == "Beatriz M Alderwick"
    assert rows["Medicare number"] == "1SG4TE5MK01"
    assert rows["Dates of the claim"] == "April 14, 2026"
    assert rows["Appellant"].startswith("Willow Lane Rehab of Arizona, NPI 2")
    assert rows["Contractor's claim number"] == "1126140000777"


def test_the_deadline_is_120_days_from_the_presumed_receipt():
    record = denied(session(), today=date(2026, 5, 1))
    record = replace(record, remittance=replace(record.remittance, paid_on=date(2026, 1, 10)))
    assert written(record).letter.deadline == date(2026, 5, 15)
    late = replace(record, today=date(2026, 5, 16))
    refusal = no_appeal(late)
    assert refusal.why is Refusal.TOO_LATE
    assert "good cause" in refusal.instead.lower()
    shown = replace(late, received=date(2026, 1, 20))
    assert written(shown).letter.deadline == date(2026, 5, 20)


def test_the_address_is_blank_lines_until_it_is_known():
    record = denied(session())
    assert written(record).letter.recipient_lines == 3
    assert any("Fill in where" in step for step in written(record).before_sending)
    known = written(replace(record, send_to=("Appeals", "PO Box 1", "Fargo, ND 58102")))
    assert known.letter.recipient_lines == 0
    assert known.letter.recipient == ("Willow Contractor", "Appeals", "PO Box 1", "Fargo, ND 58102")


def test_exhibits_are_numbered_as_they_are_named_and_the_note_is_printed_word_for_word():
    text = "10:00 Taught transfers.\n\nDaughter  repeated <twice> & alone."
    made = written(denied(changed(session(), note=Note(text, DAY))))
    exhibits = made.letter.exhibits
    assert [exhibit.number for exhibit in exhibits] == [1, 2, 3, 4]
    (note,) = [exhibit for exhibit in exhibits if exhibit.text]
    assert note.text == text
    used = {number for sentence in made.letter.sentences() for number in sentence.exhibits}
    assert used == {1, 2, 3, 4}


def test_a_named_copy_stands_for_the_text_of_the_note():
    bare = changed(session(), note=Note(None, DAY))
    missing = not_yet(denied(bare))
    assert [m.place for m in missing.missing] == ["patient.note.text"]
    made = written(denied(bare, enclosures=(Enclosure(Document.NOTE, "note-S001.pdf", "S001"),)))
    assert [e.file for e in made.letter.exhibits if e.file] == ["note-S001.pdf"]
    other = denied(bare, enclosures=(Enclosure(Document.NOTE, "note-S009.pdf", "S009"),))
    assert isinstance(letter(other), NotYet)


# ------------------------------------------------------------------------------ nothing that the record does not hold
def check_every_sentence(record, made):
    """Each sentence's facts stand where it says, and each figure is the record's or its rule's."""
    held = set(figures(record.claim)) | set(figures(record.remittance)) | set(figures(record.payment))
    held |= {figure for one in record.sessions for figure in figures(one)}
    held |= set(figures(made.letter.deadline))
    phone = re.sub(r"\D", "", record.claim.billing.phone or "")
    held |= {phone[:3], phone[3:6], phone[6:], str(sum(one.minutes or 0 for one in record.sessions))}
    for sentence in made.letter.sentences():
        for fact in sentence.facts:
            assert fact.places, (sentence.id, fact.name)
            found = [at(record, place) for place in fact.places]
            assert all(value is not None for value in found), (sentence.id, fact.name, fact.places)
        for rule in sentence.rules:
            assert rule.cites
        lawful = {figure for rule in sentence.rules for figure in re.findall(r"\d+", rule.text)}
        for figure in re.findall(r"\d+", sentence.text):
            assert figure in held | lawful, (sentence.id, figure)


def test_the_clean_letter_invents_nothing():
    record = denied(session())
    check_every_sentence(record, written(record))


@given(
    lost=st.sets(st.sampled_from(OPTIONAL), max_size=4),
    plan_lost=st.sets(
        st.sampled_from(
            (
                "frequency",
                "duration",
                "certified",
                "certified_through",
                "first_treatment",
                "goals",
                "discipline",
            )
        ),
        max_size=2,
    ),
    consent_lost=st.sets(st.sampled_from(("form", "date", "scope", "caregivers", "by")), max_size=2),
    session_lost=st.sets(
        st.sampled_from(("start_time", "end_time", "minutes", "topics", "modality")), max_size=2
    ),
    words=st.text(
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Nd", "Nl", "No")),
        min_size=1,
        max_size=40,
    ),
    reason=st.sampled_from(("CO-50", "CO-151", "CO-B7", "CO-252", "CO-96", "PR-50")),
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_lost_no_sentence_stands_without_its_fact(
    lost, plan_lost, consent_lost, session_lost, words, reason
):
    whole = session()
    claim = claim_of(whole)
    (who,) = whole.patients
    empty = {"caregivers": (), "goals_addressed": (), "diagnoses": (), "topics": (), "goals": ()}
    plan = replace(who.plan, **{name: empty.get(name) for name in plan_lost})
    if "goals" in plan_lost:
        plan = replace(plan, goals=())
    consent = replace(who.consent, **dict.fromkeys(consent_lost))
    facts = {"plan": plan, "consent": consent, "response": words, **{name: empty.get(name) for name in lost}}
    one = replace(changed(whole, **facts), **{name: empty.get(name) for name in session_lost})
    record = denied(one, claim=claim, reasons=(reason,))
    made = letter(record)
    if isinstance(made, Written):
        check_every_sentence(record, made)
        texts = " ".join(sentence.text for sentence in made.letter.sentences())
        assert "None" not in texts
        assert "{" not in texts.replace(words, "")
    elif isinstance(made, NotYet):
        assert made.missing
        assert all(m.obtain and m.says for m in made.missing)


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        ({"note": None}, "patient.note.text"),
        ({"note": Note("Taught.", None)}, "patient.note.signed"),
        ({"need": None}, "patient.need"),
        ({"response": None}, "patient.response"),
        ({"goals_addressed": ()}, "patient.goals_addressed"),
        ({"plan": None}, "patient.plan"),
        ({"consent": None}, "patient.consent"),
        ({"caregivers": ()}, "patient.caregivers"),
        ({"present": None}, "patient.present"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_written(facts, place):
    one = session()
    record = denied(changed(one, **facts), claim=claim_of(one))
    missing = not_yet(record).missing
    assert any(place in m.place for m in missing), missing
    assert all(m.owner and m.obtain for m in missing)


def test_a_missing_certification_is_asked_for():
    one = session()
    (who,) = one.patients
    late = replace(who.plan, first_treatment=DAY - timedelta(60), certified=None, certified_through=None)
    missing = not_yet(denied(changed(one, plan=late), claim=claim_of(one))).missing
    assert any("certif" in m.says for m in missing)


def test_a_repeated_training_without_its_reason_is_advised_and_with_it_told():
    earlier = session(7, DAY - timedelta(7))
    record = denied(session(), reasons=("CO-50",))
    both = replace(record, sessions=(earlier, *record.sessions))
    assert [m.place for m in written(both).advice] == ["patient.repeat_reason"]
    again = changed(session(), repeat_reason="Brakes were forgotten.")
    told = written(replace(both, sessions=(earlier, again)))
    assert "repeat" in said(told)
    assert told.advice == ()


def test_no_sentence_of_the_table_holds_a_figure_of_its_own():
    for row in lettersentences.rows():
        assert not re.search(r"\d", re.sub(r"\{[^}]*\}", "", row.text)), row.id


def test_only_verified_rules_of_official_publishers_are_cited():
    for record in records():
        for sentence in written(record).letter.sentences():
            for rule in sentence.rules:
                assert rule.cites == lettersentences.official(rule.cites), sentence.id
                assert not any(word in " ".join(rule.cites) for word in ("AAPC", "Noridian", "CodingIntel"))


def test_every_sentence_of_the_table_can_be_written():
    used = {sentence.id for record in records() for sentence in written(record).letter.sentences()}
    assert used == {row.id for row in lettersentences.rows()}


def test_each_record_of_the_gallery_invents_nothing():
    for record in records():
        check_every_sentence(record, written(record))


# ------------------------------------------------------------------------------------------------ parts of a claim
def test_an_addon_follows_its_primary_code():
    claim = claim_of(session())
    answer = payment_of(claim, paid_line(claim.lines[0], "CO-50"), paid_line(claim.lines[1], "CO-B15"))
    record = replace(denied(session(), claim=claim), payment=answer, remittance=remittance_of(answer))
    assert [s.procedure_code for s in written(record).letter.services] == ["97550", "97551"]
    paid = paid_line(claim.lines[0], "CO-45 57.86", paid=Decimal("52.14"))
    answer = payment_of(claim, paid, paid_line(claim.lines[1], "CO-B15"))
    alone = replace(record, payment=answer, remittance=remittance_of(answer))
    assert no_appeal(alone).why is Refusal.OTHER_REMEDY


def test_lines_without_an_appeal_are_left_out_and_told():
    claim = claim_of(session())
    answer = payment_of(claim, paid_line(claim.lines[0], "CO-50"), paid_line(claim.lines[1], "CO-18"))
    record = replace(denied(session(), claim=claim), payment=answer, remittance=remittance_of(answer))
    made = written(record)
    assert [s.procedure_code for s in made.letter.services] == ["97550"]
    assert [r.lines for r in made.left_out] == [(claim.lines[1].control_number,)]


def test_a_denial_of_the_whole_claim_is_one_of_its_lines():
    from teachback.remitdata import PaidAdjustment

    claim = claim_of(session())
    answer = payment_of(claim, adjustments=(PaidAdjustment("CO", "50", claim.charge),))
    record = replace(denied(session(), claim=claim), payment=answer, remittance=remittance_of(answer))
    services = written(record).letter.services
    assert [s.denied for s in services] == [line.charge for line in claim.lines]


def test_several_sessions_stand_in_one_letter_each_under_its_date():
    first, second = session(), session(2, DAY + timedelta(7))
    claim = claim_of(first, second)
    made = written(denied(first, second, claim=claim))
    leads = {paragraph.lead for paragraph in made.letter.paragraphs}
    assert leads == {"", "On each date of service", "April 14, 2026", "April 21, 2026"}
    absent = said(made)["absent"]
    assert absent.facts[0].places == ("session S001: patient.present", "session S002: patient.present")
    assert len(absent.exhibits) == 2
    laws = [s.text for s in made.letter.sentences() if s.id.startswith("law-")]
    assert len(laws) == len(set(laws))
    check_every_sentence(denied(first, second, claim=claim), made)


def test_sessions_of_one_date_are_added_up_and_each_is_told():
    first, second = session(minutes=20), session(2, minutes=25)
    record = denied(first, second)
    made = written(record)
    texts = [s.text for s in made.letter.sentences() if s.id.startswith("minutes")]
    assert any("20 minutes" in text for text in texts)
    assert any("25 minutes" in text for text in texts)
    assert any("45 minutes in all" in text for text in texts)


def test_a_session_that_is_not_in_the_file_is_asked_for():
    record = replace(denied(session()), sessions=())
    missing = not_yet(record).missing
    assert "S001" in missing[0].says


def test_what_a_person_settled_holds_nothing_back():
    one = session()
    unlinked = changed(one, goals_addressed=("Another goal",))
    record = denied(unlinked, claim=claim_of(one), settled=frozenset({("S001", "P001", "D303")}))
    assert [m.place for m in not_yet(record).missing] == ["patient.goals_addressed"]


def test_telehealth_is_argued_only_where_the_list_was_verified():
    day = date(2026, 4, 14)
    video = session(day=day, modality=Modality.AUDIO_VIDEO, place_of_service="10")
    own = replace(claim_of(session(day=day)), place_of_service="10")
    missing = not_yet(denied(video, claim=own, reasons=("CO-58",)))
    assert any("telehealth list" in m.says for m in missing.missing)
    in_person = no_appeal(denied(session(), reasons=("CO-58",)))
    assert in_person.why is Refusal.OTHER_REMEDY


# ------------------------------------------------------------------------------------------------------ the knowledge
def test_every_reason_that_the_denials_send_to_appeal_has_a_ground():
    grounds = {carc for ground in Ground for carc in table()["ground"][ground.value]["carcs"]}
    sent = {
        carc
        for cause in denials.knowledge().causes
        if cause.remedy is denials.Remedy.APPEAL
        for carc in cause.codes
    }
    assert sent <= grounds
    assert "29" not in grounds


def test_every_ground_has_an_answer_of_its_own():
    answers = {ground for row in lettersentences.rows() if row.part == "answer" for ground in row.grounds}
    assert answers == {ground.value for ground in Ground}


def test_no_message_names_the_patient_or_the_caregiver():
    one = session()
    for record in (
        denied(one),
        denied(changed(one, note=None), claim=claim_of(one)),
        denied(one, reasons=("CO-29",)),
        denied(changed(one, present=True), claim=claim_of(one)),
    ):
        made = letter(record)
        words = (
            repr(made)
            if not isinstance(made, Written)
            else repr((made.before_sending, made.advice, made.left_out))
        )
        assert "Alderwick" not in words
        assert "1SG4TE5MK01" not in words


def test_the_notice_is_the_earlier_of_its_dates():
    record = denied(session())
    both = replace(record.remittance, produced_on=PAID_ON - timedelta(3))
    assert said(written(replace(record, remittance=both)))["notice"].text.startswith(
        "The notice of May 17, 2026"
    )
