"""Asking a provider about a message whose answer was lost, whatever its clock shows and its list looks like.

The stand-in keeps what it took, by a clock of its own, and changes the words as providers do. The answer is
`Accepted` or `Unknown` where it has the message, and never `NotSent`: that would be sent a second time.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.channels.base import Reconciles
from broadcast.channels.chat.slack import Slack
from broadcast.channels.desk.zendesk import Zendesk
from broadcast.channels.page.statuspage import Statuspage
from broadcast.channels.sms.twilio import TwilioSms
from broadcast.channels.social.mastodon import Mastodon
from broadcast.channels.social.x import X
from broadcast.channels.transport import Answer, Reply
from broadcast.config.settings import ChannelSettings
from broadcast.model.clock import SystemClock
from broadcast.model.outcome import Accepted, NotSent, Outcome, Thread, Unknown
from broadcast.model.outgoing import Attempted, Outgoing
from broadcast.testing.samples import outgoing
from tests.harness.cases import for_every

NOW = SystemClock().now().replace(microsecond=0)
NUMBER = "+4915112345678"
WORDS = (
    "Im Shop können Sie zurzeit nicht bezahlen. https://status.muster.example Tel. +49 30 23125000 [INC-7/1]"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a provider keeps of one message, with its own time."""

    text: str
    at: datetime
    key: str


