"""People can be erased; the counts stay."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from broadcast.errors import LedgerError
from broadcast.ledger.confirmations import Confirmation
from broadcast.ledger.erasure import Author, Traces
from broadcast.ledger.inbox import InboundEffect, NewInbound
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.receipts import ChannelReceipt
from broadcast.ledger.scrub import Scrubber
from broadcast.model.contact import AddressKind, Contact
from broadcast.model.inbound import InboundMessage, Receipt, ReceiptState
from broadcast.model.question import CONFIRM, AnswerMeans, PersonalAnswer
from broadcast.privacy.purge import Purge, propose, purge
from broadcast.reports.people import Addresses, PeopleSummary, people
from broadcast.sandbox.faults import parse_fault
from broadcast.testing.ledger_samples import NOON, after, record
from tests.harness.configurations import SECRETS
from tests.harness.program_company import PEOPLE, ProgramCompany

ANNIKA, BERT, CARL = (
    [row["name"], row["email"], row["phone"], row["phone"][1:], row["id"]] for row in PEOPLE
)


def traces(folder: Path, words: list[str]) -> dict[str, list[str]]:
    """Return, by file of the ledger, the words in its bytes, in any spelling."""
    spelled = {
        word: [word.encode(coding) for coding in ("utf-8", "utf-16-le", "utf-16-be")] for word in words
    }
    found = {}
    for path in (path for path in folder.rglob("broadcast.db*") if path.is_file()):
        raw = path.read_bytes().lower()
        found[path.name] = [w for w, forms in spelled.items() if any(form.lower() in raw for form in forms)]
    return {name: words for name, words in found.items() if words}


def people_of(company: ProgramCompany) -> PeopleSummary:
    """Return the people of the first incident, as the report has them."""
    ledger = Ledger.open(company.folder / "broadcast.db")
    try:
        return people(ledger.history.standings(ledger.incidents.all()[0]), Addresses.MASKED)
    finally:
        ledger.close()


@pytest.fixture
def over(mail_company: ProgramCompany) -> ProgramCompany:
    """An incident that is over, in which providers quoted addresses and one answer was lost."""
    mail_company.notify("Chat down")
    mail_company.sandbox.fault(parse_fault("sendgrid:drop_after,times=1"))
    mail_company.run("update", "--yes", "-m", "We are on it")
    mail_company.run("resolve", "--yes", "--key", "over", "-m", "Over")
    with sqlite3.connect(mail_company.folder / "broadcast.db") as connection:
        connection.execute(
            "UPDATE attempt SET reason = 'no annika@kunde.example (Annika, +49 151 12345078)' WHERE id = 1"
        )
        connection.execute("UPDATE delivery SET reason = '550 Annika <annika@kunde.example>' WHERE id = 1")
        connection.execute("UPDATE delivery SET ref = '<x.annika@kunde.example>' WHERE id = 1")
        for address in ("annika@kunde.example", "carl@kunde.example"):
            connection.execute(
                "INSERT INTO failover VALUES (1, 'email', 'sms', ?, 1, 5)", (f"{address} is not there",)
            )
        connection.execute(
            "INSERT INTO event (incident_id, at, kind, detail) VALUES (1, 1, 'failover', '+4915112345078')"
        )
        connection.execute("INSERT INTO pace (channel, reason) VALUES ('sms', 'wait, +4915112345178')")
        connection.execute("INSERT INTO breaker VALUES ('sms', 1, 'annika@kunde.example was refused')")
    connection.close()
    return mail_company


def report(company: ProgramCompany) -> list[str]:
    """Return the numbers of the report."""
    page = company.run("report", "INC-1").out
    return [
        line for line in page.splitlines() if any(word in line for word in ("erreicht", "gewiss", "Doppel"))
    ]


def test_a_purge_leaves_no_person_in_any_file_and_keeps_the_counts(over):
    numbers = report(over)
    result = json.loads(over.run("resolve", "--yes", "--key", "over", "-m", "Over", "-o", "json").out)
    assert set(traces(over.folder, [*ANNIKA, *BERT, *CARL])["broadcast.db"]) >= {
        ANNIKA[0],
        ANNIKA[1],
        BERT[2],
        CARL[1],
    }

    said = over.run("purge", "--older-than", "0s", "--yes", "-o", "json")

    assert said.code == 0
    assert json.loads(said.out)["people"] == 3
    assert traces(over.folder, [*ANNIKA, *BERT, *CARL]) == {}
    assert report(over) == numbers
    again = json.loads(over.run("resolve", "--yes", "--key", "over", "-m", "Over", "-o", "json").out)
    assert (again["counts"], again["replayed"]) == (result["counts"], True)
    log = json.loads(over.run("log", "INC-1", "-o", "json").out)["entries"]
    assert any(
        entry["kind"] == "erasure" and entry["text"].startswith("3 people erased by ") for entry in log
    )
    with sqlite3.connect(over.folder / "broadcast.db") as connection:
        failovers = connection.execute("SELECT reason, count FROM failover WHERE origin = 'email'").fetchall()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert failovers == [("••• is not there", 2)]


def test_a_second_purge_has_nothing_to_do_and_asks_no_question(over):
    over.run("purge", "--older-than", "0s", "--yes")
    before = (over.folder / "broadcast.db").read_bytes()

    said = over.run("purge", "--older-than", "0s")

    assert said.code == 0
    assert said.out.startswith("nothing to purge")
    assert (over.folder / "broadcast.db").read_bytes() == before


def test_an_open_incident_is_never_purged_nor_one_that_ended_lately(over):
    over.notify("Again")

    assert over.run("purge", "--older-than", "1d", "--yes").out.startswith("nothing to purge")
    said = json.loads(over.run("purge", "--older-than", "0s", "--yes", "-o", "json").out)

    assert [one["incident"] for one in said["incidents"]] == ["INC-1"]
    assert "broadcast.db" in traces(over.folder, ANNIKA)
    assert over.run("resolve", "INC-2", "--yes", "-m", "Over").code == 0
    assert [one.to for one in over.received("sendgrid")].count("annika@kunde.example") == 5


def test_nothing_is_erased_by_looking_or_without_being_asked(over):
    before = (over.folder / "broadcast.db").read_bytes()

    shown = over.run("purge", "--older-than", "0s", "--dry-run")
    unasked = over.run("purge", "--older-than", "0s")
    alone = over.run("forget", "annika@kunde.example")
    forgotten = over.run("forget", "annika@kunde.example", "-n")

    assert (shown.code, unasked.code, alone.code, forgotten.code) == (0, 8, 8, 0)
    assert "would erase 3 people of 1 incident that" in shown.out
    assert "would forget 3 messages of INC-1" in forgotten.out
    assert "nothing was erased" in unasked.err
    assert "nothing was erased" in alone.err
    assert (over.folder / "broadcast.db").read_bytes() == before


def test_unfinished_messages_of_a_purged_incident_are_given_up(mail_company):
    mail_company.notify("Chat down")
    mail_company.sandbox.fault(parse_fault("sendgrid:drop_after"))
    assert mail_company.run("resolve", "--yes", "-m", "Over").code == 11
    mail_company.sandbox.clear_faults()

    said = json.loads(mail_company.run("purge", "--older-than", "0s", "--yes", "-o", "json").out)

    assert said["incidents"][0]["owed"] == 3
    retried = mail_company.run("retry", "INC-1")
    assert (retried.code, retried.out.count("\n")) == (0, 1)
    assert len(mail_company.received("sendgrid")) == 6


@pytest.mark.parametrize("whom", ["kd4711-0", "Annika@kunde.example", "0151 12345078", "+49 151 12345078"])
def test_one_person_is_forgotten_everywhere_and_the_others_are_not(over, whom):
    numbers = report(over)

    said = over.run("forget", whom, "--yes")

    assert said.code == 0
    assert "forgotten: 3 messages of INC-1" in said.out
    assert f"still there: {over.folder / 'customers.csv'} (customers)" in said.out
    assert traces(over.folder, ANNIKA) == {}
    assert set(traces(over.folder, [*BERT, *CARL])["broadcast.db"]) >= {BERT[0], BERT[1], BERT[2], CARL[0]}
    assert report(over) == numbers


@pytest.fixture
def same_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give this process the install secret of the commands."""
    monkeypatch.setenv("BROADCAST_INSTALL_SECRET", SECRETS["BROADCAST_INSTALL_SECRET"])


