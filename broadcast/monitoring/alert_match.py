"""Match alerts with our services, systems and severities. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from broadcast.model.alert import Alert
from broadcast.model.incident import Service, Severity

#: The labels that name what is concerned, the most exact first.
_NAMING = ("service", "job", "alertname", "instance", "namespace")
_SEVERITY = ("severity", "priority", "level")
_SEVERITIES = {
    Severity.SEV1: ("sev1", "critical", "page", "emergency", "disaster", "fatal", "p1", "1"),
    Severity.SEV2: ("sev2", "error", "major", "high", "p2", "2"),
    Severity.SEV3: ("sev3", "warning", "warn", "minor", "medium", "average", "p3", "3"),
    Severity.SEV4: ("sev4", "info", "information", "notice", "low", "none", "p4", "p5", "4", "5"),
}
_MEANING = {word: severity for severity, words in _SEVERITIES.items() for word in words}
#: `CheckoutDown` and `checkout-down` have the same words.
_WORD = re.compile(r"[A-Z]+(?![a-zß-ÿ])|[A-Z]?[a-zß-ÿ]+|\d+|[^\W\d_]+")
_HOST = re.compile(r":\d+$")


def severity_of(alerts: Iterable[Alert]) -> Severity | None:
    """Return the worst severity that alerts say; None if none says one that is known."""
    said = (alert.labels.get(key, "").casefold() for alert in alerts for key in _SEVERITY)
    return min((_MEANING[word] for word in said if word in _MEANING), default=None)


def services_of(alerts: Sequence[Alert], services: Iterable[Service]) -> list[str]:
    """Return the keys of our services that alerts name, in the order of the configuration.

    A label that is exactly a key or a name counts most; only without one do words in labels count.
    """
    known = {service.key: [service.key, *(name for _, name in service.names)] for service in services}
    values = list(_values(alerts))
    exact = [key for key, names in known.items() if any(_same(name, values) for name in names)]
    return exact or [key for key, names in known.items() if any(_within(name, values) for name in names)]


def systems_of(alerts: Sequence[Alert], systems: Iterable[str]) -> list[str]:
    """Return the systems, of those that `--affects` knows, which alerts name."""
    values = list(_values(alerts))
    return [system for system in systems if _same(system, values) or _within(system, values)]


def _values(alerts: Iterable[Alert]) -> Iterator[str]:
    for alert in alerts:
        for key in _NAMING:
            if value := alert.labels.get(key):
                yield _HOST.sub("", value)


def _same(name: str, values: Sequence[str]) -> bool:
    return any(name.casefold() == value.casefold() for value in values)


def _within(name: str, values: Sequence[str]) -> bool:
    """Return whether the words of a name stand in a value, one after the other."""
    sought = _words(name)
    return bool(sought) and any(_follows(sought, _words(value)) for value in values)


def _follows(sought: list[str], words: list[str]) -> bool:
    length = len(sought)
    return any(words[start : start + length] == sought for start in range(len(words) - length + 1))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
