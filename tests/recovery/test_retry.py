"""`retry` may be run at any time, by anybody, twice, and from cron."""

from __future__ import annotations

import json

from broadcast.sandbox.faults import parse_fault
from tests.security.stage import Company


def test_a_retry_with_nothing_to_do_is_one_line_and_changes_nothing(muster):
    muster.notify("Chat down")
    before = _ledger(muster)

    first, second = muster.run("retry"), muster.run("retry")

    assert (first.code, second.code) == (0, 0)
    assert (
        first.out == second.out == "INC-1/1 initial, investigating: nothing was left to do: 3 of 3 accepted\n"
    )
    assert first.err == second.err == ""
    assert len(muster.received("sendgrid")) == 3
    assert _ledger(muster) == before


def test_the_second_of_two_retries_has_nothing_to_do(muster):
    muster.sandbox.fault(parse_fault("sendgrid:down"))
    muster.notify("Chat down", "--deadline", "1s")
    muster.sandbox.clear_faults()

    first = json.loads(muster.run("retry", "--on-unknown", "resend", "-o", "json").out)
    second = json.loads(muster.run("retry", "-o", "json").out)

    assert (first["exit_code"], first["changed"]) == (0, True)
    assert (second["exit_code"], second["changed"]) == (0, False)
    assert len(muster.received("sendgrid")) == 3


def test_where_asking_again_learns_nothing_that_is_said_and_nothing_is_sent(muster):
    muster.sandbox.fault(parse_fault("sendgrid:drop_after"))
    muster.notify("Chat down")

    first, second = muster.run("retry", "-o", "json"), muster.run("retry", "-o", "json")

    assert (first.code, second.code) == (11, 11)
    assert [json.loads(said.out)["changed"] for said in (first, second)] == [False, False]
    assert json.loads(second.out)["next"][:2] == [
        "broadcast retry INC-1",
        "broadcast resolve-unknown INC-1 --as not-sent --dry-run",
    ]
    assert len(muster.received("sendgrid")) == 3
    said = muster.run("retry")
    assert "as before, for 3 the answer was lost, and it is not known whether they arrived" in said.out
    assert "perhaps not reached: Annika (a•••@kunde.example, +49 151 ••• 78): unknown" in said.err


def _ledger(company: Company) -> bytes:
    return (company.folder / "broadcast.db").read_bytes()
