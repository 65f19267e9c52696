"""The static document that the provider plays if this machine does not answer.

It needs nothing of ours: the state of the incidents with its time, in every language, then the phones of the
people on duty, one after the other. Put it where the provider's fallback URL leads: a bin of the provider, or
any web server on another machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from broadcast.hotline.call_state import CallState, Step
from broadcast.hotline.call_turn import CallTurn
from broadcast.hotline.event import CallEvent
from broadcast.hotline.snapshot import Snapshot
from broadcast.hotline.status import status
from broadcast.model.call_document import CallDocument, Dial, HangUp, Say, Silence, Verb
from broadcast.model.phone_call import CallRequest

#: The document must stay small: providers take 64 kB.
_MOST_AGENTS = 5


def fallback_document(snapshot: Snapshot) -> CallDocument:
    """Return the document. Its time is always said, because nobody knows when it is played.

    A mailbox may answer instead of a person: without a server of ours there is no key to press first.
    """
    dated = replace(snapshot, stale=True)
    said = [verb for locale in snapshot.locales for verb in _in(dated, locale)]
    return (*said, *_dials(snapshot), *_goodbyes(snapshot), HangUp())


def _in(snapshot: Snapshot, locale: str) -> Iterator[Verb]:
    turn = _turn(snapshot, locale)
    yield turn.say("greeting.anybody", organisation=snapshot.organisation)
    yield from status(turn)
    yield Silence(1)


def _dials(snapshot: Snapshot) -> Iterator[Verb]:
    numbers = _numbers(snapshot)
    if numbers:
        yield _turn(snapshot, snapshot.locales[0]).say("human.connecting")
    for number in numbers:
        yield Dial(number=number, seconds=snapshot.ring_seconds, whisper="", next="")


def _numbers(snapshot: Snapshot) -> list[str]:
    """Return whom to ring: people on duty first, then the backup lines, which others may answer."""
    on_duty = [agent.number for agent in snapshot.agents]
    return [*dict.fromkeys((*on_duty, *snapshot.backups))][:_MOST_AGENTS]


def _goodbyes(snapshot: Snapshot) -> Iterator[Say]:
    for locale in snapshot.locales:
        turn = _turn(snapshot, locale)
        yield turn.say("human.nobody_free" if _numbers(snapshot) else "human.nobody_on_duty")
        yield turn.say("ending.goodbye")


def _turn(snapshot: Snapshot, locale: str) -> CallTurn:
    """Return a turn that no caller takes, to word prompts with."""
    event = CallEvent(request=CallRequest(call=""), at=snapshot.taken_at)
    return CallTurn(CallState(step=Step.ANSWER, locale=locale), event, snapshot)
