"""Messages and keys by HTTP: recorded once, with their effect."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import fromstring

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.proposals import NewProposal
from broadcast.ledger.records import Notice
from broadcast.ledger.side_notices import SideNotice
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.model.outcome import Accepted
from broadcast.model.question import NoticeQuestion
from broadcast.testing.ledger_fixtures import states
from broadcast.testing.ledger_samples import NOON, claim, incident, notice, owed, settled

_S = DeliveryState
ANNA = "+4915112345678"


@pytest.fixture
def asked(ledger: Ledger) -> Notice:
    """A notice that asks Anna by SMS to confirm it, sent before `serve` begins to send what is due."""
    now = SystemClock().now()
    question = NoticeQuestion(asked_at=now, answer_by=now.replace(year=now.year + 1), wait=300.0)
    new = replace(notice(incident(), 1, owed("anna", route=("sms", "call"))), question=question)
    recorded, run = ledger.incidents.record(new, now), ledger.runs.begin()
    work = ledger.deliveries(recorded.id, run, clock=SystemClock())
    work.turn(
        [settled(one, _S.ACCEPTED, "accepted", accepted=(Accepted("SM0"),)) for one in claim(work, "sms")],
        {},
        NOON,
    )
    run.end()
    return recorded


def sms(text: str, sid: str = "SMin1") -> dict[str, str]:
    return {"MessageSid": sid, "From": ANNA, "To": "+4930231250", "Body": text, "NumMedia": "0"}


async def test_a_reply_confirms_the_latest_question_of_that_number(asked, served, ledger):
    response = await served.twilio("/hooks/sms/inbound", sms("Ja, bin dran"))

    assert (response.status, response.content_type) == (200, "text/xml")
    assert said(await response.text()) == "Muster Handel: Bestätigt, danke (INC-1/1)."
    assert states(ledger, asked) == {"anna": _S.CONFIRMED}


def said(twiml: str) -> str:
    return "".join(fromstring(twiml).itertext())


@pytest.mark.parametrize(
    ("text", "more", "answer"),
    [
        ("Stopp!", {}, "Muster Handel: Sie erhalten keine Nachrichten und Anrufe mehr"),
        ("STOP", {}, ""),
        (" stop ", {}, ""),
        ("Abbestellen", {"OptOutType": "STOP"}, ""),
        ("stop please", {}, "Muster Handel: Sie erhalten keine"),
    ],
)
async def test_stop_is_answered_once_by_us_or_by_twilio(served, ledger, text, more, answer):
    response = await served.twilio("/hooks/sms/inbound", sms(text) | more)

    assert said(await response.text()).startswith(answer)
    assert bool(said(await response.text())) == bool(answer)
    assert len(ledger.suppressions.all()) == 1


async def test_stop_suppresses_the_number_and_confirms_nothing(asked, served, ledger):
    await served.twilio("/hooks/sms/inbound", sms("Stopp!"))

    (suppressed,) = ledger.suppressions.all()
    assert (suppressed.reason, suppressed.source) == ("opted-out", "a reply on sms")
    assert states(ledger, asked) == {"anna": _S.ACCEPTED}


async def test_anything_else_is_kept_as_it_was_written(asked, served, ledger):
    await served.twilio("/hooks/sms/inbound", sms("Wann <geht> es wieder? 🙏"))
    await served.twilio("/hooks/sms/inbound", sms("Wann <geht> es wieder? 🙏"))

    (found,) = ledger.inbox.of(ledger.incidents.find(asked.incident))
    assert (found.text, found.meaning, found.sequence) == ("Wann <geht> es wieder? 🙏", "other", 1)


async def test_a_reply_approves_no_proposal_and_names_the_link(served, ledger):
    now = SystemClock().now()
    new = NewProposal(
        incident="INC-1",
        sequence=1,
        key="k",
        inputs_hash="i",
        request='{"verb": "notify"}',
        reserved=True,
        digest="d",
        author="Ada",
        at=now,
    )
    sample = notice(incident(), 1, owed("anna", route=("sms",)))
    asking = SideNotice(facts=sample.facts, texts=sample.texts, deliveries=sample.deliveries, kinds={})
    proposal = ledger.proposals.record(new)
    recorded = ledger.proposals.ask(proposal, asking, 300.0, now)
    assert recorded is not None
    run = ledger.runs.begin()
    work = ledger.deliveries(recorded.id, run, clock=SystemClock())
    sent = [settled(one, _S.ACCEPTED, "accepted", accepted=(Accepted("SM0"),)) for one in claim(work, "sms")]
    work.turn(sent, {}, now)
    run.end()

    response = await served.twilio("/hooks/sms/inbound", sms("Ja"))

    answer = said(await response.text())
    assert answer.startswith("Muster Handel: INC-1/1 ist noch nicht freigegeben: Bitte nutzen Sie")
    assert [one.state for one in ledger.proposals.all()] == ["waiting"]
