"""Headers that all e-mail adapters share: sender, ids and threads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from broadcast.channels.options import Shapes, words
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.domain import ascii_domain, ascii_url
from broadcast.model.outcome import Rejected, Scope, Thread
from broadcast.model.outgoing import Headline, Outgoing
from broadcast.model.text import has_controls, without_controls

#: Suppresses out-of-office and other automatic answers (RFC 3834; the second is Exchange's).
AUTOMATIC: Mapping[str, str] = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}

OPTIONS = frozenset({"from", "from_name", "reply_to", "unsubscribe_url", "unsubscribe_mailto"})
SHAPES: Shapes = dict.fromkeys(OPTIONS, words)

_PLACE = "{token}"
_HTTPS = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?(?:/[!-;=?-~]*)?(?:\?[!-;=?-~]*)?")
_LONGEST_NAME = 256  # characters, Exchange's limit for display names
_NO_PART_OF_ONE = re.compile(r"[\s<>,;:\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """The addresses at which people unsubscribe (RFC 2369, RFC 8058)."""

    url: str = ""
    mailbox: str = ""

    @classmethod
    def from_settings(cls, settings: ChannelSettings) -> Self:
        """Read `unsubscribe_url` and `unsubscribe_mailto`; raises `ConfigError` if one is wrong."""
        url, mailbox = ascii_url(settings.text("unsubscribe_url")), settings.text("unsubscribe_mailto")
        if url and not _HTTPS.fullmatch(url):
            raise ConfigError(
                f"{settings.place('unsubscribe_url')}: unsubscribe_url is not an https address: {url!r}",
                hint='write unsubscribe_url = "https://www.example.com/unsubscribe?t={token}"',
            )
        address = ascii_address(mailbox) if mailbox else ""
        if address is None:
            raise ConfigError(
                f"{settings.place('unsubscribe_mailto')}: unsubscribe_mailto is not an e-mail address: "
                f"{mailbox!r}",
                hint='write unsubscribe_mailto = "unsubscribe@example.com"',
            )
        return cls(url, address)

    def headers(self, token: str | None) -> dict[str, str]:
        """Return `List-Unsubscribe`, and the header for a single click; empty without a token."""
        if token is None:
            return {}
        links = []
        if self.url:
            joint = "&" if "?" in self.url else "?"
            url = self.url if _PLACE in self.url else f"{self.url}{joint}t={_PLACE}"
            links.append(f"<{url.replace(_PLACE, token)}>")
        if self.mailbox:
            links.append(f"<mailto:{self.mailbox}?subject=unsubscribe%20{token}>")
        headers = {"List-Unsubscribe": ", ".join(links)} if links else {}
        return headers | ({"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if self.url else {})


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender of a channel, addresses in ASCII. Every message id has the domain of `address`."""

    address: str
    name: str = ""
    reply_to: str = ""
    unsubscribe: Unsubscribe = field(default_factory=Unsubscribe)

    @classmethod
    def from_settings(cls, settings: ChannelSettings) -> Self:
        """Read the keys in `OPTIONS`; raises `ConfigError` if one is wrong."""
        name = settings.text("from_name")
        if not is_one_line(name):
            raise ConfigError(
                f"{settings.place('from_name')}: from_name has a line break", hint="write it on one line"
            )
        return cls(
            _own_address(settings, "from", settings.required("from")),
            display_name(name),
            _own_address(settings, "reply_to", settings.text("reply_to")),
            Unsubscribe.from_settings(settings),
        )

    @property
    def domain(self) -> str:
        """The part after the @."""
        return self.address.rpartition("@")[2]


def _own_address(settings: ChannelSettings, key: str, value: str) -> str:
    address = ascii_address(value) if value else ""
    if address is None:
        raise ConfigError(
            f"{settings.place(key)}: {key} is not an e-mail address: {value!r}",
            hint=f'write {key} = "name@example.com"; the display name goes to from_name',
        )
    return address


@dataclass(frozen=True, slots=True)
class Identity:
    """The id and thread of one message.

    Every message of an incident, also the first, refers to one root that is never sent: so mail programs
    group them even for people who did not get the first message.
    """

    own: str
    root: str
    parent: str

    @classmethod
    def of(cls, outgoing: Outgoing, domain: str) -> Self:
        """Return the identity, made from the key and the incident, so the same for every attempt."""
        root = outgoing.thread.root if outgoing.thread else _root(outgoing.headline, domain)
        parent = outgoing.thread.last if outgoing.thread else root
        return cls(f"<{outgoing.key}@{domain}>", root, parent)

    @property
    def headers(self) -> dict[str, str]:
        """`Message-ID`, `In-Reply-To` and `References`."""
        references = self.root if self.parent == self.root else f"{self.root} {self.parent}"
        return {"Message-ID": self.own, "In-Reply-To": self.parent, "References": references}

    @property
    def thread(self) -> Thread:
        """The message that the next one to this person replies to."""
        return Thread(self.root, self.own)


def _root(headline: Headline, domain: str) -> str:
    """Return the id that is never sent.

    Another ledger also counts from INC-1, so the number alone is not enough.
    """
    return f"<{headline.incident}.{headline.identity or 'root'}@{domain}>"


def refusal(outgoing: Outgoing) -> Rejected | None:
    """Return why these values must not be in headers, if so: a line break would add other headers."""
    if ascii_address(outgoing.address or "") is None:
        return Rejected("not an e-mail address", Scope.RECIPIENT)
    if not is_one_line(subject_of(outgoing)):
        return Rejected("the subject has a line break", Scope.MESSAGE)
    return None


def subject_of(outgoing: Outgoing) -> str:
    """Return the subject of the message."""
    return outgoing.message.subject or outgoing.headline.title


def ascii_address(address: str) -> str | None:
    """Return the address in ASCII, umlauts in the domain encoded; None if it is not an address."""
    local, _, domain = address.rpartition("@")
    if not (local and domain and local.isascii()) or _NO_PART_OF_ONE.search(address) or "@" in local:
        return None
    spelled = ascii_domain(domain)
    return spelled and f"{local}@{spelled}"


def is_one_line(value: str) -> bool:
    """Return whether a header may hold the value."""
    return not has_controls(value) and "\n" not in value


def display_name(name: str) -> str:
    """Return the name of a person or an organisation on one line and of limited length."""
    return " ".join(without_controls(name).split())[:_LONGEST_NAME].rstrip() if name else ""
