"""In two lists with the same ids, a newer notice replaces only the older one of the same person."""

from __future__ import annotations

import pytest

from broadcast.publishing.request import Verb
from tests.harness.sandbox import arm

ANNA, BERT = "anna@kunde.example", "bert@firma.example"
AGENTS = '\n[audiences.agents]\ncontacts = ["agents.csv"]\nlanes = [["email"]]\n'


@pytest.fixture
def held(company, sandbox):
    """Tells the first notice, which is held for Bert, who is agent 1, and for customer 1."""
    company.configure([["email"]], extra=AGENTS)

    def hold(customer=f"1,Anna,{ANNA},"):
        write(company, "people.csv", customer)
        write(company, "agents.csv", f"1,Bert,{BERT},")
        arm(sandbox, "sendgrid:auth")
        company.notify()
        sandbox.clear_faults()
        return company

    return hold


def write(company, name, *rows):
    (company.folder / name).write_text("\n".join(["id,name,email,phone", *rows, ""]))


def notices(sandbox, address):
    """Return the numbers of the notices that the address got, in their order."""
    mails = [message for message in sandbox.received if message.to.lower() == address]
    return [
        number for mail in mails for number in (1, 2, 3) if f"Incident INC-1, message {number}." in mail.text
    ]


def test_an_update_to_one_audience_takes_nothing_from_the_same_id_in_another(held, sandbox):
    company = held()

    company.follow_up(Verb.UPDATE, message="Newer.", audiences=("agents",))
    company.retry()

    assert notices(sandbox, ANNA) == [1]
    assert notices(sandbox, BERT) == [2]


@pytest.mark.parametrize("row", [f"99,Bert,{BERT.upper()},", f",BERT,{BERT},", f"1,,{BERT},"])
def test_a_changed_id_does_not_deliver_an_older_notice_after_a_newer_one(held, sandbox, row):
    company = held()
    write(company, "agents.csv", row)

    company.follow_up(Verb.UPDATE, message="Newer.", audiences=("agents",))
    company.retry()

    assert notices(sandbox, BERT) == [2]


def test_a_changed_audience_does_not_deliver_an_older_notice_after_a_newer_one(held, sandbox):
    company = held()
    write(company, "people.csv", f"2,Bert,{BERT},")
    write(company, "agents.csv")

    company.follow_up(Verb.UPDATE, message="Newer.", audiences=("customers",))
    company.retry()

    assert notices(sandbox, BERT) == [2]


def test_a_person_with_the_same_mailbox_and_another_name_keeps_their_waiting_message(held, sandbox):
    company = held(customer=f"1,Carla,{BERT},")

    company.follow_up(Verb.UPDATE, message="Newer.", audiences=("agents",))
    company.retry()

    assert sorted(notices(sandbox, BERT)) == [1, 2]
