"""What every e-mail adapter writes alike: sender, ids and threads."""

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

#: Out-of-office answers and other robots stay silent (RFC 3834; the second is Exchange's).
AUTOMATIC: Mapping[str, str] = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}

OPTIONS = frozenset({"from", "from_name", "reply_to", "unsubscribe_url", "unsubscribe_mailto"})
SHAPES: Shapes = dict.fromkeys(OPTIONS, words)

_PLACE = "{token}"
_HTTPS = re.compile(r"https://[A-Za-z0-9.-]+(?::\d+)?(?:/[!-;=?-~]*)?(?:\?[!-;=?-~]*)?")
_LONGEST_NAME = 256  # characters; Exchange takes no longer display names
_NO_PART_OF_ONE = re.compile(r"[\s<>,;:\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Where mail programs go, or write, for somebody who does not want to be told again (RFC 2369, 8058)."""

    url: str = ""
    mailbox: str = ""

    @classmethod
    def from_settings(cls, settings: ChannelSettings) -> Self:
        """Read `unsubscribe_url` and `unsubscribe_mailto`; `ConfigError` where one is not what it must be."""
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
        """`List-Unsubscribe`, and the one that allows for a single click; nothing where nobody can leave."""
        if token is None:
            return {}
        ways = []
        if self.url:
            joint = "&" if "?" in self.url else "?"
            url = self.url if _PLACE in self.url else f"{self.url}{joint}t={_PLACE}"
            ways.append(f"<{url.replace(_PLACE, token)}>")
        if self.mailbox:
            ways.append(f"<mailto:{self.mailbox}?subject=unsubscribe%20{token}>")
        headers = {"List-Unsubscribe": ", ".join(ways)} if ways else {}
        return headers | ({"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if self.url else {})


@dataclass(frozen=True, slots=True)
class Sender:
    """Who a channel writes as, its addresses in ASCII. The domain of `address` is the one of every id."""

    address: str
    name: str = ""
    reply_to: str = ""
    unsubscribe: Unsubscribe = field(default_factory=Unsubscribe)

    @classmethod
    def from_settings(cls, settings: ChannelSettings) -> Self:
        """Read what `OPTIONS` names; `ConfigError` where one is not what it must be."""
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
        """What follows the @."""
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
    """One message's own id and where it hangs.

    Every message of an incident, the first too, refers to one root that is never sent: mail programs then
    group them even for people who missed the opening.
    """

    own: str
    root: str
    parent: str

    @classmethod
    def of(cls, outgoing: Outgoing, domain: str) -> Self:
        """The same for every attempt: made from the key and the incident, not from the moment."""
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
        """What the next message to this person hangs on."""
        return Thread(self.root, self.own)


def _root(headline: Headline, domain: str) -> str:
    """Return the id that is never sent.

    Another ledger counts from INC-1, too, so its number is not enough.
    """
    return f"<{headline.incident}.{headline.identity or 'root'}@{domain}>"


def refusal(outgoing: Outgoing) -> Rejected | None:
    """Why this must not be put into headers, if so: a line break in one would add headers of its own."""
    if ascii_address(outgoing.address or "") is None:
        return Rejected("not an e-mail address", Scope.RECIPIENT)
    if not is_one_line(subject_of(outgoing)):
        return Rejected("the subject has a line break", Scope.MESSAGE)
    return None


def subject_of(outgoing: Outgoing) -> str:
    """Return what the message is headed with."""
    return outgoing.message.subject or outgoing.headline.title


def ascii_address(address: str) -> str | None:
    """Return the address as the wire spells it, umlauts in the domain encoded; None if it is none."""
    local, _, domain = address.rpartition("@")
    if not (local and domain and local.isascii()) or _NO_PART_OF_ONE.search(address) or "@" in local:
        return None
    spelled = ascii_domain(domain)
    return spelled and f"{local}@{spelled}"


def is_one_line(value: str) -> bool:
    """Return whether a header may hold it."""
    return not has_controls(value) and "\n" not in value


def display_name(name: str) -> str:
    """The name of a person or an organisation as a header may hold it: on one line, of bearable length."""
    return " ".join(without_controls(name).split())[:_LONGEST_NAME].rstrip() if name else ""
