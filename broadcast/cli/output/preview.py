"""A notice as it would go out: who, how, in which words, at what price, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from zoneinfo import ZoneInfo

from broadcast.cli.output.blocks import Banner, Block, Quote, Remark, Table, Tone, Word, line
from broadcast.cli.output.show import clock_time, iso
from broadcast.model.channel import ChannelKind
from broadcast.operations.preview import AudiencePreview, BarredPreview, Preview, TextPreview

SCHEMA = "broadcast.preview/1"
_PUBLISHED = frozenset({ChannelKind.SOCIAL, ChannelKind.PAGE})
_NAMED = 10  # unreachable people that are listed


def preview_page(preview: Preview, zone: ZoneInfo, *, everything: bool) -> list[Block]:
    """Everything a person should see before saying yes: what matters most last, right above the question.

    Texts for channels that only step in are counted, unless `everything` is wanted.
    """
    shown = [text for text in preview.texts if text.recipients or text.kind in _PUBLISHED or everything]
    left_out = len(preview.texts) - len(shown)
    more = f"{left_out} more texts for channels that step in where others fail (--verbose shows them)"
    return [
        *(_quote(text) for text in shown),
        *([line(Word(more, Tone.FAINT))] if left_out else []),
        *_unreachable(preview),
        _banner(preview),
        *_audiences(preview),
        *_facts(preview, zone),
    ]


def compact_page(preview: Preview, zone: ZoneInfo) -> list[Block]:
    """The same in a few lines, where nobody is asked; the result repeats the warnings."""
    return [_banner(preview), line(reach(preview)), *_facts(replace(preview, warnings=()), zone)]


def preview_json(preview: Preview, zone: ZoneInfo) -> dict[str, object]:
    """The object that `--dry-run -o json` prints."""
    fields = asdict(preview)
    for audience in fields["audiences"]:
        audience["first"] = dict(audience["first"])
    return {
        "schema": SCHEMA,
        **fields,
        "next_update": iso(preview.next_update, zone),
        "phrase": preview.phrase,
    }


def reach(preview: Preview) -> str:
    """`1,204 people; published on page, site`."""
    parts = [people(preview.people)] if preview.people or not preview.posts else []
    if preview.posts:
        parts.append(f"published on {', '.join(preview.posts)}")
    return "; ".join(parts)


def people(count: int) -> str:
    """`1 person`, `1,204 people`."""
    return "1 person" if count == 1 else f"{count:,} people"


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
        yield Table(("audience", "people", "first by", "unreachable", "suppressed"), rows)
    yield from barred_page(preview.barred)
    if preview.posts:
        yield line(Word("published on", Tone.STRONG), ", ".join(preview.posts))


def _audience(audience: AudiencePreview) -> tuple[str | Word, ...]:
    first = ", ".join(f"{channel} {count:,}" for channel, count in audience.first)
    lost = Word(f"{audience.unreachable:,}", Tone.WARNING) if audience.unreachable else ""
    silent = f"{audience.suppressed:,}" if audience.suppressed else ""
    return Word(audience.name, Tone.STRONG), f"{audience.people:,}", first, lost, silent


def barred_page(barred: Sequence[BarredPreview]) -> Iterator[Block]:
    """Which addresses are not used, and why."""
    for each in barred:
        yield Remark("not used", f"{each.audience}: {people(each.people)}, {each.address} {each.reason}")


def _quote(text: TextPreview) -> Quote:
    to = people(text.recipients) if text.recipients else "if others fail"
    if text.kind in _PUBLISHED:
        to = "published"
    title = f"{text.kind}, {text.locale}, {text.audience}: {to}, {text.size}"
    return Quote(title, f"{text.subject}\n\n{text.text}" if text.subject else text.text)


def _unreachable(preview: Preview) -> Iterator[Block]:
    if not preview.unreachable:
        return
    rows = tuple((one.contact, one.name, one.audience, one.reason) for one in preview.unreachable[:_NAMED])
    yield Table(("unreachable", "name", "audience", "why"), rows)
    if len(preview.unreachable) > _NAMED:
        yield line(f"and {len(preview.unreachable) - _NAMED:,} more")


def _facts(preview: Preview, zone: ZoneInfo) -> Iterator[Block]:
    if preview.sms_parts:
        yield Remark("sms", "1 part" if preview.sms_parts == 1 else f"{preview.sms_parts:,} parts")
    if preview.cost:
        yield Remark("cost", f"about ${preview.cost:,.2f} at the prices that are known")
    if preview.next_update:
        yield Remark("next update promised", clock_time(preview.next_update, zone))
    for warning in preview.warnings:
        yield Remark("warning", warning, Tone.WARNING)
