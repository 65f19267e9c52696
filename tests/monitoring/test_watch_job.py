"""The watch as a job of the clock: as often as configured, and never beside another one."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from broadcast.cadence.tick import tick
from broadcast.dispatch.stop import Stop
from broadcast.jobs import make_jobs
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import ManualClock
from tests.harness.company import completed
from tests.monitoring.mail_provider import company, serving
from tests.monitoring.test_watch import health


@pytest.fixture
def provider():
    with serving() as provider:
        yield provider


def rounds(settings, clock):
    with closing(Ledger.open(settings.ledger)) as ledger:
        return completed(tick(make_jobs(settings, ledger, clock), clock, Stop()))


def every(settings, seconds):
    return replace(settings, watch=replace(settings.watch, every=seconds, down_after=1))


def test_it_checks_as_often_as_configured(tmp_path, provider):
    settings, clock = every(company(tmp_path, provider), 60.0), ManualClock()
    assert rounds(settings, clock).done == ()
    provider.status = 503

    assert rounds(settings, clock).done == (), "less than a minute has passed"
    clock.advance_to(clock.now() + timedelta(seconds=61))
    done = rounds(settings, clock).done

    assert done[0].startswith("watch: email is down")
    assert done[1].startswith("watch: wrote the draft ")


def test_without_the_setting_it_checks_nothing(tmp_path, provider):
    rounds(company(tmp_path, provider), ManualClock())

    assert health(tmp_path) == []


def test_it_leaves_the_channels_to_a_watch_that_runs(tmp_path, provider):
    settings = every(company(tmp_path, provider), 60.0)

    with Ledger.watching_alone(settings.ledger):
        result = rounds(settings, ManualClock())

    assert (result.done, result.trouble) == ((), ())
    assert health(tmp_path) == []
