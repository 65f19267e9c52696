"""Several people with one mailbox, whose mail got no answer: each goes on as they would alone."""

from __future__ import annotations

import pytest

from broadcast.model.delivery import DeliveryState
from broadcast.model.unknown import OnUnknown
from broadcast.publishing.request import Limits
from tests.harness.company import email, phone
from tests.harness.sandbox import arm

# Texts of agents are claimed before those of customers.
AGENTS = '\n[audiences.agents]\ncontacts = ["agents.csv"]\nlanes = {lanes}\n'
ROWS = "id,name,email,phone\n{id},{name},{email},{phone}\n"


@pytest.fixture
def office(company, sandbox):
    """Anna is an agent and Bert a customer, and they read the same mailbox; it gives no answers."""

    def open_for(agents, customers):
        company.configure(customers, extra=AGENTS.format(lanes=agents))
        company.write_people(ROWS.format(id=2, name="Bert", email=email(0), phone=phone(2)))
        rows = ROWS.format(id=1, name="Anna", email=email(0), phone=phone(1))
        (company.folder / "agents.csv").write_text(rows)
        arm(sandbox, "smtp:drop_after")
        return company

    return open_for


def test_somebody_whose_lane_goes_on_is_told_there_though_the_others_does_not(office, sandbox):
    company = office('[["mail-backup"]]', [["mail-backup", "sms"]])

    assert company.notify().exit_code == 11

    assert company.states() == {"1": DeliveryState.UNKNOWN, "2": DeliveryState.ACCEPTED}
    assert [message.to for message in sandbox.received if message.provider == "twilio"] == [phone(2)]


def test_hold_leaves_everybody_who_may_have_it_unknown(office, sandbox):
    company = office('[["mail-backup"]]', [["mail-backup", "sms"]])

    company.notify(limits=Limits(on_unknown=OnUnknown.HOLD))

    assert set(company.states().values()) == {DeliveryState.UNKNOWN}
    assert not any(message.provider == "twilio" for message in sandbox.received)


def test_resend_reaches_somebody_whose_mailbox_may_have_it_from_one_who_went_on(office, sandbox):
    company = office('[["mail-backup", "sms"]]', [["mail-backup"]])
    assert company.notify().exit_code == 11
    sandbox.clear_faults()

    assert company.retry(Limits(on_unknown=OnUnknown.RESEND)).exit_code == 0

    assert len([message for message in sandbox.received if message.to == email(0)]) == 2


def test_resend_sends_once_more_to_a_mailbox_and_not_once_for_each_of_its_people(office, sandbox):
    company = office('[["mail-backup"]]', [["mail-backup"]])
    assert company.notify().exit_code == 11
    sandbox.clear_faults()

    assert company.retry(Limits(on_unknown=OnUnknown.RESEND)).exit_code == 0

    assert len([message for message in sandbox.received if message.to == email(0)]) == 2
