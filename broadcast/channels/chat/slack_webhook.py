"""Messages in a Slack channel through an incoming webhook: no thread, no edit, no look-up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from broadcast.channels.chat.endpoint import Endpoint
from broadcast.channels.chat.slack_message import content
from broadcast.channels.options import Shapes, matching, words
from broadcast.channels.responses import failure, unreadable
from broadcast.channels.transport import Answer, NoReply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.model.outcome import Accepted, Outcome, Probe, Rejected, Scope
from broadcast.model.outgoing import Outgoing

#: Meanings of an answer's body, which is plain text. Slack announced four of them, with their statuses, at
#: https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks (2026-11-29). The others
#: are under "Handling errors" of its page about incoming webhooks.
WORDS: Mapping[str, tuple[Scope, str]] = {
    "invalid_token": (Scope.CHANNEL, "the webhook was revoked"),
    "no_active_hooks": (Scope.CHANNEL, "the webhook was switched off"),
    "no_service": (Scope.CHANNEL, "the webhook was removed"),
    "no_team": (Scope.CHANNEL, "the workspace is gone"),
    "channel_not_found": (Scope.CHANNEL, "the channel was deleted"),
    "channel_is_archived": (Scope.CHANNEL, "the channel is archived"),
    "action_prohibited": (Scope.CHANNEL, "an administrator forbids it"),
    "posting_to_general_channel_denied": (Scope.CHANNEL, "an administrator forbids it"),
    "invalid_payload": (Scope.MESSAGE, "the message was refused"),
    "no_text": (Scope.MESSAGE, "the message was refused"),
}
_DONE = b"ok"


class SlackWebhook:
    """One incoming webhook, which posts to one channel."""

    name: ClassVar[str] = "slack-webhook"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.CHAT, address=None, rate=1.0, concurrency=1, fate=("slack",), internal=True
    )
    options: ClassVar[frozenset[str]] = frozenset({"webhook_url"})
    target: ClassVar[tuple[str, ...]] = ("webhook_url",)
    shapes: ClassVar[Shapes] = {"webhook_url": words}
    identifiers: ClassVar[Shapes] = {
        "webhook_url": matching(
            r"https://hooks\.slack(-gov)?\.com/(services|workflows|triggers)/\S+",
            "an incoming webhook of Slack",
            "it begins with https://hooks.slack.com/services/",
        )
    }

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs webhook_url, `https://hooks.slack.com/services/...`."""
        return cls(Endpoint.from_settings(settings, transport))

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Post one message."""
        return [await self._post(outgoing) for outgoing in batch]

    async def probe(self) -> Probe:
        """Request the root of Slack's host."""
        return await self._endpoint.reach()

    async def close(self) -> None:
        """Close all connections."""
        await self._endpoint.transport.close()

    async def _post(self, outgoing: Outgoing) -> Outcome:
        body = json.dumps({**content(outgoing.message.text), "mrkdwn": False}).encode()
        return _outcome(await self._endpoint.post(body, {}), outgoing.key)


def _outcome(answer: Answer, key: str) -> Outcome:
    if isinstance(answer, NoReply):
        return failure(answer)
    if answer.success:
        # Slack returns no id, so our own key is used.
        return Accepted(key) if answer.body.strip() == _DONE else unreadable(answer, '"ok"')
    word = answer.body.decode("ascii", "replace").strip()
    if answer.status < 500 and word in WORDS:
        scope, reason = WORDS[word]
        return Rejected(f"{reason} ({word})", scope, word)
    return failure(answer)
