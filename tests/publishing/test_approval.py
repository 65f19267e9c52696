"""Four eyes: exactly what was proposed is sent, once, after another person has approved it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from broadcast.cli.event_loop import stop_by_signals
from broadcast.dispatch.progress import ignore_events
from broadcast.errors import KeyReused, NothingMatched, Refused, UsageError
from broadcast.ledger.proposals import ProposalDecision, ProposalState
from broadcast.model.clock import ManualClock, SystemClock
from broadcast.publishing.propose import approve, find_approver, find_proposal, propose
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.wiring import make_publisher
from tests.harness.company import completed, consent

EXTRA = """
[oncall.leads]
contacts = ["leads.csv"]
shifts = [{ who = "l-1", from = "00:00", until = "24:00" }, { who = "l-2", from = "00:00", until = "24:00" }]
[approval]
needed_for = ["sev1:customers"]
by = ["oncall:leads"]
"""
LEADS = "id,name,phone,email\nl-1,Ada,+4915112345678,ada@muster.example\nl-2,Ben,+4915112345679,\n"


@pytest.fixture
def muster(company, monkeypatch):
    company.configure(extra=EXTRA)
    company.write("leads.csv", LEADS)
    monkeypatch.setenv("BROADCAST_AUTHOR", "Ada")
    return company


def request(verb=Verb.NOTIFY, **given):
    title = {"title": "Checkout down", "severity": "sev1"} if verb is Verb.NOTIFY else {}
    return Request(verb=verb, **{**title, **given})


def proposed(company, wanted=None):
    with company.ledger() as ledger:
        publisher = make_publisher(company.settings, ledger, ignore_events)
        return propose(publisher, wanted or request(), Limits()).proposal


def approved(company, mark="INC-1/1", by="l-2", clock=None, agree=consent):
    with company.ledger() as ledger:
        publisher = make_publisher(company.settings, ledger, ignore_events, clock)
        found = find_proposal(ledger, mark)
        return completed(approve(publisher, found, by, Limits(), agree, stop_by_signals()))


def test_a_notice_that_needs_approval_is_refused_and_sends_nothing(muster):
    with pytest.raises(Refused, match="sev1 to customers needs the approval of a second person") as refusal:
        muster.publish(request())

    assert "--propose" in refusal.value.hint
    assert muster.received() == []
    assert "second person" in muster.preview(request()).warnings[-1]


def test_a_notice_of_another_severity_needs_none(muster):
    assert muster.publish(request(severity="sev2")).exit_code == 0


def test_a_proposal_sends_nothing_and_an_approval_sends_exactly_that(muster):
    proposal = proposed(muster, request(next_update="30m"))

    assert (proposal.mark, proposal.author, muster.received()) == ("INC-1/1", "Ada", [])

    result = approved(muster)

    assert (result.exit_code, muster.told_once("sendgrid")) == (0, True)
    with muster.ledger() as ledger:
        (notice,) = ledger.incidents.notices(ledger.incidents.all()[0])
        (kept,) = ledger.proposals.of("INC-1")
    assert notice.author == "Ada, approved by l-2"
    assert (kept.state, kept.decided_by) == (ProposalState.APPROVED, "l-2")


def test_another_incident_in_between_changes_nothing(muster):
    proposed(muster)
    muster.publish(request(severity="sev3", title="Chat slow"))

    assert approved(muster).incident == "INC-1"


def test_approving_twice_sends_once(muster):
    proposed(muster)
    approved(muster)

    again = approved(muster, by="l-1")

    assert (again.exit_code, muster.told_once("sendgrid")) == (0, True)


def test_of_two_approvals_at_once_one_sends(muster):
    proposed(muster)

    with ThreadPoolExecutor(2) as both:
        results = list(both.map(lambda by: approved(muster, by=by), ("l-1", "l-2")))

    assert [one.exit_code for one in results] == [0, 0]
    assert muster.told_once("sendgrid")


def test_an_approval_that_was_killed_before_it_recorded_the_notice_is_finished_by_the_next(muster):
    proposal = proposed(muster)
    with muster.ledger() as ledger:
        ledger.proposals.decide(
            proposal.id, ProposalDecision(state=ProposalState.APPROVED, by="l-2", at=SystemClock().now())
        )

    assert approved(muster).exit_code == 0
    assert muster.told_once("sendgrid")


@pytest.mark.parametrize("change", ["a new person", "another address", "another name", "a channel less"])
def test_a_change_voids_the_proposal(muster, change):
    proposed(muster)
    if change == "a new person":
        muster.employ(4)
    elif change == "a channel less":
        muster.edit('lanes = [["email", "mail-backup", "sms"]]', 'lanes = [["email", "sms"]]')
    else:
        old, new = ("p1@", "q1@") if change == "another address" else ("Person 1", "Person X")
        muster.write_people((muster.folder / "people.csv").read_text().replace(old, new).strip())

    with pytest.raises(Refused, match="not any more what was proposed as INC-1/1"):
        approved(muster)

    assert muster.received() == []


def test_a_person_who_opted_out_since_voids_the_proposal(muster):
    from broadcast.model.contact import AddressKind
    from broadcast.model.suppression import SuppressionReason, suppression

    proposed(muster)
    with muster.ledger() as ledger:
        reason, at = SuppressionReason.OPTED_OUT, SystemClock().now()
        out = suppression(ledger.secret(), AddressKind.EMAIL, "p1@kunde.example", reason, "Ada", at)
        ledger.suppressions.add([out])

    with pytest.raises(Refused, match="not any more what was proposed"):
        approved(muster)


def test_a_notice_that_was_published_since_voids_an_update(muster):
    proposed(muster)
    approved(muster)
    proposed(muster, request(Verb.UPDATE, message="We found the cause."))
    muster.edit('["sev1:customers"]', "[]")
    muster.follow_up(Verb.UPDATE, message="It is the provider.")

    with pytest.raises(Refused, match="not any more what was proposed as INC-1/2"):
        approved(muster, "INC-1/2")


def test_a_newer_proposal_takes_the_place_of_the_older_even_while_it_is_read(muster):
    proposed(muster)

    def agree(_):
        proposed_again.append(replaced())

    def replaced():
        with muster.ledger() as ledger:
            earlier = ledger.proposals.of("INC-1")[0]
            return ledger.proposals.record(earlier)

    proposed_again: list[object] = []
    with pytest.raises(Refused, match="proposed another text as INC-1/1 since"):
        approved(muster, agree=agree)

    assert (len(proposed_again), muster.received()) == (1, [])


@pytest.mark.parametrize(
    ("hours", "given", "reason"),
    [(1, {"next_update": "30m"}, "the promised time"), (25, {"next_update": "none"}, "longer than a day")],
)
def test_an_outdated_proposal_is_refused(muster, hours, given, reason):
    proposed(muster, request(**given))
    clock = ManualClock()
    clock.advance_to(SystemClock().now() + timedelta(hours=hours))

    with pytest.raises(Refused, match=f"INC-1/1 is outdated: .*{reason}"):
        approved(muster, clock=clock)


def test_a_no_leaves_the_proposal_waiting(muster):
    proposed(muster)

    def no(_):
        raise Refused("no", hint="no")

    with pytest.raises(Refused):
        approved(muster, agree=no)

    with muster.ledger() as ledger:
        assert [one.mark for one in ledger.proposals.waiting()] == ["INC-1/1"]


def test_a_key_proposes_once_and_belongs_to_one_notice(muster):
    wanted = request(key="ticket-1")
    first, again = proposed(muster, wanted), proposed(muster, wanted)

    assert first == again
    with pytest.raises(KeyReused):
        proposed(muster, request(key="ticket-1", message="Other words."))

    approved(muster)
    assert muster.publish(wanted).replayed
    with pytest.raises(UsageError, match="was published under the key"):
        proposed(muster, wanted)


@pytest.mark.parametrize("verb", [Verb.UPDATE, Verb.RESOLVE, Verb.RETRACT])
def test_follow_ups_are_proposed_and_approved_as_well(muster, verb):
    proposed(muster)
    approved(muster)

    with pytest.raises(Refused, match="needs the approval"):
        muster.follow_up(verb, message="More.")
    assert proposed(muster, request(verb, message="More.")).mark == "INC-1/2"
    assert approved(muster, "1/2").exit_code == 0
    assert muster.told_once("sendgrid", 2)


@pytest.mark.parametrize(
    ("named", "by"),
    [("l-2", "l-2"), ("ben", "l-2"), ("Ben", "l-2"), ("+49", None), ("l-1", None), ("Ada", None)],
)
def test_another_person_of_those_who_may_approves(muster, named, by):
    proposal = proposed(muster)
    with muster.ledger() as ledger:
        now = SystemClock().now()
        if by:
            assert find_approver(muster.settings, ledger, proposal, named, now) == by
        else:
            with pytest.raises(Refused, match=r"may not approve|is the author"):
                find_approver(muster.settings, ledger, proposal, named, now)


def test_the_person_who_runs_the_program_approves_if_nobody_is_named(muster, monkeypatch):
    proposal = proposed(muster)
    now = SystemClock().now()
    with muster.ledger() as ledger:
        with pytest.raises(Refused, match="Ada is the author"):
            find_approver(muster.settings, ledger, proposal, None, now)
        monkeypatch.setenv("BROADCAST_AUTHOR", "Ben")
        assert find_approver(muster.settings, ledger, proposal, None, now) == "l-2"


def test_an_unknown_proposal_is_named(muster):
    with muster.ledger() as ledger, pytest.raises(NothingMatched, match="there is no proposal INC-9/1"):
        find_proposal(ledger, "INC-9/1")
