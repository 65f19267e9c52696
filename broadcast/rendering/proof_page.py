"""All situations of one kind of text on one HTML page, its languages side by side, to read in advance.

The page needs no script, font, picture or network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from broadcast.model.channel import ChannelKind
from broadcast.model.situation import Situation
from broadcast.rendering.render import Rendered, Renderer
from broadcast.rendering.samples import Organisation, sample_facts, written_by

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_LOOK = Path(__file__).with_name("look")


@dataclass(frozen=True, slots=True)
class Specimen:
    """The text of one situation, from made-up facts, for readers of `locale`."""

    situation: Situation
    locale: str
    rendered: Rendered


def specimens(
    renderer: Renderer, organisation: Organisation, audience: str, kind: ChannelKind, locales: Sequence[str]
) -> list[Specimen]:
    """Return the texts of every situation, in each of these languages."""
    return [
        specimen(renderer, organisation, audience, kind, locale, situation)
        for situation in Situation
        for locale in locales
    ]


def specimen(
    renderer: Renderer,
    organisation: Organisation,
    audience: str,
    kind: ChannelKind,
    locale: str,
    situation: Situation,
) -> Specimen:
    """Return the text of one situation."""
    facts = written_by(sample_facts(situation), organisation)
    return Specimen(situation, locale, renderer.render(facts, audience, locale, kind))


def as_html(shown: Sequence[Specimen], audience: str, kind: ChannelKind) -> str:
    """Return one HTML page: a section for each situation, an article for each language."""
    situations = dict.fromkeys(one.situation for one in shown)
    template = _environment().get_template("proof_page.html.j2")
    return template.render(
        title=f"{kind.value} to {audience}: every situation",
        groups=[(one, [each for each in shown if each.situation is one]) for one in situations],
        policy=_POLICY,
        style=Markup((_LOOK / "proof_page.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_LOOK),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["named"] = _named
    return environment


def _named(situation: Situation) -> str:
    """Return `down again`."""
    return situation.value.replace("_", " ")
