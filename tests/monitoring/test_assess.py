"""Assess a channel: a recent failure weighs more than an announcement."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broadcast.ledger.health import Traffic
from broadcast.ledger.history import OpenBreaker
from broadcast.model.health import Announcement, Condition
from broadcast.model.outcome import Health, Probe
from broadcast.monitoring.assess import Evidence, assess
from broadcast.testing.ledger_samples import NOON

ANSWERS = Probe(Health.OK)
OUTAGE = {"twilio": Announcement(Condition.DOWN, "SMS delivery")}


def traffic(accepted: int = 0, trouble: int = 0) -> Traffic:
    return Traffic(
        channel="sms",
        accepted=accepted,
        failed=trouble,
        unknown=0,
        trouble=trouble,
        median=0.1,
        p95=0.2,
        last_success=NOON,
        error="HTTP 503",
    )


def breaker(minutes: int) -> OpenBreaker:
    return OpenBreaker("sms", NOON - timedelta(minutes=minutes), "HTTP 503")


@pytest.mark.parametrize(
    ("evidence", "condition", "reason"),
    [
        (Evidence(probe=ANSWERS), Condition.WORKS, "it answers"),
        (Evidence(traffic=traffic(accepted=3)), Condition.WORKS, "it took the latest messages"),
        (
            Evidence(probe=Probe(Health.UNREACHABLE, "no answer"), traffic=traffic(3)),
            Condition.DOWN,
            "no answer",
        ),
        (Evidence(probe=Probe(Health.UNAUTHORISED)), Condition.DOWN, "unauthorised"),
        (Evidence(breaker=breaker(5), probe=ANSWERS), Condition.DOWN, "it just failed: HTTP 503"),
        (
            Evidence(breaker=breaker(15), probe=ANSWERS),
            Condition.DOUBTFUL,
            "it failed when it was last used: HTTP 503",
        ),
        (Evidence(probe=Probe(Health.DEGRADED, "suspended")), Condition.DOUBTFUL, "suspended"),
        (
            Evidence(probe=ANSWERS, traffic=traffic(accepted=9, trouble=3)),
            Condition.DOUBTFUL,
            "3 messages in a row without an answer: HTTP 503",
        ),
        (Evidence(probe=ANSWERS, traffic=traffic(accepted=9, trouble=2)), Condition.WORKS, "it answers"),
        (
            Evidence(announced={"twilio": Announcement(Condition.WORKS)}),
            Condition.UNKNOWN,
            "nothing was sent",
        ),
        (Evidence(), Condition.UNKNOWN, "nothing was sent"),
    ],
)
def test_the_gravest_thing_known_decides_and_is_the_reason(evidence, condition, reason):
    found = assess(evidence, NOON)

    assert found.condition is condition
    assert found.reason.startswith(reason)


def test_a_status_page_alone_takes_no_channel_down():
    found = assess(Evidence(probe=ANSWERS, traffic=traffic(3), announced=OUTAGE), NOON)

    assert (found.condition, found.source) == (Condition.DOUBTFUL, "status page")
    assert found.reason == "twilio says: SMS delivery"
