"""From settings to a process that listens, until it is asked to end."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING

from broadcast.channels import registry
from broadcast.channels.base import Adapter, Receives
from broadcast.config.settings import Settings
from broadcast.dispatch.stop import Stop
from broadcast.errors import ConfigError, LedgerError
from broadcast.inbound.arrived import Arrived, from_line, to_line
from broadcast.inbound.subscribing import Offer, offer_of
from broadcast.inbound.words import AnswerWords
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.spool import LedgerSpool, answers_spool
from broadcast.model.clock import Clock, SystemClock
from broadcast.server import systemd
from broadcast.server.access_log import report
from broadcast.server.alerts import alerts_route
from broadcast.server.applications import Faces, private_application, public_application
from broadcast.server.clocks import ClockRounds, Clocks
from broadcast.server.counters import Counters
from broadcast.server.health import HealthRoute
from broadcast.server.hooks import Hooks
from broadcast.server.hotline import Hotline, HotlineMaker
from broadcast.server.in_progress import RequestsInProgress
from broadcast.server.later import LaterWork
from broadcast.server.ledger_writer import LedgerWriter
from broadcast.server.listen import listen
from broadcast.server.listener import InboundListener
from broadcast.server.metrics import metrics_route
from broadcast.server.pages.approve import ApproveRoute
from broadcast.server.pages.confirm import ConfirmRoute
from broadcast.server.pages.feedback import FeedbackRoute
from broadcast.server.pages.hand_over import HandOverRoute
from broadcast.server.pages.layout import PublicPages
from broadcast.server.pages.limits import PageLimits
from broadcast.server.pages.rate_limit import Proxies, RateLimit
from broadcast.server.pages.subscribe import FORMS, SubscribeRoute
from broadcast.server.pages.unsubscribe import UnsubscribeRoute
from broadcast.server.request_errors import request_errors
from broadcast.wiring import make_catalogue, make_channels, open_ledger

if TYPE_CHECKING:
    from aiohttp import web

#: Seconds for requests that are under way when the process is asked to end.
_GRACE = 10.0
#: Seconds for the last answers to be written.
_WRITING = 1.0
#: Seconds between two looks whether the ledger is still in its place.
_LOOK = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where the process listens."""

    public: str
    private: str


async def serve(settings: Settings, stop: Stop, log: IO[str], ready: Callable[[Listening], None]) -> None:
    """Listen until `stop` is asked; then let requests finish, for 10 s at most.

    Args:
        settings: With `[serve] url`.
        stop: Ends the process in order.
        log: Gets a line of JSON for each request, and a line of text for each trouble.
        ready: Called once requests are accepted.

    Raises:
        ConfigError: `[serve] url` is missing, or an address cannot be listened on.
        LedgerError: The ledger cannot be opened, or was replaced meanwhile.
        Refused: Another process serves from the same ledger.
    """
    if settings.serve.url is None:
        raise ConfigError(
            "[serve] url is missing: providers have to reach this machine under a public address",
            hint='add [serve] with url = "https://notify.example.com", the address of your reverse proxy',
        )
    with Ledger.serving_alone(settings.ledger):
        async with _serving(settings, log) as where:
            ready(where)
            systemd.notify("READY=1")
            with stop.heeded():
                await _until_asked(stop, settings)
            systemd.notify("STOPPING=1")


async def _until_asked(stop: Stop, settings: Settings) -> None:
    """Wait until `stop` is asked; raise `LedgerError` if the ledger was replaced.

    Nothing can be written any more into a file that lost its name, and all commands use the new one.
    """
    opened = Ledger.identity(settings.ledger)
    while Ledger.identity(settings.ledger) == opened:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK):
                await stop.wake_up.wait()
                return
    raise LedgerError(
        f"the ledger {settings.ledger} was moved or replaced while `serve` was using it",
        hint="look at `broadcast status`, then start `broadcast serve` again",
    )


@asynccontextmanager
async def listening(settings: Settings, clock: Clock, log: IO[str]) -> AsyncIterator[Listening]:
    """Take what providers and people send, until the end of the block; what becomes due is not done here.

    `settings` have a `[serve] url`. Raises what `serve` raises.
    """
    counters = Counters()
    async with _listening(settings, clock, log, counters, None) as where:
        yield where


