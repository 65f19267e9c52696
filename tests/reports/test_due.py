"""What is due: exact to the second, until an update comes or the incident ends."""

from __future__ import annotations

import json
from datetime import timedelta

from broadcast.cli.app import run
from broadcast.model.promise import PromiseVerdict
from broadcast.publishing.request import Verb
from broadcast.reports.due import DueKind, due

SECOND = timedelta(seconds=1)


def listed(company, at=None, *, past=False):
    """What is due at a moment, by default that of the promise of the first incident."""
    with company.ledger() as ledger:
        moment = at or ledger.incidents.all()[0].next_update_at
        return due(ledger, moment, past=past)


def test_a_promise_is_overdue_from_its_second_on(company):
    company.notify(next_update="30m", audiences=("customers",))
    promised = company.incident().next_update_at

    (before,) = listed(company, promised - SECOND)
    (then,) = listed(company, promised)
    (after,) = listed(company, promised + SECOND)

    assert (before.kind, before.due_at, before.audiences) == (DueKind.UPDATE, promised, ("customers",))
    assert before.state is PromiseVerdict.PENDING
    assert then.state is after.state is PromiseVerdict.OVERDUE
    assert (before.late, then.late, after.late) == (timedelta(), timedelta(), SECOND)


def test_an_update_keeps_the_promise_and_makes_the_next_one(company):
    company.notify(next_update="30m")
    first = company.incident().next_update_at
    company.follow_up(Verb.UPDATE, next_update="2h")

    now = listed(company, first + SECOND)
    everything = listed(company, first + SECOND, past=True)

    assert [(one.notice, one.state) for one in now] == [(2, PromiseVerdict.PENDING)]
    assert [(one.notice, one.state, one.answer) for one in everything] == [
        (1, PromiseVerdict.KEPT, 2),
        (2, PromiseVerdict.PENDING, None),
    ]


def test_an_ended_incident_promises_nothing_more(company):
    company.notify(next_update="30m")
    promised = company.incident().next_update_at
    company.follow_up(Verb.RESOLVE)

    assert listed(company, promised + timedelta(hours=1)) == ()
    assert [one.state for one in listed(company, promised, past=True)] == [PromiseVerdict.KEPT]


def test_announced_work_is_due_at_its_beginning_and_at_its_end(page_only, broadcast, monkeypatch):
    monkeypatch.chdir(page_only.parent)
    assert run(["maintenance", "Datenbank", "--from", "2h", "--until", "90m", "--yes", "-q"]) == 0

    listed = json.loads(broadcast("due", "-o", "json").stdout)

    assert listed["schema"] == "broadcast.due/1"
    assert [(one["kind"], one["state"], one["late_seconds"]) for one in listed["due"]] == [
        ("start", "pending", 0)
    ]
    assert broadcast("maintenance", "start", "--yes", "-q").returncode == 0
    assert [one["kind"] for one in json.loads(broadcast("due", "-o", "json").stdout)["due"]] == ["end"]


def test_the_exit_code_says_whether_anything_in_the_list_is_overdue(company, monkeypatch, capsys):
    monkeypatch.chdir(company.folder)
    company.notify(next_update="20m")
    company.notify("Mail down", next_update="none")

    assert run(["due", "--within", "10m"]) == 0
    assert capsys.readouterr().out == "nothing is due\n"

    with company.ledger() as ledger, ledger.store.transaction() as connection:
        connection.raw.execute(
            "UPDATE notice SET next_update_at = next_update_at - 3600 WHERE next_update_at > 0"
        )
        connection.raw.execute(
            "UPDATE incident SET next_update_at = next_update_at - 3600 WHERE next_update_at > 0"
        )

    assert run(["due", "--within", "10m"]) == 10
    shown = capsys.readouterr().out
    assert "OVERDUE for 40m" in shown
    assert 'next: broadcast update INC-1 -m "..."' in shown
    assert run(["status", "--check"]) == 10
