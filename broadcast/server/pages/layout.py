"""The layout of all public pages: HTML by Jinja with autoescape, one style, no script."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from broadcast.localisation.phrase_book import PhraseBook, Phrases
from broadcast.model.letterhead import Letterhead

if TYPE_CHECKING:
    from aiohttp import web
    from jinja2 import Environment

PHRASES = PhraseBook(Path(__file__).with_name("phrases"))
_LOOK = Path(__file__).with_name("look")


@dataclass(frozen=True, slots=True)
class PublicPages:
    """Makes pages with the name and the links of the organisation, in the language of the reader.

    Example:
        >>> pages = PublicPages(settings.letterhead, settings.timezone)
        >>> pages.response("message", "de", heading="Danke", done=True)
    """

    letterhead: Letterhead
    zone: ZoneInfo

    def words(self, locale: str) -> Phrases:
        """Return the phrases in a reader's language; in the organisation's if the locale is empty."""
        return PHRASES.phrases(locale or self.letterhead.locale)

    def accepted(self, request: web.Request) -> str:
        """Return the first language that the reader's browser asks for and we have; empty if none."""
        asked = request.headers.get("Accept-Language", "")
        wanted = (part.partition(";")[0].strip() for part in asked.split(","))
        return next((locale for locale in wanted if PHRASES.has(locale)), "")

    def moment(self, at: datetime, locale: str) -> str:
        """Return day and time in the organisation's timezone."""
        words, local = self.words(locale), at.astimezone(self.zone)
        day, month, clock = f"{local:%d}", f"{local:%m}", f"{local:%H:%M}"
        zone = words.language.zone(local)
        return words("moment", day=day, month=month, year=local.year, clock=clock, zone=zone)

    def response(
        self, template: str, locale: str, *, status: int = 200, heading: str, **context: Any
    ) -> web.Response:
        """Return a page as an answer.

        Args:
            template: The name of a file in `look`, without its extension.
            locale: The reader's; empty if it is not known.
            status: The HTTP status.
            heading: The headline, and the title of the window.
            context: What the template needs; `texts` are paragraphs, `done` and `trouble` choose a sign.
        """
        from aiohttp import web

        words = self.words(locale)
        values = {"texts": (), "done": False, "trouble": False, **context}
        page = _environment().get_template(f"{template}.html.j2")
        html = page.render(
            words=words,
            heading=heading,
            organisation=self.letterhead.organisation,
            foot=self.letterhead.in_locale(locale or self.letterhead.locale),
            style=_style(),
            **values,
        )
        headers = {"Content-Security-Policy": _policy(), "Content-Language": words.code}
        return web.Response(status=status, text=html, content_type="text/html", headers=headers)

    def trouble(self, name: str, locale: str, status: int, **headers: str) -> web.Response:
        """Return a page about what went wrong; `name` is its phrase under `[trouble]`."""
        words = self.words(locale)
        heading, text = words(f"trouble.{name}"), words(f"trouble.{name}_text")
        response = self.response(
            "message", locale, status=status, heading=heading, texts=(text,), trouble=True
        )
        response.headers.update(headers)
        return response


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(_LOOK)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)


@cache
def _style() -> Any:
    from markupsafe import Markup

    # Our own file, which the policy names by its digest. Escaped, its quotation marks would change it.
    return Markup((_LOOK / "style.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file


@cache
def _policy() -> str:
    """Return the policy: nothing is loaded and no script runs; only our own style is used."""
    digest = b64encode(sha256(str(_style()).encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
