"""Guards and keys: questions and refusals before anything is recorded, and repeated results."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest

from broadcast.dispatch.progress import ignore_events
from broadcast.errors import KeyReused, NothingMatched, Refused, UsageError
from broadcast.publishing.preview import Preview
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.publishing.result import Result
from broadcast.sandbox.daemon import SandboxAddress
from broadcast.sandbox.settings import in_sandbox
from broadcast.wiring import make_publisher
from tests.harness.company import consent, published
from tests.harness.sandbox import arm

ALL = [["email", "sms"], ["x"], ["page"]]


def test_a_key_with_other_inputs_is_refused(company, sandbox):
    company.notify(key="run-7")

    with pytest.raises(KeyReused, match="run-7") as raised:
        company.notify("Search down", key="run-7")

    assert raised.value.exit_status == 9
    assert len(sandbox.received) == 3


def test_options_about_sending_do_not_change_the_content(company):
    company.notify(key="run-7")

    assert company.notify(key="run-7", limits=Limits(deadline=60, max_recipients=5)).replayed


def test_a_stored_result_is_given_again_word_for_word(company, sandbox):
    arm(sandbox, "sendgrid:auth")
    first = company.notify(key="run-7")

    again = company.notify(key="run-7")

    assert replace(again, replayed=False, changed=True) == Result.from_json(
        json.loads(json.dumps(first.as_json()))
    )


def test_one_key_asks_for_one_confirmation(company):
    asked: list[Preview] = []
    request = Request(verb=Verb.NOTIFY, title="Checkout down", key="run-7")
    for _ in range(2):
        with company.ledger() as ledger:
            published(make_publisher(company.settings, ledger, ignore_events), request, asked.append)

    assert len(asked) == 1


def test_after_a_no_nothing_is_sent_or_recorded(company, sandbox):
    def declining(_):
        raise Refused("no")

    with company.ledger() as ledger:
        publisher = make_publisher(company.settings, ledger, ignore_events)
        with pytest.raises(Refused):
            published(publisher, Request(verb=Verb.NOTIFY, title="Checkout down"), declining)

        assert ledger.incidents.all() == []
    assert sandbox.requests == []


def test_a_preview_sends_and_records_nothing(company, sandbox):
    shown = company.preview(Request(verb=Verb.NOTIFY, title="Checkout down"))

    assert (shown.people, shown.incident) == (3, "INC-1")
    assert sandbox.requests == []
    with company.ledger() as ledger:
        assert ledger.incidents.all() == []


def test_more_people_than_allowed_are_not_told(company, sandbox):
    with pytest.raises(Refused, match="3 people would be told, and at most 2") as raised:
        company.notify(limits=Limits(max_recipients=2))

    assert raised.value.exit_status == 8
    assert "--max-recipients 3" in raised.value.hint
    assert sandbox.requests == []
    assert company.notify(limits=Limits(max_recipients=3)).exit_code == 0


def test_the_configuration_bounds_it_too_and_the_command_wins(company):
    company.configure(general="max_recipients = 2")

    with pytest.raises(Refused):
        company.notify()
    assert company.notify(limits=Limits(max_recipients=10)).exit_code == 0


@pytest.mark.parametrize("lanes", [[["email"]], [["site"], ["email"]], [["site", "page"]]])
def test_unless_live_no_networked_channel_may_send(company, sandbox, lanes):
    company.configure(
        lanes, general="live = false", extra='[channels.site]\nadapter = "site"\npath = "public"\n'
    )

    with pytest.raises(Refused, match="live = false") as raised:
        company.notify()

    assert raised.value.exit_status == 8
    assert sandbox.requests == []


def test_unless_live_files_may_still_be_written(company, sandbox):
    site = '[channels.site]\nadapter = "site"\npath = "public"\n'
    company.configure([["site"]], general="live = false", extra=site)

    assert company.notify().exit_code == 0
    assert (company.folder / "public" / "index.html").exists()
    assert sandbox.requests == []


def test_unless_live_retry_sends_nothing_either(company, sandbox):
    arm(sandbox, "sendgrid:auth", "smtp:refuse", "twilio:auth")
    assert company.notify().counts.held == 3
    sandbox.clear_faults()
    company.configure(general="live = false")

    with pytest.raises(Refused, match="live = false"):
        company.retry()

    assert sandbox.received == []


def test_a_drill_is_not_shown_to_the_world(company, sandbox):
    company.configure(ALL)

    result = company.notify(drill=True)

    assert result.exit_code == 0
    assert {message.provider for message in sandbox.received} == {"sendgrid"}
    assert any("left out x, page" in warning for warning in result.warnings)
    company.follow_up(Verb.RESOLVE, message="Over.")
    assert {message.provider for message in sandbox.received} == {"sendgrid"}


def test_in_the_sandbox_a_drill_uses_every_channel(company, sandbox):
    company.configure(ALL)
    settings = in_sandbox(company.settings, SandboxAddress(sandbox.url, sandbox.smtp_port, started=False))
    with company.ledger() as ledger:
        publisher = make_publisher(settings, ledger, ignore_events)
        published(publisher, Request(verb=Verb.NOTIFY, title="Rehearsal", drill=True), consent)

    assert {message.provider for message in sandbox.received} == {"sendgrid", "x", "statuspage"}


def test_every_text_of_a_drill_says_so_first_and_last(company, sandbox):
    company.notify(drill=True)

    for message in sandbox.received:
        lines = [line for line in message.text.splitlines() if line.strip()]
        assert "exercise" in lines[0].lower()
        assert "exercise" in lines[-1].lower()


def test_without_recipients_nothing_is_recorded(company):
    company.write_people("id,name,email,phone")

    with pytest.raises(NothingMatched) as raised:
        company.notify()

    assert raised.value.exit_status == 3
    with company.ledger() as ledger:
        assert ledger.incidents.all() == []


@pytest.mark.parametrize("given", [{"channels": ("emial",)}, {"audiences": ("custmers",)}])
def test_a_misspelt_name_is_a_usage_error_that_suggests_one(company, given):
    with pytest.raises(UsageError, match="there is no") as raised:
        company.notify(**given)

    assert "did you mean" in raised.value.hint


def test_a_resolve_takes_no_audience(company):
    company.notify()

    with pytest.raises(UsageError, match="everybody who was told"):
        company.follow_up(Verb.RESOLVE, message="Over.", audiences=("customers",))


def test_a_channel_that_is_down_is_avoided(company, sandbox):
    company.notify(affects=("sendgrid",))

    assert company.told_once("smtp")


def test_the_author_is_recorded(company, monkeypatch):
    monkeypatch.setitem(os.environ, "BROADCAST_AUTHOR", "ada")
    company.notify()

    with company.ledger() as ledger:
        assert ledger.incidents.notices(ledger.incidents.all()[0])[0].author == "ada"
