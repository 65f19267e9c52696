"""A notice as Slack's message: rich text, in which nothing is read as markup or as a mention."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import chain

from broadcast.channels.chat.lines import TextRun, lines
from broadcast.model.notice import NoticeKind
from broadcast.model.outgoing import Outgoing

EVENT = "broadcast_notice"
_LINE_END: Mapping[str, object] = {"type": "text", "text": "\n"}


def content(text: str, below: Sequence[Mapping[str, object]] = ()) -> dict[str, object]:
    """Return the blocks, `below` last, and the plain text for notifications and screen readers.

    An edit cannot switch mrkdwn off again, so only blocks keep `*` and `_` as they are. In the plain text
    Slack needs `&`, `<` and `>` escaped, which also disables `<!channel>`.
    """
    elements = list(chain.from_iterable(_line(runs) for runs in lines(text)))[:-1]
    section = {"type": "rich_text_section", "elements": elements}
    return {
        "text": escape(text, quote=False),
        "blocks": [{"type": "rich_text", "elements": [section]}, *below],
    }


def post_fields(
    channel: str, outgoing: Outgoing, below: Sequence[Mapping[str, object]] = ()
) -> dict[str, object]:
    """Return the arguments of `chat.postMessage`.

    A reply with a new situation, or the question of an escalation, also shows in the channel.
    """
    headline, thread = outgoing.headline, outgoing.thread
    fields: dict[str, object] = {
        "channel": channel,
        **content(outgoing.message.text, below),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": metadata(outgoing.key, headline.incident, headline.sequence),
    }
    if thread is not None:
        asks = headline.kind is NoticeKind.ESCALATION
        fields |= {"thread_ts": thread.root, "reply_broadcast": headline.turns or asks}
    return fields


def metadata(key: str, incident: str, sequence: int) -> dict[str, object]:
    """Return what marks a message as ours, for look-ups; an edit without it would leave it as it is."""
    payload = {"key": key, "incident": incident, "sequence": sequence}
    return {"event_type": EVENT, "event_payload": payload}


def key_of(message: Mapping[str, object]) -> str:
    """Return our key in a message's metadata, or ""."""
    metadata = message.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    key = payload.get("key") if isinstance(payload, dict) else None
    return key if isinstance(key, str) else ""


def _line(runs: tuple[TextRun, ...]) -> Iterator[Mapping[str, object]]:
    yield from map(_element, runs)
    yield _LINE_END


def _element(run: TextRun) -> dict[str, object]:
    kind, name = ("link", "url") if run.address else ("text", "text")
    element: dict[str, object] = {"type": kind, name: run.text}
    return {**element, "style": {"bold": True}} if run.strong else element
