from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter, Reconciles
from broadcast.channels.desk.ticket import as_html
from broadcast.channels.transport import Reply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.incident import Phase, Severity
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Rejected, Scope, Thread, Unknown
from broadcast.model.outgoing import Attempted
from broadcast.sandbox.faults import Fault
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import now, outgoing
from broadcast.testing.stub import Canned, answering, serving
from tests.security.hostile_texts import SAMPLE

OPTIONS = {"subdomain": "muster", "email": "agent@muster.example", "token": "s3cret"}
AGENT = {"Authorization": f"Basic {b64encode(b'agent@muster.example/token:s3cret').decode()}"}


def settings(base_url: str | None = None, **options: object) -> ChannelSettings:
    return ChannelSettings(
        name="desk", adapter="zendesk", origin="here", base_url=base_url, options={**OPTIONS, **options}
    )


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def adapter(sandbox: Sandbox) -> AsyncIterator[Adapter]:
    async with using(registry.build(settings(sandbox.base_url("zendesk")))) as adapter:
        yield adapter


def notice(phase: Phase, thread: Thread | None = None, **facts):
    message = outgoing(None, thread=thread, sequence=2 if thread else 1)
    message = replace(message, headline=replace(message.headline, phase=phase, **facts))
    return (
        replace(message, message=replace(message.message, text=f"[INC-7/2] {phase}")) if thread else message
    )


async def tell(adapter: Adapter, phase: Phase, thread: Thread | None = None, **facts) -> Accepted:
    (outcome,) = await adapter.send([notice(phase, thread, **facts)])
    assert isinstance(outcome, Accepted), outcome
    return outcome


async def agent(sandbox: Sandbox, method: str, ticket: str, **fields: object) -> None:
    """Do to a ticket what an agent does in the web interface."""
    transport = Transport()
    url = f"{sandbox.base_url('zendesk')}/api/v2/tickets/{ticket}"
    answer = await transport.exchange(
        method, url, headers=AGENT, body=json.dumps({"ticket": fields}).encode()
    )
    await transport.close()
    assert isinstance(answer, Reply)
    assert answer.success, answer


async def find(adapter: Adapter, message) -> Outcome:
    assert isinstance(adapter, Reconciles)
    (outcome,) = await adapter.find([Attempted(message, now())])
    return outcome


async def test_a_ticket_says_what_it_is_about(sandbox, adapter):
    await tell(adapter, Phase.INVESTIGATING, severity=Severity.SEV1)

    shown = sandbox.received[0].extra
    assert (shown["type"], shown["priority"], shown["status"]) == ("problem", "urgent", "open")
    assert shown["tags"] == ["broadcast", "inc-7", "sev1"]
    assert shown["external_id"] == f"INC-7:{outgoing(None).key}"
    assert shown["public"] is False


@pytest.mark.parametrize(
    ("phase", "status"),
    [
        (Phase.IDENTIFIED, "open"),
        (Phase.MONITORING, "open"),
        (Phase.RESOLVED, "solved"),
        (Phase.RETRACTED, "solved"),
        (Phase.IN_PROGRESS, "open"),
        (Phase.COMPLETED, "solved"),
        (Phase.CANCELLED, "solved"),
    ],
)
async def test_a_ticket_is_solved_when_the_incident_is_over(sandbox, adapter, phase, status):
    opening = await tell(adapter, Phase.INVESTIGATING)

    await tell(adapter, phase, opening.thread)

    first, second = sandbox.received
    assert second.thread == first.thread
    assert second.extra["status"] == status


async def test_an_update_leaves_what_agents_wrote_on_the_ticket(sandbox, adapter):
    opening = await tell(adapter, Phase.INVESTIGATING)
    await agent(sandbox, "PUT", opening.ref, subject="Kasse 3 und 4", tags=["vip"])

    await tell(adapter, Phase.IDENTIFIED, opening.thread)

    assert sandbox.received[-1].subject == "Kasse 3 und 4"
    assert sandbox.received[-1].extra["tags"] == ["vip"]


