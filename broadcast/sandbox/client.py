"""Use a running sandbox: read what it received and its faults, and change them."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from broadcast.errors import ConfigError, UsageError
from broadcast.sandbox.records import Received

_WITHIN = 15.0  # seconds; a call waits for our own server, too


@dataclass(frozen=True, slots=True)
class SandboxClient:
    """The control interface of the sandbox at `url`; raises `ConfigError` if it does not answer."""

    url: str

    def health(self) -> dict[str, Any]:
        """Return the number of received messages."""
        return self._ask("GET", "health")

    def pending(self) -> int:
        """Return how many receipts it has not posted yet."""
        return int(self._ask("GET", "health")["callbacks"])

    def received(self) -> list[Received]:
        """Return every message that its providers accepted."""
        return [Received.from_json(one) for one in self._ask("GET", "received.json")["received"]]

    def faults(self) -> list[dict[str, Any]]:
        """Return the present faults."""
        return list(self._ask("GET", "faults")["faults"])

    def add_faults(self, spelled: list[str]) -> list[dict[str, Any]]:
        """Add faults; raises `UsageError` for a wrong one."""
        return list(self._ask("POST", "faults", json.dumps(spelled))["faults"])

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._ask("DELETE", "faults")

    def reply(self, number: str, text: str) -> str:
        """Let a person write an SMS back; return what they are told in return. Raises `UsageError`."""
        return str(self._ask("POST", "reply", json.dumps({"number": number, "text": text}))["said"])

    def press(self, number: str, key: str) -> str:
        """Let a person press a key in their latest call; return what they hear. Raises `UsageError`."""
        return str(self._ask("POST", "press", json.dumps({"number": number, "key": key}))["said"])

    def call(self, caller: str, called: str = "") -> dict[str, Any]:
        """Let a person call the hotline; return the call. Raises `UsageError` if nobody answers calls."""
        return dict(self._ask("POST", "call", json.dumps({"from": caller, "to": called}))["call"])

    def act(self, call: str, what: str, words: str = "", leg: str = "") -> dict[str, Any]:
        """Let a person on the phone do something; return the call. Raises `UsageError` if they cannot."""
        given = {"call": call, "leg": leg, "do": what, "words": words}
        return dict(self._ask("POST", "call/act", json.dumps(given))["call"])

    def advance_to(self, until: datetime) -> None:
        """Advance its clock at least to that time."""
        self._ask("POST", "clock", until.isoformat())

    def clear_received(self) -> None:
        """Delete the received messages."""
        self._ask("DELETE", "received")

    def _ask(self, method: str, what: str, body: str | None = None) -> dict[str, Any]:
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=_WITHIN)
        try:
            with closing(connection):
                connection.request(method, f"/_sandbox/{what}", body)
                answer = connection.getresponse()
                fields: dict[str, Any] = json.loads(answer.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise ConfigError(
                f"the sandbox at {self.url} does not answer: {error}",
                hint="start it again: broadcast sandbox start",
            ) from None
        if "error" in fields:
            raise UsageError(fields["error"], hint=fields.get("hint"))
        return fields
