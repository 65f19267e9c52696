"""Warn about the commander's words: a contact point that may be down itself, a very short message. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from broadcast.config.settings import Settings
from broadcast.model.incident import Phase
from broadcast.model.notice import Facts
from broadcast.publishing.contact_points import configured

#: Words for contact points in titles and services, by kind.
_NAMED: Mapping[str, re.Pattern[str]] = {
    "phone": re.compile(r"telefon|telephon|\bphones?\b|hotline|rufnummer", re.IGNORECASE),
    "email": re.compile(r"e-?mail|mailbox|postfach|postfächer|\bmails?\b", re.IGNORECASE),
    "chat": re.compile(r"chat\b|\bchat", re.IGNORECASE),
}
_OFFERED = {"phone": "to call", "email": "to write to", "chat": "to use the chat"}
#: While something is down; what is only announced or watched works.
_DOWN = frozenset({Phase.INVESTIGATING, Phase.IDENTIFIED, Phase.IN_PROGRESS})
_FEW = 2  # words


def hints(facts: Facts, settings: Settings) -> list[str]:
    """Return warnings about the commander's words, for a last look before the yes."""
    return [*_dead_contact_points(facts, settings), *_short(facts.message)]


def _dead_contact_points(facts: Facts, settings: Settings) -> Iterator[str]:
    """Yield a warning for contact points that the texts offer, although the title or a service names them."""
    if facts.phase not in _DOWN:
        return
    offered = {contact_point.value for contact_point in facts.alternatives}
    for kind, pattern in _NAMED.items():
        contact_points = [
            contact_point
            for contact_point in configured(settings)
            if contact_point.kind == kind and contact_point.value in offered
        ]
        naming = next((words for words in _headings(facts) if pattern.search(words)), None)
        if naming and contact_points:
            offer = f"{_OFFERED[kind]} {', '.join(contact_point.value for contact_point in contact_points)}"
            down = ",".join(contact_point.name for contact_point in contact_points)
            yield f'"{naming}": readers are told {offer}; if that is down, add --affects {down}'


def _headings(facts: Facts) -> Iterator[str]:
    yield facts.title
    yield from (words for (name, _), words in facts.wording if name == "title")
    for service in facts.services:
        yield service.key
        yield from (name for _, name in service.names)


def _short(message: str | None) -> Iterator[str]:
    words = (message or "").split()
    if 0 < len(words) <= _FEW:
        yield f'the message is only "{" ".join(words)}", and may be taken for an order; write a sentence'
