"""Letters on paper: both forms say the same, the same letter gives the same bytes, and nobody stands in the metadata."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import pypdf
import pytest

from teachback.forms import letters, lettertext
from teachback.forms.letterdata import Origin
from teachback.model import Note
from teachback.remit.appeal import letter
from tests.claim.made import DAY, patient, session
from tests.remit.appealing import claim_of, denied

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ODD = "Taught: “transfers” \u2013 3 \u00d7 bed→chair; naïve <b>bold</b> & \x0b 漢字 \U0001f642 \x00 end."


def made(**facts):
    who = replace(patient(), **facts)
    one = session(patients=(who,))
    return letter(denied(one, claim=claim_of(session()))).letter


def squeezed(text):
    """A text without blanks: lines break differently in each form."""
    return re.sub(r"\s+", "", text)


def pdf_text(data):
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def docx_text(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = ET.fromstring(archive.read("word/document.xml"))  # noqa: S314  our own bytes
    return "".join(node.text or "" for node in root.iter(f"{WORD}t"))


def test_both_forms_hold_every_sentence_table_and_source():
    one = made()
    for read in (pdf_text(letters.pdf(one)), docx_text(letters.docx(one))):
        flat = squeezed(read)
        for sentence in one.sentences():
            assert squeezed(sentence.text.rstrip(".")) in flat, sentence.id
        for label, fact in one.identity:
            assert squeezed(label) in flat
            assert squeezed(fact.text) in flat
        for line in (*lettertext.enclosures(one), *lettertext.SIGNATURE, lettertext.ANNEX):
            assert squeezed(line) in flat
        assert squeezed("patient.plan.established") in flat
        assert squeezed("each_occurrence_documented") in flat
        assert squeezed("$110.00") in flat


def test_the_same_letter_gives_the_same_bytes():
    assert letters.pdf(made()) == letters.pdf(made())
    assert letters.docx(made()) == letters.docx(made())


def test_nothing_of_the_patient_stands_in_the_metadata():
    info = pypdf.PdfReader(io.BytesIO(letters.pdf(made()))).metadata
    assert not any("Alderwick" in str(value) for value in info.values())
    with zipfile.ZipFile(io.BytesIO(letters.docx(made()))) as archive:
        core = archive.read("docProps/core.xml").decode()
        assert "Alderwick" not in core
        assert "modified" not in core
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_parts_of_the_docx_are_named_by_their_types_and_relations():
    with zipfile.ZipFile(io.BytesIO(letters.docx(made()))) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        for name in names:
            ET.fromstring(archive.read(name))  # noqa: S314  our own bytes
        types = archive.read("[Content_Types].xml").decode()
        parts = set(re.findall(r'PartName="/([^"]+)"', types))
        assert parts <= names
        targets = re.findall(r'Target="([^"]+)"', archive.read("word/_rels/document.xml.rels").decode())
        assert {f"word/{target}" for target in targets} <= names
        styles = archive.read("word/styles.xml").decode()
        used = set(re.findall(r'pStyle w:val="([^"]+)"', archive.read("word/document.xml").decode()))
        assert used <= set(re.findall(r'styleId="([^"]+)"', styles))


@pytest.mark.parametrize("text", [ODD, "word " * 3000, "x" * 6000, "\n" * 400 + "end"])
def test_whatever_a_note_or_a_need_holds_is_printed_and_nothing_breaks(text):
    one = made(note=Note(text, DAY), need=text)
    pdf, docx = letters.pdf(one), letters.docx(one)
    assert pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert "end" in docx_text(docx) or "end" not in text


def test_a_letter_of_many_sessions_takes_as_many_pages_as_it_needs():
    sessions = [session(n, DAY + timedelta(7 * n)) for n in range(1, 9)]
    who = sessions[0].patients[0]
    plan = replace(
        who.plan, certified_through=DAY + timedelta(85), first_treatment=DAY, established=DAY, certified=DAY
    )
    sessions = [
        replace(s, patients=(replace(who, plan=plan, note=Note("Taught.", s.date_of_service)),))
        for s in sessions
    ]
    answer = letter(denied(*sessions))
    one = answer.letter
    assert len(one.services) == 16
    text = squeezed(pdf_text(letters.pdf(one)))
    for sentence in one.sentences():
        assert squeezed(sentence.text.rstrip(".")) in text, sentence.id


def test_only_recorded_texts_are_printed_as_exhibits():
    one = made()
    printed = [exhibit for exhibit in one.exhibits if exhibit.origin is Origin.PRINTED]
    assert [exhibit.text for exhibit in printed] == ["Taught transfers."]
    assert all(not exhibit.text for exhibit in one.exhibits if exhibit.origin is not Origin.PRINTED)


def test_a_sentence_keeps_its_sources_before_its_end():
    texts = {s.id: lettertext.sentence(s).replace("\u00a0", " ") for s in made().sentences()}
    assert texts["law-absence"].endswith("present (88 FR 78916-78917).")
    assert texts["minutes-clock"].endswith("9:45 a.m. (Exhibit 2).")
    assert texts["request"].endswith("above.")