@pytest.fixture
def answered(over: ProgramCompany, same_secret: None) -> ProgramCompany:
    """Annika confirmed and wrote, and a receipt quotes her; Bert wrote about her."""
    ledger = Ledger.open(over.folder / "broadcast.db")
    (first, *_) = ledger.incidents.notices(ledger.incidents.all()[0])
    (annika, *_) = ledger.confirmations.receivers(first.id)
    answer = PersonalAnswer(
        answer=CONFIRM, means=AnswerMeans.REPLY, at=after(5), author="Annika", note="says Annika"
    )
    ledger.confirmations.record([annika], answer)
    room = replace(annika, contact="channel:slack")
    ledger.confirmations.record([room], replace(answer, means=AnswerMeans.BUTTON, note=""))
    write(ledger, ANNIKA[2], "Hier ist Annika", first.id)
    write(ledger, "+4915112345178", "Annika Kunde: annika@kunde.example", first.id)
    (line, *_) = ledger.history.lines(first)
    with sqlite3.connect(over.folder / "broadcast.db") as connection:
        connection.execute("UPDATE attempt SET ref = 'SM-Annika' WHERE delivery_id = 1")
    connection.close()
    receipt = Receipt(
        ref="SM-Annika",
        state=ReceiptState.DELIVERED,
        event="Annika-1",
        reason="250 annika@kunde.example",
    )
    ledger.receipts.record([ChannelReceipt(line.channel, None, receipt)], after(6))
    ledger.close()
    return over


