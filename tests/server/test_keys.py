"""Keys of a call by HTTP: they answer once, and the person hears it before the call ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from xml.etree.ElementTree import fromstring

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.proposals import NewProposal, Proposal
from broadcast.ledger.records import Notice
from broadcast.ledger.side_notices import SideNotice
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.model.ids import delivery_key
from broadcast.model.outcome import Accepted
from broadcast.model.question import NoticeQuestion
from broadcast.testing.ledger_fixtures import states
from broadcast.testing.ledger_samples import claim, incident, notice, owed, settled

_S = DeliveryState


def call(ledger: Ledger, sid: str | None, outcome: DeliveryState = _S.ACCEPTED) -> Notice:
    """Return a notice that asks Anna by a call with that id, None if the answer to the request was lost."""
    now = SystemClock().now()
    question = NoticeQuestion(asked_at=now, answer_by=now + timedelta(minutes=15), wait=300.0)
    new = replace(notice(incident(), 1, owed("anna", route=("call",))), question=question)
    recorded, run = ledger.incidents.record(new, now), ledger.runs.begin()
    work = ledger.deliveries(recorded.id, run, clock=SystemClock())
    (one,) = claim(work, "call")
    accepted = (Accepted(sid),) if sid else ()
    work.turn([settled(one, outcome, "accepted" if sid else "unknown", accepted=accepted)], {}, now)
    run.end()
    return recorded


@pytest.fixture
def called(ledger: Ledger) -> Notice:
    return call(ledger, "CA0")


@pytest.fixture
def lost(ledger: Ledger) -> Notice:
    return call(ledger, None, _S.UNKNOWN)


def key(pressed: str, sid: str = "CA0") -> dict[str, str]:
    return {"CallSid": sid, "Digits": pressed, "From": "+4930231250", "To": "+4915112345678"}


async def heard(served, form: dict[str, str], ref: str = "") -> list[str]:
    response = await served.twilio(f"/hooks/call?ref={ref}", form)
    assert (response.status, response.content_type) == (200, "text/xml")
    document = fromstring(await response.text())
    assert document[-1].tag == "Hangup"
    return [one.text or "" for one in document.iter("Say")]


async def test_key_1_confirms_and_is_acknowledged_before_the_call_ends(called, served, ledger):
    assert await heard(served, key("1")) == ["Bestätigt, danke. Auf Wiederhören."]
    assert states(ledger, called) == {"anna": _S.CONFIRMED}


async def test_a_second_key_is_acknowledged_and_changes_nothing(called, served, ledger):
    await heard(served, key("1"))

    said = await heard(served, key("1"))

    assert said == ["Danke, Ihre Antwort liegt uns schon vor. Auf Wiederhören."]
    assert len(ledger.confirmations.of(called.id)) == 1


async def test_a_key_without_a_meaning_is_asked_for_again(called, served, ledger):
    response = await served.twilio("/hooks/call?ref=abc", key("4"))

    gather, end = fromstring(await response.text())
    assert (gather.tag, end.tag) == ("Gather", "Hangup")
    assert "action" not in gather.attrib  # the same address again
    assert gather[0].text == "Diese Taste ist nicht belegt. Bitte drücken Sie eine der genannten Tasten."
    assert await heard(served, key("1")) == ["Bestätigt, danke. Auf Wiederhören."]


async def test_key_9_of_a_customer_ends_all_calls(called, served, ledger):
    (said,) = await heard(served, key("9"))

    assert said.startswith("Sie erhalten keine Nachrichten und Anrufe mehr")
    assert [one.source for one in ledger.suppressions.all()] == ["a key on call"]


async def test_a_key_counts_although_the_answer_to_the_request_was_lost(lost, served, ledger):
    ref = delivery_key(ledger.secret(), lost.identity or "", "customers", "anna", "call")

    assert await heard(served, key("1", "CA7"), ref) == ["Bestätigt, danke. Auf Wiederhören."]
    assert states(ledger, lost) == {"anna": _S.CONFIRMED}


@pytest.mark.parametrize("ref", ["", "a" * 24, "%C3%A9"])
async def test_a_key_of_a_call_that_we_did_not_make_answers_nothing(lost, served, ledger, ref):
    said = await heard(served, key("1", "CA7"), ref)

    assert said == ["Danke. Es ist gerade keine Frage an Sie offen. Auf Wiederhören."]
    assert ledger.confirmations.of(lost.id) == []


async def test_a_forged_key_confirms_nothing(called, served, ledger):
    response = await served.twilio("/hooks/call", key("1"), token="wrong")

    assert response.status == 403
    assert ledger.confirmations.of(called.id) == []


@pytest.fixture
def asked_to_approve(ledger: Ledger) -> Proposal:
    """A proposal about which Ben is asked by a call; it expires in half an hour."""
    now = SystemClock().now()
    new = NewProposal(
        incident="INC-1",
        sequence=1,
        key="k",
        inputs_hash="i",
        request='{"verb": "update", "incident": "INC-1", "message": "Noch gestört."}',
        reserved=False,
        digest="d",
        author="Ada",
        at=now,
        valid_until=now + timedelta(minutes=30),
    )
    proposal = ledger.proposals.record(new)
    facts = notice(incident(), 1, owed("ben", route=("call",)))
    side = SideNotice(facts=facts.facts, texts=facts.texts, deliveries=facts.deliveries, kinds={})
    asking = ledger.proposals.ask(proposal, side, 300.0, now)
    assert asking is not None
    run = ledger.runs.begin()
    work = ledger.deliveries(asking.id, run, clock=SystemClock())
    (one,) = claim(work, "call")
    work.turn([settled(one, _S.ACCEPTED, "accepted", accepted=(Accepted("CA7"),))], {}, now)
    run.end()
    return proposal


@pytest.mark.parametrize(
    ("pressed", "said", "states_after"),
    [
        # What was approved cannot be sent: there is no such incident. The clock may have found out by now.
        ("1", "Freigegeben, danke. Die Meldung wird jetzt gesendet. Auf Wiederhören.", {"approved", "void"}),
        ("9", "Abgelehnt, danke. Es wird nichts gesendet. Auf Wiederhören.", {"declined"}),
    ],
)
async def test_a_key_decides_about_a_proposal_once(
    asked_to_approve, served, ledger, pressed, said, states_after
):
    assert await heard(served, key(pressed, "CA7")) == [said]
    assert await heard(served, key("1", "CA7")) == ["Danke. Darüber ist schon entschieden. Auf Wiederhören."]

    (kept,) = ledger.proposals.all()
    assert (kept.state in states_after, kept.decided_by, kept.means) == (True, "ben", "key")


async def test_another_key_decides_nothing_about_a_proposal(asked_to_approve, served, ledger):
    response = await served.twilio("/hooks/call?ref=abc", key("5", "CA7"))

    assert fromstring(await response.text())[0].tag == "Gather"
    assert [one.state for one in ledger.proposals.all()] == ["waiting"]
