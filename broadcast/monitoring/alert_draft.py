"""Draft a notice about alerts of a monitoring system: its text, and the command that would send it.

What alerts say is shown as data: on one line, indented so that no Markdown counts, and in the command quoted
for the shell, behind `--`, so that it is no option.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.config.settings import Settings
from broadcast.model.alert import Alert
from broadcast.model.counted import counted
from broadcast.model.incident import Severity
from broadcast.model.zone import with_zone
from broadcast.monitoring.alert_match import services_of, severity_of, systems_of
from broadcast.monitoring.backup import backup_lines, plan_backup
from broadcast.monitoring.outage_draft import PHRASES
from broadcast.planning.outage import LINES
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.publishing.dependencies import dependencies
from broadcast.publishing.draft_file import on_one_line
from broadcast.publishing.what_if import WhatIf

_TITLES = ("summary", "title", "message", "description")
_LONGEST = 100  # characters of a title
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+.!|~&-])")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertProposal:
    """What a draft proposes: options of `notify`, and the alerts behind them; `more` are left out."""

    name: str
    alerts: tuple[Alert, ...]
    more: int
    title: str
    translated: tuple[str, ...]
    severity: Severity | None
    services: tuple[str, ...]
    affects: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDrafter:
    """Writes the texts of drafts. `what_if` makes a planner; `program` is how the program was called."""

    settings: Settings
    channels: tuple[PlannedChannel, ...]
    what_if: Callable[[], WhatIf]
    program: str

    def name(self, digest: str, opened_at: datetime) -> str:
        """Return the name of the file; it is the same as long as the alerts of the group go on."""
        since = opened_at.astimezone(self.settings.timezone)
        return f"{since:%Y-%m-%d-%H%M%S}-alert-{digest[:12]}.md"

    def propose(self, name: str, alerts: Sequence[Alert], more: int) -> AlertProposal:
        """Return what to propose because of these alerts."""
        known = dependencies(self.settings).known(self.channels)
        services = services_of(alerts, self.settings.services.values())
        title, translated = self._title(services, alerts)
        return AlertProposal(
            name=name,
            alerts=tuple(alerts),
            more=more,
            title=title,
            translated=tuple(translated),
            severity=severity_of(alerts),
            services=tuple(services),
            affects=tuple(systems_of(alerts, (system for system in known if system not in LINES))),
        )

    def command(self, draft: AlertProposal, *options: str) -> str:
        """Return the command that sends the notice, with a key so that a second run sends nothing twice."""
        config = ["--config", str(self.settings.path.absolute())] if self.settings.path else []
        severity = ["--severity", draft.severity] if draft.severity else []
        services = [part for one in draft.services for part in ("--service", one)]
        affects = [part for one in draft.affects for part in ("--affects", one)]
        key = ["--key", f"alerts/{draft.name.removesuffix('.md')}"]
        said = [*config, "notify", *severity, *services, *affects, *draft.translated, *key, *options]
        return shlex.join([*self.program.split(), *said, "--", draft.title])

    def text(self, draft: AlertProposal) -> str:
        """Return the text of the draft."""
        return "\n".join(self._lines(draft))

    def _lines(self, draft: AlertProposal) -> Iterator[str]:
        yield f"# Draft: {_without_markup(draft.title)}\n"
        yield "Written by `broadcast serve` because of alerts. Nothing was sent.\n"
        yield f"- severity: {draft.severity or 'not known: no alert says one'}"
        yield f"- services: {', '.join(draft.services) or 'no label names one of [services]'}"
        yield f"- down: {', '.join(draft.affects) or 'no label names a system that channels depend on'}"
        yield "\n## What the monitoring system says\n"
        for alert in draft.alerts:
            yield from self._alert_lines(alert)
        if draft.more:
            yield f"    and {counted(draft.more, 'more alert')}"
        yield "\n## Who would be told, and how\n"
        yield from backup_lines(plan_backup(draft.affects, self.what_if))
        yield f"\n## To tell them\n\nLook at it first:\n\n    {self.command(draft, '--dry-run')}\n"
        yield "Then, with words of your own (`-m`) and a title that readers understand:\n"
        yield f"    {self.command(draft)}\n"

    def _alert_lines(self, alert: Alert) -> Iterator[str]:
        since = f"since {with_zone(alert.since.astimezone(self.settings.timezone))}" if alert.since else ""
        state = "firing" if alert.firing else "over"
        yield f"    {state} {since}".rstrip()
        for name, value in (*alert.labels.items(), *alert.texts.items()):
            yield f"        {on_one_line(name)}: {on_one_line(value)}"

    def _title(self, services: Sequence[str], alerts: Sequence[Alert]) -> tuple[str, list[str]]:
        """Return the title in the organisation's language, and the `-v` options for the other languages.

        Only our own words for our services are translated; what an alert says is taken as it is.
        """
        own = PHRASES.phrases(self.settings.locale).code
        if not services:
            return _said(alerts), []
        others = (language for language in PHRASES.languages() if language != own)
        translated = [part for one in others for part in ("-v", f"title.{one}={self._titled(services, one)}")]
        return self._titled(services, own), translated

    def _titled(self, services: Sequence[str], language: str) -> str:
        named = ", ".join(self.settings.services[key].name_in(language) for key in services)
        return PHRASES.phrases(language)("title", systems=named)


def _without_markup(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _said(alerts: Sequence[Alert]) -> str:
    """Return the first title that alerts give, short enough for one."""
    texts = (alert.texts.get(key, "") for alert in alerts for key in _TITLES)
    names = (alert.labels.get("alertname", "") for alert in alerts)
    title = next(filter(None, map(on_one_line, (*texts, *names))), "Alert")
    return title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1]}…"
