"""Several runs in one running loop, as a server has them: each tells everybody once, and ends by itself."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from broadcast.dispatch.progress import Event, EventKind
from broadcast.dispatch.stop import Stop
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.monitoring.survey import Survey, Surveyor
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.publishing.result import Result
from broadcast.sandbox.server import Sandbox
from broadcast.wiring import make_publisher
from tests.harness.company import Company, consent, phone
from tests.harness.sandbox import arm

PEOPLE = 4


@pytest.fixture(params=["two ledgers", "one ledger"])
def offices(
    request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path, _secrets: None
) -> list[Company]:
    """Two places that publish to the same people, with a ledger each or with one between them."""
    folders = [tmp_path / "a", tmp_path / ("b" if request.param == "two ledgers" else "a")]
    for folder in folders:
        folder.mkdir(exist_ok=True)
    found = [
        Company(
            folder=folder, url=sandbox.url, smtp_port=sandbox.smtp_port, received=lambda: sandbox.received
        )
        for folder in folders
    ]
    for office in found:
        office.people = PEOPLE
        office.configure([["sms"]], timeout="15s", sms="concurrency = 1")
    return found


class Publication:
    """One notice on its way, with a connection to the ledger and a `Stop` of its own."""

    def __init__(self, office: Company, title: str, ledgers: ExitStack) -> None:
        self.title = title
        self.stop = Stop()
        self.heard: list[EventKind] = []
        self.begun = asyncio.Event()
        ledger = ledgers.enter_context(office.ledger())
        self._publisher = make_publisher(office.settings, ledger, self._hear)

    async def publish(self) -> Result:
        request = Request(verb=Verb.NOTIFY, title=self.title)
        return await self._publisher.publish(request, Limits(), consent, self.stop)

    def _hear(self, event: Event, /) -> None:
        self.heard.append(event.kind)
        if event.kind is EventKind.ATTEMPT:
            self.begun.set()


async def survey(office: Company, ledger: Ledger) -> Survey:
    settings = office.settings
    return await Surveyor(settings, ledger, SystemClock()).survey(list(settings.channels.values()))


def told(sandbox: Sandbox, title: str) -> Counter[str]:
    """How often each person got that notice."""
    return Counter(one.to for one in sandbox.received if title in one.text)


ONCE = Counter({phone(number): 1 for number in range(PEOPLE)})


async def test_two_publications_and_a_survey_go_on_side_by_side(offices, sandbox):
    """Neither can end before the other has begun: the sandbox answers late."""
    arm(sandbox, "twilio:late=0.1")
    with ExitStack() as ledgers:
        first = Publication(offices[0], "Checkout down", ledgers)
        second = Publication(offices[1], "Search down", ledgers)
        publishing = [asyncio.create_task(one.publish()) for one in (first, second)]
        await asyncio.wait_for(asyncio.gather(first.begun.wait(), second.begun.wait()), 20)
        assert not any(one.done() for one in publishing)
        look = asyncio.create_task(survey(offices[0], ledgers.enter_context(offices[0].ledger())))

        results = await asyncio.gather(*publishing)
        channels = (await look).channels

    assert [one.exit_code for one in results] == [0, 0]
    assert told(sandbox, first.title) == ONCE
    assert told(sandbox, second.title) == ONCE
    assert {one.channel.name for one in channels} == set(offices[0].settings.channels)


async def test_a_stop_ends_its_own_publication_alone(offices, sandbox):
    arm(sandbox, "twilio:late=0.1")
    with ExitStack() as ledgers:
        first = Publication(offices[0], "Checkout down", ledgers)
        second = Publication(offices[1], "Search down", ledgers)
        publishing = [asyncio.create_task(one.publish()) for one in (first, second)]
        await asyncio.wait_for(first.begun.wait(), 20)
        first.stop.ask()

        results = await asyncio.gather(*publishing)

    assert [one.exit_code for one in results] == [130, 0]
    assert EventKind.STOPPING in first.heard
    assert EventKind.STOPPING not in second.heard
    assert sum(told(sandbox, first.title).values()) < PEOPLE
    assert told(sandbox, second.title) == ONCE

    sandbox.clear_faults()
    finished = await asyncio.to_thread(offices[0].retry)
    assert finished.exit_code == 0
    assert told(sandbox, first.title) == ONCE


async def test_ctrl_z_works_as_before_once_the_last_run_is_over(offices, sandbox):
    """The first run to begin is the first to end, while the second one still defers it."""
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    arm(sandbox, "twilio:late=0.1")
    with ExitStack() as ledgers:
        first = Publication(offices[0], "Checkout down", ledgers)
        second = Publication(offices[1], "Search down", ledgers)
        one = asyncio.create_task(first.publish())
        await asyncio.wait_for(first.begun.wait(), 20)
        other = asyncio.create_task(second.publish())
        await asyncio.wait_for(second.begun.wait(), 20)
        first.stop.ask()
        await one
        assert signal.SIGTSTP in signal.pthread_sigmask(signal.SIG_BLOCK, ())
        await other

    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == blocked
