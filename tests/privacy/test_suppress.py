"""People who said stop get no message on any channel, whatever a file says; all others get theirs."""

from __future__ import annotations

import json
import sqlite3

import pytest

from tests.harness.sandbox import arm

ANNIKA, BERT, CARL = (f"{name}@kunde.example" for name in ("annika", "bert", "carl"))


def test_a_suppressed_mailbox_is_not_used_and_its_owner_is_counted(muster):
    muster.suppress("Bert@Kunde.example")

    result = muster.notify()

    assert muster.told("sendgrid") == [ANNIKA, CARL]
    assert (result["exit_code"], result["counts"]["accepted"], result["counts"]["suppressed"]) == (0, 2, 1)


def test_the_next_import_changes_nothing_about_it(muster):
    muster.suppress(BERT)
    muster.write_contacts("customers", [{"kundennr": "77", "E-Mail": f" Bert <{BERT.upper()}>"}])

    said = muster.run("notify", "Kasse gestört", "--yes")

    assert said.code == 3
    assert "email opted out" in said.err
    assert muster.told("sendgrid") == []


def test_another_address_of_theirs_is_used_in_its_place(muster):
    muster.audiences(customers='lanes = [["email", "sms"]]')
    muster.suppress(BERT)

    result = muster.notify()

    assert muster.told("twilio") == ["+4915112345178"]
    assert result["counts"]["suppressed"] == 0


def test_the_preview_says_how_many_addresses_are_not_used_and_why(muster):
    muster.suppress(BERT, "--reason", "complained")

    shown = json.loads(muster.run("notify", "Kasse gestört", "--dry-run", "-o", "json").out)
    said = muster.run("notify", "Kasse gestört", "--dry-run").out

    assert shown["people"] == 2
    assert shown["barred"] == [
        {"audience": "customers", "address": "email", "reason": "complained of spam", "people": 1}
    ]
    assert [audience["suppressed"] for audience in shown["audiences"]] == [1]
    assert "customers: 1 person, email complained of spam" in said


def test_an_update_does_not_reach_who_said_stop_after_the_opening(muster):
    muster.notify()
    muster.suppress(BERT)

    update = json.loads(muster.run("update", "-m", "Mehr.", "--yes", "-o", "json").out)
    resolve = json.loads(muster.run("resolve", "-m", "Vorbei.", "--yes", "-o", "json").out)

    assert muster.told("sendgrid").count(BERT) == 1
    assert [run["counts"]["suppressed"] for run in (update, resolve)] == [1, 1]
    assert (update["exit_code"], resolve["exit_code"]) == (0, 0)


def test_stop_to_an_sms_is_learnt_from_the_answer_and_kept(muster):
    muster.audiences(customers='lanes = [["sms"]]')
    muster.sandbox.suppress("+4915112345178")
    first = muster.notify()
    requests = len(muster.sandbox.requests)

    second = muster.notify()

    assert (first["counts"]["failed"], second["counts"]["failed"]) == (1, 0)
    assert second["counts"]["suppressed"] == 1
    assert len(muster.sandbox.requests) - requests == 2
    (known,) = muster.suppressed()
    assert (known["kind"], known["reason"]) == ("phone", "opted-out")
    assert known["source"] == "the answer of sms (21610)"


def test_a_mailbox_that_bounces_on_two_days_is_not_used_any_more(muster):
    """One bounce may be a failure of the mail server: if its directory is down, every mailbox is unknown."""
    muster.audiences(customers='lanes = [["post"]]')
    muster.sandbox.suppress(BERT)
    assert muster.notify()["counts"]["failed"] == 1
    assert muster.notify()["counts"]["failed"] == 1
    assert [known["in_force"] for known in muster.suppressed()] == [False]
    with sqlite3.connect(muster.folder / "broadcast.db") as ledger:
        ledger.execute("UPDATE suppression SET at = at - 90000")

    third, fourth = muster.notify(), muster.notify()

    assert [run["counts"]["suppressed"] for run in (third, fourth)] == [0, 1]
    assert [known["reason"] for known in muster.suppressed()] == ["bounced"]


