"""Prove that what providers send to `[serve] url` reaches `serve` as it was sent. Sends no message.

Two questions are asked of our own public address: is `serve` there, and does a receipt arrive whose signature
we make as the provider would? If not, the same receipt goes to the listener directly: the difference shows
whether the proxy or the configuration is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from broadcast.channels import registry
from broadcast.channels.base import Adapter, SignsReceipts
from broadcast.channels.clock_skew import ClockSkew, skew_warnings
from broadcast.channels.responses import json_object, text_of
from broadcast.channels.transport import Answer, NoReply, Reply, Transport
from broadcast.config.settings import Settings
from broadcast.errors import ConfigError
from broadcast.model.check import Check, CheckVerdict
from broadcast.model.clock import SystemClock
from broadcast.model.inbound import InboundRequest

SUBJECT = "public address"
_TIMEOUT = 10.0  # seconds for each request
_OURS = "default-src 'none'"  # how the policy begins that `serve` sends with every answer
#: Signed as it stands: a proxy that decodes, sorts or drops it changes the signature.
_QUERY = "?ref=doctor&b=2&a=1%262"
_REDIRECTED = range(300, 400)
_GATEWAY = (502, 503, 504)
_UNKNOWN, _FORGED, _TAKEN = 404, 403, 204
_UNCHANGED = "pass path, query and body on unchanged (nginx: proxy_pass http://127.0.0.1:8080; with no path)"
_Fault: TypeAlias = tuple[CheckVerdict, str, str]


@dataclass(frozen=True, slots=True)
class SampleAnswers:
    """The answers to one channel's receipt: to the public address, without its query, and sent directly.

    `direct` is None if the listener cannot be asked from here.
    """

    public: Answer
    without_query: Answer | None = None
    direct: Answer | None = None


@dataclass(frozen=True, slots=True)
class _PublicAddress:
    """Asks; `url` is the public origin, `listener` the address of the listener on this machine."""

    url: str
    listener: str | None
    transport: Transport

    async def health(self) -> Answer:
        return await self.transport.exchange("GET", f"{self.url}/healthz", headers={})

    async def sample(self, channel: str, adapter: SignsReceipts) -> SampleAnswers:
        hook = f"/hooks/{channel}"
        public = await self._post(adapter, hook + _QUERY, self.url)
        if _status(public) == _TAKEN:
            return SampleAnswers(public)
        without = await self._post(adapter, hook, self.url)
        direct = await self._post(adapter, hook + _QUERY, self.listener) if self.listener else None
        return SampleAnswers(public, without, direct)

    async def _post(self, adapter: SignsReceipts, path: str, origin: str) -> Answer:
        """Post a receipt that is signed for the public address, to this origin."""
        request: InboundRequest = adapter.sample_receipt(self.url + path, SystemClock().now())
        return await self.transport.exchange(
            "POST", origin + path, headers=request.headers, body=request.body, signing_in=True
        )


async def check_public_address(settings: Settings) -> list[Check]:
    """Return whether requests to `[serve] url` arrive; one finding with the reason if that is skipped."""
    url = settings.serve.url
    if url is None:
        return [_skipped("[serve] url is not set: no provider calls this machine")]
    if settings.sandbox:
        return [_skipped("a rehearsal has no public address")]
    adapters, skew = _signing(settings), ClockSkew()
    transport = Transport(timeout=_TIMEOUT, skew=skew)
    asking = _PublicAddress(url, _listener(settings.serve.public), transport)
    try:
        fault = health_fault(url, await asking.health())
        if fault:
            found = [Check(SUBJECT, *fault)]
        else:
            samples = {name: await asking.sample(name, adapter) for name, adapter in adapters.items()}
            found = [*_proved(url, samples)]
    finally:
        await transport.close()
        for adapter in adapters.values():
            await adapter.close()
    clock = skew_warnings({url: skew.ahead})
    fix = "switch on its synchronisation: timedatectl set-ntp true"
    return [*found, *(Check("clock", CheckVerdict.WARN, warning, fix) for warning in clock)]


def _skipped(reason: str) -> Check:
    return Check(SUBJECT, CheckVerdict.OK, f"skipped: {reason}")


class _SigningAdapter(Adapter, SignsReceipts, Protocol):
    """What is asked for a receipt, and closed afterwards."""


def _signing(settings: Settings) -> dict[str, _SigningAdapter]:
    """Return the channels that can sign as their provider does; one without its secret is left out.

    Another check names that secret.
    """
    found: dict[str, _SigningAdapter] = {}
    for name, channel in settings.channels.items():
        try:
            adapter = registry.build(channel, ClockSkew())
        except ConfigError:
            continue
        if isinstance(adapter, SignsReceipts):
            found[name] = adapter
    return found


def _listener(address: str) -> str | None:
    """Return the address under which this machine reaches its own listener; None for a socket or any port."""
    host, _, port = address.rpartition(":")
    if address.startswith("unix:") or port == "0":
        return None
    everywhere = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - it is read, not listened on
    return f"http://{everywhere.get(host, host)}:{port}"


def health_fault(url: str, answer: Answer) -> _Fault | None:
    """Return what is wrong with the answer to `/healthz`; None if `serve` is there and works. Pure."""
    if isinstance(answer, NoReply):
        fix = "start `broadcast serve`, and check the name, the certificate and the reverse proxy"
        return CheckVerdict.WARN, f"{url} does not answer: {answer.reason}", fix
    if not _ours(answer):
        return _other_program(url, answer)
    if answer.status == _UNKNOWN:
        return CheckVerdict.FAIL, f"the proxy at {url} changes the path: `serve` does not know it", _UNCHANGED
    if text_of(json_object(answer), "status") != "ok":
        fix = "see the log of `broadcast serve`, and the finding about the ledger"
        return CheckVerdict.WARN, "`serve` answers, but its ledger does not", fix
    return None


def _other_program(url: str, answer: Reply) -> _Fault:
    if answer.status in _REDIRECTED:
        to = answer.headers.get("Location", "elsewhere")
        return (
            CheckVerdict.FAIL,
            f"{url} redirects to {to}: another host or path, and providers do not follow",
            "write the address that answers by itself under [serve] url",
        )
    if answer.status in _GATEWAY:
        return (
            CheckVerdict.WARN,
            f"the proxy at {url} does not reach `serve` (HTTP {answer.status})",
            "start `broadcast serve`, and let the proxy lead to the address of [serve] public",
        )
    return (
        CheckVerdict.FAIL,
        f"another program answers at {url} (HTTP {answer.status})",
        "correct [serve] url, or let this host name lead to [serve] public in the reverse proxy",
    )


def sample_fault(channel: str, answers: SampleAnswers) -> _Fault | None:
    """Return why a signed receipt did not arrive; None if it did. Pure."""
    public = answers.public
    if _status(public) == _TAKEN:
        return None
    if isinstance(public, NoReply):
        return CheckVerdict.WARN, f"a receipt for {channel} got no answer: {public.reason}", "check the proxy"
    if not _ours(public):
        return (
            CheckVerdict.FAIL,
            f"the proxy answers a receipt for {channel} itself (HTTP {public.status})",
            "let it pass POST requests to /hooks/ on, without a login or a filter",
        )
    if public.status == _UNKNOWN:
        return (
            CheckVerdict.FAIL,
            f"`serve` does not know /hooks/{channel}: the proxy changes the path, or the channel is new",
            f"{_UNCHANGED}; restart `broadcast serve`",
        )
    if public.status == _FORGED:
        return CheckVerdict.FAIL, *_forged(channel, answers)
    return CheckVerdict.FAIL, f"a receipt for {channel} was answered with HTTP {public.status}", _UNCHANGED


def _forged(channel: str, answers: SampleAnswers) -> tuple[str, str]:
    """Return why the signature was wrong, and the fix."""
    if _status(answers.without_query) == _TAKEN:
        return f"the proxy changes the query: the signature of {channel} is wrong with it", _UNCHANGED
    if _status(answers.direct) == _TAKEN:
        return (
            f"the proxy changes the path, the body or the signature's header of a receipt for {channel}",
            _UNCHANGED,
        )
    return (
        f"`serve` finds the signature of {channel} wrong: it runs with another [serve] url or another secret",
        "correct [serve] url to the address that providers call, and restart `broadcast serve`",
    )


def _proved(url: str, samples: Mapping[str, SampleAnswers]) -> Iterator[Check]:
    faults = {name: sample_fault(name, answers) for name, answers in samples.items()}
    proved = [name for name, fault in faults.items() if fault is None]
    for fault in faults.values():
        if fault:
            yield Check(SUBJECT, *fault)
    if proved or not samples:
        yield Check(SUBJECT, CheckVerdict.OK, f"{url} leads to `serve`{_signed(proved)}")


def _signed(channels: Sequence[str]) -> str:
    return f"; signed receipts arrive for {', '.join(channels)}" if channels else ""


def _ours(answer: Reply) -> bool:
    return answer.headers.get("Content-Security-Policy", "").startswith(_OURS)


def _status(answer: Answer | None) -> int:
    return answer.status if isinstance(answer, Reply) else 0
