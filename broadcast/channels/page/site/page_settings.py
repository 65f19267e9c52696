"""The head of every page, and its services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from broadcast.channels.page.site.incident_view import DOWN, IncidentTone, IncidentView, current, worst
from broadcast.channels.page.site.state import State, Update
from broadcast.channels.page.site.words import PHRASES
from broadcast.localisation.language import language_of
from broadcast.model.incident import Service
from broadcast.model.letterhead import NO_LETTERHEAD, Letterhead

#: Exercises have their own page in this folder below the real one, which they never change.
DRILL = "drill"


@dataclass(frozen=True, slots=True)
class Component:
    """A service with its name per language; the language is empty if one name is for all.

    `aliases` are other names for it in notices.
    """

    id: str
    names: tuple[tuple[str, str], ...]
    aliases: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """Return the name for readers of `language`."""
        names = dict(self.names)
        return names.get(language) or names.get("") or next(iter(names.values()), self.id)

    def means(self, other: Component) -> bool:
        """Return whether both are the same service: the same id, or the same name in any language."""
        return not self._known_as.isdisjoint(other._known_as)

    @property
    def _known_as(self) -> set[str]:
        return {self.id, *dict(self.names).values(), *self.aliases}


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """The settings of the page. Empty fields are filled from publications.

    With `now`, what is overdue by then is said without a script of the reader's browser.
    """

    title: str = ""
    url: str = ""
    zone: str = ""
    language: str = ""
    components: tuple[Component, ...] = ()
    letterhead: Letterhead = NO_LETTERHEAD
    drill: bool = False
    now: datetime | None = None

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the page; the first one is at the root."""
        return (self.language, *(code for code in PHRASES.languages() if code != self.language))

    def drilling(self) -> SiteSettings:
        """Return these settings for the page of an exercise."""
        url = f"{self.url.rstrip('/')}/{DRILL}/" if self.url else ""
        return replace(self, url=url, drill=True)

    def completed(self, state: State) -> SiteSettings:
        """Return these settings with empty fields filled from the latest update."""
        if not state.updates:
            return replace(
                self,
                title=self.title or "Status",
                zone=self.zone or "UTC",
                language=self.language or PHRASES.languages()[0],
            )
        latest = state.updates[-1]
        spoken = language_of(latest.texts[0].locale)
        return replace(
            self,
            title=self.title or f"{latest.organisation} · Status",
            zone=self.zone or latest.zone,
            language=self.language or PHRASES.phrases(spoken).code,
        )


@dataclass(frozen=True, slots=True)
class ServiceStanding:
    """The state of one service, and the open incident that causes it."""

    component: Component
    tone: IncidentTone
    view: IncidentView | None = None


def standings(site: SiteSettings, views: Sequence[IncidentView]) -> tuple[ServiceStanding, ...]:
    """Return every service in the configuration or in incidents, with its worst known state."""
    known = list(site.components)
    for component in _mentioned(views):
        if not any(each.means(component) for each in known):
            known.append(component)
    return tuple(_standing(component, current(views)) for component in known)


def concerns(view: IncidentView, component: Component) -> bool:
    """Return whether the incident's latest update names the service."""
    return any(component.means(other) for other in affected(view.latest))


def service_component(service: Service) -> Component:
    """Return the service of a notice as a component."""
    names = tuple((language_of(locale), name) for locale, name in service.names)
    return Component(service.component or service.name_in("en"), names or (("", service.key),))


def affected(update: Update) -> tuple[Component, ...]:
    """Return the services that an update names, with all their known names."""
    return tuple(
        Component(service.component or service.key, (("", service.key), *service.names))
        for service in update.services
    )


def _mentioned(views: Sequence[IncidentView]) -> Iterator[Component]:
    for view in reversed(views):
        if not view.retracted:
            yield from affected(view.latest)


def _standing(component: Component, going_on: Sequence[IncidentView]) -> ServiceStanding:
    concerned = [view for view in going_on if concerns(view, component)]
    if not concerned:
        return ServiceStanding(
            component, IncidentTone.UNKNOWN if any(map(_nameless, going_on)) else IncidentTone.FINE
        )
    tones = [view.tone for view in concerned]
    # A service that works again, but is under maintenance now, is not available.
    tone = (
        IncidentTone.MAINTENANCE
        if worst(tones) is IncidentTone.WATCHING and IncidentTone.MAINTENANCE in tones
        else worst(tones)
    )
    return ServiceStanding(component, tone, next(view for view in concerned if view.tone is tone))


def _nameless(view: IncidentView) -> bool:
    """Return whether something is down without a named service: then it may be any."""
    return view.tone in DOWN and not view.latest.services
