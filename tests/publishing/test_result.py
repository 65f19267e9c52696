"""The result of a run as scripts read it: counts, exit codes, JSON."""

from __future__ import annotations

import json

import pytest

from broadcast.dispatch.progress import Ending
from broadcast.ledger.counts import Counts, DeliveryCount, counts
from broadcast.ledger.ledger import Ledger
from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.outcome import Accepted, Thread
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.publishing.result import Result, exit_status
from broadcast.publishing.summarise import summarise
from broadcast.testing.ledger_samples import NOON, claim, record, settled
from tests.harness.cases import for_every

_S = DeliveryState
FINISHED, DEADLINE, INTERRUPTED = Ending


def delivery_counts(*states, required=True):
    return [DeliveryCount(channel="sms", state=state, required=required, step=0, count=1) for state in states]


@for_every(
    ("states", "ending", "code"),
    [
        ([], FINISHED, 0),
        ([_S.ACCEPTED, _S.DELIVERED, _S.CONFIRMED], FINISHED, 0),
        ([_S.ACCEPTED, _S.SUPPRESSED], FINISHED, 0),
        ([_S.ACCEPTED, _S.CANCELLED], FINISHED, 0),
        ([_S.FAILED], FINISHED, 1),
        ([_S.HELD], FINISHED, 1),
        ([_S.EXPIRED], FINISHED, 1),
        ([_S.ACCEPTED, _S.FAILED], FINISHED, 4),
        ([_S.ACCEPTED, _S.HELD], FINISHED, 4),
        ([_S.ACCEPTED, _S.PLANNED], FINISHED, 4),
        ([_S.ACCEPTED, _S.UNKNOWN], FINISHED, 11),
        ([_S.ACCEPTED, _S.SENDING], FINISHED, 11),
        ([_S.FAILED, _S.UNKNOWN], FINISHED, 11),
        ([_S.ACCEPTED, _S.PLANNED], DEADLINE, 5),
        ([_S.ACCEPTED, _S.UNKNOWN], DEADLINE, 5),
        ([_S.ACCEPTED], DEADLINE, 0),
        ([_S.ACCEPTED, _S.FAILED], DEADLINE, 4),
        ([_S.ACCEPTED], INTERRUPTED, 130),
        ([_S.PLANNED], INTERRUPTED, 130),
    ],
)
def test_the_exit_code_says_how_the_required_deliveries_fared(states, ending, code):
    assert exit_status(delivery_counts(*states), ending) == code


@pytest.mark.parametrize("state", list(_S))
def test_optional_deliveries_change_no_exit_code(state):
    everything = delivery_counts(_S.ACCEPTED) + delivery_counts(state, required=False)

    assert exit_status(everything, FINISHED) == 0


def test_every_state_is_counted_once():
    found = counts(delivery_counts(*_S))

    assert found == Counts(
        planned=10, accepted=3, delivered=2, unknown=2, failed=2, suppressed=1, held=2, confirmed=1
    )
    assert found.planned == found.accepted + found.unknown + found.failed + found.suppressed + found.held


WAYS = {
    name: PlannedChannel(
        name=name,
        adapter=adapter,
        capabilities=Capabilities(kind=ChannelKind.EMAIL, address=AddressKind.EMAIL),
    )
    for name, adapter in [("email", "sendgrid"), ("mail-backup", "smtp"), ("sms", "twilio-sms")]
}


@pytest.fixture
def result(tmp_path):
    """Anna by mail, Bert by SMS after mail refused him, Carl unknown."""
    ledger = Ledger.open(tmp_path / "ledger.db")
    notice = record(ledger, "anna", "bert", "carl", "channel:page", route=("email", "sms"))
    run = ledger.runs.begin()
    work = ledger.deliveries(notice.id, run, clock=SystemClock())
    anna, bert, carl, page = claim(work, "email")
    outcomes = [
        settled(anna, _S.ACCEPTED, "accepted", accepted=(Accepted("A"),)),
        settled(bert, _S.PLANNED, "rejected", reason="no", step=1),
        settled(carl, _S.UNKNOWN, "unknown", reason="timeout"),
        settled(page, _S.ACCEPTED, "accepted", accepted=(Accepted("P", Thread("root", "last")),)),
    ]
    work.turn(outcomes, {}, NOON)
    (bert,) = claim(work, "sms")
    work.turn([settled(bert, _S.ACCEPTED, "accepted")], {}, NOON)
    run.end()
    yield summarise(notice, FINISHED, ledger.history, WAYS)
    ledger.close()


def test_a_run_is_summed_up_by_channel(result):
    assert result.exit_code == 11
    assert result.sent_anything
    assert result.counts == Counts(planned=4, accepted=3, unknown=1)
    email, sms = result.channels
    assert (email.name, email.adapter, email.state, email.attempts) == ("email", "sendgrid", "partial", 4)
    assert email.counts == Counts(planned=4, accepted=2, unknown=1, failed=1)
    assert (email.thread, email.ref) == ("root", "last")
    assert (sms.name, sms.state, sms.counts) == ("sms", "ok", Counts(planned=1, accepted=1))
    assert [(f.origin, f.to, f.count, f.reason) for f in result.failovers] == [("email", "sms", 1, "no")]
    assert result.next[0] == "retry INC-1"


def test_a_result_survives_json(result):
    spoken = json.loads(json.dumps(result.as_json()))

    assert spoken["schema"] == "broadcast.result/1"
    assert spoken["failovers"] == [{"from": "email", "to": "sms", "count": 1, "reason": "no"}]
    assert Result.from_json(spoken) == result
    assert json.loads(json.dumps(Result.from_json(spoken).as_json())) == spoken


def test_a_replay_changes_nothing_but_says_that_it_is_one(result):
    again = result.replay()

    assert (again.replayed, again.changed) == (True, False)
    assert again.exit_code == result.exit_code
