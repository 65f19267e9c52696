"""Check rotas: gaps of the next days, and people in shifts who are unknown or cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from broadcast.config.settings import Settings
from broadcast.contacts.rota import Period
from broadcast.ledger.ledger import Ledger
from broadcast.model.counted import counted
from broadcast.model.zone import with_zone
from broadcast.publishing.on_duty import DutyReport, duty_report, read_rota


def rota_warnings(settings: Settings, ledger: Ledger | None, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield the name of a rota and what is wrong with it; without a ledger, absences are not known.

    Raises `ConfigError` if a file cannot be read.
    """
    for name in settings.oncall:
        report = duty_report(read_rota(settings, ledger, name, now), now)
        yield from ((name, warning) for warning in _warnings(report, settings.timezone))


def _warnings(report: DutyReport, zone: ZoneInfo) -> Iterator[str]:
    for who in report.rota.unknown:
        yield f"{who} has shifts and is in no contacts file of the rota"
    for contact in report.rota.unreachable:
        yield f"{contact.id} has shifts and no address that may be used"
    if report.gaps:
        more = len(report.gaps) - 1
        others = f", and {counted(more, 'more gap')} within 7 days" if more else ""
        yield f"nobody is on duty from {_shown(report.gaps[0], zone)}{others}"


def _shown(gap: Period, zone: ZoneInfo) -> str:
    return f"{with_zone(gap.starts.astimezone(zone))} to {with_zone(gap.ends.astimezone(zone))}"
