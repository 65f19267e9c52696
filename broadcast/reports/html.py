"""The report as a single HTML file: no script, font, picture or network.

Colours follow the reader's system, and tables become cards if the page is narrow.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from broadcast.reports.analysis import IncidentAnalysis
from broadcast.reports.chart import NARROW, WIDE, draw
from broadcast.reports.document import Block
from broadcast.reports.language import ReportLanguage
from broadcast.reports.sections import tell

if TYPE_CHECKING:
    from jinja2 import Environment

#: A second protection: with this policy a browser loads and runs nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_LOOK = Path(__file__).with_name("look")


def as_html(story: IncidentAnalysis, locale: str) -> str:
    """Return the report for readers of `locale`: one HTML page."""
    from markupsafe import Markup

    say = ReportLanguage(locale, story.zone)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            document=tell(story, locale),
            say=say,
            policy=_POLICY,
            style=Markup((_LOOK / "style.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
            drawings=[Markup(draw(story, say, frame)) for frame in (WIDE, NARROW)],  # noqa: S704 - escaped there
        )
    )


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_LOOK),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["form"] = _form
    return environment


def _form(block: Block) -> str:
    """Return the name by which the template chooses how to show a block."""
    return type(block).__name__