def write(ledger: Ledger, number: str, text: str, notice: int | None) -> None:
    """Record an SMS to us."""
    message = InboundMessage(ref=f"SM-in-{number}-{notice}", sender=number, text=text)
    new = NewInbound(
        channel="sms", message=message, kind=AddressKind.PHONE, meaning="other", notice=notice, at=after(5)
    )
    ledger.inbox.take(new, InboundEffect())


def answers(company: ProgramCompany) -> list[Confirmation]:
    """Return the answers to the first notice."""
    ledger = Ledger.open(company.folder / "broadcast.db")
    try:
        return ledger.confirmations.of(1)
    finally:
        ledger.close()


def test_answers_and_messages_of_a_forgotten_person_are_gone_and_the_answer_still_counts(answered):
    assert "Annika" in traces(answered.folder, ANNIKA)["broadcast.db"]

    said = answered.run("forget", "kd4711-0", "--yes")

    assert "forgotten: 3 messages of INC-1, and 1 message from them" in said.out
    assert traces(answered.folder, [*ANNIKA, "SM-Annika", "Annika-1"]) == {}
    assert [one.answer for one in answers(answered)] == [CONFIRM, CONFIRM]


def test_a_purge_reaches_answers_messages_and_receipts(answered):
    ledger = Ledger.open(answered.folder / "broadcast.db")
    write(ledger, "+4915112349999", "Hallo Carl", None)
    ledger.close()

    said = json.loads(answered.run("purge", "--older-than", "0s", "--yes", "-o", "json").out)

    assert said["messages_to_us"] == 1
    assert traces(answered.folder, [*ANNIKA, *BERT, *CARL, "+4915112349999", "SM-Annika"]) == {}
    assert [one.answer for one in answers(answered)] == [CONFIRM, CONFIRM]


@pytest.mark.usefixtures("same_secret")
def test_a_stranger_who_wrote_to_us_is_forgotten(over):
    ledger = Ledger.open(over.folder / "broadcast.db")
    write(ledger, "+4915112349999", "Wer sind Sie?", None)
    ledger.close()

    said = over.run("forget", "0151 12349999", "--yes")

    assert (said.code, "1 message from them" in said.out) == (0, True)
    assert traces(over.folder, ["+4915112349999", "Wer sind Sie?"]) == {}


