"""One page, told by ledgers that were lost, restored and begun anew: nothing old stands for something new."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.channels.page.site.state import State, dump, load
from broadcast.model.incident import Phase
from broadcast.model.outcome import Thread
from broadcast.model.outgoing import Outgoing
from tests.channels.page.site.sample import NOW, outgoing

MOVES = ("notify", "notify", "update", "resolve", "lose", "back up", "restore", "repeat")


@dataclass(slots=True, kw_only=True)
class Incident:
    """One incident of a ledger; `number` counts from 1 in every ledger."""

    number: int
    identity: str
    sequence: int = 0
    phase: Phase = Phase.INVESTIGATING
    thread: Thread | None = None


@dataclass(slots=True, kw_only=True)
class World:
    """A page and the ledger that speaks now. What it says has a key that nobody used before."""

    state: State = field(default_factory=State)
    ledger: list[Incident] = field(default_factory=list)
    backup: list[Incident] = field(default_factory=list)
    said: list[Outgoing] = field(default_factory=list)
    minutes: int = 0

    def say(self, incident: Incident, phase: Phase) -> None:
        """Publish the incident's next notice."""
        self.minutes += 1
        incident.sequence, incident.phase = incident.sequence + 1, phase
        message = outgoing(
            f"k{len(self.said)}",
            incident=f"INC-{incident.number}",
            identity=incident.identity,
            sequence=incident.sequence,
            phase=phase,
            as_of=NOW + timedelta(minutes=self.minutes),
            started=NOW,
            thread=incident.thread,
        )
        self.said.append(message)
        self.state, update = self.state.published(message)
        incident.thread = Thread(update.incident, update.key)

    def play(self, move: str) -> None:
        """Let one thing happen; what cannot happen now does not."""
        going_on = [one for one in self.ledger if not one.phase.closed]
        match move:
            case "notify":
                self.ledger.append(Incident(number=len(self.ledger) + 1, identity=f"identity{self.minutes}"))
                self.say(self.ledger[-1], Phase.INVESTIGATING)
            case "update" | "resolve" if going_on:
                self.say(going_on[-1], Phase.RESOLVED if move == "resolve" else Phase.IDENTIFIED)
            case "lose":
                self.ledger = []
            case "back up":
                self.backup = [replace(one) for one in self.ledger]
            case "restore":
                self.ledger = [replace(one) for one in self.backup]
            case "repeat" if self.said:
                self.state, _ = self.state.published(self.said[len(self.said) // 2])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(MOVES), max_size=25))
def test_the_page_says_of_every_incident_what_its_ledger_said_last(moves):
    world = World()
    for move in moves:
        before = len(world.said)
        world.play(move)
        if len(world.said) > before:
            spoken = next(one for one in world.ledger if one.thread and one.thread.last == world.said[-1].key)
            assert world.state.of(spoken.thread.root)[-1].phase is spoken.phase
    assert [update.key for update in world.state.updates] == [message.key for message in world.said]
    for update, message in zip(world.state.updates, world.said, strict=True):
        assert update.identity == message.headline.identity
        assert world.state.of(update.incident)[0].identity == update.identity
    assert load(dump(world.state)) == world.state


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy")), max_size=8))
def test_no_text_under_a_known_key_takes_the_place_of_another(messages):
    """So it was with ledgers that had no identities: the same keys came again for other incidents."""
    state = State()
    for key, text in messages:
        state, _ = state.published(outgoing(key, de=text))
    said = {(key, text) for key, text in messages}
    assert {(one.key.partition("-again-")[0], one.texts[0].body) for one in state.updates} == said
    assert len({one.key for one in state.updates}) == len(state.updates) == len(said)
    assert all(state.find(outgoing(key, de=text)) for key, text in said)
