"""Facts as JSON and back: the ledger keeps the whole record, so that a report needs nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from broadcast.ledger.columns import services_from_json
from broadcast.model.incident import Phase, Severity
from broadcast.model.notice import ContactPoint, Facts, NoticeKind, TextPhase

_WINDOW = ("window_starts", "window_ends", "former_starts", "former_ends")
_TIMES = (
    "as_of",
    "started",
    "detected",
    "reported",
    "ended",
    "next_update",
    *_WINDOW,
    "corrects",
    "report",
    "confirm_by",
)


def facts_to_json(facts: Facts) -> str:
    """Return a fact record as a JSON object, times as ISO 8601 with their offset."""
    return json.dumps(asdict(facts), ensure_ascii=False, sort_keys=True, default=datetime.isoformat)


def facts_from_json(text: str) -> Facts:
    """Return the fact record from its JSON object."""
    fields = json.loads(text)
    for name in _TIMES:
        if fields.get(name):
            fields[name] = datetime.fromisoformat(fields[name])
    fields["kind"] = NoticeKind(fields["kind"])
    fields["phase"] = Phase(fields["phase"])
    fields["text_phase"] = TextPhase(fields["text_phase"])
    fields["severity"] = Severity(fields["severity"])
    if before := fields.get("severity_before"):
        fields["severity_before"] = Severity(before)
    if before := fields.get("phase_before"):
        fields["phase_before"] = Phase(before)
    fields["audiences"] = tuple(fields.get("audiences", ()))
    fields["hotlines"] = tuple((audience, number) for audience, number in fields.get("hotlines", ()))
    fields["services"] = services_from_json(json.dumps(fields["services"]))
    fields["alternatives"] = tuple(_alternative(**entry) for entry in fields["alternatives"])
    fields["affects"] = tuple(fields.get("affects", ()))
    fields["wording"] = tuple(((name, locale), words) for (name, locale), words in fields["wording"])
    fields["variables"] = tuple((name, value) for name, value in fields["variables"])
    if "window_starts" not in fields and fields["phase"] in {Phase.SCHEDULED, Phase.CANCELLED}:
        # Once the announced beginning of maintenance was kept as its real one.
        fields |= {"window_starts": fields["started"], "started": None}
    return Facts(**fields)


def _alternative(
    kind: str,
    value: str,
    hours: Iterable[tuple[str, str]] = (),
    label: Iterable[tuple[str, str]] = (),
) -> ContactPoint:
    return ContactPoint(kind, value, _worded(hours), _worded(label))


def _worded(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((locale, words) for locale, words in pairs)


def content_hash(*parts: str) -> str:
    """Return a digest of texts, for "is this the same content?"."""
    import hashlib  # reading the ledger needs no digest

    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
