"""The filters of our templates. No filter calls a value that it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Any, cast

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context, markup_join
from markupsafe import Markup, escape

from broadcast.localisation.phrase_book import Phrases
from broadcast.rendering import phrase
from broadcast.rendering.links import linked
from broadcast.rendering.template_budget import Budget


class FilterError(Exception):
    """A filter cannot show the value that it was given."""


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """The context of one rendering: the language, the time of the text, and the budget.

    `short` is for text messages: they leave `Uhr` out, and quote with straight marks.
    """

    words: Phrases
    as_of: datetime | None = None
    short: bool = False
    budget: Budget = field(default_factory=Budget)


def reading_of(context: Context) -> ReadingContext:
    """Return the context of the current rendering."""
    return cast("ReadingContext", context.environment.reading)  # type: ignore[attr-defined]  # set by `Texts`


@pass_context
def printed(context: Context, value: object) -> object:
    """Return the value that `{{ ... }}` shows, a text or number, and count its characters."""
    if isinstance(value, Undefined):
        return value
    if value is None or isinstance(value, bool):
        raise FilterError(f"a value is {value}; write it inside {{% if ... %}}")
    if isinstance(value, datetime | timedelta):
        raise FilterError("a time or duration is shown with a filter: |time, |day or |duration")
    if not isinstance(value, str | int | float):
        raise FilterError("a list cannot be shown as it is; use |join or {% for %}")
    reading_of(context).budget.write(len(str(value)))
    return value


@pass_context
def spend(context: Context, characters: int) -> str:
    """Count one step of a loop, macro, block or file; `Metered` inserts the calls."""
    reading_of(context).budget.spend(characters)
    return ""


@pass_context
def concatenate(context: Context, *parts: object) -> object:
    """Return `a ~ b`."""
    return markup_join(printed(context, part) for part in parts)


@pass_context
def join(context: Context, items: Iterable[object], separator: str | None = None) -> str:
    """Return `Chat, Telefon und E-Mail`, or joined by `separator`."""
    texts = [str(printed(context, item)) for item in items]
    return phrase.listed(texts, reading_of(context).words) if separator is None else separator.join(texts)


@pass_context
def time(context: Context, moment: datetime, reference: datetime | None = None) -> str:
    """Return `13:40`, with its day if that is another day than today, or than that of `reference`.

    In the night of a change of clocks it has its zone, too: `02:30 (MESZ)`.
    """
    reading = reading_of(context)
    return phrase.time_of(_moment(moment), reference or reading.as_of or moment, reading.words)


@pass_context
def since(context: Context, moment: datetime) -> str:
    """Return `seit 13:40 Uhr`, `seit Sa, 15.11., 20:30 Uhr`."""
    reading = reading_of(context)
    return phrase.since(_moment(moment), reading.as_of or moment, reading.words, short=reading.short)


@pass_context
def at(context: Context, moment: datetime) -> str:
    """Return `um 14:35 Uhr`, `am Mo, 17.11., um 08:00 Uhr`."""
    reading = reading_of(context)
    return phrase.at(_moment(moment), reading.as_of or moment, reading.words, short=reading.short)


@pass_context
def of(context: Context, moment: datetime, noun: str) -> str:
    """Return `Unsere Meldung von 13:40 Uhr`: the statement `noun` that was published then."""
    reading = reading_of(context)
    return phrase.of(_moment(moment), noun, reading.as_of or moment, reading.words, short=reading.short)


@pass_context
def until(context: Context, moment: datetime, about: str = "") -> str:
    """Return `bis 23:30 Uhr`, `bis Mo, 17.11., 02:00 Uhr`; `bis etwa 23:30 Uhr` with `about`."""
    reading = reading_of(context)
    as_of = reading.as_of or moment
    return phrase.until(_moment(moment), as_of, reading.words, short=reading.short, about=about)


@pass_context
def span(context: Context, start: datetime, end: datetime, beside: datetime | None = None) -> str:
    """Return `13:40 bis 14:22 Uhr`; with the days if they differ from that of the text, or of `beside`."""
    return _span(context, start, end, beside=beside)


@pass_context
def window(context: Context, start: datetime, end: datetime) -> str:
    """Return `So, 16.11., 22:00 bis 23:30 Uhr`, whatever the day."""
    return _span(context, start, end, dated=True)


def _span(
    context: Context,
    start: datetime,
    end: datetime,
    *,
    beside: datetime | None = None,
    dated: bool = False,
) -> str:
    reading = reading_of(context)
    as_of = beside or reading.as_of or start
    return phrase.span(_moment(start), _moment(end), as_of, reading.words, short=reading.short, dated=dated)


@pass_context
def stamp(context: Context, moment: datetime) -> str:
    """Return `So, 16.11., 14:05 Uhr (MEZ)`."""
    return phrase.stamp(_moment(moment), reading_of(context).words)


@pass_context
def hour(context: Context, moment: datetime) -> str:
    """Return `13:40 Uhr`, whatever the day."""
    reading = reading_of(context)
    return phrase.hour(_moment(moment), reading.as_of or moment, reading.words, short=reading.short)


@pass_context
def quoted(context: Context, text: str) -> str:
    """Return `text` in the language's quotation marks; in straight ones in a short text."""
    reading = reading_of(context)
    return phrase.quoted(_text(text), ('"', '"') if reading.short else reading.words.language.quotes)


