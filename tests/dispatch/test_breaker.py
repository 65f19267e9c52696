"""When a channel is left alone."""

from __future__ import annotations

import pytest

from broadcast.dispatch.breaker import Breaker
from broadcast.model.outcome import Accepted, NotSent, Rejected, Scope, Unknown


def test_refused_credentials_end_the_channel_for_the_run_at_once():
    breaker = Breaker()

    assert breaker.count(Rejected("401", Scope.CHANNEL), now=1.0)
    assert breaker.out
    assert breaker.allows(64, 0, now=1e9) == 0


@pytest.mark.parametrize("failure", [NotSent("refused"), Unknown("HTTP 500")])
def test_five_failures_in_a_row_open_it_and_one_request_tries_again(failure):
    breaker = Breaker()

    opened = [breaker.count(failure, now=0.0) for _ in range(5)]

    assert opened == [False, False, False, False, True]
    assert breaker.allows(64, 0, now=breaker.cooldown - 0.1) == 0
    assert breaker.allows(64, 0, now=breaker.cooldown) == 1
    assert breaker.allows(64, 1, now=breaker.cooldown) == 0


def test_an_acceptance_closes_it():
    breaker = Breaker()
    for _ in range(5):
        breaker.count(NotSent("refused"), now=0.0)

    breaker.count(Accepted("1"), now=6.0)

    assert breaker.allows(64, 3, now=6.0) == 61
    assert breaker.healthy


def test_an_answer_that_comes_while_it_is_open_closes_it_at_once():
    breaker = Breaker()
    for _ in range(5):
        breaker.count(Unknown("the connection was lost"), now=0.0)

    breaker.count(Accepted("1"), now=0.1)

    assert breaker.healthy
    assert breaker.allows(64, 0, now=0.2) == 64


def test_a_probe_that_fails_ends_it_for_the_run():
    breaker = Breaker()
    for _ in range(5):
        breaker.count(NotSent("refused"), now=0.0)

    assert breaker.count(NotSent("refused"), now=6.0)
    assert breaker.out


def test_one_failure_among_successes_is_no_reason():
    breaker = Breaker()
    for _ in range(20):
        breaker.count(Unknown("timeout"), now=0.0)
        breaker.count(Accepted("1"), now=0.0)

    assert breaker.allows(8, 0, now=0.0) == 8


@pytest.mark.parametrize("answer", [Rejected("landline", Scope.RECIPIENT), NotSent("429", retry_after=3.0)])
def test_an_answer_about_a_person_or_about_patience_is_no_failure(answer):
    breaker = Breaker()

    assert not any(breaker.count(answer, now=0.0) for _ in range(50))


def test_it_is_left_alone_for_five_seconds():
    breaker = Breaker()
    for _ in range(5):
        breaker.count(Unknown("HTTP 500"), now=100.0)

    assert [breaker.left_alone(now) for now in (104.9, 105.0)] == [True, False]


@pytest.mark.parametrize("answer", [Accepted("1"), Rejected("landline", Scope.RECIPIENT)])
def test_an_answer_is_no_opening_and_wipes_out_what_failed_before(answer):
    breaker = Breaker()
    for _ in range(4):
        breaker.count(NotSent("refused"), now=0.0)

    assert breaker.count(answer, now=0.0) is False
    assert breaker.healthy
    assert [breaker.count(NotSent("refused"), now=0.0) for _ in range(5)] == [False] * 4 + [True]


def test_a_refusal_of_a_person_is_proof_enough_that_the_channel_works_again():
    breaker = Breaker()
    for _ in range(5):
        breaker.count(NotSent("refused"), now=0.0)

    breaker.count(Rejected("landline", Scope.RECIPIENT), now=6.0)

    assert breaker.allows(64, 0, now=6.0) == 64


def test_one_failure_is_enough_not_to_be_healthy():
    breaker = Breaker()
    breaker.count(NotSent("refused"), now=0.0)

    assert not breaker.healthy


def test_it_is_not_healthy_before_the_probe_was_answered():
    breaker = Breaker()
    for _ in range(5):
        breaker.count(NotSent("refused"), now=0.0)

    assert not breaker.left_alone(now=6.0)
    assert not breaker.healthy


def test_it_says_why_it_opened():
    paced, refused = Breaker(), Breaker()

    paced.count(NotSent("HTTP 429", retry_after=3.0), now=0.0)
    refused.count(Rejected("HTTP 401", Scope.CHANNEL), now=0.0)

    assert [paced.reason, refused.reason, Breaker().reason] == ["HTTP 429", "HTTP 401", ""]


def test_what_was_given_out_stays_out_and_opens_for_nothing_that_comes_late():
    breaker = Breaker()
    breaker.give_out("more patience than there is")

    assert breaker.reason == "more patience than there is"
    assert not breaker.healthy
    assert not any(breaker.count(Unknown("timeout"), now=9.0) for _ in range(5))
    assert breaker.left_alone(now=1e9)


def test_late_answers_of_one_wave_do_not_open_it_twice():
    breaker = Breaker()

    opened = sum(breaker.count(Unknown("HTTP 500"), now=0.0) for _ in range(60))

    assert opened == 1
    assert not breaker.out
