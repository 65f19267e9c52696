"""All situations of one kind of text on one HTML page, the languages side by side, to be read before the day.

The page needs nothing else: no script, no font, no picture, no network. All text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from broadcast.model.channel import ChannelKind
from broadcast.model.situation import Situation
from broadcast.rendering.render import Rendered, Renderer
from broadcast.rendering.samples import Organisation, sample_facts, written_by

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """:root { color-scheme: light dark; --page: #f6f5f1; --card: #fff; --ink: #1d2329; --soft: #59636e;
  --rule: #dfdcd3; }
@media (prefers-color-scheme: dark) { :root { --page: #14181c; --card: #1c2228; --ink: #e6e9ec;
  --soft: #a0abb6; --rule: #343d46; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1200px; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: .85rem; margin: 0 0 .75rem; color: var(--soft); font-weight: 400; }
h2, h3, p { overflow-wrap: anywhere; }
nav ul { padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
a { color: inherit; }
a:focus-visible { outline: 3px solid currentcolor; outline-offset: 2px; }
.texts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
article { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 1rem; }
.subject { font-weight: 700; margin: 0 0 1rem; }
.text { white-space: pre-wrap; margin: 0; }
@media print { article { break-inside: avoid; } }
"""


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
    """One HTML page: a section for each situation, an article for each language."""
    title = f"{kind.value} to {audience}: every situation"
    situations = tuple(dict.fromkeys(one.situation for one in shown))
    links = "".join(f'<li><a href="#{one}">{_named(one)}</a></li>' for one in situations)
    groups = [(one, [each for each in shown if each.situation is one]) for one in situations]
    sections = "\n".join(_section(situation, texts) for situation, texts in groups)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(title)}</title>
<style>
{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
<p>Written from made-up facts; <code>notify --dry-run</code> shows the texts with the real ones.</p>
<nav aria-label="Situations"><ul>{links}</ul></nav>
{sections}
</main>
</body>
</html>
"""


def _section(situation: Situation, shown: Iterable[Specimen]) -> str:
    articles = "\n".join(map(_article, shown))
    return (
        f'<section aria-labelledby="{situation}">\n<h2 id="{situation}">{_named(situation)}</h2>\n'
        f'<div class="texts">\n{articles}\n</div>\n</section>'
    )


def _article(one: Specimen) -> str:
    message, lang = one.rendered.message, escape(one.rendered.message.locale)
    subject = f'<p class="subject" lang="{lang}">{escape(message.subject)}</p>\n' if message.subject else ""
    return (
        f"<article>\n<h3>{escape(one.locale)}: {escape(one.rendered.template)}, "
        f"{escape(str(one.rendered.units))}</h3>\n"
        f'{subject}<p class="text" lang="{lang}">{escape(message.text)}</p>\n</article>'
    )


def _named(situation: Situation) -> str:
    """Return `down again`."""
    return situation.value.replace("_", " ")
