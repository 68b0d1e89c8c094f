"""The public sample remittances, posted as if they paid us: all of their money is on the accounts, none is guessed away."""

from __future__ import annotations

import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from teachback.book import Account, LineState, RemittanceState
from teachback.remit.post import in_order, post_remittance
from teachback.remit.postings import Verdict
from teachback.x12.r835 import remittances
from tests.book.made import BILLING
from tests.remit.posted import opened

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples"


def files():
    """Every 835 of the sample archives, by name."""
    found = {}
    for archive in sorted(SAMPLES.glob("**/*.tar*")) + sorted(SAMPLES.glob("**/*.tgz")):
        with tarfile.open(archive) as opened_:
            for member in opened_.getmembers():
                if member.isfile() and member.name.casefold().endswith(".835"):
                    found[member.name] = opened_.extractfile(member).read()
    for path in SAMPLES.glob("**/*.835"):
        found[path.name] = path.read_bytes()
    return found


def test_samples(tmp_path):
    contents = files() if SAMPLES.exists() else {}
    if not contents:
        pytest.skip("the sample files are not here")
    with opened(tmp_path) as book:
        paid = 0
        for name, content in contents.items():
            for found in in_order(remittances(io.BytesIO(content))):
                strange = post_remittance(book, found, who="ann", source=name)
                assert strange.verdict is Verdict.NOT_OURS, name
                ours = replace(found, payee_id=BILLING.provider.npi, payee_qualifier="XX", is_test=False)
                posting = post_remittance(book, ours, who="ann", source=name)
                if posting.verdict is Verdict.HELD:
                    assert posting.why, name
                if posting.verdict is Verdict.POST:
                    paid += int(found.paid * 100)
                assert posting.count(LineState.POSTED) == 0, name
        assert sum(book.balances().values()) == 0
        assert book.balances()[Account.CASH] == paid
        assert book.check().faults == ()
        # Two of the samples are the same payment, and one does not balance.
        assert len(book.remittances(RemittanceState.POSTED)) == 4
