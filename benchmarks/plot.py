"""The tables' figures, drawn: `python -m benchmarks.plot` reads `results.json` and writes `results.svg`.

Every scale is logarithmic, for the slowest takes a hundred times what the fastest takes: so values are places
of dots, not lengths of bars.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from benchmarks.measure import FIGURES, QUICK

PICTURE = FIGURES.with_suffix(".svg")
OURS = "broadcast"
WIDTH, GUTTER, PANEL, GAP = 960.0, 300.0, 270.0, 50.0
TOP, ROW, DEPTH = 84.0, 34.0, 200.0

STYLE = """
text{font:14px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#1f2328}
text{stroke:#fff;stroke-width:4;paint-order:stroke}
.ground{fill:#fff}.head{font-weight:600}.small{font-size:12px;fill:#59636e}
.grid{stroke:#d1d9e0}.theirs{fill:#6e7781}.ours{fill:#0969da}.way{fill:none;stroke:#0969da;stroke-width:2}
text.ours{font-weight:600}text.theirs{fill:#1f2328}
@media(prefers-color-scheme:dark){
text,text.theirs{fill:#f0f6fc}text{stroke:#0d1117}.ground{fill:#0d1117}.small{fill:#9198a1}
.grid{stroke:#3d444d}.theirs{fill:#9198a1}.ours{fill:#4493f8}.way{stroke:#4493f8}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """One row of the throughput table: people, messages a second, CPU ms a message, and MB at the peak."""

    name: str
    people: int
    rate: float
    cpu: float
    peak: float

    @property
    def kind(self) -> str:
        """The class that its shapes have."""
        return "ours" if self.name.startswith(OURS) else "theirs"


@dataclass(frozen=True, slots=True)
class Crowd:
    """One row of the crowds table: people, and MB at the peak."""

    people: int
    peak: float


@dataclass(frozen=True, slots=True)
class Axis:
    """A logarithmic scale of whole decades, from a place on for so many units of the drawing."""

    low: int
    high: int
    start: float
    length: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, length: float) -> Axis:
        """One that has room for these values."""
        low, high = floor(log10(min(values))), ceil(log10(max(values)))
        return cls(low, max(high, low + 1), start, length)

    def at(self, value: float) -> float:
        """The place of a value."""
        return self.start + self.length * (log10(value) - self.low) / (self.high - self.low)

    @property
    def ticks(self) -> list[float]:
        """The powers of ten on it."""
        return [10.0**power for power in range(self.low, self.high + 1)]


def draw(rivals: Sequence[Rival], crowds: Sequence[Crowd]) -> str:
    """The picture as an SVG document."""
    bottom = TOP + ROW * len(rivals)
    panels = GUTTER, GUTTER + PANEL + GAP
    cost = Axis.over([rival.cpu for rival in rivals], panels[0], PANEL)
    rate = Axis.over([rival.rate for rival in rivals], panels[1], PANEL)
    parts = [
        *_names(rivals),
        *_dots("CPU ms a message, less is better", cost, [(one, one.cpu) for one in rivals]),
        *_dots("messages a second, more is better", rate, [(one, one.rate) for one in rivals]),
        *_memory(rivals, crowds, bottom + 90),
    ]
    height = bottom + 90 + DEPTH + 60
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" role="img" '
        f'aria-labelledby="title desc">\n<title id="title">Measured: broadcast beside others</title>\n'
        f'<desc id="desc">{escape(_told(rivals, crowds))}</desc>\n<style>{STYLE}</style>\n'
        f'<rect class="ground" width="{WIDTH:g}" height="{height:g}" rx="8"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _names(rivals: Sequence[Rival]) -> Iterator[str]:
    yield _text(20, 34, "Sending over HTTPS, 64 requests in flight", "head")
    for row, rival in enumerate(rivals):
        yield _text(20, TOP + ROW * (row + 0.5) + 5, rival.name, rival.kind)


def _dots(heading: str, axis: Axis, values: Sequence[tuple[Rival, float]]) -> Iterator[str]:
    """A panel with a row for each."""
    bottom = TOP + ROW * len(values)
    yield _text(axis.start, TOP - 16, heading)
    for tick in axis.ticks:
        yield _line(axis.at(tick), TOP, axis.at(tick), bottom)
        yield _text(axis.at(tick), bottom + 18, _number(tick), "small", "middle")
    for row, (rival, value) in enumerate(values):
        x, y = axis.at(value), TOP + ROW * (row + 0.5)
        # Beyond the middle there is more room on the left.
        beyond = x > axis.start + axis.length / 2
        yield _disc(x, y, rival.kind)
        yield _text(
            x + (-12 if beyond else 12), y + 5, _number(value), rival.kind, "end" if beyond else "start"
        )


def _memory(rivals: Sequence[Rival], crowds: Sequence[Crowd], top: float) -> Iterator[str]:
    """Memory over the number of people: a way for us, and a disc for each of the others."""
    others = [rival for rival in rivals if rival.kind == "theirs"]
    known = [(one.people, one.peak) for one in others] + [(one.people, one.peak) for one in crowds]
    across = Axis.over([people for people, _ in known], GUTTER, PANEL * 2 + GAP)
    up = Axis.over([peak for _, peak in known], top + DEPTH, -DEPTH)
    yield _text(20, top + 5, "Memory at the peak, MB", "head")
    yield _text(20, top + 27, "over the number of people; ours by e-mail", "small")
    for tick in up.ticks:
        yield _line(GUTTER, up.at(tick), across.at(across.ticks[-1]), up.at(tick))
        yield _text(GUTTER - 10, up.at(tick) + 5, _number(tick), "small", "end")
    for tick in across.ticks:
        yield _line(across.at(tick), top, across.at(tick), top + DEPTH)
        yield _text(across.at(tick), top + DEPTH + 20, _number(tick), "small", "middle")
    for rival in others:
        x, y = across.at(rival.people), up.at(rival.peak)
        yield _disc(x, y, "theirs")
        yield _text(x, y + 24, f"{rival.name.partition(',')[0]}: {_number(rival.peak)}", "theirs", "middle")
    places = [(across.at(crowd.people), up.at(crowd.peak)) for crowd in crowds]
    yield f'<polyline class="way" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'
    for (x, y), crowd in zip(places, crowds, strict=True):
        yield _disc(x, y, "ours")
        yield _text(x + 16, y - 14, f"{OURS}: {_number(crowd.peak)}", "ours", "end")


def _told(rivals: Sequence[Rival], crowds: Sequence[Crowd]) -> str:
    """The picture in words, for whoever cannot see it."""
    sending = (
        f"{one.name}: {_number(one.cpu)} ms of processor a message, {_number(one.rate)} messages a second, "
        f"{_number(one.peak)} MB for {one.people:,} people."
        for one in rivals
    )
    growing = (f"{OURS} takes {_number(one.peak)} MB for {one.people:,} people by e-mail." for one in crowds)
    return " ".join((*sending, *growing))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}".rstrip("0").rstrip(".")


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="grid" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _disc(x: float, y: float, kind: str) -> str:
    return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'


def main() -> None:
    """Draw what was measured last."""
    if QUICK:
        return
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    rivals = [Rival(**row) for row in figures["Throughput"]]
    crowds = [Crowd(**row) for row in figures["Crowds"]]
    PICTURE.write_text(draw(rivals, crowds), encoding="utf-8")


if __name__ == "__main__":
    main()