def test_a_refusal_that_is_not_about_the_mailbox_suppresses_no_address(muster):
    muster.audiences(customers='lanes = [["post"]]')
    arm(muster.sandbox, "smtp:status=554,times=1")

    muster.notify()

    assert muster.suppressed() == []


def test_duty_messages_have_no_unsubscribe_but_skip_dead_mailboxes(muster):
    muster.write_contacts("agents", [{"email": BERT}, {"email": CARL}])
    muster.audiences(customers='lanes = [["email"]]', agents='lanes = [["email"]]\ninternal = true')
    muster.suppress(BERT)
    muster.suppress(CARL, "--reason", "bounced")

    muster.notify("-a", "agents")

    assert muster.told("sendgrid") == [BERT]


def test_who_may_not_be_told_as_a_customer_is_told_as_an_agent(muster):
    muster.write_contacts("agents", [{"id": "a1", "email": BERT, "phone": "+4915112345178"}])
    muster.audiences(customers='lanes = [["email"]]', agents='lanes = [["email"]]\ninternal = true')
    muster.suppress(BERT)

    result = muster.notify()

    assert muster.told("sendgrid") == [ANNIKA, BERT, CARL]
    assert result["counts"]["suppressed"] == 1


def test_looking_ahead_counts_who_must_not_be_told(muster):
    muster.suppress(BERT)

    found = json.loads(muster.run("plan", "-o", "json").out)

    assert found["suppressed"] == {"customers": 1}
    assert muster.run("plan", "--check").out.count("1 of 3") >= 1


def test_the_ledger_does_not_give_the_addresses_away(muster):
    muster.suppress(BERT, "+49 151 12345278")

    written = b"".join(path.read_bytes() for path in muster.folder.glob("broadcast.db*"))

    assert b"bert@" not in written
    assert b"12345278" not in written
    assert [known["address"] for known in muster.suppressed()] == ["b•••@kunde.example", "+49 151 ••• 78"]


def test_another_secret_does_not_silently_tell_who_said_stop(muster):
    muster.suppress(BERT)

    said = muster.run("notify", "Kasse gestört", "--yes", BROADCAST_INSTALL_SECRET="another one than before")

    assert said.code == 12
    assert "another install secret" in said.err
    assert muster.told("sendgrid") == []


@pytest.mark.parametrize("name", ["address", "id"])
def test_it_can_be_taken_back(muster, name):
    muster.suppress(BERT)
    (known,) = muster.suppressed()

    asked = muster.run("contacts", "suppress", "--remove", BERT)
    said = muster.run("contacts", "suppress", "--remove", BERT if name == "address" else known["id"], "--yes")

    assert (asked.code, said.code) == (8, 0)
    assert muster.suppressed() == []
    muster.notify()
    assert BERT in muster.told("sendgrid")


def test_who_said_stop_first_stays_and_another_reason_is_another_entry(muster):
    muster.suppress(BERT)
    muster.suppress(BERT)
    muster.suppress(BERT, "--reason", "bounced")

    assert [known["reason"] for known in muster.suppressed()] == ["opted-out", "bounced"]


def test_a_line_without_an_address_is_named_and_nothing_is_suppressed(muster, monkeypatch):
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(f"{BERT}\n\nnobody\n123\n"))

    said = muster.run("contacts", "suppress", "-")

    assert said.code == 2
    assert "standard input, line 3: the phone number holds letters" in said.err
    assert "standard input, line 4: the phone number" in said.err
    assert muster.suppressed() == []