def test_what_a_person_wrote_and_answered_is_in_their_export(answered):
    found = json.loads(answered.run("contacts", "export-person", "kd4711-0", "-o", "json").out)
    page = answered.run("contacts", "export-person", "kd4711-0").out

    assert [one["text"] for one in found["written"]] == ["Hier ist Annika"]
    assert [(one["notice"], one["answer"]) for one in found["answers"]] == [("INC-1/1", "confirm")]
    receipts = found["messages"][0]["attempts"][0]["receipts"]
    assert [one["state"] for one in receipts] == ["delivered"]
    assert "Hier ist Annika" in page
    assert "bestätigt" in page


@pytest.mark.parametrize("rows", [PEOPLE, PEOPLE[1:]], ids=["the row still stands", "the row is gone"])
def test_a_person_forgotten_in_an_open_incident_is_neither_told_nor_missed(mail_company, rows):
    mail_company.notify("Chat down")
    told = report(mail_company)

    mail_company.run("forget", "kd4711-0", "--yes")
    mail_company.write_contacts("customers", rows)
    update = json.loads(mail_company.run("update", "--yes", "-m", "We are on it", "-o", "json").out)
    resolve = json.loads(mail_company.run("resolve", "--yes", "-m", "Over", "-o", "json").out)

    assert (update["exit_code"], resolve["exit_code"]) == (0, 0)
    assert update["counts"]["planned"] == 2
    assert [one.to for one in mail_company.received("sendgrid")].count("annika@kunde.example") == 1
    assert report(mail_company)[0] == told[0]
    counted = people_of(mail_company)
    assert (counted.total, counted.reached, counted.behind) == (3, 3, ())
    assert traces(mail_company.folder, ANNIKA) == {}


def test_unfinished_messages_to_a_forgotten_person_are_not_sent_but_counted(mail_company):
    mail_company.sandbox.fault(parse_fault("sendgrid:drop_after"))
    mail_company.notify("Chat down")
    mail_company.sandbox.clear_faults()

    mail_company.run("forget", "kd4711-0", "--yes")
    after = json.loads(mail_company.run("retry", "-o", "json").out)

    assert (after["counts"]["unknown"], after["counts"]["suppressed"]) == (2, 1)
    counted = people_of(mail_company)
    assert (counted.total, len(counted.unknown), len(counted.unreached)) == (2, 2, 0)
    for who in ("kd4711-1", "kd4711-2"):
        mail_company.run("forget", who, "--yes")
    assert mail_company.run("retry").code == 0
    assert len(mail_company.received("sendgrid")) == 3


def test_erasing_is_refused_while_a_run_sends(over):
    ledger = Ledger.open(over.folder / "broadcast.db")
    run = ledger.runs.begin()

    purged = over.run("purge", "--older-than", "0s", "--yes")
    forgotten = over.run("forget", "kd4711-0", "--yes")
    run.end()
    ledger.close()

    for said in (purged, forgotten):
        assert said.code == 8
        assert f"another broadcast is sending (process {os.getpid()})" in said.err
        assert "nothing was erased" in said.err
    assert ANNIKA[1] in traces(over.folder, ANNIKA)["broadcast.db"]


def test_a_stranger_is_not_forgotten_and_the_files_are_looked_at_all_the_same(mail_company):
    stranger = mail_company.run("forget", "nobody@kunde.example", "--yes")
    listed = mail_company.run("forget", "annika@kunde.example", "--yes")

    assert (stranger.code, listed.code) == (3, 3)
    assert "in the contact files they are in customers.csv" in listed.err
    assert "in the contacts" not in stranger.err


