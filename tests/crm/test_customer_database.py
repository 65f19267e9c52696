"""Looking up who calls in a real SQLite file."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from broadcast.config.crm_settings import CrmSettings
from broadcast.crm.caller_lookup import CallerLookup, LookupResult
from broadcast.crm.customer_database import CustomerDatabase
from broadcast.model.caller_context import CallerContext, OrderState
from broadcast.model.clock import SystemClock

NUMBER = "+4915112345678"
QUERY = """
SELECT lang AS locale, name, vip, o AS "order", state AS order_state FROM people WHERE phone = :phone
"""
ENDLESS = """
WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)
SELECT max(x) AS name FROM n WHERE :phone IS NOT NULL
"""


@pytest.fixture
def path(tmp_path):
    """Return a database whose name has signs of an address in it."""
    path = tmp_path / "kunden #1?.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE people (phone, lang, name, vip, o, state)")
        rows = [
            (NUMBER, "de", "Anna Berger", "yes", 4711, "sent"),
            ("+491700000001", "en", "Bob", None, None, None),
            ("+491700000001", "de", "Eva", None, None, None),
        ]
        connection.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)", rows)
    return path


def lookup(path, sql: str = QUERY) -> CallerLookup:
    settings = CrmSettings(origin="here", timeout=0.3, sql=sql, database=path, states={"sent": "shipped"})
    return CallerLookup(CustomerDatabase(settings, path), SystemClock())


async def test_a_row_is_what_is_known_of_a_number(path):
    found = await lookup(path).find(NUMBER)

    assert found.context == CallerContext(
        locale="de", name="Anna Berger", vip=True, order="4711", order_state=OrderState.SHIPPED
    )


@pytest.mark.parametrize("number", ["+491700000001", "+491700000002", "' OR 1=1 --"])
async def test_a_number_of_two_people_or_of_nobody_is_a_strangers(path, number):
    assert (await lookup(path).find(number)).result is LookupResult.NOBODY


@pytest.mark.parametrize(
    "sql", [ENDLESS, "SELECT name FROM nothing WHERE :phone", "SELECT 1 WHERE :phone; DROP TABLE people"]
)
async def test_a_query_that_fails_or_does_not_end_leaves_a_stranger(path, sql):
    asking = lookup(path, sql)

    assert (await asking.find(NUMBER)).context is None
    assert (await lookup(path).find(NUMBER)).context is not None


async def test_a_query_changes_nothing(path):
    deleting = "WITH gone AS (SELECT :phone) DELETE FROM people"

    assert (await lookup(path, deleting).find(NUMBER)).context is None
    assert (await lookup(path).find(NUMBER)).context is not None


async def test_a_file_that_is_missing_locked_or_no_database_leaves_a_stranger(path, tmp_path):
    text = tmp_path / "text.db"
    text.write_text("no database " * 200)

    for other in (tmp_path / "missing.db", text):
        assert (await lookup(other).find(NUMBER)).context is None
    assert not (tmp_path / "missing.db").exists()
    with closing(sqlite3.connect(path)) as writing:
        writing.execute("BEGIN EXCLUSIVE")
        assert (await lookup(path).find(NUMBER)).context is None