@dataclass(slots=True, kw_only=True)
class Provider:
    """A list of messages in pages, newest first; `ahead` is its clock against ours."""

    listing: Callable[[list[Kept], str], object]
    ahead: timedelta = timedelta()
    page: int = 100
    dated: bool = True
    kept: list[Kept] = field(default_factory=list)

    async def exchange(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """Answer as the provider does."""
        del method, headers
        shown = sorted(self.kept, key=lambda one: one.at, reverse=True)
        document = self.listing(shown, f"{url} {(body or b'').decode()}")
        dates = {"Date": format_datetime(NOW + self.ahead, usegmt=True)} if self.dated else {}
        return Reply(200, dates, json.dumps(document).encode())

    def take(self, text: str, ago: float, key: str = "other") -> None:
        """Keep a message that was sent so many seconds ago."""
        self.kept.append(Kept(text, NOW + self.ahead - timedelta(seconds=ago), key))


def twilio(kept: list[Kept], asked: str) -> object:
    query = parse_qs(urlsplit(asked.partition(" ")[0]).query)
    begin, size = int(query.get("Page", ["0"])[0]), int(query["PageSize"][0])
    messages = [
        {"sid": f"SM-{one.key}", "status": "sent", "body": one.text, "date_created": format_datetime(one.at)}
        for one in kept
    ]
    more = f"/2010-04-01/x.json?PageSize={size}&Page={begin + 1}&PageToken=T"
    left = len(messages) > (begin + 1) * size
    return {"messages": messages[begin * size :][:size], "next_page_uri": more if left else None}


def mastodon(kept: list[Kept], asked: str) -> object:
    if "verify_credentials" in asked:
        return {"id": "1"}
    before = parse_qs(urlsplit(asked.partition(" ")[0]).query).get("max_id", [""])[0]
    posts = [
        {
            "id": str(10_000 - n),
            "content": f"<p>{escape(one.text)}</p>",
            "created_at": one.at.isoformat(),
            "key": one.key,
        }
        for n, one in enumerate(kept)
    ]
    return [post for post in posts if not before or int(str(post["id"])) < int(before)][:40]


def x(kept: list[Kept], asked: str) -> object:
    if "/me" in asked:
        return {"data": {"id": "1"}}
    begin = int(parse_qs(urlsplit(asked.partition(" ")[0]).query).get("pagination_token", ["0"])[0])
    posts = [
        {"id": str(n), "text": escape(one.text), "created_at": one.at.isoformat()}
        for n, one in enumerate(kept)
    ]
    shown = posts[begin : begin + 100]
    meta: dict[str, object] = {"result_count": len(shown)}
    if begin + 100 < len(posts):
        meta["next_token"] = str(begin + 100)
    return {"data": shown, "meta": meta} if shown else {"meta": meta}


def slack(kept: list[Kept], asked: str) -> object:
    form = parse_qs(asked.split(" ")[1])
    begin = int(form.get("cursor", ["0"])[0])
    size = int(form["limit"][0])
    shown = kept[::-1] if "replies" in asked else kept
    messages = [
        {"ts": f"{one.at.timestamp():.6f}", "text": one.text, "metadata": {"event_payload": {"key": one.key}}}
        for one in shown
    ]
    more = begin + size < len(messages)
    cursor = {"response_metadata": {"next_cursor": str(begin + size)}} if more else {}
    return {"ok": True, "messages": messages[begin : begin + size], "has_more": more, **cursor}


def statuspage(kept: list[Kept], asked: str) -> object:
    begin = (int(parse_qs(urlsplit(asked.partition(" ")[0]).query)["page"][0]) - 1) * 100
    return [
        {
            "id": f"i{n}", "created_at": one.at.isoformat(), "metadata": {"broadcast": {"key": one.key}},
            "incident_updates": [{"id": f"u{n}", "body": one.text, "created_at": one.at.isoformat()}],
        }
        for n, one in enumerate(kept)
    ][begin : begin + 100]  # fmt: skip


def zendesk(kept: list[Kept], asked: str) -> object:
    if "external_id" in asked:
        return {"tickets": []}
    begin = (int(parse_qs(urlsplit(asked.partition(" ")[0]).query).get("page", ["1"])[0]) - 1) * 100
    comments = [
        {"id": n, "plain_body": one.text, "created_at": one.at.isoformat()} for n, one in enumerate(kept, 1)
    ]
    return {"comments": comments[begin : begin + 100]}


MARKED = ("twilio-sms", "mastodon", "x", "zendesk")
KEYED = ("slack", "statuspage")
LISTS = {
    "twilio-sms": twilio,
    "mastodon": mastodon,
    "x": x,
    "slack": slack,
    "statuspage": statuspage,
    "zendesk": zendesk,
}
CLASSES: dict[str, Any] = {
    "twilio-sms": TwilioSms, "mastodon": Mastodon, "x": X, "slack": Slack, "statuspage": Statuspage,
    "zendesk": Zendesk,
}  # fmt: skip
OPTIONS: dict[str, dict[str, object]] = {
    "twilio-sms": {"account_sid": "AC" + "5" * 32, "auth_token": "t", "from": "+4930231250"},
    "mastodon": {"access_token": "t"},
    "x": {"consumer_key": "a", "consumer_secret": "b", "access_token": "1-c", "access_token_secret": "d"},
    "slack": {"token": "xoxb-1", "channel": "C0123ABCD"},
    "statuspage": {"api_key": "k", "page_id": "p"},
    "zendesk": {"subdomain": "muster", "email": "a@muster.example", "token": "t"},
}


def message(name: str, text: str = WORDS) -> Outgoing:
    """What was sent; a comment follows a ticket."""
    made = outgoing(NUMBER if name == "twilio-sms" else None, text=text, thread=Thread("1", "1"))
    return made if name == "zendesk" else replace(made, thread=None)


def look_up(name: str, provider: Provider, ago: float, sent: Outgoing | None = None) -> Outcome:
    """Ask about a message whose attempt began so many seconds ago, by our clock."""
    given = ChannelSettings(
        name=name, adapter=name, origin="here", base_url="http://127.0.0.1:1", options=OPTIONS[name]
    )
    adapter = CLASSES[name].from_settings(given, cast("Any", provider))
    assert isinstance(adapter, Reconciles)
    attempt = Attempted(sent or message(name), NOW - timedelta(seconds=ago), NOW)
    [outcome] = asyncio.run(cast("Any", adapter.find([attempt])))
    return cast("Outcome", outcome)


REWRITINGS: dict[str, Callable[[str], str]] = {
    "as it was": lambda text: text,
    "a trial account": lambda text: f"Sent from your Twilio trial account - {text}",
    "shortened links": lambda text: text.replace("https://status.muster.example", "https://t.co/x"),
    "transliterated": lambda text: text.replace("ö", "o"),
    "cut and signed": lambda text: f"{text[-60:]} Reply STOP to opt out",
    "redacted": lambda text: "",
    "in other words": lambda text: "***",
    "brackets lost": lambda text: text.replace("[", "(").replace("]", ")"),
}
OFFSETS = st.integers(-86_400, 86_400)


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(MARKED + KEYED),
    ahead=OFFSETS,
    elapsed=st.floats(1, 90_000),
    rewriting=st.sampled_from(sorted(REWRITINGS)),
    around=st.tuples(st.integers(0, 130), st.integers(0, 130)),
)
def test_what_the_provider_has_is_never_sent_again(name, ahead, elapsed, rewriting, around):
    """At any distance of the clocks, in any page of the list, in the provider's own words."""
    text = REWRITINGS[rewriting](WORDS) if name == "twilio-sms" else WORDS
    provider = Provider(listing=LISTS[name], ahead=timedelta(seconds=ahead))
    provider.take(text, elapsed / 2, message(name).key)
    before, after = around
    for n in range(before):
        provider.take(f"Etwas anderes [INC-6/{n}]", elapsed + 10 * n)
    for n in range(after):
        provider.take(f"Etwas anderes [INC-8/{n}]", elapsed / 2 * n / 131)
    outcome = look_up(name, provider, elapsed)
    assert not isinstance(outcome, NotSent)
    if rewriting not in {"redacted", "in other words", "brackets lost"}:
        assert isinstance(outcome, Accepted)


