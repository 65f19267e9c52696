"""Services as JSON and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from broadcast.model.incident import Service


def services_to_json(services: tuple[Service, ...]) -> str:
    """Services as a JSON list."""
    return json.dumps([asdict(service) for service in services], ensure_ascii=False)


def services_from_json(text: str) -> tuple[Service, ...]:
    """Services from a JSON list."""
    return _services(json.loads(text))


def services_of_facts(text: str) -> tuple[Service, ...]:
    """Return the services in a fact record, which is a JSON object."""
    return _services(json.loads(text)["services"])


def _services(entries: Iterable[Mapping[str, Any]]) -> tuple[Service, ...]:
    return tuple(
        Service(entry["key"], tuple((a, b) for a, b in entry["names"]), entry["component"])
        for entry in entries
    )
