"""People who may approve a proposal are asked, and the clock sends what they approved by a link or a key."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest

from broadcast.dispatch.progress import ignore_events
from broadcast.errors import ConfigError
from broadcast.ledger.proposals import ProposalDecision, ProposalState
from broadcast.model.question import AnswerMeans
from broadcast.monitoring.config_check import inspect
from broadcast.privacy.purge import propose as plan_purge
from broadcast.publishing.propose import propose
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.reports.proposals import open_proposals
from broadcast.wiring import make_publisher
from tests.cadence.conftest import Clockwork
from tests.harness.configurations import ENVIRONMENT, SECRETS
from tests.harness.program import environment, start, wait

MINUTE = timedelta(minutes=1)
LEADS = """
[serve]
url = "https://notify.muster.example"
[oncall.leads]
contacts = ["leads.csv"]
shifts = [{ who = "l-1", from = "00:00", until = "24:00" }, { who = "l-2", from = "00:00", until = "24:00" }]
[approval]
needed_for = ["sev1:customers"]
by = ["oncall:leads"]
"""
PEOPLE = (
    "id,name,phone,email,locale\nl-1,Ada,+4915112345678,,de\nl-2,Ben,+4915112345679,ben@muster.example,de\n"
)
ADA, BEN = "+4915112345678", "+4915112345679"


@pytest.fixture
def clockwork(company, monkeypatch):
    company.configure(extra=LEADS)
    company.write("leads.csv", PEOPLE)
    monkeypatch.setenv("BROADCAST_AUTHOR", "Ada")
    return Clockwork(company)


def proposed(clockwork, verb=Verb.NOTIFY, **given):
    title = {"title": "Kasse gestört", "severity": "sev1"} if verb is Verb.NOTIFY else {}
    with clockwork.company.ledger() as ledger:
        publisher = make_publisher(clockwork.company.settings, ledger, ignore_events, clockwork.clock)
        return propose(publisher, Request(verb=verb, **{**title, **given}), Limits()).proposal


def decided(clockwork, proposal, state=ProposalState.APPROVED):
    decision = ProposalDecision(state=state, by="l-2", at=clockwork.clock.now(), means=AnswerMeans.LINK)
    with clockwork.company.ledger() as ledger:
        assert ledger.proposals.decide(proposal.id, decision)


def standing(clockwork):
    with clockwork.company.ledger() as ledger:
        return [(one.state, one.note) for one in ledger.proposals.all()]


def test_everybody_who_may_approve_is_asked_once_and_the_author_is_not(clockwork):
    proposed(clockwork)

    (line,) = clockwork.round().done
    clockwork.round()

    assert line == "approval: INC-1/1: asked 1 person for approval"
    (asked,) = clockwork.to(BEN)
    assert asked.startswith(
        'Muster Handel INTERN: Freigabe erbeten: "Kasse gestört" an customers (3 Personen). Vorschlag von Ada'
    )
    assert re.search(r" https://notify\.muster\.example/a/[0-9a-z]+-[a-z2-7]{16} \[INC-1/1\]$", asked)
    assert clockwork.to(ADA) == []


def test_the_message_avoids_what_the_proposal_says_is_down(clockwork):
    proposed(clockwork, affects=("sms",))

    clockwork.round()

    (asked,) = [one for one in clockwork.company.received() if one.to == "ben@muster.example"]
    assert "https://notify.muster.example/a/" in asked.text
    assert clockwork.to(BEN) == []


def test_a_person_who_does_not_answer_is_asked_on_the_next_channel_and_not_after_the_decision(clockwork):
    proposal = proposed(clockwork)
    clockwork.round()

    clockwork.round(clockwork.clock.now() + 6 * MINUTE)
    assert len(clockwork.to(BEN, "ben@muster.example")) == 2

    decided(clockwork, proposal, ProposalState.DECLINED)
    clockwork.round(clockwork.clock.now() + 6 * MINUTE)
    assert len(clockwork.to(BEN, "ben@muster.example")) == 2


def test_what_was_approved_is_sent_once_by_the_next_round(clockwork):
    proposal = proposed(clockwork)
    decided(clockwork, proposal)

    (line,) = clockwork.round().done
    clockwork.round()

    assert line == "approval: published INC-1/1, approved by l-2: 3 messages accepted"
    assert clockwork.company.told_once("sendgrid")


def test_a_change_voids_an_approval_and_is_said_once(clockwork):
    proposal = proposed(clockwork)
    decided(clockwork, proposal)
    clockwork.company.employ(4)

    (trouble,) = clockwork.round().trouble
    again = clockwork.round()

    assert trouble.startswith(
        "approval: INC-1/1 was approved and not sent: this is not any more what was proposed"
    )
    assert (again.done, again.trouble) == ((), ())
    with clockwork.company.ledger() as ledger:
        assert [one.proposal.state for one in open_proposals(ledger, clockwork.clock.now())] == ["void"]
    ((state, note),) = standing(clockwork)
    assert (state, "a recipient" in note) == (ProposalState.VOID, True)
    assert clockwork.company.received() == []


def test_a_newer_notice_outdates_what_was_approved(clockwork):
    clockwork.publish(Verb.NOTIFY, title="Kasse gestört", severity="sev2")
    proposal = proposed(clockwork, Verb.UPDATE, message="Es dauert noch.", severity="sev1")
    decided(clockwork, proposal)
    clockwork.publish(Verb.RESOLVE, message="Wieder da.")
    told = len(clockwork.company.received())

    assert "was approved and not sent" in clockwork.round().trouble[0]
    with clockwork.company.ledger() as ledger:
        assert open_proposals(ledger, clockwork.clock.now()) == []  # the newer notice has said what is true
    assert len(clockwork.company.received()) == told


def test_nobody_is_asked_about_a_proposal_that_is_outdated(clockwork):
    proposal = proposed(clockwork, next_update="30m")

    clockwork.round(proposal.valid_until + MINUTE)

    assert proposal.valid_until - proposal.at <= 30 * MINUTE
    assert clockwork.to(BEN, "ben@muster.example") == []


def test_a_gap_in_the_rota_is_said(clockwork):
    clockwork.company.configure(extra=LEADS.replace(', { who = "l-2", from = "00:00", until = "24:00" }', ""))
    proposed(clockwork)

    (trouble,) = clockwork.round().trouble

    assert trouble == "approval: nobody beside Ada is on duty or listed in oncall:leads"


def test_an_exercise_says_so_first_and_last(clockwork):
    proposed(clockwork, drill=True)

    clockwork.round()

    (asked,) = clockwork.to(BEN)
    assert "ÜBUNG" in asked.upper()


def tick(company, *before):
    settings = environment(company.folder, **SECRETS, **ENVIRONMENT, BROADCAST_AUTHOR="Ada")
    return wait(start(["tick", "-q"], company.folder, settings, before=[*before]))


def test_a_process_that_is_killed_at_any_moment_sends_what_was_approved_once(clockwork):
    proposal = proposed(clockwork)
    decided(clockwork, proposal)

    for lines in range(3):
        tick(clockwork.company, "timeout", "-s", "KILL", f"0.{5 + lines * 2}")
    for _ in range(2):
        assert tick(clockwork.company).traceback is False

    with clockwork.company.ledger() as ledger:
        (opened,) = ledger.incidents.all()
        assert len(ledger.incidents.notices(opened)) == 1
    # An answer that a kill cut off is unknown: then the next channel is used, and never the same one again.
    by_channel = Counter((one.provider, one.to) for one in clockwork.company.received())
    assert max(by_channel.values()) == 1
    assert len({one.to for one in clockwork.company.received()}) >= clockwork.company.people


def test_a_purge_knows_the_people_who_were_asked(clockwork):
    proposed(clockwork)
    clockwork.round()
    with clockwork.company.ledger() as ledger:
        planned = plan_purge(ledger, 0.0, clockwork.clock.now() + MINUTE)
        assert [(one.ref, one.people) for one in planned.incidents] == [("INC-1/1", 1)]


def test_a_channel_that_asks_no_single_person_is_refused_before_an_incident(clockwork):
    clockwork.company.edit('by = ["oncall:leads"]', 'by = ["oncall:leads"]\nchannels = ["sms", "page"]')

    with pytest.raises(ConfigError, match=r"\[approval\] channels: page asks no single person"):
        inspect(clockwork.company.settings)
