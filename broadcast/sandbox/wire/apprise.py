"""The requests of Apprise to a `json://` address: the only service of Apprise in the sandbox."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import ClassVar

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import Account, Refusal, WireAnswer, WireRequest, answer_json, retry_header


class Apprise:
    """A room that accepts everything and returns no id."""

    name: ClassVar[str] = "apprise"
    accounts: ClassVar[Mapping[str, Account]] = {
        "apprise": Account("apprise", {"apprise_url": "json://{place}/apprise"})
    }

    def answer(self, request: WireRequest) -> WireAnswer:
        """Process the request."""
        asked = request.json()
        fields = asked if isinstance(asked, dict) else {}
        text, title = fields.get("message"), fields.get("title")
        if request.method != "POST" or not isinstance(text, str) or not text:
            return answer_json(400, {"error": "a message is missing"})
        received = Received(
            provider=self.name, at=request.at, to="apprise", sender="Apprise", text=text, html=None,
            key=None, subject=title if isinstance(title, str) and title else None,
            ref=secrets.token_hex(6), thread=None,
        )  # fmt: skip
        return answer_json(200, {}, (received,))

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Nothing but the status is read."""
        return answer_json(refusal.status, {"error": "refused"}, headers=retry_header(refusal))

    def keep(self, received: Received) -> None:
        """Do nothing: there is no look-up."""

    def forget(self) -> None:
        """Do nothing: there is no state."""
