"""While an incident is open, a channel's name gets another room, page or adapter."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

from broadcast.publishing.request import Request, Verb
from tests.harness.configurations import ENVIRONMENT

OPS = """
[channels.ops]
adapter = "slack"
token = "env:SANDBOX_SECRET"
channel = "C0FIRST"
base_url = "{url}/slack/api"
settle = "200ms"
"""
LANES = '\n[audiences.agents]\ncontacts = ["people.csv"]\nlanes = [["ops"]]\n'
OLD_PAGE, NEW_PAGE = "kctbh9vrtdwd", "q1w2e3r4t5y6"


def change(company, old, new):
    path = company.folder / "broadcast.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def said(sandbox, place):
    """Return the posts there, without corrections of earlier ones."""
    return [m for m in sandbox.received if m.to == place and "edits" not in m.extra]


def posts(sandbox, provider, place):
    """Return the references that posts there reply to, in order; None for a first post."""
    return [m.thread for m in said(sandbox, place) if m.provider == provider]


def with_a_room(company):
    company.configure([["page"]], extra=LANES + OPS.format(url=company.url))


def test_the_end_is_owed_in_the_room_that_a_channel_led_to_before_and_retry_finishes_it(company, sandbox):
    with_a_room(company)
    company.notify()
    change(company, "C0FIRST", "C0SECOND")
    [first] = said(sandbox, "C0FIRST")

    result = company.follow_up(Verb.RESOLVE, message="Over.")

    assert (result.exit_code, result.counts.held) == (4, 1)
    [owed] = [warning for warning in result.warnings if "still owed" in warning]
    assert f"ops leads somewhere else now, so its thread {first.ref} stays open" in owed
    assert "when ops leads there again, retry sends it" in owed
    assert posts(sandbox, "slack", "C0FIRST") == [None]
    assert posts(sandbox, "slack", "C0SECOND") == [None]
    assert company.retry().exit_code == 4
    change(company, "C0SECOND", "C0FIRST")
    finished = company.retry()
    assert (finished.exit_code, finished.counts.held) == (0, 0)
    assert posts(sandbox, "slack", "C0FIRST") == [None, first.ref]
    assert posts(sandbox, "slack", "C0SECOND") == [None]


def test_an_update_begins_in_the_new_room_and_both_rooms_are_owed_their_own_end(company, sandbox):
    with_a_room(company)
    company.notify()
    change(company, "C0FIRST", "C0SECOND")
    update = company.follow_up(Verb.UPDATE, message="More.")
    assert update.exit_code == 0
    assert any(
        "ops leads somewhere else now; its readers still see that notice" in w for w in update.warnings
    )

    result = company.follow_up(Verb.RESOLVE, message="Over.")

    [second, _] = said(sandbox, "C0SECOND")
    assert (result.exit_code, result.counts.held) == (4, 1)
    assert posts(sandbox, "slack", "C0SECOND") == [None, second.ref]
    change(company, "C0SECOND", "C0FIRST")
    assert company.retry().exit_code == 0
    assert len(posts(sandbox, "slack", "C0FIRST")) == 2


def test_a_room_that_a_channel_leads_to_again_in_time_gets_the_end_in_its_thread(company, sandbox):
    with_a_room(company)
    company.notify()
    change(company, "C0FIRST", "C0SECOND")
    company.preview(Request(verb=Verb.RESOLVE, message="Over."))
    change(company, "C0SECOND", "C0FIRST")

    result = company.follow_up(Verb.RESOLVE, message="Over.")

    assert (result.exit_code, result.counts.held) == (0, 0)
    assert [bool(thread) for thread in posts(sandbox, "slack", "C0FIRST")] == [False, True]


@pytest.mark.slow
def test_another_page_is_another_target_and_gets_the_end_as_its_first_word(company, sandbox):
    company.configure([["page"]])
    company.notify()
    change(company, OLD_PAGE, NEW_PAGE)

    result = company.follow_up(Verb.RESOLVE, message="Over.")

    assert (result.exit_code, result.counts.held) == (4, 1)
    assert len(posts(sandbox, "statuspage", NEW_PAGE)) == 1
    change(company, NEW_PAGE, OLD_PAGE)
    assert company.retry().exit_code == 0
    old = posts(sandbox, "statuspage", OLD_PAGE)
    assert len(old) == 2
    assert len(set(old)) == 1


def test_internal_words_do_not_go_to_a_page_that_has_the_name_of_a_room_now(company, sandbox):
    with_a_room(company)
    company.notify()
    [first] = said(sandbox, "C0FIRST")
    assert "Internal" in first.text
    change(company, OPS.format(url=company.url), PAGE_INSTEAD.format(url=company.url))

    result = company.follow_up(Verb.RESOLVE, message="Over.")

    assert (result.exit_code, result.counts.held) == (4, 1)
    [told] = said(sandbox, NEW_PAGE)
    assert "Internal" not in told.text


PAGE_INSTEAD = f"""
[channels.ops]
adapter = "statuspage"
api_key = "env:SANDBOX_SECRET"
page_id = "{NEW_PAGE}"
base_url = "{{url}}/statuspage/v1"
settle = "200ms"
"""


@pytest.mark.parametrize(
    ("old", "new"), [("env:SANDBOX_SECRET", "env:ROTATED"), ("127.0.0.1", "localhost"), ("200ms", "100ms")]
)
def test_a_new_token_or_another_way_to_the_same_room_is_the_same_target(
    company, sandbox, monkeypatch, old, new
):
    monkeypatch.setenv("ROTATED", ENVIRONMENT["SANDBOX_SECRET"])
    with_a_room(company)
    company.notify()
    change(company, old, new)

    result = company.follow_up(Verb.RESOLVE, message="Over.")

    assert (result.exit_code, result.counts.held) == (0, 0)
    assert [bool(thread) for thread in posts(sandbox, "slack", "C0FIRST")] == [False, True]


@pytest.mark.slow
def test_an_unsent_post_goes_to_the_present_target_of_its_channel(company, sandbox):
    with_a_room(company)
    change(company, f"{company.url}/slack/api", "http://127.0.0.1:9/slack/api")
    assert company.notify().counts.held == 1
    change(company, "http://127.0.0.1:9/slack/api", f"{company.url}/slack/api")
    change(company, "C0FIRST", "C0SECOND")

    assert company.retry().exit_code == 0

    assert posts(sandbox, "slack", "C0SECOND") == [None]


def test_an_older_ledger_counts_the_configured_target_as_the_same(company, sandbox):
    with_a_room(company)
    company.configure([["page"], ["email"]], extra=LANES + OPS.format(url=company.url))
    company.notify()
    with closing(sqlite3.connect(company.ledger_path)) as connection:
        connection.executescript(BEFORE)
        connection.execute(f"PRAGMA user_version = {SCRIPTS_BEFORE}")

    result = company.follow_up(Verb.RESOLVE, message="Over.")

    assert (result.exit_code, result.counts.held) == (0, 0)
    assert [bool(thread) for thread in posts(sandbox, "slack", "C0FIRST")] == [False, True]
    mails = [m.thread for m in sandbox.received if m.provider == "sendgrid"]
    assert len(mails) == 6
    assert not {*mails[:3]} & {*mails[3:]}  # no longer the root: each goes on from that person's own mail


SCRIPTS_BEFORE = 12  # up to 0016_targets.sql
SCRIPTS = sorted(Path(str(files("broadcast.ledger.sqlite") / "schema")).glob("*.sql"))[SCRIPTS_BEFORE + 1 :]
SINCE = "\n".join(script.read_text(encoding="utf-8") for script in SCRIPTS)
LATER = [
    *(
        f"DROP INDEX {name};"
        for name in re.findall(r"CREATE INDEX (\w+) ON (?:attempt|delivery|notice)\b", SINCE)
    ),
    *(f"DROP TABLE {name};" for name in reversed(re.findall(r"CREATE TABLE (\w+)", SINCE))),
    *(
        f"ALTER TABLE {table} DROP COLUMN {column};"
        for table, column in re.findall(r"ALTER TABLE (\w+) ADD COLUMN (\w+)", SINCE)
        if f"CREATE TABLE {table} " not in SINCE
    ),
]
BEFORE = f"""
{"".join(LATER)}
CREATE TABLE former (
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    channel     TEXT NOT NULL,
    contact     TEXT NOT NULL,
    root        TEXT NOT NULL,
    last        TEXT NOT NULL,
    PRIMARY KEY (incident_id, channel, contact)
) STRICT, WITHOUT ROWID;
INSERT INTO former SELECT incident_id, channel, contact, root, last FROM thread;
DROP TABLE thread;
ALTER TABLE former RENAME TO thread;
DROP TABLE target;
"""


def test_two_audiences_that_count_from_one_share_no_thread(company, sandbox):
    agents = '\n[audiences.agents]\ncontacts = ["agents.csv"]\nlanes = [["email"]]\n'
    company.configure([["email"]], extra=agents)
    company.write_people("id,name,email\n1,Erika,erika@kunde.example")
    (company.folder / "agents.csv").write_text("id,name,email\n1,Anton,anton@muster.example\n")
    company.notify(audiences=("customers",))
    [first] = sandbox.received

    company.follow_up(Verb.UPDATE, message="More.", audiences=("agents",))
    company.follow_up(Verb.UPDATE, message="Still.", audiences=("customers",))

    [anton] = [m for m in sandbox.received if m.to == "anton@muster.example"]
    [_, erika] = [m for m in sandbox.received if m.to == "erika@kunde.example"]
    assert anton.thread == first.thread  # what every mail of the incident refers to
    assert erika.thread not in {anton.thread, None}
