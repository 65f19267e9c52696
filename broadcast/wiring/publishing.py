"""Build what publishes notices, and what plans them for a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from broadcast.config.settings import Settings
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.wiring.channels import make_channels
from broadcast.wiring.configuration import program
from broadcast.wiring.hotline import rewrite_fallback
from broadcast.wiring.ledger import read_found, read_subscribers, read_suppressed
from broadcast.wiring.texts import make_catalogue, make_renderer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from broadcast.dispatch.progress import Listener
    from broadcast.model.clock import Clock
    from broadcast.monitoring.watch import Watch
    from broadcast.publishing.deliver import Deliverer
    from broadcast.publishing.publish import Publisher
    from broadcast.publishing.what_if import WhatIf


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
