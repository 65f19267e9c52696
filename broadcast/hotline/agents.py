"""Read who takes calls now: the people on duty in the rota who have a phone."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime

from broadcast.config.settings import HotlineSettings, Settings
from broadcast.hotline.snapshot import Agent
from broadcast.ledger.ledger import Ledger
from broadcast.model.phone_line import phone_line
from broadcast.publishing.active_lines import active_lines
from broadcast.publishing.on_duty import on_duty, read_rota


def agents_on_duty(
    settings: Settings, calls: HotlineSettings, ledger: Ledger, now: datetime, busy: AbstractSet[str]
) -> Iterator[Agent]:
    """Yield them, the first to be rung first; `busy` are the ids of those who are not to be rung.

    While a backup line stands in, only people whose phones work without the landline.

    Raises `ConfigError` if the rota cannot be read.
    """
    if calls.rota is None:
        return
    mobile = bool(active_lines(settings, ledger.lines.active()))
    for one in on_duty(settings, ledger, calls.rota, now):
        if one.phone and not (mobile and phone_line(one.phone) == "landline"):
            languages = (one.locale,) if one.locale else ()
            yield Agent(id=one.id, name=one.name, number=one.phone, languages=languages, busy=one.id in busy)


def in_hours(settings: Settings, calls: HotlineSettings, now: datetime) -> bool:
    """Return whether somebody's shift is now, also if they are absent; raises `ConfigError` as above."""
    return calls.rota is not None and bool(read_rota(settings, None, calls.rota, now).rota.on_duty(now))


def phone_in_rota(settings: Settings, calls: HotlineSettings, agent: str, now: datetime) -> str:
    """Return the number of a person of the rota, on duty or not; "" if they are not in it."""
    contacts = read_rota(settings, None, calls.rota, now).contacts if calls.rota else {}
    return (contacts[agent].phone or "") if agent in contacts else ""
