from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from broadcast.contacts.book import Book, read_contacts


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Book]:
    """Write a file and read its contacts."""

    def book(content: str | bytes, region: str = "DE") -> Book:
        path = tmp_path / "kunden.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_contacts([path], region)

    return book
