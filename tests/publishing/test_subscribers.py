"""Subscribers are contacts of their audience: told once, about what they chose, until they leave."""

from __future__ import annotations

import pytest

from broadcast.errors import ConfigError
from broadcast.ledger.subscriptions import RequestOutcome
from broadcast.model.contact import AddressKind
from broadcast.model.subscription import Subscription
from broadcast.model.suppression import SuppressionReason, suppression
from broadcast.monitoring.config_check import inspect
from broadcast.publishing.request import Request, Verb
from broadcast.testing.ledger_samples import NOON
from tests.harness.company import email

SERVICES = '[services.checkout]\nde = "Kasse"\nen = "Checkout"\n[services.chat]\nde = "Chat"\nen = "Chat"\n'


@pytest.fixture
def shop(company):
    company.configure([["email"]], extra=f"subscribers = true\n{SERVICES}")
    return company


def subscribe(company, address, *services, locale="en"):
    wish = Subscription(
        audience="customers",
        kind=AddressKind.EMAIL,
        address=address,
        locale=locale,
        services=services,
        source="https://notify.muster.example/subscribe",
    )
    with company.ledger() as ledger:
        assert ledger.subscriptions.request(wish, NOON) is RequestOutcome.RECORDED
        request = ledger.subscriptions.of_address(wish.kind, address).requests[-1]
        assert ledger.subscriptions.confirm(request.id, NOON)


def mailed(sandbox):
    return sorted(m.to for m in sandbox.received if m.provider == "sendgrid")


def test_a_subscriber_is_told_like_everybody_of_the_audience(shop, sandbox):
    subscribe(shop, "anna@kunde.example")

    shop.notify()

    assert mailed(sandbox) == sorted(["anna@kunde.example", *map(email, range(shop.people))])


def test_a_person_in_a_file_who_subscribes_as_well_is_told_once(shop, sandbox):
    subscribe(shop, email(0).upper())

    shop.notify()

    assert mailed(sandbox) == sorted(map(email, range(shop.people)))


def test_an_audience_needs_no_contacts_file(shop, sandbox):
    text = (shop.folder / "broadcast.toml").read_text()
    (shop.folder / "broadcast.toml").write_text(text.replace('contacts = ["people.csv"]\n', ""))
    subscribe(shop, "anna@kunde.example")

    shop.notify()

    assert mailed(sandbox) == ["anna@kunde.example"]


def test_a_double_opt_in_is_a_consent(company, sandbox):
    company.configure([["email"]], extra='subscribers = true\nconsent = "required"\n')
    subscribe(company, "anna@kunde.example")

    company.notify()

    assert mailed(sandbox) == ["anna@kunde.example"]


def test_who_chose_services_is_told_about_these_only(shop, sandbox):
    shop.write_people("id,name,email\np0,Person 0,p0@kunde.example")
    subscribe(shop, "chat@kunde.example", "chat")
    subscribe(shop, "both@kunde.example", "chat", "checkout")

    shop.notify(services=("checkout",))

    assert mailed(sandbox) == ["both@kunde.example", "p0@kunde.example"]


def test_an_update_goes_by_the_services_of_the_incident(shop, sandbox):
    subscribe(shop, "chat@kunde.example", "chat")
    shop.notify(services=("checkout",))

    shop.follow_up(Verb.UPDATE, message="We found it.")

    assert "chat@kunde.example" not in mailed(sandbox)


def test_the_preview_says_who_is_left_out_for_want_of_a_service(shop):
    subscribe(shop, "chat@kunde.example", "chat")

    preview = shop.preview(Request(verb=Verb.NOTIFY, title="Something is down"))

    assert any("1 subscriber of customers chose services" in one for one in preview.warnings)


def test_the_preview_says_who_chose_only_services_that_are_gone(shop):
    subscribe(shop, "search@kunde.example", "search")

    preview = shop.preview(Request(verb=Verb.NOTIFY, title="Down", services=("checkout",)))

    assert any("1 subscriber of customers chose only services" in one for one in preview.warnings)


def test_who_unsubscribes_is_not_told(shop, sandbox):
    subscribe(shop, "anna@kunde.example")
    with shop.ledger() as ledger:
        opted_out = suppression(
            ledger.secret(),
            AddressKind.EMAIL,
            "anna@kunde.example",
            SuppressionReason.OPTED_OUT,
            "an unsubscribe link",
            NOON,
        )
        ledger.suppressions.add([opted_out])

    shop.notify()

    assert "anna@kunde.example" not in mailed(sandbox)


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ("subscribers = true\ninternal = true\n", "does not go with internal = true"),
        ('subscribers = true\n[audiences.others]\nlanes = [["email"]]\nsubscribers = true\n', "is set in"),
    ],
)
def test_people_subscribe_to_one_audience_outside(company, extra, reason):
    company.configure([["email"]], extra=extra)

    with pytest.raises(ConfigError, match=reason):
        _ = company.settings


@pytest.mark.parametrize(
    ("lanes", "serve", "reason"),
    [
        ([["email"]], "", "without \\[serve\\] url"),
        ([["x"]], '[serve]\nurl = "https://notify.muster.example"\n', "without a channel for e-mail or SMS"),
    ],
)
def test_config_check_says_why_nobody_can_subscribe(company, lanes, serve, reason):
    company.configure(lanes, extra=f"subscribers = true\n{serve}")

    with pytest.raises(ConfigError, match=reason):
        inspect(company.settings)
