"""The composition root: build the objects of the program from settings.

Heavy modules are imported where they are used, so that short commands start fast.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from broadcast.config.settings import ChannelSettings, HotlineSettings, Settings
from broadcast.errors import ConfigError
from broadcast.ledger.ledger import Ledger
from broadcast.model.channel import ChannelKind, Limit
from broadcast.model.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from broadcast.channels.base import Adapter, HoldsCalls
    from broadcast.dispatch.progress import Listener
    from broadcast.dispatch.stop import Stop
    from broadcast.drills.calls import ExerciseCalls
    from broadcast.drills.exercise import Exercise, StepEscalation
    from broadcast.drills.play import ClockRound
    from broadcast.drills.rehearsal import Rehearsal, Serving
    from broadcast.hotline.read_snapshot import SnapshotReader
    from broadcast.hotline.simulation.read_calls import WrittenIncident
    from broadcast.hotline.snapshot import SpokenIncident
    from broadcast.hotline.write_fallback import FallbackFile
    from broadcast.model.clock import Clock
    from broadcast.model.subscription import Subscriber
    from broadcast.model.suppression import Suppressed
    from broadcast.model.unknown import OnUnknown
    from broadcast.monitoring.watch import Watch
    from broadcast.publishing.channels import Channels
    from broadcast.publishing.deliver import Deliverer
    from broadcast.publishing.preview import Preview
    from broadcast.publishing.publish import Publisher
    from broadcast.publishing.request import Request
    from broadcast.publishing.result import Result
    from broadcast.publishing.what_if import WhatIf
    from broadcast.rendering.catalogue import Catalogue
    from broadcast.rendering.render import Renderer

#: Options of channels that name the address of a callback.
_CALLBACKS = frozenset({"status_callback", "action_url"})
_GLANCE = 0.5  # seconds to wait for another process's lock, because a person waits for the completion


def load_settings(config: Path | None, *, sandbox: bool = False) -> Settings:
    """Return the settings, found from the current folder unless `config` is given; raises `ConfigError`.

    With `sandbox`, the local sandbox is started if it does not run; every network channel leads to it, and
    ledger and pages are separate from the real ones.
    """
    from broadcast.config.load import load

    settings = load(config, os.environ, Path.cwd())
    if not sandbox:
        return settings
    from broadcast.sandbox.daemon import ensure_running
    from broadcast.sandbox.settings import in_sandbox, sandbox_folder

    return in_sandbox(settings, ensure_running(sandbox_folder(settings)))


def open_ledger(settings: Settings) -> Ledger:
    """Return the ledger of these settings; raises `LedgerError`."""
    return Ledger.open(settings.ledger)


def incident_refs(settings: Settings, *, sandbox: bool, maintenance: bool = False) -> list[str]:
    """Return the references for shell completion: open incidents first, then the latest.

    With `maintenance`, only maintenance that is announced or has begun. No ledger is created and no sandbox
    is started. Raises `LedgerError` if another process holds the lock for more than half a second.
    """
    from broadcast.sandbox.settings import sandbox_ledger

    path = sandbox_ledger(settings) if sandbox else settings.ledger
    if not Ledger.exists(path):
        return []
    ledger = Ledger.open(path, wait=_GLANCE)
    try:
        latest_first = reversed(ledger.incidents.all())
        listed = sorted(latest_first, key=lambda one: one.phase.closed)
        work = [one.ref for one in listed if one.phase.maintenance and not one.phase.closed]
        return work if maintenance else [one.ref for one in listed]
    finally:
        ledger.close()


def program(settings: Settings) -> str:
    """Return how this program was called, for advice that can be copied."""
    return "broadcast --sandbox" if settings.sandbox else "broadcast"


def read_suppressed(settings: Settings) -> Suppressed:
    """Return the suppressions of the ledger, none if there is no ledger yet; raises `LedgerError`."""
    from broadcast.model.suppression import Suppressed

    if not Ledger.exists(settings.ledger):
        return Suppressed()
    ledger = open_ledger(settings)
    try:
        return ledger.suppressions.suppressed()
    finally:
        ledger.close()


def read_subscribers(settings: Settings) -> Sequence[Subscriber]:
    """Return the subscribers of the ledger, none if no audience takes any; raises `LedgerError`."""
    if settings.open_audience is None or not Ledger.exists(settings.ledger):
        return ()
    ledger = open_ledger(settings)
    try:
        return ledger.subscriptions.subscribers()
    finally:
        ledger.close()


def make_catalogue(settings: Settings) -> Catalogue:
    """Return the templates of these settings: the user's own before the shipped ones."""
    from broadcast.rendering.catalogue import Catalogue, default_folders

    return Catalogue(default_folders(settings.templates))


