"""A notice as an Adaptive Card of text runs, in which Teams reads neither Markdown nor mentions."""

from __future__ import annotations

import re

from broadcast.channels.chat.lines import TextRun, lines
from broadcast.model.incident import Severity
from broadcast.model.outgoing import Headline, Outgoing

_TYPE = "application/vnd.microsoft.card.adaptive"
_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
# The only functions that a card's text may call; a word joiner between the braces prevents it.
_CALL = re.compile(r"\{(?=\{(?:DATE|TIME)\()")
_GRAVE = frozenset({Severity.SEV1, Severity.SEV2})


def card(outgoing: Outgoing) -> dict[str, object]:
    """Return the message with its one card, in the form for a workflow's webhook."""
    written = lines(outgoing.message.text)
    colour = _colour(outgoing.headline)
    body, gap = [], False
    for number, runs in enumerate(written):
        if runs:
            body.append(_block([_inline(run, None if number else colour) for run in runs], gap=gap))
        gap = not runs
    content = {
        "$schema": _SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.2",
        "msteams": {"width": "Full"},
        "body": body,
    }
    summary = "".join(run.text for run in written[0])
    attachment = {"contentType": _TYPE, "content": content}
    return {"type": "message", "summary": summary, "attachments": [attachment]}


def _block(inlines: list[dict[str, object]], *, gap: bool) -> dict[str, object]:
    return {"type": "RichTextBlock", "spacing": "Small" if gap else "None", "inlines": inlines}


def _inline(run: TextRun, colour: str | None) -> dict[str, object]:
    inline: dict[str, object] = {"type": "TextRun", "text": _CALL.sub("{\u2060", run.text)}
    if run.strong:
        inline["weight"] = "Bolder"
    if colour is not None:
        inline["color"] = colour
    if run.address:
        inline["selectAction"] = {"type": "Action.OpenUrl", "url": run.text}
    return inline


def _colour(headline: Headline) -> str:
    if headline.drill:
        return "Accent"
    if headline.phase.closed:
        return "Good"
    return "Attention" if headline.severity in _GRAVE else "Warning"
