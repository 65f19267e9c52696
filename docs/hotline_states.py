"""Draw the states of a call from the code: the state machine is asked what follows what callers do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from broadcast.hotline.call_state import CallState, Step
from broadcast.hotline.caller import Caller
from broadcast.hotline.decide import decide
from broadcast.hotline.decision import Decision
from broadcast.hotline.event import Acceptance, CallEvent
from broadcast.hotline.snapshot import Agent, Mode, Snapshot
from broadcast.model.call_document import HangUp
from broadcast.model.phone_call import CallRequest, DialResult
from broadcast.rendering.catalogue import Catalogue, default_folders
from broadcast.rendering.hotline_prompts import hotline_prompts

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
CALL = CallRequest(call="CA1", called="+4930231250")
#: What callers do, in the words of the drawing.
DONE: Mapping[str, CallRequest] = {
    **{key: replace(CALL, digits=key) for key in ("0", "1", "2", "3", "9", "*")},
    "silence": CALL,
    "unclear words": replace(CALL, speech="blau"),
    "a question": replace(CALL, speech="is my order also late because of that?"),
    "danger": replace(CALL, speech="it is burning here"),
    "a number": replace(CALL, digits="015112345678#"),
    "nobody accepts": replace(CALL, dialled=DialResult.NO_ANSWER),
    "a message": replace(CALL, recording="https://example.com/RE1", recorded_seconds=9),
}
#: What can be done at a step: keys and words, unless it is one of these.
ONLY: Mapping[Step, tuple[str, ...]] = {
    Step.RING: ("nobody accepts", "accepted"),
    Step.VOICEMAIL: ("a message", "silence"),
    Step.LINK_NUMBER: ("a number", "silence", "0"),
    Step.CALL_BACK_NUMBER: ("a number", "silence", "0"),
}
KEYS = tuple(name for name in DONE if name not in {"nobody accepts", "a message", "a number"})
#: Steps of the other phones: they do not follow from what the caller does.
LEGS = frozenset({Step.WHISPER, Step.ACCEPT, Step.TAKE, Step.RETURN, Step.RETURNED, Step.RECORDED})
END = "[*]"


def transitions() -> dict[tuple[str, str], list[str]]:
    """Return what callers do between two states, in the order in which the states are reached."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    first = decide(CallState(step=Step.ANSWER, locale="en"), _event(CALL), _snapshot()).state
    waiting, seen = [replace(first, step=Step.ANSWER)], {Step.ANSWER}
    while waiting:
        state = waiting.pop(0)
        for name, decision in _decisions(state):
            after = decision.state
            ends = any(isinstance(verb, HangUp) for verb in decision.document)
            following = END if ends and after.step is state.step else str(after.step)
            if name not in found[str(state.step), following]:
                found[str(state.step), following].append(name)
            if after.step not in seen | LEGS:
                seen.add(after.step)
                waiting.append(after)
    return dict(found)


def _decisions(state: CallState) -> Iterator[tuple[str, Decision]]:
    for snapshot in _snapshots():
        for name, event in _events(state.step):
            yield name, decide(state, event, snapshot)


def drawing() -> str:
    """Return the diagram in Mermaid's language."""
    lines = ["stateDiagram-v2", f"    {END} --> answer"]
    for (step, following), names in transitions().items():
        lines.append(f"    {_id(step)} --> {_id(following)}: {', '.join(names)}")
    lines.append(f"    goodbye --> {END}")
    return "\n".join(dict.fromkeys(lines)) + "\n"


def _id(step: str) -> str:
    """Return a name that Mermaid takes."""
    return step if step == END else step.replace("-", "_")


def _events(step: Step) -> Iterator[tuple[str, CallEvent]]:
    for name in ONLY.get(step, KEYS):
        if name == "accepted":
            done = replace(CALL, dialled=DialResult.COMPLETED)
            yield name, replace(_event(done), acceptance=Acceptance.MINE)
        else:
            yield name, _event(DONE[name])


def _event(request: CallRequest) -> CallEvent:
    return CallEvent(request=request, at=NOW, caller=Caller(number="+447700900123", line="mobile"))


def _snapshots() -> Iterator[Snapshot]:
    """Yield a day with people on duty, one with too many callers, and one without anybody."""
    yield _snapshot()
    yield replace(_snapshot(), mode=Mode.CALL_BACK)
    yield replace(_snapshot(), agents=())


def _snapshot() -> Snapshot:
    catalogue = Catalogue(default_folders(None))
    return Snapshot(
        taken_at=NOW,
        organisation="Example",
        locales=("en", "de"),
        prompts={locale: hotline_prompts(catalogue, locale) for locale in ("en", "de")},
        agents=(Agent(id="a-1", name="Anna", number="+4915111111111"),),
    )
