"""Simulate the calls of a file, each by itself, with what the hotline knows at one time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC

from broadcast.hotline.simulation.agent_phones import AgentPhones, staffed
from broadcast.hotline.simulation.call_transcript import CallTranscript
from broadcast.hotline.simulation.read_calls import CallCase, CallsFile
from broadcast.hotline.simulation.simulated_call import SimulatedCall
from broadcast.hotline.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class CallResult:
    """One call: what was expected and how it went; `failures` say what did not hold."""

    case: CallCase
    transcript: CallTranscript
    failures: tuple[str, ...]


def simulate(file: CallsFile, snapshot: Snapshot, called: str) -> tuple[CallResult, ...]:
    """Return the result of each call; `called` is the number that is called if a call names none.

    The agents and the mode of the file replace those of the snapshot.
    """
    known = snapshot if file.mode is None else replace(snapshot, mode=file.mode)
    known = known if file.agents is None else staffed(known, file.agents)
    return tuple(_result(case, number, known, file, called) for number, case in enumerate(file.calls, 1))


def _result(case: CallCase, number: int, known: Snapshot, file: CallsFile, called: str) -> CallResult:
    call = SimulatedCall(
        id=f"CA{number:06}",
        script=case.script,
        called=case.called or called,
        snapshot=lambda _: known,
        phones=AgentPhones(behaviours=file.agents or {}),
        begun=known.taken_at.astimezone(UTC),
    )
    deque(call.play(), maxlen=0)
    return CallResult(case, call.transcript, case.expected.failures(call.transcript))
