"""A subscriber's data are exported and erased like those of everybody else."""

from __future__ import annotations

import json

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import AddressKind
from broadcast.model.subscription import Subscription
from broadcast.testing.ledger_samples import NOON
from tests.harness.configurations import SECRETS
from tests.privacy.test_erasure import traces

ADDRESS = "frieda.fern@kunde.example"


@pytest.fixture
def subscribed(mail_company, monkeypatch):
    """A company with a subscriber who was never told anything, and who asked once more."""
    monkeypatch.setenv("BROADCAST_INSTALL_SECRET", SECRETS["BROADCAST_INSTALL_SECRET"])
    wish = Subscription(
        audience="customers",
        kind=AddressKind.EMAIL,
        address=ADDRESS,
        locale="de",
        services=("checkout",),
        source="https://notify.muster.example/subscribe",
    )
    ledger = Ledger.open(mail_company.folder / "broadcast.db")
    ledger.subscriptions.request(wish, NOON)
    (request,) = ledger.subscriptions.of_address(wish.kind, wish.address).requests
    ledger.subscriptions.confirm(request.id, NOON)
    ledger.subscriptions.request(wish, NOON)
    ledger.close()
    return mail_company


def test_export_person_has_the_subscription_and_its_consent(subscribed):
    said = subscribed.run("contacts", "export-person", ADDRESS, "-o", "json")

    exported = json.loads(said.out)
    (subscription,) = exported["subscriptions"]
    assert (subscription["address"], subscription["services"]) == (ADDRESS, ["checkout"])
    assert subscription["source"] == "https://notify.muster.example/subscribe"
    assert subscription["confirmed_at"].startswith("2026-05-04")
    assert len(exported["subscription_requests"]) == 2


def test_the_page_for_the_person_names_the_subscription(subscribed):
    said = subscribed.run("contacts", "export-person", ADDRESS)

    assert ADDRESS in said.out
    assert "checkout" in said.out


def test_forget_leaves_no_byte_of_the_address(subscribed):
    assert traces(subscribed.folder, ["frieda.fern"])

    said = subscribed.run("forget", ADDRESS, "--yes")

    assert said.code == 0, said.err
    assert "3 subscriptions" in said.out
    assert not traces(subscribed.folder, ["frieda.fern"])


def test_purge_erases_requests_that_are_long_over(subscribed):
    said = subscribed.run("purge", "--older-than", "1d", "--yes", "-o", "json")

    assert json.loads(said.out)["subscription_requests"] == 2
