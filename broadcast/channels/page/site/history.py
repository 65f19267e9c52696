"""Incidents by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from broadcast.channels.page.site.incident_view import IncidentView
from broadcast.channels.page.site.words import Voice

#: The number of days on the front page.
DAYS = 15


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its incidents, or a series of days without any."""

    first: date
    last: date
    views: tuple[IncidentView, ...] = ()


def recent(views: Sequence[IncidentView], voice: Voice) -> tuple[Day, ...]:
    """Return the last days up to the latest update, newest first.

    The first day is that of the first publication: earlier days are not known.
    """
    if not views:
        return ()
    today = max(voice.day_of(update.as_of) for view in views for update in view.updates)
    by_day: dict[date, list[IncidentView]] = {}
    for view in views:
        for day in _days(view, voice):
            by_day.setdefault(day, []).append(view)
    first = max(min(by_day), today - timedelta(days=DAYS - 1))
    days = [today - timedelta(days=back) for back in range((today - first).days + 1)]
    return tuple(_with_quiet_runs([Day(day, day, tuple(by_day.get(day, ()))) for day in days]))


def years(views: Sequence[IncidentView], voice: Voice) -> tuple[int, ...]:
    """Return the years in which an incident began, newest first."""
    return tuple(dict.fromkeys(_day(view, voice).year for view in views))


def months(
    views: Sequence[IncidentView], year: int, voice: Voice
) -> tuple[tuple[date, tuple[Day, ...]], ...]:
    """Return a year's days with incidents, by the first of their month, newest first."""
    of_year = [view for view in views if _day(view, voice).year == year]
    days = [
        Day(day, day, tuple(group)) for day, group in groupby(of_year, key=lambda view: _day(view, voice))
    ]
    by_month = groupby(days, key=lambda day: day.first.replace(day=1))
    return tuple((month, tuple(group)) for month, group in by_month)


def _day(view: IncidentView, voice: Voice) -> date:
    return voice.day_of(view.begins)


def _days(view: IncidentView, voice: Voice) -> frozenset[date]:
    """Return the days on which the incident had an update, and those on which it lasted."""
    said = {voice.day_of(update.as_of) for update in view.updates}
    if not view.took_place:
        return frozenset(said)
    first, last = _day(view, voice), voice.day_of(view.ended or view.latest.as_of)
    lasted = {first + timedelta(days=each) for each in range((last - first).days + 1)}
    return frozenset(said | lasted)


def _with_quiet_runs(days: Sequence[Day]) -> Iterator[Day]:
    for quiet, group in groupby(days, key=lambda day: not day.views):
        run = list(group)
        if quiet:
            yield Day(run[-1].first, run[0].last)
        else:
            yield from run
