"""What the ledger knows of a channel's last day, added up where the rows are."""

from __future__ import annotations

import time
import tracemalloc
from datetime import timedelta

import pytest

from broadcast.ledger.health import ProviderPage, Watched
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.model.health import Announcement, Condition, Streak
from broadcast.testing.ledger_samples import NOON, after, claim, record, settled

MANY = 100_000


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger.open(tmp_path / "broadcast.db")
    yield ledger
    ledger.close()


def attempts(ledger: Ledger, *found: tuple[str, float, str | None]) -> None:
    """Attempts over `sms`: the outcome, the seconds it took, the reason."""
    notice = record(ledger, *(f"p{n}" for n in range(len(found))), route=("sms",))
    run = ledger.runs.begin()
    work = ledger.deliveries(notice.id, run, clock=SystemClock())
    states = {"accepted": DeliveryState.ACCEPTED, "unknown": DeliveryState.UNKNOWN}
    for (outcome, seconds, reason), one in zip(found, claim(work, "sms", len(found)), strict=True):
        state = states.get(outcome, DeliveryState.FAILED)
        work.turn([settled(one, state, outcome, reason=reason)], {}, after(seconds))
    run.end()


def test_a_channels_day_is_counted_timed_and_explained(ledger):
    took = [("accepted", seconds / 10, None) for seconds in range(1, 21)]
    lost = [("unknown", 3.0, "no answer"), ("unknown", 3.5, "no answer"), ("not_sent", 4.0, "refused")]
    attempts(ledger, *took, ("rejected", 2.5, "no such number"), *lost)

    found = ledger.health.traffic(NOON - timedelta(hours=1))["sms"]

    assert (found.accepted, found.failed, found.unknown) == (20, 2, 2)
    assert (found.median, found.p95) == (1.0, 1.9)
    assert found.last_success == after(2.0)
    assert found.error == "no answer"


def test_a_refused_number_is_no_trouble_of_the_channels(ledger):
    attempts(
        ledger,
        ("unknown", 0.5, "no answer"),
        ("accepted", 1.0, None),
        ("rejected", 2.0, "no such number"),
        ("not_sent", 3.0, "refused"),
    )

    assert ledger.health.traffic(NOON - timedelta(hours=1))["sms"].trouble == 1


def test_what_is_older_does_not_count(ledger):
    attempts(ledger, ("accepted", 1.0, None))

    assert ledger.health.traffic(NOON + timedelta(seconds=1)) == {}


def test_a_hundred_thousand_deliveries_are_added_up_at_once_and_in_little_memory(ledger):
    record(ledger, "p1", route=("sms",))
    with ledger.store.transaction() as connection:
        connection.raw.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many) "
            "INSERT INTO attempt (delivery_id, channel, owner, started_at, ended_at, outcome) "
            "SELECT 1, 'c' || (i % 7), 'o', :now, :now + (i % 3000) / 1000.0, 'accepted' FROM n",
            {"many": MANY, "now": NOON.timestamp()},
        )
    tracemalloc.start()
    began = time.perf_counter()
    found = ledger.health.traffic(NOON - timedelta(hours=1))
    took = time.perf_counter() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert sum(one.accepted for one in found.values()) == MANY
    assert took < 3
    assert peak < 1_000_000


def watched(system: str, *, down: bool = True, expires: float = 60.0) -> Watched:
    return Watched(
        system=system,
        streak=Streak(down),
        since=NOON,
        source="watch",
        reason="no answer",
        checked_at=NOON,
        expires_at=after(expires),
    )


def test_what_is_down_counts_until_it_expires_recovers_or_is_dismissed(ledger):
    records = ledger.health
    records.revise(lambda _: [watched("email"), watched("sms", down=False), watched("x", expires=-1)])

    assert [one.system for one in records.down(NOON)] == ["email"]
    assert records.down(after(61)) == []
    records.dismiss()
    assert records.down(NOON) == []
    assert records.watched()["email"].down


def test_a_page_is_asked_once_a_minute_whoever_asks(tmp_path, ledger):
    other = Ledger.open(tmp_path / "broadcast.db")
    url = "https://status.example/api"

    assert ledger.health.claim_page(url, NOON, 60)
    assert not other.health.claim_page(url, after(59), 60)
    assert other.health.claim_page(url, after(60), 60)
    assert ledger.health.claim_page(url, NOON, 60), "the clock was put back"
    said = ProviderPage(url, '"1"', Announcement(Condition.DOUBTFUL, "slow"))
    ledger.health.keep_page(said)
    assert other.health.page(url) == said
    other.close()
