"""The jobs of the clock: each has a name of its own, and what plans messages comes before what sends them."""

from __future__ import annotations

import pytest

from broadcast.config.load import load
from broadcast.jobs import make_jobs
from broadcast.ledger.ledger import Ledger

CONFIGURATION = """
[broadcast]
organisation = "Muster Handel"
locale = "de"
timezone = "Europe/Berlin"

[ledger]
url = "sqlite:///broadcast.db"
"""


@pytest.fixture
def names(tmp_path):
    path = tmp_path / "broadcast.toml"
    path.write_text(CONFIGURATION)
    settings = load(path, {}, tmp_path)
    ledger = Ledger.open(settings.ledger)
    yield [job.name for job in make_jobs(settings, ledger)]
    ledger.close()


def test_each_job_has_a_name_of_its_own(names):
    assert len(set(names)) == len(names)


def test_what_plans_messages_comes_before_what_sends_them(names):
    assert names.index("confirmations") < names.index("retry")
    assert names.index("escalate") < names.index("retry")


def test_channels_are_watched_only_if_it_is_configured(names):
    assert "watch" not in names
