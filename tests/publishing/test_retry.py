"""`retry` may be run at any time, more than once, and from cron."""

from __future__ import annotations

import json

from broadcast.sandbox.faults import parse_fault
from tests.harness.program_company import ProgramCompany


def test_a_retry_with_nothing_to_do_is_one_line_and_changes_nothing(mail_company):
    mail_company.notify("Chat down")
    before = _ledger(mail_company)

    first, second = mail_company.run("retry"), mail_company.run("retry")

    assert (first.code, second.code) == (0, 0)
    assert (
        first.out == second.out == "INC-1/1 initial, investigating: nothing was left to do: 3 of 3 accepted\n"
    )
    assert first.err == second.err == ""
    assert len(mail_company.received("sendgrid")) == 3
    assert _ledger(mail_company) == before


def test_the_second_of_two_retries_has_nothing_to_do(mail_company):
    mail_company.sandbox.fault(parse_fault("sendgrid:down"))
    mail_company.notify("Chat down", "--deadline", "1s")
    mail_company.sandbox.clear_faults()

    first = json.loads(mail_company.run("retry", "--on-unknown", "resend", "-o", "json").out)
    second = json.loads(mail_company.run("retry", "-o", "json").out)

    assert (first["exit_code"], first["changed"]) == (0, True)
    assert (second["exit_code"], second["changed"]) == (0, False)
    assert len(mail_company.received("sendgrid")) == 3


def test_where_asking_again_learns_nothing_that_is_said_and_nothing_is_sent(mail_company):
    mail_company.sandbox.fault(parse_fault("sendgrid:drop_after"))
    mail_company.notify("Chat down")

    first, second = mail_company.run("retry", "-o", "json"), mail_company.run("retry", "-o", "json")

    assert (first.code, second.code) == (11, 11)
    assert [json.loads(said.out)["changed"] for said in (first, second)] == [False, False]
    assert json.loads(second.out)["next"][:2] == [
        "broadcast retry INC-1",
        "broadcast resolve-unknown INC-1 --as not-sent --dry-run",
    ]
    assert len(mail_company.received("sendgrid")) == 3
    said = mail_company.run("retry")
    assert "as before, for 3 the answer was lost, and it is not known whether they arrived" in said.out
    assert "perhaps not reached: Annika (a•••@kunde.example, +49 151 ••• 78): unknown" in said.err


def _ledger(company: ProgramCompany) -> bytes:
    return (company.folder / "broadcast.db").read_bytes()


def test_waiting_for_confirmations_that_nobody_was_asked_for_is_refused_before_anything_is_sent(mail_company):
    mail_company.notify("Chat down")

    done = mail_company.run("retry", "INC-1", "--until", "confirmed", "--within", "1s")

    assert (done.code, done.out) == (2, "")
    assert "no notice of INC-1 asks for a confirmation" in done.err
    assert "hint: ask with a new one: broadcast update INC --until confirmed" in done.err


def test_it_waits_for_the_latest_notice_that_asks(mail_company):
    mail_company.run("notify", "Chat down", "--yes", "--until", "confirmed", "--within", "1s")
    mail_company.run("update", "INC-1", "-m", "Noch da.", "--yes")

    done = mail_company.run("retry", "INC-1", "--until", "confirmed", "--within", "1s", "-o", "json")

    assert done.code == 11, done.err
