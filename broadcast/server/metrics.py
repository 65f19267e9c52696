"""`GET /metrics`: what the process counted and what the ledger holds, in the text format of Prometheus.

No label comes from a request, and none holds personal data: labels are names of channels, states and words
of ours. The values are those of `Counters` and of the ledger; nothing is counted twice.
"""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from typing import IO, TYPE_CHECKING

from broadcast import __version__
from broadcast.config.settings import Settings
from broadcast.errors import LedgerError
from broadcast.hotline.call_state import Topic
from broadcast.ledger.call_counts import CallCounts, call_counts
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import Clock
from broadcast.model.delivery import DeliveryState
from broadcast.model.promise import PromiseVerdict
from broadcast.reports.due import due
from broadcast.server.access_log import report
from broadcast.server.counters import BOUNDS, Counters
from broadcast.wiring import open_ledger

if TYPE_CHECKING:
    from aiohttp import web
    from prometheus_client import Metric

_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: The counters by their names in the code: what Prometheus calls them, their labels and their description.
_COUNTERS = {
    "receipts": ("receipts", ("channel", "state"), "Receipts that were recorded, by channel and state"),
    "unmatched": ("receipts_unmatched", (), "Receipts that belong to no message we know"),
    "inbound": ("inbound", ("channel",), "Messages, key presses and buttons of people, by channel"),
    "unknown_channel": ("unknown_channel_requests", (), "Requests to a channel that does not exist"),
    "calls": ("calls", ("channel",), "Calls of people that began, by channel"),
    "calls_over_limit": ("calls_over_limit", (), "Calls of a number that called too often in a minute"),
    "calls_spooled": ("call_steps_spooled", (), "Steps of calls that were kept beside the ledger"),
    "call_trouble": ("call_trouble", (), "Steps of calls that failed by a mistake of ours"),
    "alerts": ("alert_groups", (), "Groups of alerts that were recorded"),
    "written": ("ledger_writes", (), "Requests that the ledger's writer carried out"),
    "clock_rounds": ("clock_rounds", (), "Rounds of the clock that began"),
    "clock_trouble": ("clock_trouble", (), "Things that a round of the clock could not do"),
}
#: Why a request to a channel's webhook was not taken.
_REFUSED = ("forged", "malformed", "too_large", "not_recorded", "adapter_error")
#: Calls are counted over this time.
_DAY = timedelta(hours=24)
_PAGES_REFUSED = ("too_many", "unknown_link")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFigures:
    """What the ledger holds now; `up` says whether it could be read."""

    up: bool = False
    open_incidents: int = 0
    deliveries: Mapping[str, int] = field(default_factory=dict)
    overdue: int = 0
    breakers: tuple[str, ...] = ()
    calls: CallCounts = field(default_factory=CallCounts)
    callers_waiting: int = 0
    agents_talking: int = 0
    recordings_to_delete: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsRoute:
    """The route."""

    settings: Settings
    clock: Clock
    counters: Counters

    async def answer(self, request: web.Request) -> web.Response:
        """Answer all metrics; if the ledger cannot be read, those of the process, and `ledger_up 0`."""
        from aiohttp import web

        del request
        # In a thread with its own connection, so that receipts do not wait for it.
        figures = await asyncio.to_thread(read_figures, self.settings, self.clock.now())
        body = metrics_text(tuple(self.settings.channels), self.counters, figures)
        return web.Response(body=body, headers={"Content-Type": _TYPE})


def metrics_text(channels: tuple[str, ...], counters: Counters, figures: LedgerFigures) -> bytes:
    """Return all metrics as Prometheus reads them; `channels` are the configured ones."""
    from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Collector(channels, counters, figures))
    return generate_latest(registry)


def metrics_route(settings: Settings, log: IO[str], clock: Clock, counters: Counters) -> MetricsRoute | None:
    """Return the route; None, with a line in the log, if the package for it is not installed."""
    try:
        import prometheus_client  # noqa: F401 - only whether it is there
    except ImportError:
        report(log, "no /metrics; hint: install it with pip install 'broadcast-cli[metrics]'")
        return None
    return MetricsRoute(settings=settings, clock=clock, counters=counters)


def read_figures(settings: Settings, now: datetime) -> LedgerFigures:
    """Return what the ledger holds."""
    try:
        with closing(open_ledger(settings)) as ledger:
            return _figures(ledger, now)
    except LedgerError:
        return LedgerFigures()


def _figures(ledger: Ledger, now: datetime) -> LedgerFigures:
    queue = ledger.calls.queue(now)
    return LedgerFigures(
        up=True,
        open_incidents=sum(not incident.phase.closed for incident in ledger.incidents.all()),
        deliveries=ledger.history.open_deliveries(),
        overdue=sum(promise.state is PromiseVerdict.OVERDUE for promise in due(ledger, now)),
        breakers=tuple(breaker.channel for breaker in ledger.history.breakers()),
        calls=call_counts(ledger.store, now - _DAY, now, now),
        callers_waiting=queue.waiting,
        agents_talking=len(queue.busy),
        recordings_to_delete=ledger.recordings.still_owed().count,
    )


