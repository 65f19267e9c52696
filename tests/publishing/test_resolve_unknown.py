"""After a lost answer of a provider without look-up, a person records what happened to the message."""

from __future__ import annotations

import json

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.sandbox.faults import parse_fault
from tests.harness.program import Ended
from tests.harness.program_company import ProgramCompany


@pytest.fixture
def lost(mail_company: ProgramCompany) -> ProgramCompany:
    """Return a company whose first notice was sent, but the answers were lost; the provider works again."""
    mail_company.sandbox.fault(parse_fault("sendgrid:drop_after"))
    assert mail_company.notify("Chat down").code == 11
    mail_company.sandbox.clear_faults()
    return mail_company


def states(company: ProgramCompany, sequence: int = 1) -> dict[str, str]:
    ledger = Ledger.open(company.folder / "broadcast.db")
    try:
        notice = ledger.incidents.notices(ledger.incidents.all()[0])[sequence - 1]
        lines = ledger.history.lines(notice)
        return {line.contact: str(line.state) for line in lines if line.audience == "customers"}
    finally:
        ledger.close()


def settled(company: ProgramCompany, *arguments: str) -> Ended:
    return company.run("resolve-unknown", "INC-1", "--yes", *arguments, BROADCAST_AUTHOR="Ada")


def mails(company: ProgramCompany) -> list[str]:
    return sorted(one.to for one in company.received("sendgrid"))


def test_status_names_each_unknown_message_and_its_next_step(lost):
    said = lost.run("status", "INC-1").out

    for word in ("Annika", "a•••@kunde.example", "Bert", "Carl", "kd4711-2"):
        assert word in said
    assert "annika@kunde.example" not in said
    assert (
        "unknown: INC-1: it is not known whether 3 arrived over email; "
        "it cannot be asked: look there, then record what you found with resolve-unknown\n"
    ) in said


def test_where_the_lane_goes_on_status_says_how(mail_company):
    config = (mail_company.folder / "broadcast.toml").read_text(encoding="utf-8")
    mail_company.write("broadcast.toml", config.replace('lanes = [["email"]]', 'lanes = [["email", "sms"]]'))
    mail_company.sandbox.fault(parse_fault("sendgrid:drop_after"))
    mail_company.notify("Chat down", "--on-unknown", "hold")

    assert "it cannot be asked: retry tells them over sms; or look there" in mail_company.run("status").out
    assert mail_company.run("retry").code == 0
    assert len(mail_company.received("twilio")) == 3


def test_where_the_provider_can_be_asked_retry_asks_and_sends_nothing(mail_company):
    config = (mail_company.folder / "broadcast.toml").read_text(encoding="utf-8")
    config = config.replace('lanes = [["email"]]', 'lanes = [["sms"]]')
    mail_company.write("broadcast.toml", config.replace("rate = 10000", 'rate = 10000\nsettle = "200ms"'))
    mail_company.sandbox.fault(parse_fault("twilio:drop_after,reads"))
    mail_company.notify("Chat down", "--deadline", "1s")
    mail_company.sandbox.clear_faults()

    assert "over sms; retry asks there, and sends only what is missing" in mail_company.run("status").out
    assert mail_company.run("retry").code == 0
    assert len(mail_company.received("twilio")) == 3


def test_the_overview_says_so_too_and_scripts_get_the_list(lost):
    overview = lost.run("status").out
    listed = json.loads(lost.run("status", "-o", "json").out)["incidents"][0]["unanswered"]

    assert "it is not known whether 3 arrived over email" in overview
    assert [(one["notice"], one["channel"], one["contact"], one["address"][:14]) for one in listed] == [
        (1, "email", "kd4711-0", "a•••@kunde.exa"),
        (1, "email", "kd4711-1", "b•••@kunde.exa"),
        (1, "email", "kd4711-2", "c•••@kunde.exa"),
    ]