def make_renderer(settings: Settings, catalogue: Catalogue) -> Renderer:
    """Return the renderer for the configured channels; raises `ConfigError`."""
    from broadcast.rendering.render import Renderer

    return Renderer(catalogue, settings.locale, post=post_limits(settings), letterhead=settings.letterhead)


def make_snapshot_reader(settings: Settings, calls: HotlineSettings) -> SnapshotReader:
    """Return what reads the state of the hotline; raises `ConfigError` if a prompt is wrong."""
    from broadcast.hotline.read_snapshot import SnapshotReader, spoken_locales
    from broadcast.rendering.hotline_prompts import FILE, hotline_prompts

    catalogue = make_catalogue(settings)
    known = tuple(locale for locale in catalogue.locales() if catalogue.find(f"{locale}/{FILE}"))
    locales = spoken_locales(settings, calls, known)
    return SnapshotReader(
        settings=settings,
        calls=calls,
        renderer=make_renderer(settings, catalogue),
        prompts={locale: hotline_prompts(catalogue, locale) for locale in locales},
    )


def make_written_incidents(
    settings: Settings, written: Sequence[WrittenIncident], locales: Sequence[str], now: datetime
) -> tuple[SpokenIncident, ...]:
    """Return what callers would be told about incidents that are not in the ledger; raises `UsageError`."""
    from broadcast.hotline.simulation.written_incidents import written_incidents
    from broadcast.publishing.dependencies import dependencies

    renderer = make_renderer(settings, make_catalogue(settings))
    depends = dependencies(settings)
    return written_incidents(written, settings, depends, renderer, locales, now)


def post_limits(settings: Settings) -> tuple[Limit, ...]:
    """Return the limits of a post that every configured social network accepts; raises `ConfigError`."""
    from broadcast.channels import registry

    return registry.limits(settings.channels.values(), ChannelKind.SOCIAL)


def make_channels(settings: Settings) -> Channels:
    """Return the configured channels; raises `ConfigError` for an unknown adapter."""
    from broadcast.channels import registry
    from broadcast.channels.clock_skew import ClockSkew
    from broadcast.planning.planned_channel import PlannedChannel
    from broadcast.publishing.channels import Channels

    skews: dict[str, ClockSkew] = {}

    def build(channel: ChannelSettings) -> Adapter:
        return registry.build(channel, skews.setdefault(channel.name, ClockSkew()))

    planned, used = {}, {}
    for name, channel in settings.channels.items():
        adapter = registry.adapter_for(channel)
        can = registry.capabilities_of(channel)
        fate = channel.fate or can.fate
        price = channel.price if channel.price is not None else can.price
        planned[name] = PlannedChannel(
            name=name,
            adapter=channel.adapter,
            capabilities=can,
            fate=fate,
            optional=channel.optional,
            price=price,
        )
        styled = _with_house_style(channel, adapter.options, settings)
        used[name] = _with_callbacks(styled, adapter.options, settings)
    live = settings.live or settings.sandbox
    return Channels(
        planned=planned, settings=used, build=build, live=live, sandbox=settings.sandbox, skews=skews
    )


def channel_defaults(settings: Settings) -> dict[str, Mapping[str, object]]:
    """Return, by channel, the default of every option that the configuration leaves out."""
    from broadcast.channels import registry

    found: dict[str, Mapping[str, object]] = {}
    for name, channel in settings.channels.items():
        usual = registry.defaults(channel)
        found[name] = {**usual, **_with_house_style(channel, frozenset(usual), settings).options}
    return found


def _with_house_style(channel: ChannelSettings, known: frozenset[str], settings: Settings) -> ChannelSettings:
    """Return the channel with the organisation's locale, timezone and URL, if its adapter takes them."""
    said = {
        "locale": settings.locale,
        "timezone": settings.timezone.key,
        "url": settings.status_url,
    }
    style = {key: value for key, value in said.items() if key in known and value}
    services = tuple(settings.services.values())
    options = {**style, **channel.options}
    return replace(channel, options=options, services=services, letterhead=settings.letterhead)


def _with_callbacks(channel: ChannelSettings, known: frozenset[str], settings: Settings) -> ChannelSettings:
    """Return the channel with our own routes as the addresses of its callbacks, if `[serve] url` is set."""
    hook = settings.serve.route(f"/hooks/{channel.name}")
    if hook is None:
        return channel
    own = dict.fromkeys(sorted(_CALLBACKS & known), hook)
    leave = settings.serve.route("/u/{token}") or ""
    if "unsubscribe_url" in known and leave.startswith("https://"):
        own["unsubscribe_url"] = leave
    return replace(channel, options={**own, **channel.options})


