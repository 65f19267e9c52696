"""Many commands at once on one ledger, as a storm of alerts starts them: every one of them succeeds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from broadcast.dispatch.progress import ignore_events
from broadcast.errors import PhaseError, Refused
from broadcast.publishing.preview import Preview
from broadcast.publishing.request import Request, Verb
from broadcast.wiring import make_publisher
from tests.harness.company import Company, published
from tests.harness.processes import Daemon
from tests.harness.program import environment

TOGETHER = 6
FEW = 3  # of commands in interpreters of their own, which take most of the time
SITE = '[channels.site]\nadapter = "site"\npath = "public"\n'


@pytest.fixture
def company(daemon: Daemon, tmp_path: Path) -> Company:
    company = daemon.company(tmp_path)
    company.configure([["sms"]], timeout="15s")
    return company


def together(company: Company, requests: list[Request]) -> list[int]:
    """The exit codes of processes that all prepare their notice before the first of them records it."""
    prepared, tell = os.pipe()
    start, release = os.pipe()
    children = [_published(company, request, tell, start, release) for request in requests]
    os.close(start)
    for _ in requests:
        assert os.read(prepared, 1)
    os.close(release)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    os.close(prepared)
    os.close(tell)
    return codes


def _published(company: Company, request: Request, tell: int, start: int, release: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    os.close(release)
    asked: list[Preview] = []

    def consent(preview: Preview) -> None:
        asked.append(preview)
        if len(asked) == 1:
            os.write(tell, b".")
            os.read(start, 1)  # until everybody has prepared

    os._exit(_exit_code(company, request, consent))


def _exit_code(company: Company, request: Request, consent: Callable[[Preview], None]) -> int:
    try:
        with company.ledger() as ledger:
            return published(
                make_publisher(company.settings, ledger, ignore_events), request, consent
            ).exit_code
    except PhaseError:
        return 2
    except BaseException:  # noqa: BLE001 - the parent must see every way it can fail
        return 99


def test_every_notify_of_a_storm_gets_a_number_of_its_own_and_is_sent(company, daemon):
    requests = [Request(verb=Verb.NOTIFY, title=f"Shop {number} down") for number in range(TOGETHER)]

    assert together(company, requests) == [0] * TOGETHER

    with company.ledger() as ledger:
        incidents = ledger.incidents.all()
    assert [incident.ref for incident in incidents] == [f"INC-{n}" for n in range(1, TOGETHER + 1)]
    titles = {incident.title for incident in incidents}
    assert titles == {f"Shop {number} down" for number in range(TOGETHER)}
    texts = [message.text for message in daemon.received()]
    assert len(texts) == TOGETHER * company.people
    for incident in incidents:
        assert sum(incident.title in text for text in texts) == company.people


def test_updates_of_one_incident_at_once_follow_each_other(company, daemon):
    company.notify()
    requests = [Request(verb=Verb.UPDATE, message=f"News {number}.") for number in range(TOGETHER)]

    assert together(company, requests) == [0] * TOGETHER

    with company.ledger() as ledger:
        notices = ledger.incidents.notices(ledger.incidents.all()[0])
    assert [notice.sequence for notice in notices] == list(range(1, TOGETHER + 2))
    assert {notice.facts.message for notice in notices[1:]} == {f"News {n}." for n in range(TOGETHER)}


def test_an_update_that_loses_to_the_end_is_refused_and_one_that_wins_is_ended(company, daemon):
    company.notify()
    update, resolve = Request(verb=Verb.UPDATE, message="More."), Request(verb=Verb.RESOLVE, message="Over.")

    codes = together(company, [update, resolve])

    assert codes in ([0, 0], [2, 0])
    assert company.incident().phase.closed
    last = [message.text for message in daemon.received()][-company.people :]
    assert all("Over." in text for text in last)


def test_one_key_in_many_processes_publishes_one_notice(company, daemon):
    requests = [Request(verb=Verb.NOTIFY, title="Checkout down", key="alert-7")] * TOGETHER

    assert together(company, requests) == [0] * TOGETHER

    with company.ledger() as ledger:
        assert [incident.ref for incident in ledger.incidents.all()] == ["INC-1"]
    assert company.told_once("twilio")
    assert company.notify("Search down").incident == "INC-2"


def test_an_update_stays_with_its_incident_when_that_ends_and_another_is_open(company):
    company.notify("Checkout down")

    def meanwhile(_: Preview) -> None:
        company.follow_up(Verb.RESOLVE, incident="INC-1", message="Over.")
        company.notify("Search down")

    request = Request(verb=Verb.UPDATE, message="The cause is found.")
    with company.ledger() as ledger:
        publisher = make_publisher(company.settings, ledger, ignore_events)
        with pytest.raises(PhaseError, match="INC-1"):
            published(publisher, request, meanwhile)


def test_who_is_asked_sees_what_was_published_meanwhile_and_may_say_no(company):
    company.notify()
    shown: list[Preview] = []

    def asked(preview: Preview) -> None:
        shown.append(preview)
        if len(shown) == 2:
            raise Refused("no")
        company.follow_up(Verb.UPDATE, message="We restart it.")

    with company.ledger() as ledger:
        publisher = make_publisher(company.settings, ledger, ignore_events)
        with pytest.raises(Refused, match="no"):
            published(publisher, Request(verb=Verb.UPDATE, message="The cause is found."), asked)
        assert len(ledger.incidents.notices(ledger.incidents.all()[0])) == 2

    assert [preview.sequence for preview in shown] == [2, 3]
    assert any("published INC-1/2" in warning for warning in shown[1].warnings)


def test_real_commands_at_once_all_end_well(company, tmp_path):
    company.configure([["site"]], extra=SITE)
    commands = [
        subprocess.Popen(
            [sys.executable, "-m", "broadcast", "notify", f"Shop {number} down", "--yes", "-o", "quiet"],
            cwd=tmp_path,
            env=environment(tmp_path, SANDBOX_SECRET="s"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(FEW)
    ]
    ended = [(command.communicate(timeout=60), command.returncode) for command in commands]

    assert [code for _, code in ended] == [0] * FEW, ended
    assert {out.strip() for (out, _), _ in ended} == {f"INC-{n}" for n in range(1, FEW + 1)}
