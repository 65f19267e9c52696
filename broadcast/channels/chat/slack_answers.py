"""A Slack message with what people answered: who and when, in the place of the buttons.

The message is changed by `chat.update` with the app's own token. A press also names a `response_url`; it is
not used, so that no address in a request is ever called.
Sources: https://docs.slack.dev/reference/methods/chat.update and
https://docs.slack.dev/reference/block-kit/blocks/rich-text-block (2026-11-30).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from html import escape
from typing import Any

from broadcast.channels.chat.slack_buttons import PHRASES, button_block
from broadcast.channels.chat.slack_message import content, metadata
from broadcast.localisation.phrase_book import Phrases
from broadcast.model.question import REFUSALS
from broadcast.model.room import RoomAnswer, RoomAnswers

#: Names our block with the answers.
_BLOCK = "broadcast-answers"
_BREAK: Mapping[str, object] = {"type": "text", "text": "\n"}
_MOST = 20  # so many people are named for one answer


def update_fields(channel: str, room: RoomAnswers) -> dict[str, object]:
    """Return the arguments of `chat.update`; while more answers are taken, the buttons stay."""
    locale = room.message.locale
    phrases = PHRASES.phrases(locale if PHRASES.has(locale) else "en")
    shown = [*_answers(room, phrases)]
    below = [*_block(shown), *(button_block(room.key, room.question, locale) if room.open else ())]
    fields = content(room.message.text, below)
    spoken = "\n".join(escape(line, quote=False) for line in _spoken(room, phrases))
    return {
        "channel": channel,
        "ts": room.ref,
        **fields,
        "text": f"{fields['text']}\n{spoken}" if spoken else fields["text"],
        "metadata": metadata(room.key, room.incident, room.sequence),
    }


def _block(lines: Sequence[Sequence[Mapping[str, object]]]) -> Iterator[dict[str, Any]]:
    elements = [element for line in lines for element in (*line, _BREAK)][:-1]
    if elements:
        section = {"type": "rich_text_section", "elements": elements}
        yield {"type": "rich_text", "block_id": _BLOCK, "elements": [section]}


def _answers(room: RoomAnswers, phrases: Phrases) -> Iterator[list[Mapping[str, object]]]:
    """Yield a line for each answer that was given, in the order of the question's options."""
    for label, given in _grouped(room, phrases):
        line: list[Mapping[str, object]] = [_text(f"✓ {label} ", bold=True)]
        for place, one in enumerate(given[:_MOST]):
            line += [*([_text(", ")] if place else []), _who(one), _text(" "), _when(one)]
        rest = len(given) - _MOST
        yield [*line, *([_text(f" + {rest}")] if rest > 0 else [])]


def _grouped(room: RoomAnswers, phrases: Phrases) -> Iterator[tuple[str, list[RoomAnswer]]]:
    """Yield each answer with the people who gave it; "cannot" and "pass on" are for the commander."""
    options = room.question.options
    for option in options:
        given = [one for one in room.answers if one.answer == option]
        if given:
            yield f"{option}:", given
    confirmed = [one for one in room.answers if not options and one.answer not in REFUSALS]
    if confirmed:
        yield phrases("confirmed_by"), confirmed


def _spoken(room: RoomAnswers, phrases: Phrases) -> Iterator[str]:
    for label, given in _grouped(room, phrases):
        yield f"{label} {len(given)}"


def _text(text: str, *, bold: bool = False) -> Mapping[str, object]:
    return {"type": "text", "text": text, **({"style": {"bold": True}} if bold else {})}


def _who(one: RoomAnswer) -> Mapping[str, object]:
    return {"type": "user", "user_id": one.user} if one.user else _text(one.name)


def _when(one: RoomAnswer) -> Mapping[str, object]:
    """Return the time, which Slack shows in the zone of each reader."""
    fallback = f"{one.at.astimezone(UTC):%H:%M} UTC"
    return {"type": "date", "timestamp": int(one.at.timestamp()), "format": "{time}", "fallback": fallback}
