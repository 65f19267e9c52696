"""A notice before it is sent: people, channels, texts, price, and warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from broadcast.cli.output.page_blocks import Banner, Block, Quote, Remark, StyledWord, Table, Tone, line
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.model.channel import ChannelKind
from broadcast.model.counted import counted
from broadcast.publishing.preview import AudiencePreview, BarredPreview, Preview, TextPreview
from broadcast.rendering.phrase import shortened

SCHEMA = "broadcast.preview/1"
_PUBLISHED = frozenset({ChannelKind.SOCIAL, ChannelKind.PAGE})
_NAMED = 10  # unreachable people in the list
_CUSTOMERS = "customers"
_SHORT = frozenset(
    {ChannelKind.SMS, ChannelKind.SOCIAL}
)  # characters of texts that are shown whole on one line
_QUOTED = 4  # texts that are shown as a block
_BEGINNING = 5  # lines of these
_MOMENTS = ("next_update", "window_starts", "window_ends", "former_starts", "former_ends")
_ADDED = "added by the template"
_GIST = 100  # characters of all other texts


def preview_page(preview: Preview, zone: ZoneInfo, *, everything: bool) -> list[Block]:
    """Return everything to see before a yes; the most important comes last, just above the question.

    Texts for staff are one line each; those that most people read come last, with their beginning; whole with
    `everything`. Texts for channels that are only a fallback are counted then, too.
    """
    shown = [text for text in preview.texts if text.recipients or text.kind in _PUBLISHED or everything]
    left_out = len(preview.texts) - len(shown)
    quoted = _by_importance(shown)
    others = [text for text in shown if text not in quoted]
    more = counted(left_out, "more text")
    return [
        *(_quote(text, everything=True) if everything else _gist(text) for text in others),
        *(
            [line(StyledWord(f"{more} for channels that are used if others fail", Tone.FAINT))]
            if left_out
            else []
        ),
        *_audiences(preview),
        *_unreachable(preview),
        *_price(preview),
        *(_quote(text, everything=everything) for text in quoted),
        *_added(shown, quoted, everything=everything),
        *(
            [line(StyledWord("--verbose shows every text in full", Tone.FAINT))]
            if shown and not everything
            else []
        ),
        _banner(preview),
        line(reach(preview)),
        *_facts(preview, zone),
        *_warnings(preview),
    ]


def compact_page(preview: Preview, zone: ZoneInfo) -> list[Block]:
    """Return the same in a few lines, for runs without a question; the result repeats the warnings."""
    return [_banner(preview), line(reach(preview)), *_price(preview), *_facts(preview, zone)]


def preview_json(preview: Preview, zone: ZoneInfo) -> dict[str, object]:
    """Return the object that `--dry-run -o json` prints."""
    fields = asdict(preview)
    for audience in fields["audiences"]:
        audience["first"] = dict(audience["first"])
    return {
        "schema": SCHEMA,
        **fields,
        **{name: iso(getattr(preview, name), zone) for name in _MOMENTS},
        "phrase": preview.phrase,
    }


def _window(preview: Preview, zone: ZoneInfo) -> str:
    """Return `2026-12-05 22:00 CET to 2026-12-05 23:30 CET`, and the former window."""
    former = _span(preview.former_starts, preview.former_ends, zone)
    shown = _span(preview.window_starts, preview.window_ends, zone)
    return f"{shown} (announced before: {former})" if former else shown


def _span(starts: datetime | None, ends: datetime | None, zone: ZoneInfo) -> str:
    return " to ".join(clock_time(moment, zone) for moment in (starts, ends) if moment)


def reach(preview: Preview) -> str:
    """Return `1,204 people; published on page, site`."""
    parts = [people(preview.people)] if preview.people or not preview.posts else []
    if preview.posts:
        parts.append(f"published on {', '.join(preview.posts)}")
    return "; ".join(parts)


def people(count: int) -> str:
    """Return `1 person`, `1,204 people`."""
    return counted(count, "person", "people")


def _by_importance(texts: Sequence[TextPreview]) -> list[TextPreview]:
    """Return the texts in order of importance: customers' texts, or those of most people, come last."""
    readers = Counter[str]()
    for text in texts:
        readers[text.audience] += text.recipients
    nearest = _CUSTOMERS if _CUSTOMERS in readers else next((name for name, _ in readers.most_common(1)), "")
    theirs = sorted((text for text in texts if text.audience == nearest), key=lambda text: text.recipients)
    return theirs[-_QUOTED:]