async def test_a_drill_alarms_no_agent(sandbox, adapter):
    await tell(adapter, Phase.INVESTIGATING, drill=True, severity=Severity.SEV1)

    shown = sandbox.received[0].extra
    assert shown["priority"] == "low"
    assert "drill" in shown["tags"]


async def test_a_channel_has_its_own_type_tags_and_readers(sandbox):
    own = settings(sandbox.base_url("zendesk"), type="incident", tags=["kasse"], public=True)
    async with using(registry.build(own)) as adapter:
        await tell(adapter, Phase.INVESTIGATING)

    shown = sandbox.received[0].extra
    assert (shown["type"], shown["tags"][-1], shown["public"]) == ("incident", "kasse", True)


def test_what_customers_read_is_not_written_as_to_the_staff():
    assert registry.capabilities_of(settings()).internal
    assert not registry.capabilities_of(settings(public=True)).internal


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"public": "yes"}, "public"),
        ({"type": "question"}, "type"),
        ({"tags": "kasse"}, "tags"),
        ({"tags": ["two words"]}, "tags"),
        ({"subdomain": "muster.zendesk.com"}, "subdomain"),
        ({"subdomain": "evil.example/"}, "subdomain"),
    ],
)
def test_an_option_that_is_none_is_refused(options, said):
    with pytest.raises(ConfigError, match=said) as raised:
        registry.build(settings(**options))

    assert raised.value.hint


async def test_no_placeholder_and_no_markup_reaches_zendesk():
    hostile = "[INC-7/1] {{ticket.requester.email}} {% if x %} **bold** <b>&amp;"
    async with (
        serving(answering(Canned(201, b'{"ticket": {"id": 1}}'))) as stub,
        using(registry.build(settings(stub.url()))) as adapter,
    ):
        await adapter.send([outgoing(None, text=hostile)])

    comment = json.loads(stub.requests[0].partition(b"\r\n\r\n")[2])["ticket"]["comment"]
    assert comment.keys() == {"html_body", "public"}
    assert "{" not in comment["html_body"]
    assert "<b>" not in comment["html_body"]


@pytest.mark.parametrize("text", [text for text in SAMPLE if text.strip()], ids=ascii)
async def test_hostile_texts_stay_texts(sandbox, adapter, text):
    written = as_html(text)

    assert not set("{}\n") & set(written)
    assert set(re.findall(r"<[^>]*>", written)) <= {"<br>"}
    await adapter.send([outgoing(None, text=text)])
    assert sandbox.received[0].text == text


async def test_the_same_key_opens_one_ticket_however_often_it_is_sent(sandbox, adapter):
    first, again = await tell(adapter, Phase.INVESTIGATING), await tell(adapter, Phase.INVESTIGATING)

    assert first.ref == again.ref
    assert len(sandbox.received) == 1


async def test_a_key_that_zendesk_saw_with_another_text_is_looked_up(sandbox, adapter):
    first = await tell(adapter, Phase.INVESTIGATING)

    (again,) = await adapter.send([outgoing(None, text="[INC-7/1] Anders.")])

    assert isinstance(again, Unknown)
    found = await find(adapter, notice(Phase.INVESTIGATING))
    assert isinstance(found, Accepted)
    assert found.ref == first.ref


@pytest.mark.parametrize("end", ["closed", "deleted"])
async def test_news_of_a_ticket_that_takes_no_comment_goes_into_one_of_its_own(sandbox, adapter, end):
    opening = await tell(adapter, Phase.INVESTIGATING)
    if end == "closed":
        await agent(sandbox, "PUT", opening.ref, status="closed")
    else:
        await agent(sandbox, "DELETE", opening.ref)

    followed = await tell(adapter, Phase.IDENTIFIED, opening.thread)
    resolved = await tell(adapter, Phase.RESOLVED, followed.thread)

    assert followed.thread.root != opening.thread.root == opening.ref
    assert opening.ref in followed.warning
    assert end in followed.warning
    assert resolved.warning is None
    assert resolved.thread.root == followed.thread.root
    told = [one for one in sandbox.received if one.text]
    assert [one.thread for one in told] == [opening.ref, followed.ref, followed.ref]
    assert told[1].extra["follows"] == (opening.ref if end == "closed" else "")


