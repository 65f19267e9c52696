"""Any service that Apprise supports, by its URL: one message for everybody, without an id.

Apprise blocks, waits without limit for a slow answer, and tells success from failure without a reason or
an id. So it runs in a thread that may be abandoned, and every result except success is unknown. A program
that ends meanwhile waits for Apprise's own threads: for a silent service 4 seconds, or `rto` in the URL.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from importlib.util import find_spec
from threading import Thread
from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from broadcast.channels.options import Shapes, words
from broadcast.channels.sdk_logging import silence
from broadcast.channels.start_limit import TOO_OLD, may_start
from broadcast.channels.time_limit import time_limit
from broadcast.channels.transport import Transport
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Probe, Rejected, Scope, Unknown
from broadcast.model.outgoing import Outgoing
from broadcast.model.text import without_mentions

if TYPE_CHECKING:
    import apprise

_T = TypeVar("_T")
_NOT_UNDERSTOOD = "Apprise does not understand apprise_url"


class Apprise:
    """One service of Apprise. A later notice names the incident in its text; there are no threads."""

    name: ClassVar[str] = "apprise"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.CHAT, address=None, rate=1.0, concurrency=1
    )
    options: ClassVar[frozenset[str]] = frozenset({"apprise_url"})
    target: ClassVar[tuple[str, ...]] = ("apprise_url",)
    shapes: ClassVar[Shapes] = {"apprise_url": words}

    def __init__(self, url: str, timeout: float) -> None:
        self._url = url
        self._timeout = timeout
        self._service: apprise.Apprise | None = None

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs apprise_url and the package. It makes its own connections, without `transport`."""
        del transport
        url = settings.required("apprise_url")
        if find_spec("apprise") is None:
            raise ConfigError(
                f"{settings.origin}: the package apprise is not installed",
                hint='pip install "broadcast-cli[apprise]"',
            )
        return cls(url, settings.timeout)

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Send one message."""
        [outgoing] = batch
        service = await self._open()
        if not len(service):
            return [Rejected(_NOT_UNDERSTOOD, Scope.CHANNEL)]
        if not may_start():
            return [NotSent(TOO_OLD)]
        try:
            async with time_limit(self._timeout):
                done = await _aside(partial(_notify, service, outgoing.message.text))
        except TimeoutError:
            return [Unknown(f"no answer within {self._timeout:g} s")]
        return [
            Accepted(outgoing.key, detail="Apprise reports success; it gives no id")
            if done
            else Unknown("Apprise reports a failure, and not which")
        ]

    async def probe(self) -> Probe:
        """Check whether the URL can be read; the service itself cannot be asked."""
        if len(await self._open()):
            return Probe(Health.OK, "the URL is understood; the service cannot be asked")
        return Probe(Health.DEGRADED, _NOT_UNDERSTOOD)

    async def close(self) -> None:
        """Do nothing: there is no connection."""

    async def _open(self) -> apprise.Apprise:
        """Return the service, empty if the URL is not valid. Loading Apprise takes a second."""
        if self._service is None:
            self._service = await _aside(partial(_service, self._url))
        return self._service


def _service(url: str) -> apprise.Apprise:
    import apprise

    silence("apprise", "requests", "urllib3")
    asset = apprise.AppriseAsset(app_id="broadcast", async_mode=False)
    service = apprise.Apprise(asset=asset)
    service.add(url)
    return service


def _notify(service: apprise.Apprise, text: str) -> bool:
    """Send a plain text, in which nothing is markup, an escape or a template."""
    try:
        return bool(service.notify(body=without_mentions(text), body_format="text", interpret_escapes=False))
    except Exception:  # noqa: BLE001 - plugins by many authors raise anything, and what was sent is unknown
        return False


async def _aside(work: Callable[[], _T]) -> _T:
    """Run `work` in its own thread, for which the loop does not wait when it closes."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def finish(outcome: Future[_T]) -> None:
        if done.done():
            return
        if error := outcome.exception():
            done.set_exception(error)
        else:
            done.set_result(outcome.result())

    def run() -> None:
        outcome: Future[_T] = Future()
        try:
            outcome.set_result(work())
        except Exception as error:  # noqa: BLE001 - it is raised where the result is waited for
            outcome.set_exception(error)
        with contextlib.suppress(RuntimeError):  # the loop is closed: the result is no longer needed
            loop.call_soon_threadsafe(finish, outcome)

    Thread(target=run, daemon=True).start()
    return await done
