"""The composition root: from settings to running objects. Everything heavy is imported where it is built."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from broadcast.config.settings import ChannelSettings, Settings
from broadcast.ledger.ledger import Ledger
from broadcast.model.channel import ChannelKind, Limit
from broadcast.model.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from broadcast.channels.base import Adapter
    from broadcast.dispatch.progress import Listener
    from broadcast.dispatch.stop import Stop
    from broadcast.drills.exercise import Exercise
    from broadcast.drills.rehearsal import Rehearsal
    from broadcast.model.clock import Clock
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
_GLANCE = 0.5  # seconds to wait for another process's lock while somebody waits for a tab


def load_settings(config: Path | None, *, sandbox: bool = False) -> Settings:
    """Return the settings in force, as found from the current folder; raises `ConfigError`.

    With `sandbox`, every network channel points at the local sandbox (started if need be), and ledger
    and pages are kept apart from the real ones.
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
    """References to complete what is typed: open incidents first, then the latest; raises `LedgerError`.

    With `maintenance`, only work that is announced or under way. No ledger is created, no sandbox is started,
    and another process that writes is hardly waited for.
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
    """Return how this program was called, for advice that can be typed as it stands."""
    return "broadcast --sandbox" if settings.sandbox else "broadcast"


def read_suppressed(settings: Settings) -> Suppressed:
    """Return what must not be used, going by the ledger, if there is one yet; raises `LedgerError`."""
    from broadcast.model.suppression import Suppressed

    if not Ledger.exists(settings.ledger):
        return Suppressed()
    ledger = open_ledger(settings)
    try:
        return ledger.suppressions.suppressed()
    finally:
        ledger.close()


def make_catalogue(settings: Settings) -> Catalogue:
    """Return the templates of these settings: the user's own before the shipped ones."""
    from broadcast.rendering.catalogue import Catalogue, default_folders

    return Catalogue(default_folders(settings.templates))


def make_renderer(settings: Settings, catalogue: Catalogue) -> Renderer:
    """Return what writes the texts of these settings, for the channels they have; raises `ConfigError`."""
    from broadcast.rendering.render import Renderer

    return Renderer(catalogue, settings.locale, post=post_limits(settings), letterhead=settings.letterhead)


def post_limits(settings: Settings) -> tuple[Limit, ...]:
    """Return what one post keeps to, so that every configured network takes it; raises `ConfigError`."""
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
    """What the adapters of the configured channels have for the keys that the configuration leaves out."""
    from broadcast.channels import registry

    found: dict[str, Mapping[str, object]] = {}
    for name, channel in settings.channels.items():
        usual = registry.defaults(channel)
        found[name] = {**usual, **_with_house_style(channel, frozenset(usual), settings).options}
    return found


def _with_house_style(channel: ChannelSettings, known: frozenset[str], settings: Settings) -> ChannelSettings:
    """Return the channel with what the organisation already said, where its adapter wants to know."""
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
    return replace(channel, options={**own, **channel.options})


def make_deliverer(
    settings: Settings, ledger: Ledger, listener: Listener, clock: Clock | None = None
) -> Deliverer:
    """Return what delivering a recorded notice needs; raises `ConfigError`."""
    from broadcast.publishing.deliver import Deliverer

    channels, name = make_channels(settings), program(settings)
    return Deliverer(
        ledger=ledger,
        channels=channels,
        clock=clock or SystemClock(),
        listener=listener,
        program=name,
        internal=settings.internal,
    )


def read_found(settings: Settings) -> dict[str, str]:
    """Return what `watch` found to be down, if it is to be avoided; raises `LedgerError`."""
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
    """What looking ahead needs; raises `ConfigError`. `found` is what is down, if not as `watch` has it."""
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
    )


def make_watch(settings: Settings) -> Watch:
    """Return what watching needs; raises `ConfigError`."""
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
    """Return what publishing a notice needs; raises `ConfigError`."""
    from broadcast.publishing.publish import Publisher

    catalogue = make_catalogue(settings)
    return Publisher(
        settings=settings,
        renderer=make_renderer(settings, catalogue),
        locales=catalogue.locales(),
        deliverer=make_deliverer(settings, ledger, listener, clock),
    )


def _agreed(_: Preview) -> None:
    """Nobody is told in an exercise, so nobody has to be asked."""


@dataclass(frozen=True, slots=True)
class _Desk:
    """The commander's desk in an exercise: the verbs as the command line has them, without a question."""

    settings: Settings
    ledger: Ledger
    clock: Clock
    new_stop: Callable[[], Stop]

    async def publish(self, request: Request, listener: Listener) -> Result:
        """Publish a notice."""
        from broadcast.publishing.request import Limits

        publisher = make_publisher(self.settings, self.ledger, listener, self.clock)
        return await publisher.publish(request, Limits(), _agreed, self.new_stop())

    async def retry(self, on_unknown: OnUnknown, listener: Listener) -> Sequence[Result]:
        """Finish what is owed: the result of every notice that was worked on."""
        from broadcast.errors import UnknownIncident
        from broadcast.publishing.request import Limits
        from broadcast.publishing.retry import retry

        deliverer = make_deliverer(self.settings, self.ledger, listener, self.clock)
        retried = await retry(deliverer, None, Limits(on_unknown=on_unknown), self.new_stop())
        if retried.latest is None:
            raise UnknownIncident("nothing is owed", hint="a notice comes before a retry")
        return retried.notices


def load_exercise(path: Path) -> Exercise:
    """Return the exercise in a file; raises `ConfigError` for everything that its company does not know."""
    from broadcast.drills.exercise import read_exercise
    from broadcast.drills.names import check_names

    exercise = read_exercise(path)
    settings = _company(exercise)
    check_names(exercise, settings, make_channels(settings).planned)
    return exercise


def _company(exercise: Exercise) -> Settings:
    from broadcast.config.load import load

    return load(exercise.company / "broadcast.toml", os.environ, Path.cwd())


def make_rehearsal(exercise: Exercise, folder: Path, new_stop: Callable[[], Stop]) -> Rehearsal:
    """What playing an exercise in `folder` needs; raises `ConfigError`. Its sandbox runs until `close`.

    `new_stop` makes what can end one step in order.
    """
    from broadcast.drills.play import rehearsing
    from broadcast.drills.rehearsal import Rehearsal
    from broadcast.model.clock import ManualClock
    from broadcast.sandbox.client import SandboxClient
    from broadcast.sandbox.daemon import ensure_running, stop
    from broadcast.sandbox.settings import in_sandbox, sandbox_folder

    rehearsed = rehearsing(_company(exercise), folder.absolute())
    address = ensure_running(sandbox_folder(rehearsed))
    settings = in_sandbox(rehearsed, address)
    ledger, clock = open_ledger(settings), ManualClock()

    def close() -> None:
        ledger.close()
        stop(sandbox_folder(rehearsed))

    return Rehearsal(
        exercise=exercise,
        settings=settings,
        channels=make_channels(settings).planned,
        ledger=ledger,
        commands=_Desk(settings, ledger, clock, new_stop),
        clock=clock,
        sandbox=SandboxClient(address.url),
        close=close,
    )