REQUIRED = {
    "error": "RecordInvalid",
    "description": "Fehler bei der Datensatzüberprüfung",
    "details": {"base": [{"description": "Ursache: wird zum Lösen eines Tickets benötigt"}]},
}


@pytest.mark.parametrize("thread", [Thread("35436", "35437"), None])
async def test_the_all_clear_gets_into_a_ticket_that_cannot_be_solved(thread):
    """A field that an agent has to fill in first; Zendesk names it in the language of the account."""

    async def play(writer):
        asked = stub.requests[-1].partition(b"\r\n\r\n")[2]
        if stub.methods[-1] == "GET":
            answer = Canned(200, b'{"ticket": {"id": 35436, "status": "open"}}')
        elif b'"solved"' in asked:
            answer = Canned(422, json.dumps(REQUIRED).encode())
        else:
            events = b'{"events": [{"type": "Comment", "id": 35440}]}'
            answer = Canned(200, b'{"ticket": {"id": 35436}, "audit": ' + events + b"}")
        writer.write(answer.written())

    async with serving(play) as stub, using(registry.build(settings(stub.url()))) as adapter:
        outcome = await tell(adapter, Phase.RESOLVED, thread)

    assert outcome.thread.root == "35436"
    said = (
        "ticket 35436 has the text, but could not be solved: Ursache: wird zum Lösen eines Tickets benötigt"
    )
    assert outcome.warning == said


async def test_a_follow_up_whose_answer_was_lost_is_found(sandbox, adapter):
    opening = await tell(adapter, Phase.INVESTIGATING)
    await agent(sandbox, "PUT", opening.ref, status="closed")
    update = notice(Phase.IDENTIFIED, opening.thread)
    assert isinstance(await find(adapter, update), NotSent)
    followed = await tell(adapter, Phase.IDENTIFIED, opening.thread)

    found = await find(adapter, update)

    assert isinstance(found, Accepted)
    assert (found.ref, found.thread) == (followed.ref, followed.thread)


async def test_a_comment_whose_answer_was_lost_is_known_by_its_key(sandbox, adapter):
    opening = await tell(adapter, Phase.INVESTIGATING)
    update = notice(Phase.IDENTIFIED, opening.thread)
    sandbox.fault(Fault(kind="drop_after", provider="zendesk", times=1))
    assert isinstance((await adapter.send([update]))[0], Unknown)

    by_key = await find(adapter, replace(update, message=replace(update.message, text="changed by a macro")))
    other = await find(adapter, replace(update, key="none"))

    assert isinstance(by_key, Accepted)
    assert isinstance(other, NotSent)
    assert len(sandbox.received) == 2


async def test_a_comment_without_an_id_proves_nothing():
    body = b'{"ticket": {"id": 1}, "audit": {"id": 7, "events": [{"type": "Change", "id": 3}]}}'
    async with (
        serving(answering(Canned(200, body))) as stub,
        using(registry.build(settings(stub.url()))) as adapter,
    ):
        (outcome,) = await adapter.send([notice(Phase.IDENTIFIED, Thread("1", "1"))])

    assert isinstance(outcome, Unknown)


async def test_another_404_is_not_a_deleted_ticket():
    body = b'{"error": {"title": "No help desk at muster.zendesk.com"}}'
    async with (
        serving(answering(Canned(404, body))) as stub,
        using(registry.build(settings(stub.url()))) as adapter,
    ):
        (outcome,) = await adapter.send([notice(Phase.IDENTIFIED, Thread("1", "1"))])

    assert isinstance(outcome, Rejected)
    assert outcome.scope is Scope.CHANNEL
    assert stub.methods == ["PUT"]


@pytest.mark.parametrize("role", ["end-user", ""])
async def test_an_account_that_is_no_agent_is_told_before_the_outage(role):
    body = json.dumps({"user": {"id": None, "role": role}}).encode()
    async with (
        serving(answering(Canned(200, body))) as stub,
        using(registry.build(settings(stub.url()))) as adapter,
    ):
        probe = await adapter.probe()

    assert probe.health is Health.UNAUTHORISED
    assert "agent" in probe.detail
