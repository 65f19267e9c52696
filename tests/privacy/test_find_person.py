"""One person is found as one person although lists share ids, names, numbers and mailboxes."""

from __future__ import annotations

import json
import sqlite3

import pytest

from broadcast.sandbox.faults import parse_fault

BOTH = {"customers": 'lanes = [["email", "sms"]]', "agents": 'lanes = [["email", "sms"]]'}
ANNA = {"id": "1", "name": "Anna Alt", "email": "anna@kunde.example", "phone": "+4915112345178"}
BERT = {"id": "1", "name": "Bert Berg", "email": "bert@muster.example", "phone": "+4915112345278"}


def export(muster, *whom: str) -> dict:
    said = muster.run("contacts", "export-person", *whom, "-o", "json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def forget(muster, *whom: str) -> str:
    said = muster.run("forget", *whom, "--yes")
    assert said.code == 0, said.err
    return said.out + said.err


def ledger_bytes(muster) -> bytes:
    return b"".join(path.read_bytes() for path in muster.folder.glob("broadcast.db*") if path.is_file())


@pytest.fixture
def lists(muster):
    """Two audiences; returns what puts rows into them and tells everybody."""
    muster.audiences(**BOTH)

    def tell(customers=(), agents=()) -> None:
        cora = {"id": "c9", "name": "Cora", "email": "cora@kunde.example"}
        dora = {"id": "a9", "name": "Dora", "email": "dora@muster.example"}
        muster.write_contacts("customers", [ANNA | cora | {"phone": ""}, *customers])
        muster.write_contacts("agents", [BERT | dora | {"phone": ""}, *agents])
        muster.notify()

    return tell


def test_two_lists_that_both_count_from_one_hold_two_people(muster, lists):
    lists([ANNA | {"phone": "", "note": "likes tea"}], [BERT | {"phone": "", "note": "salary 5000"}])
    muster.suppress(BERT["email"])

    by_mailbox = json.dumps(export(muster, ANNA["email"]))
    by_place = json.dumps(export(muster, "customers:1"))
    by_id = muster.run("contacts", "export-person", "1")

    for said in (by_mailbox, by_place):
        assert "likes tea" in said
        assert not any(word in said for word in ("salary", "Bert", "bert@", "opted-out"))
    assert by_id.code == 2
    assert "1 stands for 2 people: Anna Alt (id 1), Bert Berg (id 1)" in by_id.err
    assert "AUDIENCE:ID" in by_id.err
    assert "salary" not in by_id.said


def test_two_people_with_one_number_are_two_and_the_other_one_is_only_named_by_the_line(muster, lists):
    lists([ANNA, BERT | {"id": "2", "phone": ANNA["phone"], "note": "salary 5000"}])

    said = muster.run("contacts", "export-person", ANNA["email"])

    assert said.code == 0
    assert not any(word in said.out for word in ("salary", "Bert", "bert@"))
    assert "customers.csv, line 4 (customers): an address of theirs under another name" in said.err
    assert "add --also customers:2" in said.err
    assert "salary" in json.dumps(export(muster, ANNA["email"], "--also", "customers:2"))


def test_the_others_of_a_number_are_still_told_after_one_was_forgotten(muster, lists):
    lists([ANNA, BERT | {"id": "2", "phone": ANNA["phone"]}])

    forget(muster, ANNA["email"], "--suppress")
    muster.run("update", "-m", "Mehr.", "--yes")

    assert muster.told("sendgrid").count(ANNA["email"]) == 1
    assert muster.told("sendgrid").count(BERT["email"]) == 2


def test_one_person_in_two_audiences_under_two_ids_is_forgotten_in_both(muster, lists):
    lists([ANNA], [ANNA | {"id": "a1", "phone": "", "note": "x"}])
    assert len(export(muster, "a1")["contacts_files"]) == 2

    forget(muster, "a1")

    assert b"anna@kunde" not in ledger_bytes(muster)
    assert b"Anna Alt" not in ledger_bytes(muster)


@pytest.mark.parametrize("whom", ["1", "anna@kunde.example", "neu@kunde.example", "0151 12345178"])
def test_a_new_name_and_a_new_mailbox_under_one_id_are_one_person(muster, lists, whom):
    lists([ANNA])
    lists([ANNA | {"name": "Anna Neu", "email": "neu@kunde.example", "phone": ""}])

    found = export(muster, whom)
    forget(muster, whom)

    assert [message["incident"] for message in found["messages"]] == ["INC-1", "INC-2"]
    kept = ledger_bytes(muster)
    assert not any(word in kept for word in (b"anna@kunde", b"neu@kunde", b"Anna Alt", b"Anna Neu"))
    assert b"cora@kunde" in kept


@pytest.mark.parametrize(
    "row",
    [
        {"email": "neu@kunde.example", "phone": ""},
        {"name": "Anna Neu", "email": "neu@kunde.example", "phone": ""},
        {"id": "c77", "email": "neu@kunde.example"},
        {"id": "c77", "phone": "+4915112345378"},
    ],
)
def test_who_was_forgotten_is_not_told_at_a_new_address_while_the_incident_goes_on(muster, lists, row):
    lists([ANNA])

    forget(muster, ANNA["email"])
    muster.write_contacts(
        "customers", [ANNA | row, {"id": "c9", "name": "Cora", "email": "cora@kunde.example"}]
    )
    muster.run("update", "-m", "Mehr.", "--yes")
    muster.run("resolve", "-m", "Vorbei.", "--yes")

    told = [*muster.told("sendgrid"), *muster.told("twilio")]
    assert told.count(ANNA["email"]) == 1
    assert not {"neu@kunde.example", "+4915112345378", ANNA["phone"]} & set(told)
    assert told.count("cora@kunde.example") == 3


def test_who_gets_the_id_of_somebody_who_was_forgotten_is_told(muster, lists):
    """Lists whose ids are the numbers of their rows give them to others when a row is taken out."""
    lists([ANNA])

    forget(muster, ANNA["email"])
    muster.write_contacts("customers", [ANNA | {"name": "Emil", "email": "emil@kunde.example", "phone": ""}])
    muster.run("update", "-m", "Mehr.", "--yes")

    assert "emil@kunde.example" in muster.told("sendgrid")


def test_a_list_that_cannot_be_read_is_named_and_the_rest_is_done(muster, lists):
    lists([ANNA])
    (muster.folder / "agents.csv").write_bytes(b'id,email\n1,"anna\n')

    exported = muster.run("contacts", "export-person", ANNA["email"], "-o", "json")
    forgotten = muster.run("forget", ANNA["email"], "--yes")

    assert (exported.code, forgotten.code) == (6, 6)
    assert "agents.csv:2" in exported.err
    assert "look into that file" in forgotten.err
    assert "agents.csv:2" in json.loads(exported.out)["not_read"][0]["because"]
    assert b"anna@kunde" not in ledger_bytes(muster)


def test_leftovers_of_a_killed_import_are_named(muster, lists):
    lists([ANNA])
    (muster.folder / ".customers.csv.x1y2").write_text("id,email\n5,anna@kunde.example\n", "utf-8")
    (muster.folder / ".agents.csv.x1y2").write_text("id,email\n5,other@kunde.example\n", "utf-8")

    said = muster.run("forget", ANNA["email"], "--yes")

    assert said.code == 6
    assert ".customers.csv.x1y2 was left by an import that was killed" in said.err
    assert ".agents.csv.x1y2" not in said.err


def test_a_person_only_in_a_list_can_be_suppressed(muster):
    assert muster.run("forget", "kd4711-1", "--yes").code == 3

    forget(muster, "kd4711-1", "--suppress")

    muster.notify()
    assert "bert@kunde.example" not in muster.told("sendgrid")
    assert muster.told("sendgrid")


def test_an_ambiguous_term_names_the_people_and_what_distinguishes_them(muster, lists):
    lists([ANNA], [BERT | {"id": "2", "email": "", "phone": ANNA["phone"]}])

    unclear = muster.run("forget", ANNA["phone"], "--yes")
    forget(muster, "agents:2")

    assert unclear.code == 2
    assert "AUDIENCE:ID (customers:1 or agents:2)" in unclear.err
    kept = ledger_bytes(muster)
    assert b"Bert Berg" not in kept
    assert b"anna@kunde" in kept


@pytest.mark.parametrize(
    "row",
    [
        "7;anna@kunde.example and more;\n",
        "7;;(0151) 123 451 78 9999999999999\n",
        'Anna Alt;"x" y;\n',
        "1;nobody;\n",
    ],
)
def test_a_rejected_row_that_mentions_them_is_named_and_not_shown(muster, lists, row):
    lists([ANNA])
    (muster.folder / "customers.csv").write_text(
        f"id;email;phone\n1;{ANNA['email']};\n{row}8;nobody@;\n", "utf-8"
    )

    said = muster.run("contacts", "export-person", ANNA["email"])

    assert said.code == 6
    assert "customers.csv, line 3 (customers)" in said.err
    assert "line 4" not in said.err
    assert "and more" not in said.said


def test_each_channel_has_its_own_text_after_it_was_renamed_and_after_a_failover(muster):
    muster.audiences(customers='lanes = [["email", "sms"]]')
    muster.write_contacts("customers", [ANNA])
    muster.sandbox.fault(parse_fault("sendgrid:status=503"))
    muster.notify()
    settings = muster.folder / "broadcast.toml"
    text = settings.read_text("utf-8").replace("[channels.sms]", "[channels.texts]")
    text = text.replace("[channels.email]", "[channels.sms]").replace('["email", "sms"]', '["sms", "texts"]')
    settings.write_text(text, "utf-8")

    (message,) = export(muster, "1")["messages"]

    email, sms = message["texts"]
    (received,) = muster.received("twilio")
    assert (email["channel"], sms["channel"]) == ("email", "sms")
    assert email["subject"]
    assert (sms["subject"], sms["text"]) == (None, received.text)
    assert received.text in muster.run("contacts", "export-person", "1").out.replace("│ ", "")


def test_a_purge_erases_people_whose_ids_begin_like_the_marks_of_erased_ones(muster):
    odd = [
        ANNA | {"id": "erased:1"},
        BERT | {"id": "forgotten:x"},
        ANNA | {"id": "erased:2", "name": "Cora", "email": "c@kunde.example", "phone": ""},
    ]
    muster.write_contacts("customers", odd)
    muster.notify()
    muster.run("resolve", "-m", "Vorbei.", "--yes")

    said = json.loads(muster.run("purge", "--older-than", "0s", "--yes", "-o", "json").out)

    assert said["people"] == 3
    with sqlite3.connect(muster.folder / "broadcast.db") as connection:
        kept = {row[0] for row in connection.execute("SELECT contact FROM delivery")}
    connection.close()
    assert not {"erased:1", "erased:2", "forgotten:x"} & kept
    assert b"anna@kunde" not in ledger_bytes(muster)
    assert json.loads(muster.run("purge", "--older-than", "0s", "--yes", "-o", "json").out)["people"] == 0


def test_rehearsals_and_reports_of_our_own_faults_keep_nothing_either(muster, lists):
    lists([ANNA])
    report = muster.folder / "state" / "broadcast" / "broadcast-bug-1.txt"
    report.parent.mkdir(parents=True)
    report.write_text(f"Traceback\nKeyError: 'Anna Alt', {ANNA['email']} at 0151 12345178\n", "utf-8")
    try:
        assert muster.run("notify", "Probe", "--yes", "--sandbox").code == 0
        said = forget(muster, ANNA["email"])
    finally:
        muster.run("sandbox", "stop")

    files = [path for path in muster.folder.rglob("*") if path.is_file() and path.suffix != ".csv"]
    kept = {path.name: path.read_bytes() for path in files}
    words = (b"anna@kunde", b"Anna Alt", b"15112345178", b"12345178")
    assert not [name for name, raw in kept.items() if any(word in raw for word in words)]
    assert b"Traceback" in kept["broadcast-bug-1.txt"]
    assert b"cora@kunde" in (muster.folder / ".sandbox" / "broadcast.db").read_bytes()
    assert "sandbox reset" not in said
