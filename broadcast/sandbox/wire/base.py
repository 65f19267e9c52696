"""A wire: a provider's HTTP interface as a function from a request to an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol, runtime_checkable
from urllib.parse import parse_qsl

from broadcast.sandbox.records import Received

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """One request to a provider; `path` is relative to the provider's root, without a leading slash."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime

    def form(self) -> dict[str, str]:
        """Return the body's form fields; of repeated ones the last."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def parameters(self) -> dict[str, str]:
        """Return the query's fields."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def json(self) -> Any:
        """Return the body as JSON, or None if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class WireAnswer:
    """The provider's answer, and the messages that people received because of it."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    received: tuple[Received, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the provider accepted the request."""
        return self.status < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A request of the provider to us."""

    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Account:
    """How an adapter is connected to a provider of the sandbox instead of the real one.

    Attributes:
        path: The provider's root below the address of the sandbox; it begins with the wire's name.
        options: Options that replace those of the channel, above all its secrets. `{place}` in a text is the
            sandbox's host and port.
        placeholders: Values for options that the channel gives as `env:NAME`; `sandbox` for all others.

    Example:
        >>> Account("matrix", {"access_token": "sandbox"}, {"room": "!sandbox:sandbox"})
    """

    path: str
    options: Mapping[str, object] = field(default_factory=dict)
    placeholders: Mapping[str, str] = field(default_factory=dict)

    def fill(self, given: Mapping[str, object], place: str) -> dict[str, object]:
        """Return the options of a channel whose own options, without secrets, are `given`."""
        filled = {
            key: value.replace("{place}", place) if isinstance(value, str) else value
            for key, value in self.options.items()
        }
        return {**given, **filled}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An injected refusal; `retry_after` is in seconds from `at`."""

    status: int
    at: datetime
    retry_after: float | None = None

    @property
    def resumes_at(self) -> int:
        """When to try again, in Unix seconds."""
        return int(self.at.timestamp() + (self.retry_after or 0))


class Wire(Protocol):
    """A provider. Its state is made of `Received` records alone, so that it can be restored from them.

    Attributes:
        name: The provider in paths of the sandbox and in faults: `broadcast sandbox fault NAME:down`.
        accounts: By adapter, how it is connected; empty for a host that only helps another provider.

    A class with `refuses_suppressed = True` is made with the set of addresses that opted out, all others
    without arguments. `broadcast.sandbox.providers` finds the class; it is registered nowhere.
    """

    name: ClassVar[str]
    accounts: ClassVar[Mapping[str, Account]]

    def answer(self, request: WireRequest) -> WireAnswer:
        """Process the request and answer as the provider does."""
        ...

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return the provider's own error document for a refusal."""
        ...

    def keep(self, received: Received) -> None:
        """Add one record, new or from an earlier run."""
        ...

    def forget(self) -> None:
        """Delete the state."""
        ...


@runtime_checkable
class AskedByPost(Protocol):
    """A provider whose login or look-up is also a POST. Faults do not affect these, as they send nothing."""

    def is_question(self, request: WireRequest) -> bool:
        """Return whether the request can send nothing."""
        ...


@runtime_checkable
class CallsBack(Protocol):
    """A provider that says later what became of a message."""

    def callback(self, received: Received, hooks: Mapping[str, str]) -> Callback | None:
        """Return the receipt of a message that it accepted, or None.

        Args:
            received: The message.
            hooks: By adapter, the address that is configured at the provider.
        """
        ...


def answer_json(
    status: int,
    document: object,
    received: tuple[Received, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> WireAnswer:
    """Return an answer whose body is `document`."""
    body = json.dumps(document, ensure_ascii=False).encode()
    return WireAnswer(status=status, body=body, content_type=JSON, headers=headers or {}, received=received)


def retry_header(refusal: Refusal) -> dict[str, str]:
    """Return the standard header with the time to wait."""
    return {} if refusal.retry_after is None else {"Retry-After": f"{refusal.retry_after:g}"}


def whole(fields: Mapping[str, str], name: str, default: int, highest: int) -> int:
    """Return the whole number in field `name`, at most `highest`; the default if missing."""
    text = fields.get(name, "")
    return min(int(text), highest) if text.isascii() and text.isdigit() and len(text) < 20 else default