def test_a_contact_is_recognised_by_who_has_the_secret_only(mail_company, monkeypatch):
    mail_company.notify("Chat down")
    mail_company.run("forget", "kd4711-0", "--yes")
    annika, bert = (Contact(id=row["id"], email=row["email"], phone=row["phone"]) for row in PEOPLE[:2])

    ledger = Ledger.open(mail_company.folder / "broadcast.db")
    monkeypatch.setenv("BROADCAST_INSTALL_SECRET", SECRETS["BROADCAST_INSTALL_SECRET"])
    ours = ledger.erasure.forgotten(1)
    monkeypatch.setenv("BROADCAST_INSTALL_SECRET", "the secret of another ledger")
    theirs = ledger.erasure.forgotten(1)
    ledger.close()

    assert [ours(one) for one in (annika, bert)] == [True, False]
    assert [theirs(one) for one in (annika, bert)] == [False, False]


def test_of_two_people_under_one_id_only_the_one_who_is_meant_is_forgotten(mail_company):
    for number in (0, 1):
        mail_company.write_contacts("customers", [{**PEOPLE[number], "id": "1"}])
        mail_company.notify("Chat down")

    unclear = mail_company.run("forget", "1", "--yes")
    clear = mail_company.run("forget", ANNIKA[1], "--yes")

    assert unclear.code == 2
    assert "1 stands for 2 people: Annika (id 1), Bert (id 1)" in unclear.err
    assert clear.code == 0
    assert "forgotten: 1 message of INC-1" in clear.out
    assert traces(mail_company.folder, ANNIKA) == {}
    assert set(traces(mail_company.folder, BERT[:4])["broadcast.db"]) == set(BERT[:4])


def test_names_that_are_words_and_numbers_that_are_none_stay():
    scrubber = Scrubber(["Anna Maria Kunde", "Ben"])

    assert scrubber.prose("3 moved on: 503 from 127.0.0.1 on 2026-11-22") == (
        "3 moved on: 503 from 127.0.0.1 on 2026-11-22"
    )
    for quoted in ("'Anna Maria Kunde'", "Anna Maria Kunde.", "“Ben”", "name=Ben&x", "ANNA maria kunde"):
        assert "ANNA" not in (scrubber.prose(quoted) or "").upper()
        assert "Ben" not in (scrubber.prose(quoted) or "")
    assert scrubber.prose("Benno and Ben, (Anna Maria  Kunde): 30007, 0151/1234567.") == (
        "Benno and •••, (•••): 30007, •••."
    )


@pytest.fixture
def disk(tmp_path):
    """A disk of its own that can be made larger."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "small", place]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine mounts no tmpfs")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def leave(disk: Path, free: int) -> None:
    """Make the disk as small as leaves so many KiB."""
    status = os.statvfs(disk)
    used = (status.f_blocks - status.f_bfree) * status.f_frsize
    subprocess.run(["mount", "-o", f"remount,size={used // 1024 + free}k", disk], check=True)


def test_a_full_disk_loses_nothing_and_the_next_purge_finishes_the_file(disk):
    ledger = Ledger.open(disk / "broadcast.db")
    record(ledger, *(f"annika{number}" for number in range(500)))
    by = Author("Ada", NOON)
    before = (disk / "broadcast.db").read_bytes()

    leave(disk, 512)
    with pytest.raises(LedgerError, match="too little space to rewrite it"):
        ledger.erasure.purge([1], by)
    assert (disk / "broadcast.db").read_bytes() == before

    leave(disk, 8192)
    ledger.erasure.purge([1], by)
    leave(disk, 16)
    with pytest.raises(LedgerError, match="the people are erased") as stopped:
        ledger.erasure.rewrite()
    assert "run the same command again" in (stopped.value.hint or "")
    assert ledger.check() == "ok"
    assert ledger.erasure.unfinished

    leave(disk, 8192)
    done = purge(ledger, propose(ledger, 0, after(9)), by, nobody_asks)
    assert not done.incidents
    assert not ledger.erasure.unfinished
    assert ledger.erasure.traces(1) == Traces(0, 0)
    ledger.close()
    assert traces(disk, ["annika"]) == {}


def nobody_asks(_: Purge) -> None:
    raise AssertionError("there is nothing to agree to")


#: What says nothing about who was told: what was said, by whom of us, over which channels, and how it ended.
