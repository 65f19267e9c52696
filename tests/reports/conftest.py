from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from broadcast.reports.analysis import IncidentAnalysis, build
from broadcast.reports.people import Addresses
from tests.reports.filled_ledger import Chronicle, at, outage

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def chronicle(tmp_path: Path) -> Iterator[Chronicle]:
    with Chronicle.begin(tmp_path) as chronicle:
        yield chronicle


@pytest.fixture
def story(chronicle: Chronicle) -> IncidentAnalysis:
    """The outage of `filled.outage`, told when it was over."""
    outage(chronicle)
    return build(chronicle.ledger, "INC-1", at(130), BERLIN)


@pytest.fixture
def tell(chronicle: Chronicle) -> Callable[..., IncidentAnalysis]:
    """Tell what the chronicle holds, so many minutes into the incident."""

    def telling(minutes: float = 130, addresses: Addresses = Addresses.MASKED) -> IncidentAnalysis:
        return build(chronicle.ledger, "INC-1", at(minutes), BERLIN, addresses=addresses)

    return telling


@pytest.fixture
def sql(chronicle: Chronicle) -> Iterator[Callable[..., list[tuple]]]:
    """Ask the file itself, past all of our code."""
    connection = sqlite3.connect(f"file:{chronicle.ledger.name}?mode=ro", uri=True)
    yield lambda statement, *values: connection.execute(statement, values).fetchall()
    connection.close()
