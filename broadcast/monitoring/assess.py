"""Assess a channel from everything that is known about it: a condition and its reason. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from broadcast.ledger.health import Traffic
from broadcast.ledger.history import OpenBreaker
from broadcast.model.counted import counted
from broadcast.model.health import FRESH, Announcement, Condition
from broadcast.model.outcome import Health, Probe

#: How many messages in a row may go without an answer before a channel is doubtful.
_TROUBLE = 3
_REFUSED = frozenset({Health.UNREACHABLE, Health.UNAUTHORISED})


@dataclass(frozen=True, slots=True)
class Evidence:
    """All evidence about one channel.

    `traffic` are its latest attempts, `breaker` its open circuit breaker, `probe` its answer just now, and
    `announced` what its providers' status pages say, by fate.
    """

    traffic: Traffic | None = None
    breaker: OpenBreaker | None = None
    probe: Probe | None = None
    announced: Mapping[str, Announcement] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The condition of a channel, the reason, and the source: `probe`, `ledger` or `status page`."""

    condition: Condition
    reason: str
    source: str


def assess(evidence: Evidence, now: datetime) -> Assessment:
    """Return the worst condition that the evidence supports.

    A failure just now counts for more than a provider's status page; a status page alone never makes a
    channel `down`.
    """
    for found in (*_down(evidence, now), *_doubtful(evidence), *_working(evidence)):
        return found
    return Assessment(Condition.UNKNOWN, "nothing was sent lately, and it was not asked", "ledger")


def _down(evidence: Evidence, now: datetime) -> Iterator[Assessment]:
    probe, breaker = evidence.probe, evidence.breaker
    if probe and probe.health in _REFUSED:
        yield Assessment(Condition.DOWN, probe.detail or str(probe.health), "probe")
    if breaker and abs(now - breaker.opened_at) < FRESH:  # abs: the machine's clock may have been set back
        yield Assessment(Condition.DOWN, f"it just failed: {breaker.reason}", "ledger")


def _doubtful(evidence: Evidence) -> Iterator[Assessment]:
    probe, breaker, traffic = evidence.probe, evidence.breaker, evidence.traffic
    if breaker:
        yield Assessment(Condition.DOUBTFUL, f"it failed when it was last used: {breaker.reason}", "ledger")
    if probe and probe.health is Health.DEGRADED:
        yield Assessment(Condition.DOUBTFUL, probe.detail or str(probe.health), "probe")
    if traffic and traffic.trouble >= _TROUBLE:
        reason = f"{counted(traffic.trouble, 'message')} in a row without an answer: {traffic.error}"
        yield Assessment(Condition.DOUBTFUL, reason, "ledger")
    for fate, said in evidence.announced.items():
        if said.condition in {Condition.DOWN, Condition.DOUBTFUL}:
            yield Assessment(
                Condition.DOUBTFUL, f"{fate} says: {said.detail or said.condition}", "status page"
            )


def _working(evidence: Evidence) -> Iterator[Assessment]:
    if evidence.probe and evidence.probe.health is Health.OK:
        yield Assessment(Condition.WORKS, evidence.probe.detail or "it answers", "probe")
    if evidence.traffic and evidence.traffic.accepted:
        yield Assessment(Condition.WORKS, "it took the latest messages", "ledger")
