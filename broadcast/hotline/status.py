"""What a caller is told about the incidents: two at most, the worst and newest first."""

from __future__ import annotations

from broadcast.hotline.call_turn import CallTurn
from broadcast.hotline.customer import own_sentence
from broadcast.hotline.snapshot import IncidentKind, Snapshot, SpokenIncident
from broadcast.model.call_document import Say
from broadcast.rendering import phrase, speech
from broadcast.rendering.words import words_for

MOST_INCIDENTS = 2
#: Kinds that say by themselves that something is down.
_DOWN = frozenset({IncidentKind.OUTAGE})


def spoken_incidents(snapshot: Snapshot) -> tuple[SpokenIncident, ...]:
    """Return the incidents that callers are told about."""
    return snapshot.incidents[:MOST_INCIDENTS]


def refs(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the references of these incidents."""
    return tuple(incident.ref for incident in spoken_incidents(snapshot))


def outdated(turn: CallTurn) -> bool:
    """Return whether news of one of these incidents is overdue."""
    now = turn.event.at
    return any(one.promised is not None and one.promised < now for one in spoken_incidents(turn.snapshot))


def status(turn: CallTurn) -> tuple[Say, ...]:
    """Return what is said about the incidents.

    Without an outage callers first hear that nothing is known to be down, except in an exercise, whose text
    says so and is marked first. If the snapshot is stale, its time is said. Last comes what is known of the
    caller's own order or ticket.
    """
    incidents = spoken_incidents(turn.snapshot)
    said: list[Say] = []
    if turn.snapshot.stale:
        said.append(turn.say("status.as_of", time=_time(turn)))
    if not any(one.kind in _DOWN and not one.drill for one in incidents) and not (
        incidents and incidents[0].drill
    ):
        said.append(turn.say("status.nothing"))
    for place, incident in enumerate(incidents):
        if place:
            said.append(turn.say("status.further"))
        said.append(_status_of(incident, turn))
    if outdated(turn):
        said.append(turn.say("status.overdue"))
    return (*said, *own_sentence(turn))


def _status_of(incident: SpokenIncident, turn: CallTurn) -> Say:
    """Return the status in the caller's language, else in the first language that has one."""
    locales = (turn.state.locale, *turn.snapshot.locales, *incident.status)
    locale = next(one for one in locales if incident.status.get(one))
    return Say(incident.status[locale], locale)


def _time(turn: CallTurn) -> str:
    """Return when the snapshot was taken, in spoken form: `14 Uhr 5`, with the day if it was another one."""
    taken, words = turn.snapshot.taken_at, words_for(turn.state.locale)
    now = turn.event.at.astimezone(taken.tzinfo)
    said = phrase.hour(taken, now, words, short=False)
    dated = said if taken.date() == now.date() else f"{phrase.day(taken, words)}, {said}"
    return speech.spoken(dated, words)