@asynccontextmanager
async def _serving(settings: Settings, log: IO[str]) -> AsyncIterator[Listening]:
    clock, counters = SystemClock(), Counters()

    def trouble(line: str) -> None:
        counters.add("clock_trouble")
        report(log, line)

    clocks = Clocks(ClockRounds(settings=settings, clock=clock, trouble=trouble, serving=True), counters)
    async with _listening(settings, clock, log, counters, clocks) as where:
        clocks.start()
        yield where


@asynccontextmanager
async def _listening(
    settings: Settings, clock: Clock, log: IO[str], counters: Counters, clocks: Clocks | None
) -> AsyncIterator[Listening]:
    """Listen until the end of the block; `clocks` then end between the requests and the ledger."""
    writer = LedgerWriter(lambda: open_ledger(settings), clock, counters)
    writer.start()
    adapters = _adapters(settings)
    process = _Process(
        settings=settings,
        origin=settings.serve.url or "",
        log=log,
        clock=clock,
        counters=counters,
        writer=writer,
        ask=clocks.ask if clocks else _ask_nobody,
        clock_works=clocks.works if clocks else _no_clock,
        adapters=adapters,
        in_progress=RequestsInProgress(),
        later=LaterWork(partial(report, log)),
    )
    hotline = _hotline(process)
    faces = _faces(process, hotline)
    runners = [_runner(public_application(faces), log), _runner(private_application(faces), log)]
    watchdog = asyncio.create_task(_feed_watchdog(faces.health))
    try:
        for runner in runners:
            await runner.setup()
        public = await listen(runners[0], settings.serve.public, "public")
        private = await listen(runners[1], settings.serve.desk, "desk")
        yield Listening(public=public, private=private)
    finally:
        watchdog.cancel()
        await _end(process, clocks, hotline, runners)


async def _end(
    process: _Process,
    clocks: Clocks | None,
    hotline: Hotline | None,
    runners: Sequence[web.AppRunner],
) -> None:
    """Take no further request, finish those under way, then end the threads."""
    # Sites first: aiohttp reads no further part of a body once the cleanup of its runner has begun.
    for site in [site for runner in runners for site in runner.sites]:
        await site.stop()
    await process.in_progress.finish(_GRACE)
    await process.later.finish(_GRACE)
    for runner in runners:
        await runner.cleanup()
    if hotline:
        await hotline.close()
    if clocks:
        await asyncio.to_thread(clocks.close)
    await asyncio.to_thread(process.writer.close)
    for adapter in process.adapters.values():
        await adapter.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Process:
    """What the routes share while the process runs.

    `ask` asks for a round of the clock, and `clock_works` says whether its rounds go on.
    """

    settings: Settings
    origin: str
    log: IO[str]
    clock: Clock
    counters: Counters
    writer: LedgerWriter
    ask: Callable[[], None]
    clock_works: Callable[[], bool]
    adapters: Mapping[str, Adapter]
    in_progress: RequestsInProgress
    later: LaterWork


def _ask_nobody() -> None:
    """Ask for no round: the caller of `serve` does what is due."""


def _no_clock() -> bool:
    """Return that the clock works: the caller of `serve` moves it."""
    return True