@dataclass(frozen=True, slots=True, eq=False)  # the registry wants something to hash
class _Collector:
    """Turns the figures of one moment into metrics, as `prometheus_client` asks for them."""

    channels: tuple[str, ...]
    counters: Counters
    figures: LedgerFigures

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        yield from self._process()
        yield from self._ledger()

    def _process(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, InfoMetricFamily

        yield InfoMetricFamily(
            "broadcast_build",
            "The version of the program",
            value={"version": __version__, "python": platform.python_version()},
        )
        for counted, (name, labels, text) in _COUNTERS.items():
            family = CounterMetricFamily(f"broadcast_{name}", text, labels=labels)
            for values, count in self._counted(counted, labels):
                family.add_metric(values, count)
            yield family
        yield from self._refused()
        written = self.counters.ledger_writes
        sums = list(accumulate(written.counts))
        yield HistogramMetricFamily(
            "broadcast_ledger_write_seconds",
            "How long the ledger's writer took for each batch",
            buckets=list(zip([*map(str, BOUNDS), "+Inf"], sums, strict=True)),
            sum_value=written.seconds,
        )

    def _counted(self, name: str, labels: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
        """Yield the counts; a counter without labels is 0 from the start, so that its rate is known."""
        counted = self.counters.by_labels(name)
        yield from (counted or ({} if labels else {(): 0})).items()

    def _refused(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily

        hooks = CounterMetricFamily(
            "broadcast_requests_refused",
            "Requests of providers that were not taken",
            labels=["channel", "reason"],
        )
        pages = CounterMetricFamily(
            "broadcast_page_requests_refused",
            "Requests to public pages that were not taken",
            labels=["reason"],
        )
        alerts = CounterMetricFamily(
            "broadcast_alerts_refused", "Requests to /alerts that were not taken", labels=["reason"]
        )
        for family, reasons in ((hooks, _REFUSED), (pages, _PAGES_REFUSED)):
            for reason in reasons:
                for labels, count in self.counters.by_labels(reason).items():
                    family.add_metric([*labels, reason], count)
        for labels, count in self.counters.by_labels("alerts_refused").items():
            alerts.add_metric(labels, count)
        yield from (hooks, pages, alerts)

    def _ledger(self) -> Iterator[Metric]:
        from prometheus_client.core import GaugeMetricFamily

        figures = self.figures
        yield GaugeMetricFamily("broadcast_ledger_up", "Whether the ledger could be read", value=figures.up)
        if not figures.up:
            return
        yield GaugeMetricFamily("broadcast_open_incidents", "Incidents that are open", figures.open_incidents)
        yield GaugeMetricFamily(
            "broadcast_promises_overdue",
            "Promised updates and announced work that are overdue",
            figures.overdue,
        )
        deliveries = GaugeMetricFamily(
            "broadcast_deliveries", "Deliveries of open incidents, by state", labels=["state"]
        )
        for state in DeliveryState:
            deliveries.add_metric([state], figures.deliveries.get(state, 0))
        yield deliveries
        breakers = GaugeMetricFamily(
            "broadcast_breaker_open", "Whether the channel failed when it was last used", labels=["channel"]
        )
        for channel in self.channels:
            breakers.add_metric([channel], channel in figures.breakers)
        yield breakers
        yield from _call_figures(figures)


def _call_figures(figures: LedgerFigures) -> Iterator[Metric]:
    """Yield what the ledger knows of calls: now, and within the last 24 hours."""
    from prometheus_client.core import GaugeMetricFamily

    counts = figures.calls
    single = (
        ("callers_waiting", "Callers who wait for a person now", figures.callers_waiting),
        ("agents_talking", "People on duty who talk to a caller now", figures.agents_talking),
        ("calls_24h", "Calls of people within 24 hours", counts.calls),
        ("calls_put_through_24h", "Callers of 24 hours who spoke to a person", counts.hand_overs),
        (
            "recordings_to_delete",
            "Messages of callers that the provider is still to delete",
            figures.recordings_to_delete,
        ),
    )
    for name, text, value in single:
        yield GaugeMetricFamily(f"broadcast_{name}", text, value)
    reasons = GaugeMetricFamily(
        "broadcast_callers_needed_person_24h", "Why callers of 24 hours needed a person", labels=["reason"]
    )
    for reason in Topic:
        reasons.add_metric([reason], counts.reasons.get(reason, 0))
    call_backs = GaugeMetricFamily(
        "broadcast_callbacks_24h", "Call-backs that were asked for within 24 hours", labels=["state"]
    )
    for state, value in (("kept", counts.kept), ("broken", counts.broken), ("waiting", counts.waiting)):
        call_backs.add_metric([state], value)
    voicemails = GaugeMetricFamily(
        "broadcast_voicemails_24h", "Messages that were left within 24 hours", labels=["state"]
    )
    left = counts.voicemails - counts.answered
    for state, value in (("answered", counts.answered), ("open", left), ("late", counts.late)):
        voicemails.add_metric([state], value)
    yield from (reasons, call_backs, voicemails)
