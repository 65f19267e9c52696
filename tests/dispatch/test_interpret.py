"""What an answer says about the channel that gave it: how many requests may be under way after it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from broadcast.dispatch.decide import Policy
from broadcast.dispatch.interpret import Answer, Interpreter
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope, Unknown
from broadcast.testing.ledger_samples import NOON
from tests.dispatch.test_channel import channel, claims

TOO_MANY, REFUSED = NotSent("too many requests (HTTP 429)"), NotSent("connection refused")
LOST, NOT_THIS_TEXT = Unknown("HTTP 500"), Rejected("the message was refused", Scope.MESSAGE)


class Seconds:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed


class Answering:
    """A channel of 64 requests at once that gives answers, one second apart."""

    def __init__(self) -> None:
        self.clock = Seconds()
        self.channel = channel()
        self._interpreter = Interpreter(self.clock, Policy(), print, b"secret")

    def __call__(self, outcome: Outcome, **how: bool) -> bool:
        """Whether the channel is left alone because of the answer."""
        asked = claims(1)
        answer = Answer(channel=self.channel, claims=asked, outcomes=[outcome], **{"lookup": False} | how)
        left_alone = self._interpreter.opens_breaker(answer)
        self.clock.passed += 1
        return left_alone

    @property
    def at_once(self) -> int:
        """How many requests may be under way."""
        self.channel.breaker.failures = 0  # what failed is not the subject
        return self.channel.wants(self.clock.monotonic()) - self.channel.reserve


@pytest.fixture
def answering() -> Answering:
    return Answering()


@pytest.mark.parametrize("outcome", [TOO_MANY, REFUSED])
def test_who_takes_nothing_and_names_no_time_is_asked_one_at_a_time(answering, outcome):
    answering(outcome)

    assert answering.at_once == 1


def test_only_what_shows_that_a_provider_works_lets_more_requests_out(answering):
    answering(NotSent("too many requests (HTTP 429)", retry_after=0.5))
    allowed = []
    for outcome in (
        TOO_MANY,
        LOST,
        REFUSED,
        LOST,
        NOT_THIS_TEXT,
        Accepted("1"),
        LOST,
        Accepted("2"),
        TOO_MANY,
    ):
        answering(outcome)
        allowed.append(answering.at_once)

    assert allowed == [1, 1, 1, 1, 2, 4, 4, 8, 1]


@pytest.mark.parametrize("outcome", [TOO_MANY, LOST])
def test_a_lost_answer_is_no_end_of_a_row_of_pauses(answering, outcome):
    asks = NotSent("too many requests (HTTP 429)", retry_after=25.0)
    seen = []
    for _ in range(4):
        seen.append(answering(asks))
        answering.clock.passed += 23
        answering(outcome)

    assert seen == [False, False, True, False]
    assert answering.channel.breaker.out


def test_a_message_that_is_taken_ends_a_row_of_pauses(answering):
    asks = NotSent("too many requests (HTTP 429)", retry_after=25.0)
    for _ in range(4):
        assert not answering(asks)
        answering.clock.passed += 23
        answering(Accepted("1"))


@pytest.mark.parametrize("how", [{"lookup": True}, {"cut_off": True}])
def test_a_look_up_and_an_answer_nobody_waited_for_say_nothing_about_the_channel(answering, how):
    assert not any(answering(TOO_MANY, **how) for _ in range(9))

    assert answering.at_once == 64
