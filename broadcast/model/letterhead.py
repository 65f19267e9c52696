"""What stands at the foot of mails and pages: who writes, where they are, and what the law asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

#: A text in several languages, as (locale, text); the locale is empty where one text serves all.
Worded: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Foot:
    """The letterhead as readers of one language get it; what nobody gave is None."""

    footer: str | None = None
    imprint_url: str | None = None
    privacy_url: str | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """All that it says."""
        return tuple(filter(None, (self.footer, self.imprint_url, self.privacy_url)))


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The address of the organisation, its imprint and its privacy notice, by locale.

    `organisation` and `locale` are the organisation's name and language. All this is no part of what
    happened: stored facts do not hold it.
    """

    footer: Worded = ()
    imprint_url: Worded = ()
    privacy_url: Worded = ()
    organisation: str = ""
    locale: str = ""

    def in_locale(self, locale: str) -> Foot:
        """Return what readers of `locale` get: their own words, else the organisation's, else any.

        A foot in another language is better than none, for the law asks for one.
        """
        footer, *links = (
            self._chosen(each, locale) for each in (self.footer, self.imprint_url, self.privacy_url)
        )
        return Foot(footer and self._named(footer), *links)

    def _named(self, footer: str) -> str:
        """Return the footer with the organisation's name first, unless the name stands in it."""
        named = re.search(rf"(?<!\w){re.escape(self.organisation)}(?!\w)", footer, re.IGNORECASE)
        return footer if named else f"{self.organisation}, {footer}"

    def _chosen(self, texts: Worded, locale: str) -> str | None:
        known = dict(texts)
        chain = (locale, _language(locale), "", self.locale, _language(self.locale))
        return next((known[each] for each in chain if each in known), next(iter(known.values()), None))


#: Of an organisation that gave none.
NO_LETTERHEAD = Letterhead()


def _language(locale: str) -> str:
    return locale.partition("-")[0]