@pytest.mark.parametrize(
    "piped",
    [
        f"\ufeff{BERT}\r\n".encode(),
        f"\ufeff{BERT}\n".encode("utf-16-le"),
        f"{CARL}\n\ufeff{BERT}\n".encode(),
        f"\u00ab{BERT}".encode("cp1252").replace(b"\xab", b" "),
    ],
    ids=["UTF-8", "UTF-16", "two files in one", "Windows"],
)
@pytest.mark.parametrize("removed", [False, True])
def test_a_list_is_read_with_the_byte_order_mark_that_its_export_began_with(
    muster, monkeypatch, piped, removed
):
    import io

    muster.suppress(BERT, CARL) if removed else None
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(piped)))

    said = muster.run("contacts", "suppress", "-", *(["--remove", "--yes"] if removed else []))

    assert said.code == 0, said.err
    shown = [each["address"] for each in muster.suppressed()]
    assert ("b•••@kunde.example" in shown) is not removed


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "no address is named"),
        (("--list", BERT), "--list takes nothing else"),
        (("--remove", "nobody@kunde.example"), "is not suppressed"),
        ((BERT, "--reason", "bored"), "bored"),
    ],
)
def test_a_mistake_is_explained(muster, arguments, complaint):
    said = muster.run("contacts", "suppress", *arguments)

    assert said.code in {2, 3}
    assert complaint in said.err


def test_who_is_forgotten_goes_on_being_left_alone_and_is_not_shown(muster):
    muster.notify()
    muster.suppress(BERT)

    assert muster.run("forget", BERT, "--yes").code == 0

    assert [known["address"] for known in muster.suppressed()] == [""]
    assert muster.notify()["counts"]["suppressed"] == 1
    assert muster.told("sendgrid").count(BERT) == 1


@pytest.mark.parametrize("whom", ["kd4711-1", BERT])
def test_forgetting_also_erases_suppressed_deliveries(muster, whom):
    muster.notify()
    muster.suppress(BERT)
    muster.notify()

    assert muster.run("forget", whom, "--yes").code == 0

    with sqlite3.connect(muster.folder / "broadcast.db") as ledger:
        assert ledger.execute("SELECT count(*) FROM delivery WHERE contact = 'kd4711-1'").fetchone() == (0,)


def test_of_who_may_not_be_told_the_ledger_keeps_no_name(muster):
    muster.suppress(BERT)
    muster.notify()

    with sqlite3.connect(muster.folder / "broadcast.db") as ledger:
        assert ledger.execute("SELECT name FROM recipient WHERE contact = 'kd4711-1'").fetchall() == [("",)]


def test_an_unsent_message_does_not_go_to_an_address_suppressed_since(muster):
    muster.audiences(customers='lanes = [["email", "sms"]]')
    arm(muster.sandbox, "sendgrid:auth", "twilio:auth")
    assert muster.notify()["counts"]["held"] == 3
    muster.sandbox.clear_faults()
    muster.suppress(BERT, CARL, "+4915112345278")

    said = muster.run("retry", "-o", "json")

    assert said.code == 0
    assert (muster.told("sendgrid"), muster.told("twilio")) == ([ANNIKA], ["+4915112345178"])
    assert json.loads(said.out)["counts"]["suppressed"] == 1


def test_an_unsent_duty_message_is_sent(muster):
    muster.audiences(customers='lanes = [["email"]]\ninternal = true')
    arm(muster.sandbox, "sendgrid:auth")
    muster.notify()
    muster.sandbox.clear_faults()
    muster.suppress(BERT)

    muster.run("retry")

    assert muster.told("sendgrid") == [ANNIKA, BERT, CARL]


def test_who_was_forgotten_with_suppress_is_not_told_as_a_matter_of_duty_either(muster):
    muster.audiences(customers='lanes = [["email"]]\ninternal = true')
    muster.notify()

    assert muster.run("forget", BERT, "--suppress", "--yes").code == 0
    muster.notify()

    assert muster.told("sendgrid").count(BERT) == 1
    assert {known["reason"] for known in muster.suppressed()} == {"forgotten"}
