"""The foot of mails and pages: who writes, their address, and what the law asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

#: A text in several languages, as (locale, text) pairs; the locale is empty if one text is for all.
Worded: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Foot:
    """The letterhead for readers of one language; None for what is not configured."""

    footer: str | None = None
    imprint_url: str | None = None
    privacy_url: str | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text in it."""
        return tuple(filter(None, (self.footer, self.imprint_url, self.privacy_url)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The address of the organisation, its imprint and its privacy notice, by locale.

    `organisation` and `locale` are the organisation's name and language. It is configuration, so the facts
    stored for an incident do not hold it.
    """

    footer: Worded = ()
    imprint_url: Worded = ()
    privacy_url: Worded = ()
    organisation: str = ""
    locale: str = ""

    def in_locale(self, locale: str) -> Foot:
        """Return the foot in the language of `locale`, else in the organisation's, else in any.

        A foot in another language is better than none, because the law asks for one.
        """
        footer, *links = (
            self._chosen(each, locale) for each in (self.footer, self.imprint_url, self.privacy_url)
        )
        return Foot(footer and self._named(footer), *links)

    def _named(self, footer: str) -> str:
        """Return the footer with the organisation's name first, unless it contains the name."""
        named = re.search(rf"(?<!\w){re.escape(self.organisation)}(?!\w)", footer, re.IGNORECASE)
        return footer if named else f"{self.organisation}, {footer}"

    def _chosen(self, texts: Worded, locale: str) -> str | None:
        known = dict(texts)
        chain = (locale, _language(locale), "", self.locale, _language(self.locale))
        return next((known[each] for each in chain if each in known), next(iter(known.values()), None))


#: For an organisation that configures none.
NO_LETTERHEAD = Letterhead()


def _language(locale: str) -> str:
    return locale.partition("-")[0]