@settings(max_examples=100, deadline=None)
@given(
    name=st.sampled_from(MARKED + KEYED),
    ahead=OFFSETS,
    elapsed=st.floats(1, 90_000),
    others=st.integers(0, 150),
)
def test_what_the_provider_has_not_is_sent(name, ahead, elapsed, others):
    """Clocks that are apart keep nobody from being told."""
    provider = Provider(listing=LISTS[name], ahead=timedelta(seconds=ahead))
    for n in range(others):
        provider.take(f"Etwas anderes [INC-6/{n}]", elapsed * n / 50)
    assert isinstance(look_up(name, provider, elapsed), NotSent)


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(MARKED), ahead=OFFSETS, elapsed=st.floats(1, 3600), before=st.floats(10, 300_000))
def test_an_older_message_with_the_same_mark_is_not_taken_for_the_new_one(name, ahead, elapsed, before):
    """It is from a ledger that was lost, or is the one a backup was made of."""
    provider = Provider(listing=LISTS[name], ahead=timedelta(seconds=ahead))
    provider.take(WORDS, elapsed + before)
    assert not isinstance(look_up(name, provider, elapsed), Accepted)


@for_every("name", MARKED)
@for_every("step", [-86_400, -3600, -120, 120, 3600, 86_400])
def test_a_clock_that_is_set_between_attempt_and_look_up_doubles_nothing(name, step):
    provider = Provider(listing=LISTS[name])
    provider.take(WORDS, 20)
    assert not isinstance(look_up(name, provider, 30 + step), NotSent)


@pytest.mark.parametrize("name", MARKED)
def test_an_answer_without_a_date_proves_no_age(name):
    provider = Provider(listing=LISTS[name], dated=False)
    assert isinstance(look_up(name, provider, 10), NotSent)
    provider.take(WORDS, 5)
    assert isinstance(look_up(name, provider, 10), Unknown)


@pytest.mark.parametrize("name", MARKED)
def test_a_text_without_a_mark_is_known_by_its_words(name):
    """Texts of templates of one's own need not have a mark."""
    sent = message(name, "Im Shop können Sie nicht bezahlen: https://muster.example")
    provider = Provider(listing=LISTS[name])
    provider.take("Ganz andere Worte, heute morgen", 5000)
    provider.take("Im Shop können Sie nicht bezahlen: https://t.co/a", 5)
    assert isinstance(look_up(name, provider, 10, sent), Accepted)
    provider.kept.pop()
    provider.take("Hinweis: Im Shop können Sie nicht bezahlen: https://t.co/a", 5)
    assert isinstance(look_up(name, provider, 10, sent), Unknown)


def test_an_unmarked_text_to_the_number_in_the_meantime_leaves_it_open():
    """Twilio may be set to keep no words: it may be ours."""
    provider = Provider(listing=twilio)
    provider.take("", 5)
    assert isinstance(look_up("twilio-sms", provider, 10), Unknown)
    assert isinstance(
        look_up("twilio-sms", replace(provider, kept=[Kept("", NOW - timedelta(hours=1), "")]), 10), NotSent
    )


def test_a_thread_is_read_to_its_end():
    """Slack lists replies oldest first: an old first page says nothing about the latest."""
    provider = Provider(listing=slack)
    sent = replace(message("slack"), thread=Thread("1.0", "1.0"))
    for n in range(450):
        provider.take(f"Gespräch {n}", 400_000 - n)
    provider.take(WORDS, 5, sent.key)
    assert isinstance(look_up("slack", provider, 10, sent), Accepted)
