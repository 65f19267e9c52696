from __future__ import annotations

import json

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter, Reconciles
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.outcome import Accepted, Health, NotSent, Rejected, Scope, Unknown
from broadcast.model.outgoing import Attempted
from broadcast.sandbox.faults import Fault
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import now, outgoing
from broadcast.testing.stub import Canned, answering, serving

#: As Mastodon shows it: whole, with the dull parts hidden.
LINK = '<a href="https://a.de/b"><span class="invisible">https://</span><span class="">a.de/b</span></a>'


def build(base_url: str | None, **options: str) -> Adapter:
    given = {"access_token": "s3cret", **options}
    return registry.build(
        ChannelSettings(
            name="toots",
            adapter="mastodon",
            origin="broadcast.toml, [channels.toots]",
            base_url=base_url,
            options=given,
        )
    )


async def refused(status: int, error: str) -> Rejected:
    body = json.dumps({"error": error}).encode()
    async with serving(answering(Canned(status, body))) as stub, using(build(stub.url())) as adapter:
        (outcome,) = await adapter.send([outgoing(None)])
    assert isinstance(outcome, Rejected)
    return outcome


async def test_a_repeat_within_the_hour_is_the_same_post():
    async with Sandbox() as sandbox, using(build(sandbox.base_url("mastodon"))) as adapter:
        sandbox.fault(Fault(kind="status_after", provider="mastodon", times=1, status=503))
        (first,) = await adapter.send([outgoing(None)])
        (again,) = await adapter.send([outgoing(None)])

        assert isinstance(first, Unknown)
        assert isinstance(again, Accepted)
        assert [one.ref for one in sandbox.received] == [again.ref]
        assert sandbox.received[0].key == outgoing(None).key


async def test_a_post_says_its_language_and_who_may_see_it():
    async with Sandbox() as sandbox:
        async with using(build(sandbox.base_url("mastodon"), visibility="unlisted")) as adapter:
            await adapter.send([outgoing(None)])

        assert sandbox.received[0].extra["language"] == "de"
        assert sandbox.received[0].extra["visibility"] == "unlisted"


@pytest.mark.parametrize("text", ["@root weg", "Siehe (@a@b.de)", "Hilfe: hilfe@muster.de", "@ 14 Uhr"])
async def test_nobody_is_called_by_name_and_the_post_is_found_all_the_same(text):
    message = outgoing(None, text=f"[INC-7/1] {text}\n\nR&D <b>")
    async with Sandbox() as sandbox, using(build(sandbox.base_url("mastodon"))) as adapter:
        (accepted,) = await adapter.send([message])
        assert isinstance(adapter, Reconciles)
        (found,) = await adapter.find([Attempted(message, now())])

        assert not any(name in sandbox.received[0].text for name in (" @root", "(@a"))
        assert sandbox.received[0].text.replace("\u2060", "") == message.message.text
        assert isinstance(accepted, Accepted)
        assert isinstance(found, Accepted)
        assert found.ref == accepted.ref


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"<p>[INC-7/1] Siehe {LINK} &amp; unten<br />Ende</p><p>Gruß</p>", Accepted),
        (f"<p>[INC-7/2] Siehe {LINK} &amp; unten<br />Ende</p><p>Gruß</p>", NotSent),
    ],
)
async def test_a_post_is_known_again_as_mastodon_shows_it(content, expected):
    post = {"id": "7", "content": content, "created_at": now().isoformat()}
    async with serving(answering(Canned(200, b'{"id": "9"}'))) as stub, using(build(stub.url())) as adapter:

        async def play(writer):
            one = {"id": "9"} if len(stub.requests) == 1 else [post]
            writer.write(Canned(200, json.dumps(one).encode()).written())

        stub.play = play
        message = outgoing(None, text="[INC-7/1] Siehe https://a.de/b & unten\nEnde\n\nGruß")
        assert isinstance(adapter, Reconciles)
        (found,) = await adapter.find([Attempted(message, now())])

    assert isinstance(found, expected), found


@pytest.mark.parametrize(
    ("status", "error", "scope"),
    [
        (404, "Record not found", Scope.CHANNEL),
        (403, "Dein Zugang ist zurzeit gesperrt", Scope.CHANNEL),
        (422, "Der Text ist zu lang", Scope.MESSAGE),
    ],
)
async def test_a_refusal_concerns_what_its_status_says_in_any_language(status, error, scope):
    refusal = await refused(status, error)

    assert refusal.scope is scope
    assert error in refusal.reason


async def test_the_instance_says_as_a_date_when_to_come_back():
    async with Sandbox() as sandbox, using(build(sandbox.base_url("mastodon"))) as adapter:
        sandbox.fault(Fault(kind="ratelimit", provider="mastodon", retry_after=90))
        (outcome,) = await adapter.send([outgoing(None)])

    assert isinstance(outcome, NotSent)
    assert outcome.retry_after is not None
    assert 80 < outcome.retry_after <= 91


async def test_an_instance_that_takes_less_than_texts_may_have_is_no_sound_channel():
    body = json.dumps({"id": "9", "configuration": {"statuses": {"max_characters": 300}}}).encode()
    async with serving(answering(Canned(200, body))) as stub, using(build(stub.url())) as adapter:
        probe = await adapter.probe()

    assert probe.health is Health.DEGRADED
    assert "300 characters" in probe.detail


def test_an_account_needs_its_instance():
    with pytest.raises(ConfigError, match=r"\[channels\.toots\]: base_url is missing") as raised:
        build(None)

    assert "mastodon.social" in str(raised.value.hint)


def test_a_post_that_only_those_named_may_read_is_refused():
    with pytest.raises(ConfigError, match="cannot be 'direct'"):
        build("https://mastodon.social", visibility="direct")
