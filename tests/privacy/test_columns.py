"""Of every column of the ledger it is decided whether it knows people."""

from __future__ import annotations

import sqlite3

from broadcast.ledger.ledger import Ledger

KEPT = {
    "alert_group": {"digest", "written"},
    "escalation": {"outcome", "policy"},
    "subscriber": {"audience", "kind", "locale", "services", "source"},
    "subscription_request": {"audience", "kind", "locale", "services", "source", "nonce", "state"},
    "incident": {"ref", "title", "phase", "severity", "services", "identity"},
    "notice": {
        "kind",
        "phase",
        "facts",
        "content_hash",
        "key",
        "inputs_hash",
        "author",
        "identity",
        "kinds",
        "on_unknown",
    },
    "message": {"audience", "locale", "kind", "subject", "text", "html", "slots"},
    "delivery": {"audience", "texts", "locale", "route", "channel", "state", "owner"},
    "attempt": {"channel", "owner", "outcome"},
    "failover": {"origin", "destination"},
    "thread": {"channel", "audience"},
    "event": {"kind", "channel"},
    "breaker": {"channel"},
    "pace": {"channel"},
    "shared": {"channel"},
    "suppression": {"kind", "reason", "source"},
    "health": {"system", "state", "source", "draft"},
    "status_page": {"url", "etag", "condition", "detail"},
    "reserved_number": set(),
    "forgotten": {"mark"},
    "target": {"channel", "target"},
    "receipt": {"channel", "state", "code", "suppress"},
    "question": {"text", "options", "policy"},
    "confirmation": {"audience", "answer", "means", "channel"},
    "other_answer": {"audience", "answer", "means", "channel"},
    "reminder": {"kind"},
    "schedule": {"key", "incident", "state", "request", "author", "detail", "stage"},
    "automatic_work": {"options"},
    "call": {"source", "ref", "called", "locale", "outcome", "topic"},
    "call_effect": {"leg", "kind", "agent", "state"},
    "call_acceptance": {"agent"},
    "call_back": {"locale", "topic", "state", "owner"},
    "ticket": {"locale", "topic", "state", "owner", "desk_state", "desk_ref"},
    "hand_over_note": {"outcome"},
    "feedback": {"locale"},
    "hotline_switch": {"name", "value", "note", "author"},
    "recording_deletion": {"source", "state", "reason"},
    "number_route": {
        *("line", "source", "number", "ref", "former_url", "former_method", "url", "method"),
        *("state", "reason", "author"),
    },
    "backup_line": {"line", "incident", "note", "author", "ended_by"},
    "inbound_message": {"channel", "meaning"},
    "poll": set(),
    "polled_channel": {"channel"},
    "absence": {"author", "cancelled_by"},
    "proposal": {
        *("incident", "key", "inputs_hash", "request", "digest"),
        *("author", "state", "decided_by", "shown", "means", "note"),
    },
}
ERASED = {
    "alert_group": {"document"},
    "subscriber": {"address"},
    "subscription_request": {"address"},
    "notice": {"result"},
    "recipient": {"digest", "contact", "name", "phone", "email", "extra"},
    "delivery": {"contact", "ref", "reason"},
    "attempt": {"ref", "reason"},
    "failover": {"reason"},
    "thread": {"contact", "root", "last"},
    "event": {"detail"},
    "breaker": {"reason"},
    "pace": {"reason"},
    "suppression": {"shown"},
    "health": {"reason"},
    "receipt": {"ref", "key", "event", "reason"},
    "confirmation": {"contact", "author", "note"},
    "other_answer": {"contact", "author", "note"},
    "inbound_message": {"ref", "sender", "text"},
    "absence": {"contact", "note"},
    "call": {"caller"},
    "call_effect": {"details", "message"},
    "call_back": {"number", "note"},
    "ticket": {"recording", "note"},
    "hand_over_note": {"note"},
    "feedback": {"text"},
    "recording_deletion": {"recording"},
}


def test_of_every_column_it_is_decided_whether_it_knows_people(tmp_path):
    """A new column of text that may name somebody must be erased as well, or named above."""
    Ledger.open(tmp_path / "broadcast.db").close()
    connection = sqlite3.connect(tmp_path / "broadcast.db")
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    texts = {
        table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[2] == "TEXT"}
        for table in tables
    }
    connection.close()

    assert texts == {table: KEPT.get(table, set()) | ERASED.get(table, set()) for table in {*KEPT, *ERASED}}
