"""Cards in Microsoft Teams through a workflow's webhook: single messages, since it returns no id."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from broadcast.channels.chat.card import card
from broadcast.channels.chat.endpoint import Endpoint
from broadcast.channels.options import Shapes, words
from broadcast.channels.responses import failure, json_object, text_of
from broadcast.channels.transport import Answer, NoReply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.model.outcome import Accepted, Outcome, Probe, Rejected, Scope, Unknown
from broadcast.model.outgoing import Outgoing

#: Meanings of `error.code`, if the HTTP status alone would mislead. We found no page of Microsoft that lists
#: them (2026-11-29); people report them for workflows that are off, deleted, or ask for a login.
CODES: Mapping[str, str] = {
    "WorkflowTriggerIsNotEnabled": "the workflow is switched off",
    "WorkflowNotFound": "the workflow was deleted",
    "DirectApiAuthorizationRequired": "the webhook's signature was refused",
    "DirectApiRequestHasInvalidAuthorization": "the webhook's signature was refused",
}
#: About 28 KB; more is "request entity too large" (https://learn.microsoft.com/connectors/teams, 2026-11-29).
MOST_BYTES = 28 * 1024


class Teams:
    """One workflow "Post to a channel when a webhook request is received"."""

    name: ClassVar[str] = "teams"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.CHAT, address=None, rate=4.0, concurrency=1, fate=("microsoft",), internal=True
    )
    options: ClassVar[frozenset[str]] = frozenset({"webhook_url"})
    target: ClassVar[tuple[str, ...]] = ("webhook_url",)
    shapes: ClassVar[Shapes] = {"webhook_url": words}

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs webhook_url, as the workflow shows it."""
        return cls(Endpoint.from_settings(settings, transport))

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Post one card."""
        return [await self._post(outgoing) for outgoing in batch]

    async def probe(self) -> Probe:
        """Request the root of Microsoft's host."""
        return await self._endpoint.reach()

    async def close(self) -> None:
        """Close all connections."""
        await self._endpoint.transport.close()

    async def _post(self, outgoing: Outgoing) -> Outcome:
        body = json.dumps(card(outgoing), ensure_ascii=False).encode()
        if len(body) > MOST_BYTES:
            reason = f"the card is too large: {len(body):,} of {MOST_BYTES:,} bytes"
            return Rejected(reason, Scope.MESSAGE)
        # People find the message in the workflow's runs by this.
        tracking = {"x-ms-client-tracking-id": outgoing.key}
        return _outcome(await self._endpoint.post(body, tracking), outgoing.key)


def _outcome(answer: Answer, key: str) -> Outcome:
    if isinstance(answer, NoReply):
        return failure(answer)
    # A workflow answers with an empty 202 only; any other success is from another server.
    if answer.status == 202 and not answer.body:
        return Accepted(key)
    if answer.success:
        return Unknown(f"HTTP {answer.status}, but a workflow answers with an empty 202")
    error = json_object(answer).get("error")
    code = text_of(error, "code") if isinstance(error, dict) else ""
    if answer.status < 500 and code in CODES:
        return Rejected(f"{CODES[code]} ({code})", Scope.CHANNEL, code)
    return failure(answer)
