"""A decided step in the form in which the ledger and the spool keep it, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from broadcast.hotline.call_state import CallState
from broadcast.hotline.decision import Decision
from broadcast.hotline.effects import AskModel, Effect
from broadcast.hotline.event import CallEvent
from broadcast.ledger.ledger import Ledger
from broadcast.model.call_step import CallEffect, CallStep


@dataclass(frozen=True, slots=True)
class ChannelStep:
    """A step that waits for the ledger, with its channel: the hotline may be removed meanwhile."""

    channel: str
    step: CallStep


def call_step(state: CallState, event: CallEvent, decision: Decision) -> CallStep:
    """Return what is to be recorded of a step. A step on an agent's leg belongs to the caller's call."""
    return CallStep(
        call=state.call or event.request.call,
        leg=event.request.call if state.call else "",
        number=decision.state.number,
        caller=event.caller.number,
        called=event.request.called,
        locale=decision.state.locale,
        at=event.at,
        effects=tuple(CallEffect(kind=one.kind, details=_details(one)) for one in decision.effects),
    )


def _details(effect: Effect) -> dict[str, Any]:
    """Return an effect as it is recorded; what the caller asked stands in another effect of the step."""
    kept = replace(effect, question="") if isinstance(effect, AskModel) else effect
    return asdict(kept)


def record_steps(ledger: Ledger, steps: Sequence[ChannelStep]) -> None:
    """Record steps in order; those that the ledger has already change nothing. Raises `LedgerError`."""
    for channel, those in groupby(steps, key=lambda one: one.channel):
        ledger.calls.record(channel, [one.step for one in those])


def to_line(waiting: ChannelStep) -> str:
    """Return a step as one line of JSON."""
    step = waiting.step
    written = asdict(step) | {
        "channel": waiting.channel,
        "at": step.at.timestamp(),
        "effects": [asdict(one) for one in step.effects],
    }
    return json.dumps(written, ensure_ascii=True)


def from_line(line: str) -> ChannelStep | None:
    """Return the step in a line; None if it is torn, as the last line of a process that was killed."""
    try:
        found = json.loads(line)
        return ChannelStep(found["channel"], _step(found)) if isinstance(found, dict) else None
    except (ValueError, KeyError, TypeError):
        return None


def _step(found: Mapping[str, Any]) -> CallStep:
    effects = tuple(CallEffect(kind=one["kind"], details=one["details"]) for one in found["effects"])
    return CallStep(
        call=found["call"],
        leg=found["leg"],
        number=int(found["number"]),
        caller=found["caller"],
        called=found["called"],
        locale=found["locale"],
        at=datetime.fromtimestamp(float(found["at"]), UTC),
        effects=effects,
    )
