"""Receipts by HTTP: believed if signed, recorded before the answer, and applied once."""

from __future__ import annotations

import json

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.model.outcome import Accepted
from broadcast.testing.ledger_fixtures import states
from broadcast.testing.ledger_samples import NOON, claim, incident, notice, owed, record, settled

_S = DeliveryState


def accepted(ledger: Ledger, *receivers: str, route: tuple[str, ...] = ("sms", "call")):
    """A notice whose SMS were accepted under the ids SM0, SM1 and so on."""
    new = notice(incident(), 1, owed(*receivers, route=route))
    recorded, run = ledger.incidents.record(new, SystemClock().now()), ledger.runs.begin()
    work = ledger.deliveries(recorded.id, run, clock=SystemClock())
    taken = [
        settled(claimed, _S.ACCEPTED, "accepted", accepted=(Accepted(f"SM{number}"),))
        for number, claimed in enumerate(claim(work, "sms"))
    ]
    work.turn(taken, {}, NOON)
    run.end()
    return recorded


@pytest.fixture
def new(ledger: Ledger):
    """A notice to Anna, recorded before `served` begins its rounds: they send whatever is due."""
    return accepted(ledger, "anna")


def status(sid: str, status: str, **more: str) -> dict[str, str]:
    return {"MessageSid": sid, "MessageStatus": status, "To": "+4915112345678", "From": "+4930231250", **more}


async def test_a_signed_receipt_is_recorded_before_the_answer(new, served, ledger):
    response = await served.twilio("/hooks/sms?ref=abc", status("SM0", "delivered"))

    assert response.status == 204
    assert states(ledger, new) == {"anna": _S.DELIVERED}


@pytest.mark.parametrize("token", ["", "wrong", "0123456789abcdef0123456789abcdeF"])
async def test_a_forged_receipt_is_refused_without_a_reason(new, served, ledger, token):
    response = await served.twilio("/hooks/sms?ref=abc", status("SM0", "delivered"), token=token)

    assert (response.status, await response.text()) == (403, "")
    assert states(ledger, new) == {"anna": _S.ACCEPTED}


async def test_order_and_repetition_make_no_difference(new, served, ledger):
    for word in ("delivered", "sent", "delivered", "undelivered"):
        assert (await served.twilio("/hooks/sms", status("SM0", word))).status == 204

    assert states(ledger, new) == {"anna": _S.DELIVERED}


async def test_an_undelivered_message_goes_on_to_the_next_channel(new, served, ledger):
    await served.twilio("/hooks/sms", status("SM0", "undelivered", ErrorCode="30005"))

    (failover,) = ledger.history.failovers(new.id)
    assert (failover.origin, failover.destination, failover.count) == ("sms", "call", 1)
    (suppressed,) = ledger.suppressions.all()
    assert suppressed.reason == "bounced"


@pytest.fixture
def under_way(ledger: Ledger):
    """A notice whose SMS is being sent, with the run, its deliveries and the claim."""
    new, run = record(ledger, "anna", route=("sms",)), ledger.runs.begin()
    work = ledger.deliveries(new.id, run, clock=SystemClock())
    (claimed,) = claim(work, "sms")
    return new, run, work, claimed


async def test_an_early_receipt_waits_for_its_message(under_way, served, ledger):
    new, run, work, claimed = under_way

    assert (await served.twilio("/hooks/sms", status("SM9", "delivered"))).status == 204
    assert states(ledger, new) == {"anna": _S.SENDING}
    work.turn([settled(claimed, _S.ACCEPTED, "accepted", accepted=(Accepted("SM9"),))], {}, NOON)
    await served.twilio("/hooks/sms", status("SM8", "sent"))

    assert states(ledger, new) == {"anna": _S.DELIVERED}
    run.end()


async def test_the_log_has_a_line_for_each_request_and_no_personal_data(new, served, ledger):
    await served.twilio("/hooks/sms?ref=secretref", status("SM0", "delivered"))

    (line,) = map(json.loads, served.log.getvalue().splitlines())
    assert (line["route"], line["channel"], line["status"]) == ("/hooks/{channel}", "sms", 204)
    assert "15112345678" not in served.log.getvalue()
    assert "secretref" not in served.log.getvalue()


async def test_health_is_told_without_details(served):
    async with served.session.get(served.listening.public + "/healthz") as response:
        assert (response.status, await response.json()) == (200, {"status": "ok"})


async def test_a_log_that_cannot_be_written_costs_no_answer(served, ledger):
    new = accepted(ledger, "anna")
    served.log.close()

    response = await served.twilio("/hooks/sms", status("SM0", "delivered"))

    assert response.status == 204
    assert states(ledger, new) == {"anna": _S.DELIVERED}
