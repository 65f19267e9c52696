"""The clock goes on with what commands left, as they chose, and asks in vain less and less often."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from broadcast.cadence.send_due import rests
from broadcast.config.load import load
from broadcast.dispatch.progress import ignore_events
from broadcast.ledger.choices import OwingNotice, choose, owing_notices, pause
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.sqlite.store import open_sqlite
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.model.unknown import OnUnknown
from broadcast.testing.ledger_fixtures import LedgerFixtures
from broadcast.testing.ledger_samples import NOON, after, claim, incident, notice, owed, record, settled
from broadcast.wiring import make_deliverer

HELD = OwingNotice(id=1, on_unknown=OnUnknown.HOLD, created_at=NOON, tried_at=NOON, active=False)


@pytest.mark.parametrize(
    ("age", "pause_seconds"), [(0, 10), (60, 10), (600, 60), (3600, 360), (9000, 900), (86_400, 900)]
)
def test_held_messages_wait_longer_the_older_the_notice_is(age, pause_seconds):
    now = after(age)
    tried = replace(HELD, tried_at=now - timedelta(seconds=pause_seconds - 1))

    assert rests(tried, now)
    assert not rests(replace(tried, tried_at=now - timedelta(seconds=pause_seconds)), now)


def test_messages_that_wait_for_nothing_rest_never():
    assert not rests(replace(HELD, active=True), after(1))


def test_a_clock_that_was_set_back_lets_nothing_rest():
    assert not rests(replace(HELD, tried_at=after(3600)), after(1))


class TestChoices(LedgerFixtures):
    @pytest.fixture
    def open_store(self, tmp_path):
        return lambda: open_sqlite(tmp_path / "ledger.db")

    def test_the_choice_of_the_command_is_kept(self, ledger):
        new = replace(notice(incident(), 1, owed("anna")), on_unknown=OnUnknown.HOLD)
        recorded = ledger.incidents.record(new, NOON)

        (owing,) = owing_notices(ledger.store)
        assert (owing.id, owing.on_unknown, owing.active) == (recorded.id, OnUnknown.HOLD, True)
        choose(ledger.store, recorded.id, OnUnknown.RESEND)
        assert [one.on_unknown for one in owing_notices(ledger.store)] == [OnUnknown.RESEND]

    def test_a_notice_whose_command_was_interrupted_is_left_alone_until_a_command_goes_on(self, ledger):
        recorded = record(ledger, "anna")

        pause(ledger.store, recorded.incident, recorded.sequence, after(1))
        assert owing_notices(ledger.store) == []
        choose(ledger.store, recorded.id, OnUnknown.OTHER_CHANNEL)

        assert [one.id for one in owing_notices(ledger.store)] == [recorded.id]

    def test_held_messages_say_when_they_were_tried(self, ledger, run):
        recorded = record(ledger, "anna", route=("email",))
        work = ledger.deliveries(recorded.id, run, clock=SystemClock())
        (claimed,) = claim(work, "email")
        work.turn([settled(claimed, DeliveryState.HELD, "rejected")], {}, after(30))

        (owing,) = owing_notices(ledger.store)

        assert (owing.active, owing.tried_at) == (False, after(30))

    def test_unknown_messages_say_when_their_provider_was_last_asked_in_vain(self, ledger, run):
        recorded = record(ledger, "anna", route=("email",))
        work = ledger.deliveries(recorded.id, run, clock=SystemClock())
        (claimed,) = claim(work, "email")
        soon = after(31).timestamp()
        work.turn([settled(claimed, DeliveryState.UNKNOWN, "unknown", not_before=soon)], {}, after(30))

        assert [one.active for one in owing_notices(ledger.store)] == [True]
        (asked,), _ = work.lookups("email", 10, after(40), after(41))
        work.turn([settled(asked, DeliveryState.UNKNOWN, None, not_before=math.inf)], {}, after(42))

        (owing,) = owing_notices(ledger.store)
        assert (owing.active, owing.tried_at) == (False, after(42))


CONFIGURATION = """
[broadcast]
organisation = "Muster Handel"
locale = "de"
timezone = "Europe/Berlin"
[ledger]
url = "sqlite:///broadcast.db"
[channels.email]
adapter = "sendgrid"
api_key = "env:NOT_SET_ANYWHERE"
from = "status@muster.example"
[channels.page]
adapter = "site"
path = "public"
url = "https://status.muster.example"
"""


def test_a_channel_without_its_secret_is_out_and_named_and_the_others_are_there(tmp_path):
    (tmp_path / "broadcast.toml").write_text(CONFIGURATION)
    settings = load(tmp_path / "broadcast.toml", {}, tmp_path)
    ledger = Ledger.open(settings.ledger)
    recorded = record(ledger, "anna", route=("email", "page"))
    deliverer = make_deliverer(settings, ledger, ignore_events)

    adapters, trouble = deliverer.available(recorded)

    assert set(adapters) == {"page"}
    assert [line.partition(":")[0] for line in trouble] == ["email"]
    assert "NOT_SET_ANYWHERE" in trouble[0]
    ledger.close()