def make_deliverer(
    settings: Settings, ledger: Ledger, listener: Listener, clock: Clock | None = None
) -> Deliverer:
    """Return the deliverer of recorded notices; raises `ConfigError`."""
    from broadcast.publishing.deliver import Deliverer

    channels, name = make_channels(settings), program(settings)
    return Deliverer(
        ledger=ledger,
        channels=channels,
        clock=clock or SystemClock(),
        listener=listener,
        program=name,
        internal=settings.internal,
        confirm_at=settings.serve.route("/c"),
    )


def read_found(settings: Settings) -> dict[str, str]:
    """Return the systems that `watch` observed to be down, with since when, if notices avoid them.

    Raises `LedgerError`.
    """
    if not settings.watch.activate or not Ledger.exists(settings.ledger):
        return {}
    from broadcast.publishing.observed_outages import found_down

    now = SystemClock().now()
    ledger = open_ledger(settings)
    try:
        return found_down(settings, ledger.health.down(now), now)
    finally:
        ledger.close()


def make_what_if(settings: Settings, found: Mapping[str, str] | None = None) -> WhatIf:
    """Return the planner for "what if"; raises `ConfigError`.

    `found` are the systems that are down; None means those that `watch` observed.
    """
    from broadcast.publishing.dependencies import dependencies
    from broadcast.publishing.what_if import WhatIf

    channels, locales = make_channels(settings).planned, make_catalogue(settings).locales()
    depends = dependencies(settings, read_found(settings) if found is None else found)
    return WhatIf(
        settings=settings,
        channels=channels,
        locales=locales,
        suppressed=read_suppressed(settings),
        depends=depends,
        subscribers=read_subscribers(settings),
    )


def make_watch(settings: Settings) -> Watch:
    """Return the watch of these settings; raises `ConfigError`."""
    from broadcast.monitoring.watch import Watch

    def what_if(found: Mapping[str, str]) -> WhatIf:
        return make_what_if(settings, found)

    return Watch(
        settings=settings,
        channels=make_channels(settings).planned,
        clock=SystemClock(),
        what_if=what_if,
        program=program(settings),
    )


def make_publisher(
    settings: Settings, ledger: Ledger, listener: Listener, clock: Clock | None = None
) -> Publisher:
    """Return the publisher of these settings; raises `ConfigError`."""
    from broadcast.publishing.publish import Publisher

    catalogue = make_catalogue(settings)
    return Publisher(
        settings=settings,
        renderer=make_renderer(settings, catalogue),
        locales=catalogue.locales(),
        deliverer=make_deliverer(settings, ledger, listener, clock),
        recorded=_recorded(settings, ledger, clock or SystemClock()),
    )


def _recorded(settings: Settings, ledger: Ledger, clock: Clock) -> Callable[[], Sequence[str]]:
    """Return what is done once a notice is recorded; an exercise leaves the real hotline alone."""
    return lambda: rewrite_fallback(settings, ledger, clock)


def rewrite_fallback(settings: Settings, ledger: Ledger, clock: Clock | None = None) -> Sequence[str]:
    """Write the hotline's static document anew, if there is one; return warnings.

    A rehearsal leaves that of the real hotline alone.
    """
    if settings.sandbox or not (settings.calls and settings.calls.fallback):
        return ()
    return make_fallback(settings, settings.calls, ledger, clock or SystemClock()).trouble()


def make_fallback(settings: Settings, calls: HotlineSettings, ledger: Ledger, clock: Clock) -> FallbackFile:
    """Return what writes the hotline's static document; raises `ConfigError` if there is no file for it."""
    from broadcast.hotline.write_fallback import FallbackFile

    if calls.fallback is None:
        raise ConfigError("[hotline] fallback is missing", hint='add fallback = "public/hotline.xml"')
    return FallbackFile(
        calls.fallback,
        lambda: make_snapshot_reader(settings, calls).read(ledger, clock.now()),
        lambda: make_call_adapter(settings, calls),
    )


def make_call_adapter(settings: Settings, calls: HotlineSettings) -> HoldsCalls:
    """Return the adapter of the hotline's channel; raises `ConfigError` if it cannot answer calls."""
    from broadcast.channels.base import HoldsCalls

    adapter: object = make_channels(settings).adapters({calls.channel})[calls.channel]
    if isinstance(adapter, HoldsCalls):
        return adapter
    raise ConfigError(
        f"[hotline] channel: {calls.channel} cannot answer calls",
        hint='name a channel with adapter = "twilio-voice"',
    )


