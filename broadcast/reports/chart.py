"""The timeline as a drawing: a row per channel with its notices, and a row of promises. Plain SVG.

Shapes repeat what colours say: a disc was accepted for everybody, a disc in a ring for some, a hollow
disc is unknown, a square was not accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from broadcast.ledger.history import ChannelReach
from broadcast.model.moments import elapsed, later
from broadcast.model.promise import Promise, PromiseVerdict
from broadcast.model.text import printable
from broadcast.reports.analysis import IncidentAnalysis
from broadcast.reports.language import ReportLanguage
from broadcast.reports.timeline import Moment

_ROW, _TOP, _RADIUS = 58.0, 90.0, 11.0
_LEVEL = 14.0  # from one row of labels to the next
_LETTER = 7.0  # the width of a letter of a label, with some to spare
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080)


@dataclass(frozen=True, slots=True)
class ChartFrame:
    """The width of a drawing, the start of its time axis, and the number of rows for its labels."""

    name: str
    width: float
    gutter: float
    ticks: int


WIDE = ChartFrame("wide", 1000, 150, 9)
NARROW = ChartFrame("narrow", 340, 16, 4)


@dataclass(frozen=True, slots=True)
class Scale:
    """Converts a moment into a position."""

    frame: ChartFrame
    begin: datetime
    end: datetime

    def x(self, at: datetime) -> float:
        """Return the distance from the left, in units of the drawing; a moment outside is put on the edge."""
        share = elapsed(self.begin, at) / elapsed(self.begin, self.end)
        left, right = self.frame.gutter + _RADIUS, self.frame.width - _RADIUS - 6
        return left + (right - left) * min(1.0, max(0.0, share))


def draw(story: IncidentAnalysis, say: ReportLanguage, frame: ChartFrame) -> str:
    """Return the chart as one SVG element."""
    channels = list(dict.fromkeys(reach.channel for chapter in story.chapters for reach in chapter.reach))
    scale = _scale(story, frame)
    rows = len(channels) + bool(story.promises)
    height = _TOP + _ROW * rows + 12
    parts = [*_ticks(scale, height, say), *_facts(story, scale, height, say)]
    for place, channel in enumerate(channels):
        parts += _lane(story, channel, _TOP + _ROW * (place + 0.5), scale, say)
    if story.promises:
        parts += _promises(story, _TOP + _ROW * (rows - 0.5), scale, say)
    title, text = escape(say("chart_title")), escape(say("chart_text"))
    return (
        f'<svg class="chart {frame.name}" viewBox="0 0 {frame.width:.0f} {height:.0f}" role="img"'
        f' aria-labelledby="chart-{frame.name}"><title id="chart-{frame.name}">{title}. {text}</title>'
        f"{''.join(parts)}</svg>"
    )


def spread(places: Sequence[float], gap: float, limit: float) -> list[float]:
    """Return the positions in the same order, at least `gap` apart and below `limit`."""
    apart: list[float] = []
    for place in places:
        apart.append(max(place, apart[-1] + gap) if apart else place)
    ceiling = limit
    for index in range(len(apart) - 1, -1, -1):
        apart[index] = min(apart[index], ceiling)
        ceiling = apart[index] - gap
    return apart


def levels(places: Sequence[float], gap: float) -> list[int]:
    """Return for each label the first row from the top in which no earlier label is nearer than `gap`.

    So every label is at its own line.
    """
    rows: list[list[float]] = []
    chosen: list[int] = []
    for place in places:
        free = (level for level, row in enumerate(rows) if all(abs(place - other) >= gap for other in row))
        level = next(free, len(rows))
        if level == len(rows):
            rows.append([])
        rows[level].append(place)
        chosen.append(level)
    return chosen


def _scale(story: IncidentAnalysis, frame: ChartFrame) -> Scale:
    moments = [row.at for row in story.timeline]
    if not story.final:  # after the end, a promise that is due later is drawn at the edge
        moments += [promise.due_at for promise in story.promises]
    moments += [reach.last_at for chapter in story.chapters for reach in chapter.reach if reach.last_at]
    if not story.final:
        moments.append(story.as_of)
    begin, end = min(moments), max(moments)
    return Scale(frame, begin, max(end, later(begin, timedelta(minutes=1))))


def _ticks(scale: Scale, height: float, say: ReportLanguage) -> Iterator[str]:
    span = elapsed(scale.begin, scale.end)
    step = next((s for s in _STEPS if span / timedelta(minutes=s) <= scale.frame.ticks), _STEPS[-1])
    midnight = scale.begin.astimezone(say.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    first = -(-elapsed(midnight, scale.begin) // timedelta(minutes=step))
    count = min(scale.frame.ticks * 4, span // timedelta(minutes=step) + 1)
    for number in range(first, first + count):
        at = later(midnight, timedelta(minutes=step) * number)
        if at > scale.end:
            return
        local, x = at.astimezone(say.zone), scale.x(at)
        label = say.short_day(local) if step >= _DAY else f"{local:%H:%M}"
        yield f'<line class="tick" x1="{x:.1f}" y1="{_TOP - 14}" x2="{x:.1f}" y2="{height:.0f}"/>'
        yield f'<text class="time" x="{x:.1f}" y="{_TOP - 20}">{label}</text>'


_DAY = 1440


def _facts(story: IncidentAnalysis, scale: Scale, height: float, say: ReportLanguage) -> Iterator[str]:
    """Yield the lines for its start, detection and end."""
    incident = story.incident
    known = (
        ("started", incident.started_at),
        ("detected", incident.detected_at),
        ("ended", story.ended) if story.ended else ("closed", story.closed),
    )
    dots = [(say(name), scale.x(at)) for name, at in known if at is not None]
    places = [_within(scale.frame, label, x) for label, x in dots]
    for (label, x), place, level in zip(dots, places, levels(places, 74), strict=True):
        y = 15 + _LEVEL * level
        yield f'<line class="fact" x1="{x:.1f}" y1="{y + 5:.0f}" x2="{x:.1f}" y2="{height:.0f}"/>'
        yield f'<text class="fact-label" x="{place:.1f}" y="{y:.0f}">{escape(label)}</text>'


def _within(frame: ChartFrame, label: str, x: float) -> float:
    """Return the middle of a label that is as near to `x` as the edges of the drawing allow."""
    half = len(label) * _LETTER / 2
    return min(max(x, half), frame.width - half)


def _lane(
    story: IncidentAnalysis, channel: str, y: float, scale: Scale, say: ReportLanguage
) -> Iterator[str]:
    yield from _ground(channel, y, scale)
    for row in story.timeline:
        if row.moment is Moment.BREAKER and row.channel == channel:
            x = scale.x(row.at)
            hover = escape(f"{say('legend.breaker')}, {say.moment(row.at)}")
            yield f'<g><title>{hover}</title><path class="breaker" d="M{x:.1f} {y - 20:.1f}v40"/></g>'
    dots = [
        (chapter.number, reach, reach.accepted_at or reach.last_at or chapter.notice.created_at)
        for chapter in story.chapters
        for reach in chapter.reach
        if reach.channel == channel
    ]
    gap, limit = 2 * _RADIUS + 4, scale.frame.width - _RADIUS - 2
    places = spread([scale.x(at) for _, _, at in dots], gap, limit)
    for (number, reach, at), x in zip(dots, places, strict=True):
        yield _dot(story, number, reach, say.moment(at), (x, y), say)


def _ground(label: str, y: float, scale: Scale) -> Iterator[str]:
    """Yield the line of a lane and its name, beside the line if there is room, else above it."""
    frame = scale.frame
    beside = frame is WIDE
    x, place = (0.0, y + 4) if beside else (0.0, y - 21)
    shown = label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…"
    yield f'<line class="lane" x1="{frame.gutter:.0f}" y1="{y:.1f}" x2="{frame.width:.0f}" y2="{y:.1f}"/>'
    yield f'<text class="label" x="{x:.0f}" y="{place:.1f}">{escape(printable(shown))}</text>'


_LABEL = 18


def _dot(
    story: IncidentAnalysis,
    number: int,
    reach: ChannelReach,
    when: str,
    place: tuple[float, float],
    say: ReportLanguage,
) -> str:
    x, y = place
    kind = _kind(reach)
    hover = escape(
        f"{story.incident.ref}/{number}, {printable(reach.channel)}: {say(f'legend.{kind}')}, {when}"
    )
    shape = _SQUARE if kind == "failed" else _RINGED if kind == "part" else _DISC
    return (
        f'<g class="mark {kind}"><title>{hover}</title>'
        f'<g transform="translate({x:.1f} {y:.1f})">{shape}<text y="4">{number}</text></g></g>'
    )


_DISC = f'<circle r="{_RADIUS}"/>'
_RINGED = f'<circle class="ring" r="{_RADIUS + 3}"/>{_DISC}'
_SQUARE = '<rect x="-10" y="-10" width="20" height="20" rx="3"/>'


def _kind(reach: ChannelReach) -> str:
    """Return the shape: `full`, `part`, `unknown` or `failed`."""
    if reach.accepted == reach.targeted:
        return "full"
    if reach.accepted:
        return "part"
    return "unknown" if reach.unknown else "failed"


def _promises(story: IncidentAnalysis, y: float, scale: Scale, say: ReportLanguage) -> Iterator[str]:
    yield from _ground(say("chart_promises"), y, scale)
    for promise in story.promises:
        yield _promise(story, promise, y, scale, say)


def _promise(story: IncidentAnalysis, promise: Promise, y: float, scale: Scale, say: ReportLanguage) -> str:
    """Return a diamond at the due time, with a bar to the update if that came later."""
    x = scale.x(promise.due_at)
    late = promise.verdict in {PromiseVerdict.LATE, PromiseVerdict.OVERDUE}
    kind = "late" if late else promise.verdict
    said = say(promise.verdict, span=say.span(promise.late))
    hover = escape(f"{story.incident.ref}/{promise.notice}: {say.moment(promise.due_at)}, {said}")
    bar = ""
    if late:
        to = scale.x(promise.came_at or story.as_of)
        bar = f'<path class="delay" d="M{x:.1f} {y:.1f}H{to:.1f}"/>'
    diamond = f'<path class="diamond" d="M{x - 9:.1f} {y:.1f}l9 -9l9 9l-9 9z"/>'
    sign = "!" if late else "✓" if promise.verdict is PromiseVerdict.KEPT else ""
    return (
        f'<g class="promise {kind}"><title>{hover}</title>{bar}{diamond}'
        f'<text x="{x:.1f}" y="{y + 4:.1f}">{sign}</text></g>'
    )
