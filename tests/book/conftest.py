"""One store for each test and each implementation of the book."""

from __future__ import annotations

import pytest

from tests.book.keepers import KEEPERS


@pytest.fixture(params=KEEPERS, ids=lambda keeper: keeper.__name__)
def keeper(request, tmp_path):
    """A new, empty store."""
    return request.param(tmp_path)


@pytest.fixture
def book(keeper):
    """A new, empty book."""
    with keeper.open() as opened:
        yield opened