def _agreed(_: Preview) -> None:
    """Consent without a question: an exercise reaches no real people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """The commander's commands in an exercise, as on the command line, but without a question."""

    settings: Settings
    ledger: Ledger
    clock: Clock
    new_stop: Callable[[], Stop]
    serving: Serving

    async def publish(self, request: Request, listener: Listener) -> Result:
        """Publish a notice."""
        from broadcast.publishing.request import Limits

        publisher = make_publisher(self.settings, self.ledger, listener, self.clock)
        return await publisher.publish(request, Limits(), _agreed, self.new_stop())

    async def retry(self, on_unknown: OnUnknown, listener: Listener) -> Sequence[Result]:
        """Send unsent messages; return the result of every notice concerned."""
        from broadcast.errors import UnknownIncident
        from broadcast.publishing.request import Limits
        from broadcast.publishing.retry import retry

        deliverer = make_deliverer(self.settings, self.ledger, listener, self.clock)
        retried = await retry(deliverer, None, Limits(on_unknown=on_unknown), self.new_stop())
        if retried.latest is None:
            raise UnknownIncident("there is nothing to retry", hint="publish a notice before a retry")
        return retried.notices

    async def escalate(self, asked: StepEscalation) -> None:
        """Start an escalation, and send its first messages."""
        from broadcast.cadence.start_escalation import EscalationRequest, EscalationStarter
        from broadcast.dispatch.progress import ignore_events

        deliverer = make_deliverer(self.settings, self.ledger, ignore_events, self.clock)
        catalogue = make_catalogue(self.settings)
        renderer = make_renderer(self.settings, catalogue)
        starter = EscalationStarter.build(self.settings, deliverer, catalogue, renderer)
        request, now = EscalationRequest(**asdict(asked)), self.clock.now()
        notice = starter.start(starter.prepare(request, now), request, now)
        await starter.job.drive(notice.id, self.new_stop())

    async def tick(self) -> ClockRound:
        """Do what is due now."""
        return await self.serving.round(self.settings, self.ledger, self.clock, self.new_stop())


def load_exercise(path: Path) -> Exercise:
    """Return the exercise in a file; raises one `ConfigError` that lists names its company does not have."""
    from broadcast.drills.exercise import read_exercise
    from broadcast.drills.names import check_names

    exercise = read_exercise(path)
    settings = _company(exercise)
    check_names(exercise, settings, make_channels(settings).planned)
    return exercise


def _company(exercise: Exercise) -> Settings:
    from broadcast.config.load import load

    return load(exercise.company / "broadcast.toml", os.environ, Path.cwd())


def make_rehearsal(
    exercise: Exercise, folder: Path, new_stop: Callable[[], Stop], serving: Serving
) -> Rehearsal:
    """Return an exercise that is ready to run in `folder`; its sandbox runs until `close`.

    `new_stop` makes the `Stop` of each step; `serving` is used if the exercise listens. Raises `ConfigError`.
    """
    from broadcast.channels.base import Receives
    from broadcast.drills.play import rehearsing
    from broadcast.drills.rehearsal import Rehearsal
    from broadcast.model.clock import ManualClock
    from broadcast.sandbox.client import SandboxClient
    from broadcast.sandbox.daemon import ensure_running, stop
    from broadcast.sandbox.serving import announced
    from broadcast.sandbox.settings import in_sandbox, sandbox_folder

    rehearsed = rehearsing(_company(exercise), folder.absolute())
    place = sandbox_folder(rehearsed)
    ending = ExitStack()
    address = ensure_running(place)
    ending.callback(stop, place)
    settings = in_sandbox(rehearsed, address)
    if exercise.listens:
        settings = ending.enter_context(announced(settings, place))
    ledger, clock = open_ledger(settings), ManualClock()
    ending.callback(ledger.close)
    channels = make_channels(settings)
    adapters = channels.adapters(channels.settings)
    return Rehearsal(
        exercise=exercise,
        settings=settings,
        channels=channels.planned,
        ledger=ledger,
        commands=_Desk(settings=settings, ledger=ledger, clock=clock, new_stop=new_stop, serving=serving),
        clock=clock,
        sandbox=SandboxClient(address.url),
        listening=serving.listen(settings, clock) if exercise.listens else nullcontext(),
        reporting=frozenset(name for name, adapter in adapters.items() if isinstance(adapter, Receives)),
        close=ending.close,
        calls=_exercise_calls(exercise, settings, ledger),
    )


def _exercise_calls(exercise: Exercise, settings: Settings, ledger: Ledger) -> ExerciseCalls | None:
    """Return what lets people call the hotline; None if nobody calls in the exercise."""
    if settings.calls is None or not any(step.callers for step in exercise.steps):
        return None
    from broadcast.drills.calls import ExerciseCalls

    reader = make_snapshot_reader(settings, settings.calls)
    return ExerciseCalls(
        read=lambda now: reader.read(ledger, now),
        called=settings.calls.numbers[0].number,
        longest_wait=settings.calls.longest_wait,
        seed=exercise.path.stem,
    )
