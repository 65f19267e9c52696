"""Services as JSON and back."""

from __future__ import annotations

import json
from dataclasses import asdict

from broadcast.model.incident import Service


def services_to_json(services: tuple[Service, ...]) -> str:
    """Services as a JSON list."""
    return json.dumps([asdict(service) for service in services], ensure_ascii=False)


def services_from_json(text: str) -> tuple[Service, ...]:
    """Services from a JSON list."""
    return tuple(
        Service(entry["key"], tuple((a, b) for a, b in entry["names"]), entry["component"])
        for entry in json.loads(text)
    )
