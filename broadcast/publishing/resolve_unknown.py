"""Record by hand what happened to messages with unknown outcome, after a person looked at the provider."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from broadcast.errors import NothingMatched
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.unknown_messages import UnknownMessage, record_finding, unknown_messages
from broadcast.model.clock import Clock
from broadcast.model.counted import counted
from broadcast.model.unknown import UnknownFinding

_NAMED = 5  # the most contacts that a hint lists


@dataclass(frozen=True, slots=True)
class Selection:
    """A filter for messages by `notice`, `channel` and `contacts` (ids or addresses); without these, all."""

    incident: str | None = None
    notice: int | None = None
    channel: str | None = None
    contacts: tuple[str, ...] = ()

    def includes(self, message: UnknownMessage) -> bool:
        """Return whether the message passes the filter."""
        return (
            self.notice in {None, message.sequence}
            and self.channel in {None, message.channel}
            and (not self.contacts or bool(_identities(message).intersection(self.contacts)))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The finding about some messages of an incident; `left` others are still unknown."""

    incident: str
    finding: UnknownFinding
    author: str
    messages: tuple[UnknownMessage, ...]
    left: int
    done: bool = False


Consent = Callable[[Resolution], None]


def propose(ledger: Ledger, selection: Selection, finding: UnknownFinding, author: str) -> Resolution:
    """Return the messages that the finding is about; raises `UnknownIncident` or `NothingMatched`."""
    incident = ledger.incidents.find(selection.incident, closed=True)
    messages = unknown_messages(ledger.store, incident)
    if not messages:
        raise NothingMatched(
            f"no message of {incident.ref} is unknown, so there is nothing to resolve",
            hint=f"`broadcast status {incident.ref}` shows its messages",
        )
    _check_contacts(selection.contacts, messages)
    meant = tuple(message for message in messages if selection.includes(message))
    if not meant:
        raise NothingMatched(
            f"{counted(len(messages), 'message')} of {incident.ref} are unknown, but none fits these options",
            hint=f"there are: {_places(messages)}",
        )
    return Resolution(
        incident=incident.ref, finding=finding, author=author, messages=meant, left=len(messages) - len(meant)
    )


def resolve_unknown(ledger: Ledger, resolution: Resolution, clock: Clock, consent: Consent) -> Resolution:
    """Record the finding, with its author and time; sends nothing.

    Raises `Refused` while a run is sending, or if the answer is no.
    """
    ledger.runs.require_idle("nothing was changed, because it works on the same messages")
    consent(resolution)
    record_finding(ledger.store, resolution.messages, resolution.finding, resolution.author, clock.now())
    return replace(resolution, done=True)


def _identities(message: UnknownMessage) -> set[str | None]:
    return {message.contact, message.phone, message.email}


def _check_contacts(contacts: Sequence[str], messages: Sequence[UnknownMessage]) -> None:
    known = {identity for message in messages for identity in _identities(message)}
    some = list(dict.fromkeys(message.contact for message in messages))[:_NAMED]
    for contact in contacts:
        if contact not in known:
            raise NothingMatched(
                f"nothing is unknown about {contact}",
                hint=f"unknown are: {', '.join(some)}",
            )


def _places(messages: Sequence[UnknownMessage]) -> str:
    places = dict.fromkeys(f"notice {message.sequence} over {message.channel}" for message in messages)
    return ", ".join(places)
