"""A notice in the form of Zendesk's API: a ticket, and the comments that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Self

from broadcast.channels.options import Shapes, flag, listing, words
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.incident import Severity
from broadcast.model.outgoing import Headline, Outgoing

PRIORITIES: Mapping[Severity, str] = {
    Severity.SEV1: "urgent",
    Severity.SEV2: "high",
    Severity.SEV3: "normal",
    Severity.SEV4: "low",
}
#: Customers' tickets can be linked to a `problem` as its incidents; they are solved together.
_TYPES = ("problem", "incident")

SHAPES: Shapes = {"public": flag, "type": words, "tags": listing('tags = ["outage"]')}
DEFAULTS: Mapping[str, object] = {"public": False, "type": _TYPES[0], "tags": []}
OPTIONS = frozenset(SHAPES)


@dataclass(frozen=True, slots=True)
class TicketForm:
    """The form of a channel's tickets: whether requesters read them, their type and extra tags."""

    public: bool = False
    type: str = _TYPES[0]
    tags: tuple[str, ...] = ()

    @classmethod
    def from_settings(cls, settings: ChannelSettings) -> Self:
        """Read `public`, `type` and `tags`; raises `ConfigError` if one is wrong."""
        kind = settings.text("type", _TYPES[0])
        if kind not in _TYPES:
            raise ConfigError(
                f"{settings.place('type')}: type must be problem or incident, not {kind!r}",
                hint='write type = "problem", which customers\' tickets can be linked to',
            )
        return cls(is_public(settings), kind, _tags(settings))

    def opening(self, outgoing: Outgoing, follows: str | None = None) -> dict[str, object]:
        """Return a new ticket; `follows` is the closed one that it continues."""
        headline = outgoing.headline
        source = {"via_followup_source_id": int(follows)} if follows else {}
        return {
            "subject": outgoing.message.subject or headline.title,
            "external_id": external_id(outgoing),
            "type": self.type,
            "tags": [*_own_tags(headline), *self.tags],
            **source,
            **self.further(outgoing),
        }

    def further(self, outgoing: Outgoing) -> dict[str, object]:
        """Return a comment on a ticket.

        It has no tags: they would replace those that agents gave the ticket.
        """
        headline = outgoing.headline
        return {
            "comment": {"html_body": as_html(outgoing.message.text), "public": self.public},
            "priority": "low" if headline.drill else PRIORITIES[headline.severity],
            "status": "solved" if headline.phase.closed else "open",
            # Stored with the comment under `metadata.custom`, where a look-up finds it.
            "metadata": {"broadcast": outgoing.key},
        }


def is_public(settings: ChannelSettings) -> bool:
    """Return whether requesters read the comments."""
    public = settings.options.get("public", DEFAULTS["public"])
    if isinstance(public, bool):
        return public
    raise ConfigError(
        f"{settings.place('public')}: public must be true or false",
        hint="write public = false for internal notes",
    )


def external_id(outgoing: Outgoing) -> str:
    """Return the id for the look-up of a ticket; the incident comes first, for people who search."""
    return f"{outgoing.headline.incident}:{outgoing.key}"


def as_html(text: str) -> str:
    """Return the text as HTML that shows it literally.

    `body` may be read as Markdown, and both `body` and `html_body` have {{placeholders}}.
    """
    literal = escape(text).replace("{", "&#123;").replace("}", "&#125;")
    return literal.replace("\n", "<br>")


def _own_tags(headline: Headline) -> list[str]:
    tags = ["broadcast", headline.incident.lower(), str(headline.severity)]
    return [*tags, "drill"] if headline.drill else tags


def _tags(settings: ChannelSettings) -> tuple[str, ...]:
    tags = settings.options.get("tags", DEFAULTS["tags"])
    # Zendesk splits tags at spaces and commas.
    if isinstance(tags, list) and all(isinstance(tag, str) and _is_one(tag) for tag in tags):
        return tuple(tags)
    raise ConfigError(
        f"{settings.place('tags')}: tags must be a list of single words", hint='write tags = ["outage"]'
    )


def _is_one(tag: str) -> bool:
    return bool(tag) and not any(character.isspace() or character == "," for character in tag)