def _banner(preview: Preview) -> Banner:
    what = f"{preview.incident}/{preview.sequence} {preview.kind}: {preview.title}"
    if preview.drill:
        return Banner("DRILL (ÜBUNG)" + (" in the SANDBOX" if preview.sandbox else ""), Tone.WARNING, what)
    if not preview.live:
        return Banner("NOT LIVE", Tone.GOOD, what)
    return Banner("SANDBOX", Tone.GOOD, what) if preview.sandbox else Banner("LIVE", Tone.BAD, what)


def _audiences(preview: Preview) -> Iterator[Block]:
    if preview.audiences:
        rows = tuple(_audience(audience) for audience in preview.audiences)
        columns = ("audience", "people", "first by", "unreachable", "suppressed")
        used = [at for at in range(len(columns)) if any(row[at] for row in rows)]
        named = tuple(columns[at] for at in used)
        yield Table(named, tuple(tuple(row[at] for at in used) for row in rows))
    yield from barred_page(preview.barred)


def _audience(audience: AudiencePreview) -> tuple[str | StyledWord, ...]:
    first = ", ".join(f"{channel} {count:,}" for channel, count in audience.first)
    lost = StyledWord(f"{audience.unreachable:,}", Tone.WARNING) if audience.unreachable else ""
    silent = f"{audience.suppressed:,}" if audience.suppressed else ""
    return StyledWord(audience.name, Tone.STRONG), f"{audience.people:,}", first, lost, silent


def barred_page(barred: Sequence[BarredPreview]) -> Iterator[Block]:
    """Yield the addresses that are not used."""
    for each in barred:
        yield Remark("not used", f"{each.audience}: {people(each.people)}, {each.address} {each.reason}")


def _gist(text: TextPreview) -> Remark:
    """Return a text on one line: whole if short, else the subject or the first words."""
    words = text.text if text.kind in _SHORT else text.subject or text.text
    gist = " ".join(words.split())
    if text.kind not in _SHORT:
        gist = shortened(gist, _GIST)
    return Remark(_label(text), gist)


def _quote(text: TextPreview, *, everything: bool) -> Quote:
    lines = [*([text.subject, ""] if text.subject else []), *text.text.splitlines()]
    cut = len(lines) - _BEGINNING
    if not everything and cut > 1:
        lines = [*lines[:_BEGINNING], f"... and {cut} more lines"]
    return Quote(f"{_label(text)}, {text.size}", "\n".join(lines))


def _added(
    shown: Sequence[TextPreview], quoted: Sequence[TextPreview], *, everything: bool
) -> Iterator[Block]:
    """Yield the sentences that were added to the typed words, per audience and language, or their number."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for text in shown:
        found.setdefault((text.audience, text.locale), {}).update(dict.fromkeys(text.added))
    near = {text.audience for text in quoted}
    others = Counter[str]()
    for (audience, locale), sentences in found.items():
        if sentences and (everything or audience in near):
            yield Remark(_ADDED, f"{audience}, {locale}: {' '.join(sentences)}")
        elif sentences:
            others[audience] = max(others[audience], len(sentences))
    if others:
        counts = (f"{name}: {counted(count, 'sentence')}" for name, count in others.items())
        yield Remark(_ADDED, ", ".join(counts))


def _label(text: TextPreview) -> str:
    readers = f"to {people(text.recipients)}" if text.recipients else "if others fail"
    return (
        f"{text.audience}, {text.locale}: {text.kind} {'published' if text.kind in _PUBLISHED else readers}"
    )


def _unreachable(preview: Preview) -> Iterator[Block]:
    if not preview.unreachable:
        return
    rows = tuple((one.contact, one.name, one.audience, one.reason) for one in preview.unreachable[:_NAMED])
    yield Table(("unreachable", "name", "audience", "why"), rows)
    if len(preview.unreachable) > _NAMED:
        yield line(f"and {len(preview.unreachable) - _NAMED:,} more")


def _price(preview: Preview) -> Iterator[Block]:
    if preview.sms_parts:
        yield Remark("sms", counted(preview.sms_parts, "part"))
    if preview.cost:
        yield Remark("cost", f"about ${preview.cost:,.2f} at the prices that are known")


def _facts(preview: Preview, zone: ZoneInfo) -> Iterator[Block]:
    if preview.window_starts:
        yield Remark("window", _window(preview, zone))
    if preview.next_update:
        yield Remark("next update promised", clock_time(preview.next_update, zone))
    if preview.affects:
        held = f"{', '.join(preview.affects)}, until the incident ends or you give --affects none"
        yield Remark("said to be down", held)


def _warnings(preview: Preview) -> Iterator[Block]:
    for warning in preview.warnings:
        yield Remark("warning", warning, Tone.WARNING)
    if preview.unreachable:
        lost = counted(len(preview.unreachable), "person has", "people have")
        yield Remark("warning", f"{lost} no working channel; they are listed above", Tone.WARNING)