def _faces(process: _Process, hotline: Hotline | None) -> Faces:
    """Build every route."""
    hooks = Hooks(
        adapters=process.adapters,
        origin=process.origin,
        writer=process.writer,
        clock=process.clock,
        counters=process.counters,
        planned=process.ask,
        listener=InboundListener(
            adapters=process.adapters,
            writer=process.writer,
            clock=process.clock,
            internal=process.settings.internal,
            own=process.settings.own_numbers,
            spool=_answers_spool(process.settings),
            counters=process.counters,
        ),
        words=AnswerWords(process.settings.organisation, process.settings.locale),
        trouble=partial(report, process.log),
        later=process.later,
    )
    pages = PublicPages(process.settings.letterhead, process.settings.timezone)
    limits = PageLimits.build(pages, process.counters, process.clock, _proxies(process.settings))
    return Faces(
        hooks=hooks,
        confirm=ConfirmRoute(
            writer=process.writer,
            clock=process.clock,
            pages=pages,
            limits=limits,
            internal=process.settings.internal,
            answered=process.ask,
        ),
        approve=ApproveRoute(
            writer=process.writer, clock=process.clock, pages=pages, limits=limits, answered=process.ask
        ),
        unsubscribe=UnsubscribeRoute(writer=process.writer, clock=process.clock, pages=pages, limits=limits),
        subscribe=SubscribeRoute(
            offer=_offer(process.settings),
            writer=process.writer,
            clock=process.clock,
            pages=pages,
            limits=limits,
            forms=RateLimit(process.clock, FORMS),
            counters=process.counters,
            planned=process.ask,
        ),
        alerts=alerts_route(process.settings, process.log, process.writer, process.clock, process.counters),
        metrics=metrics_route(process.settings, process.log, process.clock, process.counters),
        health=HealthRoute(process.writer, process.clock_works),
        calls=hotline.route if hotline else None,
        feedback=_feedback(process, pages, limits),
        hand_over=_hand_over(process, hotline, pages, limits) if hotline else None,
        counters=process.counters,
        in_progress=process.in_progress,
        clock=process.clock,
        log=process.log,
    )


def _hotline(process: _Process) -> Hotline | None:
    """Return the hotline, if there is one, with what it knows; raises `BroadcastError`."""
    maker = HotlineMaker(
        settings=process.settings,
        origin=process.origin,
        adapters=process.adapters,
        writer=process.writer,
        clock=process.clock,
        counters=process.counters,
        planned=process.ask,
        trouble=partial(report, process.log),
    )
    hotline = maker.make()
    if hotline:
        hotline.start()
    return hotline


def _answers_spool(settings: Settings) -> LedgerSpool[Arrived]:
    spool = LedgerSpool(answers_spool(settings.ledger), to_line, from_line)
    spool.reserve()
    return spool


def _hand_over(process: _Process, hotline: Hotline, pages: PublicPages, limits: PageLimits) -> HandOverRoute:
    return HandOverRoute(
        writer=process.writer,
        clock=process.clock,
        pages=pages,
        limits=limits,
        snapshot=hotline.snapshots.latest,
    )


def _feedback(process: _Process, pages: PublicPages, limits: PageLimits) -> FeedbackRoute:
    return FeedbackRoute(
        writer=process.writer,
        clock=process.clock,
        pages=pages,
        limits=limits,
        forms=RateLimit(process.clock, FORMS),
        counters=process.counters,
        calls_back=process.settings.calls is not None,
        region=process.settings.region,
    )


def _offer(settings: Settings) -> Offer | None:
    """Return what people can subscribe to; None if nobody can."""
    return offer_of(settings, make_channels(settings).planned, make_catalogue(settings).locales())


def _proxies(settings: Settings) -> Proxies:
    return tuple(ipaddress.ip_network(network) for network in settings.serve.proxies)


def _adapters(settings: Settings) -> dict[str, Adapter]:
    """Return the channels whose providers talk to us; raises `ConfigError` for a missing secret of theirs.

    Others are not built: a wrong key of a channel that only sends must not stop us from listening.
    """
    channels = make_channels(settings)
    receiving = [
        name for name, one in settings.channels.items() if issubclass(registry.adapter_for(one), Receives)
    ]
    return {name: channels.build(channels.settings[name]) for name in receiving}


def _runner(application: web.Application, log: IO[str]) -> web.AppRunner:
    from aiohttp import web

    return web.AppRunner(
        application,
        access_log=None,
        logger=request_errors(log),
        shutdown_timeout=_WRITING,
        handle_signals=False,
    )


async def _feed_watchdog(health: HealthRoute) -> None:
    seconds = systemd.watchdog_seconds()
    while seconds is not None:
        if await health.works():
            systemd.notify("WATCHDOG=1")
        await asyncio.sleep(seconds)