def test_a_message_resolved_as_delivered_is_not_sent_again(lost):
    said = settled(lost, "--as", "delivered", "-o", "json")

    assert said.code == 0
    assert json.loads(said.out) | {"messages": []} == {
        "schema": "broadcast.resolution/1",
        "incident": "INC-1",
        "as": "delivered",
        "author": "Ada",
        "changed": True,
        "messages": [],
        "left": 0,
        "next": [],
    }
    assert set(states(lost).values()) == {"delivered"}
    again = lost.run("retry", "INC-1")
    assert (again.code, again.out.count("\n")) == (0, 1)
    assert len(mails(lost)) == 3


def test_retry_sends_only_messages_resolved_as_not_sent(lost):
    said = settled(lost, "--as", "not-sent", "--contact", "kd4711-1")

    assert said.code == 0
    assert "next: broadcast retry INC-1" in said.out
    assert len(mails(lost)) == 3
    assert states(lost) == {"kd4711-0": "unknown", "kd4711-1": "planned", "kd4711-2": "unknown"}
    assert lost.run("retry", "INC-1").code == 11
    assert mails(lost) == ["annika@kunde.example", *["bert@kunde.example"] * 2, "carl@kunde.example"]
    assert states(lost)["kd4711-1"] == "accepted"
    ledger = Ledger.open(lost.folder / "broadcast.db")
    assert ledger.history.possible_duplicates(1) == 0
    ledger.close()


def test_who_said_it_and_when_is_kept(lost):
    settled(lost, "--as", "not-sent", "--contact", "annika@kunde.example")

    events = json.loads(lost.run("log", "INC-1", "-o", "json").out)["entries"]
    found = next(entry for entry in events if entry["kind"] == "finding")
    assert found["text"] == "1 of unknown fate: not-sent, says Ada"
    assert found["channel"] == "email"
    assert found["at"] is not None
    report = lost.run("report", "INC-1").out
    assert "nicht gesendet, laut Ada" in report


def test_a_message_that_a_newer_notice_replaced_is_not_sent_late(lost):
    assert lost.run("resolve", "INC-1", "--yes").code == 0

    settled(lost, "--as", "not-sent", "--notice", "1")
    assert set(states(lost).values()) == {"cancelled"}
    retried = lost.run("retry", "INC-1")

    assert retried.code == 0
    assert mails(lost) == sorted(2 * ["annika@kunde.example", "bert@kunde.example", "carl@kunde.example"])


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (
            ("--as", "not-sent"),
            8,
            "this needs a confirmation, and there is no terminal; nothing was changed",
        ),
        (("--as", "gone", "--yes"), 2, "'gone' is not one of"),
        (("--yes",), 2, "missing option '--as'"),
        (("--as", "not-sent", "--yes", "--contact", "kd4711-9"), 3, "nothing is unknown about kd4711-9"),
        (("--as", "not-sent", "--yes", "--notice", "7"), 3, "notice 1 over email"),
        (("--as", "not-sent", "--yes", "--channel", "sms"), 3, "notice 1 over email"),
    ],
    ids=[
        "nobody to ask",
        "no finding",
        "nothing found",
        "another contact",
        "another notice",
        "another channel",
    ],
)
def test_messages_outside_the_selection_do_not_change(lost, arguments, code, words):
    before = states(lost)

    said = lost.run("resolve-unknown", "INC-1", *arguments)

    assert said.code == code
    assert words in said.err
    assert states(lost) == before


def test_a_dry_run_shows_the_people_concerned(lost):
    said = lost.run("resolve-unknown", "INC-1", "--as", "not-sent", "--dry-run")

    assert said.code == 0
    assert "Annika" in said.out
    assert "3 of unknown outcome would be recorded as not-sent" in said.out
    assert set(states(lost).values()) == {"unknown"}


def test_where_nothing_is_unknown_it_says_so(mail_company):
    mail_company.notify("Chat down")

    said = settled(mail_company, "--as", "not-sent")

    assert said.code == 3
    assert "no message of INC-1 is unknown" in said.err


def test_a_run_that_lives_is_left_alone(lost):
    ledger = Ledger.open(lost.folder / "broadcast.db")
    run = ledger.runs.begin()

    said = settled(lost, "--as", "not-sent")
    run.end()
    ledger.close()

    assert said.code == 8
    assert "another broadcast is sending (process " in said.err
    assert set(states(lost).values()) == {"unknown"}
    assert settled(lost, "--as", "not-sent").code == 0
