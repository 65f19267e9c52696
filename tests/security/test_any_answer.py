"""Whatever a provider answers (status, headers, body), an adapter makes an outcome of it and never raises."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from broadcast.channels import registry
from broadcast.channels.base import Reconciles, ShowsServices
from broadcast.channels.responses import retry_after
from broadcast.channels.transport import Answer, NoReply, Reply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.model.incident import Phase
from broadcast.model.outcome import Accepted, NotSent, Probe, Rejected, Scope, Thread, Unknown
from broadcast.model.outgoing import Attempted
from broadcast.testing.samples import now, outgoing
from tests.harness.cases import for_every
from tests.security.test_provider_answers import ADAPTERS, ADDRESSES

OTHERS: dict[str, dict[str, object]] = {
    "twilio-voice": ADAPTERS["twilio-sms"],
    "mastodon": {"access_token": "k"},
    "bluesky": {"identifier": "muster.example", "password": "k"},
    "outlook": {"tenant": "t", "client_id": "c", "client_secret": "k", "from": "a@b.example"},
    "sms-gateway": {
        "send": {"path": "/m", "json": {"to": "{to}", "text": "{text}"}, "id": "data.id", "code": "status"},
        "find": {"path": "/m?to={to}", "items": "data", "key": "key", "id": "id"},
        "probe": "/balance",
    },
}
EVERY = {**ADAPTERS, **OTHERS}
PLACES = {"twilio-voice": ADDRESSES["twilio-sms"], "outlook": ADDRESSES["sendgrid"], **ADDRESSES}
PLACES["sms-gateway"] = ADDRESSES["twilio-sms"]
LOGINS: Mapping[str, object] = {
    "createSession": {"did": "did:plc:a", "accessJwt": "t"},
    "/token": {"access_token": "t", "expires_in": 10**400},
}
#: Names that some provider uses, so that what is made up is not passed over.
NAMES = (
    "id", "sid", "ts", "ok", "error", "errors", "errcode", "code", "status", "data", "message", "messages",
    "detail", "details", "description", "field", "ticket", "tickets", "audit", "events", "comments", "type",
    "created_at", "date_created", "retry_after_ms", "expires_in", "incident_updates", "metadata", "broadcast",
    "components", "value", "isDraft", "uri", "cid", "event_id", "unsigned", "has_more", "meta", "content",
    "configuration", "statuses", "max_characters", "user", "role", "scopes", "account", "thread_ts", "body",
    "time", "event", "sequence_id", "title", "attachment", "healthy",
)  # fmt: skip
SPOKEN = (
    *("", "0", "9" * 5000, "-1", "closed", "2026-11-29T06:00:00Z", "0001-01-01", "RecordNotFound", "from"),
    *("personalizations.0.to", f"personalizations.{'9' * 5000}.to", "duplicate content", "ExpiredToken"),
    *("Sat, 01 Jan 99999999999999999999 00:00:00 GMT", "thread_not_found", "M_NOT_FOUND", "message"),
)
TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(SPOKEN),
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    TEXTS,
    st.sampled_from((0, -1, 42, 2**39, 2**63, 10**400, -(10**400))),
)
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=20,
)
BODIES = st.one_of(DOCUMENTS.map(lambda value: json.dumps(value).encode()), st.binary(max_size=20))
#: As numbers, as lists, and as dates that are out of range.
MEANINGLESS = (
    *("-5", "1e400", "nan", "inf", "999999999999", "soon", "5, 7", "5;7", "١٢", "1_0", "0x10", "", "5 s"),
    *("Sat, 01 Jan 99999999999999999999 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2359"),
    "Wed, 99 Oct 2015 07:28:00 GMT",
)
WAITS = st.one_of(
    TEXTS,
    st.integers().map(str),
    st.floats().map(str),
    st.lists(st.integers(), max_size=3).map(lambda each: ", ".join(map(str, each))),
    st.sampled_from(
        ("Wed, 21 Oct 2015 07:28:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2359", "1e400", "١٢", "1_0")
    ),
)
HEADERS = st.dictionaries(
    st.sampled_from(
        ("Retry-After", "Date", "x-rate-limit-reset", "X-RateLimit-Reset", "X-Message-Id", "ETag")
    ),
    WAITS,
    max_size=4,
)
STATUSES = st.one_of(
    st.sampled_from(
        (200, 201, 202, 204, 301, 400, 401, 403, 404, 408, 409, 410, 420, 422, 425, 429, 500, 503)
    ),
    st.integers(100, 999),
)
ANSWERS: st.SearchStrategy[Answer] = st.one_of(
    st.builds(lambda s, h, b: Reply(s, CIMultiDict(h), b), STATUSES, HEADERS, BODIES),
    st.builds(NoReply, st.just("lost"), left=st.booleans()),
)


class Answering(Transport):
    """Gives the answers in turn, the last one for ever; logins succeed."""

    def __init__(self, answers: list[Answer]) -> None:
        super().__init__()
        self.answers = answers

    async def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None = None,
        signing_in: bool = False,
        most: int = 0,
    ) -> Answer:
        login = next((known for end, known in LOGINS.items() if url.endswith(end)), None)
        if login is not None:
            return Reply(200, {}, json.dumps(login).encode())
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize("name", EVERY)
@settings(max_examples=60, deadline=None)
@given(answers=st.lists(ANSWERS, min_size=1, max_size=4), closed=st.booleans(), threaded=st.booleans())
def test_any_answer_becomes_an_outcome(name, answers, closed, threaded):
    asyncio.run(use(name, answers, closed=closed, threaded=threaded))


async def use(name: str, answers: list[Answer], *, closed: bool, threaded: bool) -> None:
    channel = ChannelSettings(
        name="c", adapter=name, origin="here", base_url="https://provider.example", options=EVERY[name]
    )
    adapter = registry.adapter_class(name).from_settings(channel, Answering(answers))
    message = outgoing(PLACES.get(name), thread=Thread("1", "at://a/b/c d") if threaded else None)
    phase = Phase.RESOLVED if closed else Phase.MONITORING
    message = replace(message, headline=replace(message.headline, phase=phase))
    outcomes = list(await adapter.send([message]))
    if isinstance(adapter, Reconciles):
        outcomes += await adapter.find([Attempted(message, now())])
    if isinstance(adapter, ShowsServices):
        await adapter.show_services(message)
    assert all(isinstance(one, Accepted | Rejected | NotSent | Unknown) for one in outcomes)
    assert isinstance(await adapter.probe(), Probe)


@settings(max_examples=200, deadline=None)
@given(HEADERS)
def test_what_no_provider_can_mean_asks_for_no_patience(headers):
    seconds = retry_after(Reply(429, CIMultiDict(headers), b""))

    assert seconds is None or 0 <= seconds <= 7 * 86_400


@for_every("spelled", MEANINGLESS)
def test_a_wait_that_cannot_be_meant_is_as_none(spelled):
    assert retry_after(Reply(429, {"Retry-After": spelled}, b"")) is None


@pytest.mark.parametrize(
    ("spelled", "wait"),
    [("Mon, 01 Jan 0001 00:00:00 +2359", 0), ("0", 0), ("7", 7), (" 7.5 ", 7.5), ("86400", 86_400)],
)
def test_a_plain_wait_is_taken(spelled, wait):
    assert retry_after(Reply(429, {"Retry-After": spelled}, b"")) == wait


def test_a_date_is_measured_by_the_providers_own_clock():
    theirs = datetime(2026, 5, 4, 12, tzinfo=now().tzinfo)
    headers = {"Date": format_datetime(theirs, usegmt=True)}

    later = {**headers, "Retry-After": format_datetime(theirs + timedelta(seconds=90), usegmt=True)}
    past = {**headers, "Retry-After": format_datetime(theirs - timedelta(seconds=90), usegmt=True)}

    assert (retry_after(Reply(429, later, b"")), retry_after(Reply(429, past, b""))) == (90, 0)


def test_without_the_providers_date_a_moment_is_measured_from_the_arrival_of_the_answer():
    arrived = datetime(2026, 5, 4, 12, tzinfo=now().tzinfo)
    reset = {"x-rate-limit-reset": str(round(arrived.timestamp()) + 40)}

    assert retry_after(Reply(429, reset, b"", received_at=arrived)) == 40


@pytest.mark.parametrize("number", ["9" * 5000, "7", "0"])
async def test_an_address_is_blamed_only_if_the_request_held_it(number):
    errors = [
        {"field": f"personalizations.{number}.to.0.email", "message": "Does not contain a valid address."}
    ]
    refusal = Reply(400, {}, json.dumps({"errors": errors}).encode())
    channel = ChannelSettings(name="c", adapter="sendgrid", origin="here", options=ADAPTERS["sendgrid"])
    adapter = registry.adapter_class("sendgrid").from_settings(channel, Answering([refusal]))

    [outcome] = await adapter.send([outgoing(ADDRESSES["sendgrid"])])

    assert isinstance(outcome, Rejected)
    assert outcome.scope is (Scope.RECIPIENT if number == "0" else Scope.MESSAGE)
