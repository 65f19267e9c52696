"""The health of the channels, as a table and as data."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from broadcast.cli.output.page_blocks import Block, Cell, Remark, StyledWord, Table, Tone
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.ledger.health import Traffic
from broadcast.model.health import Condition
from broadcast.monitoring.survey import ChannelHealth, Survey

TONES = {
    Condition.WORKS: Tone.GOOD,
    Condition.DOUBTFUL: Tone.WARNING,
    Condition.DOWN: Tone.BAD,
    Condition.UNKNOWN: Tone.FAINT,
}
_COLUMNS = ("", "channel", "why", "in 24 h", "takes", "last success", "most frequent error", "left alone")


def health_page(survey: Survey, trouble: str | None, zone: ZoneInfo) -> list[Block]:
    """Return the assessments with their reasons, the providers' announcements, and what failed."""
    rows = [_row(one, zone) for one in survey.channels]
    used = [place for place, _ in enumerate(_COLUMNS) if any(row[place] for row in rows)]
    columns = tuple(_COLUMNS[place] for place in used)
    page: list[Block] = [Table(columns, tuple(tuple(row[place] for place in used) for row in rows))]
    said = {fate: one for fate, one in survey.announced.items() if one.condition is not Condition.WORKS}
    for fate, announcement in said.items():
        text = f"{announcement.condition}: {announcement.detail}".rstrip(": ")
        page.append(Remark(f"{fate} says", text, TONES[announcement.condition]))
    if trouble:
        page.append(Remark("warning", f"without what was sent lately: {trouble}", Tone.WARNING))
    return page


def health_json(survey: Survey, trouble: str | None, zone: ZoneInfo) -> dict[str, Any]:
    """Return the same, for programs; latencies are in seconds."""
    return {
        "channels": [channel_json(one, zone) for one in survey.channels],
        "providers": {
            fate: {"says": said.condition, "detail": said.detail} for fate, said in survey.announced.items()
        },
        "warnings": [trouble] if trouble else [],
    }


def channel_json(one: ChannelHealth, zone: ZoneInfo) -> dict[str, Any]:
    """Return one channel, for programs."""
    evidence = one.evidence
    breaker, traffic = evidence.breaker, evidence.traffic
    return {
        "name": one.channel.name,
        "adapter": one.channel.adapter,
        "optional": one.channel.optional,
        "depends_on": list(one.fates),
        "condition": one.assessment.condition,
        "reason": one.assessment.reason,
        "source": one.assessment.source,
        "traffic": _traffic(traffic, zone) if traffic else None,
        "breaker": {"since": iso(breaker.opened_at, zone), "reason": breaker.reason} if breaker else None,
        "probe": {"health": evidence.probe.health, "detail": evidence.probe.detail}
        if evidence.probe
        else None,
    }


def _traffic(traffic: Traffic, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "accepted": traffic.accepted,
        "failed": traffic.failed,
        "unknown": traffic.unknown,
        "median": traffic.median,
        "p95": traffic.p95,
        "last_success": iso(traffic.last_success, zone),
        "error": traffic.error,
    }


def _row(one: ChannelHealth, zone: ZoneInfo) -> tuple[Cell, ...]:
    condition, traffic, breaker = one.assessment.condition, one.evidence.traffic, one.evidence.breaker
    return (
        StyledWord(condition, TONES[condition]),
        StyledWord(one.channel.name, Tone.STRONG),
        one.assessment.reason,
        _counted(traffic),
        _taking(traffic),
        clock_time(traffic.last_success, zone) if traffic else "",
        (traffic.error or "") if traffic else "",
        f"since {clock_time(breaker.opened_at, zone)}: {breaker.reason}" if breaker else "",
    )


def _counted(traffic: Traffic | None) -> str:
    if traffic is None:
        return "nothing"
    counts = {"accepted": traffic.accepted, "failed": traffic.failed, "unknown": traffic.unknown}
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "in progress"


def _taking(traffic: Traffic | None) -> str:
    if traffic is None or traffic.median is None or traffic.p95 is None:
        return ""
    return f"{traffic.median:.2f} s, p95 {traffic.p95:.2f} s"
