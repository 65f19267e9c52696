"""Ledgers written when the second of the command stood for a beginning that nobody said."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from broadcast.ledger.facts_json import facts_from_json, facts_to_json
from broadcast.ledger.ledger import Ledger
from broadcast.model.incident import Phase
from tests.publishing.test_compose import NOW, composed

#: The schema as it was before: incidents without a window, whose times are never missing.
BEFORE = 5
COMMAND, SAID = 1_800_000_000.25, 1_799_990_000.0


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.fixture
def upgraded(tmp_path):
    """A ledger of that time, opened today, with an incident for each (phase, started, detected)."""
    ledgers = []

    def make(*incidents):
        path = tmp_path / "old.db"
        scripts = sorted((files("broadcast.ledger.sqlite") / "schema").iterdir(), key=lambda file: file.name)
        connection = sqlite3.connect(path)
        for script in scripts[:BEFORE]:
            connection.executescript(script.read_text(encoding="utf-8"))
        for number, (phase, started, detected) in enumerate(incidents, 1):
            connection.execute(
                "INSERT INTO incident VALUES (?, ?, 'Old', ?, 'sev2', '[]', 0, ?, ?, ?, NULL, NULL)",
                (number, f"INC-{number}", phase, started, detected, COMMAND),
            )
        connection.execute(f"PRAGMA application_id={0x42434153}")
        connection.execute(f"PRAGMA user_version={BEFORE}")
        connection.commit()
        connection.close()
        ledgers.append(Ledger.open(path))
        return ledgers[0].incidents.all()

    yield make
    for ledger in ledgers:
        ledger.close()


def test_only_what_somebody_said_is_kept_as_said(upgraded):
    unsaid, said, seen, announced, running = upgraded(
        ("investigating", COMMAND, COMMAND),
        ("resolved", SAID, COMMAND),
        ("monitoring", SAID, SAID),
        ("scheduled", COMMAND + 3600, COMMAND),
        ("in_progress", SAID, COMMAND),
    )

    assert (unsaid.started_at, unsaid.detected_at, unsaid.opened_at) == (None, None, moment(COMMAND))
    assert (said.started_at, said.detected_at) == (moment(SAID), None)
    assert (seen.started_at, seen.detected_at) == (moment(SAID), moment(SAID))
    assert (announced.started_at, announced.window_starts_at) == (None, moment(COMMAND + 3600))
    assert (running.started_at, running.window_starts_at) == (moment(SAID), None)


def test_the_announced_beginning_in_old_facts_is_read_as_one():
    kept = json.loads(facts_to_json(composed(phase="scheduled").facts))
    old = {**kept, "started": kept["window_starts"], "detected": NOW.isoformat()}
    del old["window_starts"], old["reported"]

    facts = facts_from_json(json.dumps(old))

    assert (facts.phase, facts.started) == (Phase.SCHEDULED, None)
    assert facts.window_starts.isoformat() == kept["window_starts"]
    assert facts_from_json(facts_to_json(replace(facts, started=NOW))).started == NOW