def initial(text: str) -> str:
    """Return `text` with a capital at its beginning."""
    return phrase.initial(_text(text))


@pass_context
def clock(context: Context, moment: datetime) -> str:
    """Return `13:40`, whatever the day; with its zone in the night of a change of clocks."""
    reading = reading_of(context)
    return phrase.clock(_moment(moment), reading.as_of or moment, reading.words)


@pass_context
def day(context: Context, moment: datetime) -> str:
    """Return `So 16.11.`."""
    return phrase.day(_moment(moment), reading_of(context).words)


@pass_context
def zone(context: Context, moment: datetime) -> str:
    """Return `MEZ`."""
    return phrase.zone(_moment(moment), reading_of(context).words)


@pass_context
def duration(context: Context, span: timedelta) -> str:
    """Return `42 Minuten`."""
    if not isinstance(span, timedelta):
        raise FilterError("|duration shows a duration")
    return phrase.duration(span, reading_of(context).words)


@pass_context
def fixed(context: Context, text: str) -> str:
    """Return `text` unchanged; its numbers are no facts of this incident, and are not checked."""
    reading_of(context).budget.fixed.append(str(text))
    return text


def sentence(text: str) -> str:
    """Return `text` with a full stop if it has none."""
    return phrase.sentence(_text(text))


def tel(number: str) -> str:
    """Return a link that dials: `tel:+493023125000`."""
    return f"tel:{phrase.dialled(_text(number))}"


@pass_context
def paragraphs(context: Context, body: str) -> Markup:
    """Return plain text as HTML.

    A blank line ends a paragraph, `- ` begins a list item, and a line that ends in `:` is the heading of the
    next lines. Addresses and telephone numbers become links.
    """
    text, targets = linked(str(escape(body)).strip(), _phones(context))
    reading_of(context).budget.fixed.extend(map(unescape, targets))  # the text has their targets
    blocks = re.split(r"\n\s*\n", text)
    return Markup("\n".join(_block(block) for block in blocks if block.strip()))  # noqa: S704  # escaped above


def _phones(context: Context) -> Iterator[str]:
    """Yield the phone numbers of the facts in the form that they have in HTML."""
    yield str(escape(context.get("hotline") or ""))
    for contact_point in context.get("alternatives") or ():
        if contact_point.kind == "phone":
            yield str(escape(contact_point.value))


def _block(block: str) -> str:
    lines = [line.strip() for line in block.strip().splitlines()]
    titled = len(lines) > 1 and lines[0].endswith(":") and not lines[0].startswith("- ")
    heading = lines.pop(0) if titled else ""
    opened = f"<h2>{heading[:-1]}</h2>\n" if heading else ""
    return opened + "\n".join(_runs(lines))


def _runs(lines: list[str]) -> Iterable[str]:
    """Group consecutive list items into one list, and all other lines into one paragraph."""
    pending: list[str] = []
    for line in [*lines, ""]:
        if pending and line.startswith("- ") != pending[0].startswith("- "):
            yield _run(pending)
            pending = []
        pending.append(line)
    if pending != [""]:
        yield _run([line for line in pending if line])


def _run(lines: list[str]) -> str:
    if not lines[0].startswith("- "):
        return f"<p>{'<br>'.join(line for line in lines if line)}</p>"
    return "<ul>" + "".join(f"<li>{line[2:]}</li>" for line in lines) + "</ul>"


def _moment(value: object) -> datetime:
    if not isinstance(value, datetime):
        raise FilterError("|time, |day and |zone show a time; is it set? write it inside {% if ... %}")
    return value


def _text(value: object) -> str:
    if isinstance(value, Undefined):
        return str(value)
    if not isinstance(value, str):
        raise FilterError("a filter for texts was given none; write it inside {% if ... %}")
    return value


FILTERS: dict[str, Callable[..., Any]] = {
    "spend": spend,
    "concatenate": concatenate,
    "join": join,
    "time": time,
    "since": since,
    "at": at,
    "of": of,
    "until": until,
    "span": span,
    "window": window,
    "stamp": stamp,
    "hour": hour,
    "quoted": quoted,
    "initial": initial,
    "clock": clock,
    "day": day,
    "zone": zone,
    "duration": duration,
    "fixed": fixed,
    "sentence": sentence,
    "tel": tel,
    "paragraphs": paragraphs,
}
