"""Kind: what is asked every few seconds, or while somebody waits, takes longer the older the ledger is."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.statements import COMMON, read_statements

STATEMENTS = read_statements(sorted(COMMON.glob("*.sql")))
#: Tables that grow with every message and every call.
LARGE = {"delivery", "attempt", "receipt", "recipient", "call", "call_effect"}


@pytest.mark.parametrize(
    "name",
    [
        "abandon_call_messages",
        "agents_talking",
        "asked_without_ref",
        "attempts_without_ref",
        "callers_waiting",
        "lost_call_messages",
        "messages_to_send",
        "open_deliveries",
        "served_waits",
        "unknown_call_messages",
        "unmatched_receipts",
    ],
)
def test_no_large_table_is_read_as_a_whole(tmp_path, name):
    sql = STATEMENTS[name]
    values = dict.fromkeys(re.findall(r"(?<!:):(\w+)", sql), 1)
    path = tmp_path / "broadcast.db"
    Ledger.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]

    read = {found[1] for step in plan if (found := re.fullmatch(r"SCAN (\w+)", step))}
    assert not read & LARGE, plan
