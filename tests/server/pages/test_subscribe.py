"""People subscribe with a form and a link; the form tells nobody who is known, and annoys nobody."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from broadcast.ledger.subscriptions import MOST_OF_ADDRESS, RequestOutcome
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.subscription import LIFETIME, Subscription
from broadcast.model.suppression import address_token
from broadcast.server.pages.subscribe import FORMS
from tests.server.conftest import ORIGIN

ANNA = "Anna@kunde.example"
MAIL = (AddressKind.EMAIL, ANNA)


async def submit(served, *services, address=ANNA, path="/subscribe", **fields):
    """Post the form as a German browser does; return status and headline."""
    form = urlencode({"address": address, "service": services, **fields}, doseq=True)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "de"}
    async with served.session.post(served.listening.public + path, data=form, headers=headers) as response:
        return response.status, heading(await response.text())


async def get(served, path, language="de"):
    url = served.listening.public + path
    async with served.session.get(url, headers={"Accept-Language": language}) as response:
        return response.status, await response.text()


def heading(page):
    found = re.search("<h1>(.*)</h1>", page)
    return found[1] if found else page


def requested(book, *services, age=timedelta(0), address=ANNA):
    """Record a request as the form does; return the path of its link."""
    wish = Subscription(
        audience="customers", kind=AddressKind.EMAIL, address=address, locale="de", services=services
    )
    assert book.subscriptions.request(wish, SystemClock().now() - age) is RequestOutcome.RECORDED
    return link_of(book, book.subscriptions.of_address(wish.kind, address).requests[-1])


def link_of(book, request):
    return f"/subscribe/{request.token(book.secret())}"


def subscribed(book, *services):
    """Make Anna a subscriber; return the path of her preferences."""
    requested(book, *services)
    book.subscriptions.confirm(1, SystemClock().now())
    return f"/subscribe/{address_token(book.secret(), *MAIL)}"


async def test_a_person_subscribes_by_mail(open_shop, providers, book):
    status, said = await submit(open_shop, "checkout", locale="de")
    (mail,) = await providers.until_received(1)
    (link,) = re.findall(f"{re.escape(ORIGIN)}(/subscribe/[0-9]+-\\S+)", mail.text)

    assert (status, said) == (200, "Bitte sehen Sie in Ihr Postfach.")
    assert (mail.to, mail.subject) == (ANNA, "Bitte bestätigen Sie: Meldungen von Muster Handel")
    status, page = await get(open_shop, link)
    assert (status, heading(page)) == (200, "Bitte bestätigen Sie")
    assert "Kasse" in page
    assert "nna@" not in page
    assert book.subscriptions.subscribers() == []
    assert await submit(open_shop, path=link) == (200, "Sie sind angemeldet.")
    (subscriber,) = book.subscriptions.subscribers()
    wish = subscriber.subscription
    assert (wish.address, wish.services, wish.locale) == (ANNA, ("checkout",), "de")
    assert subscriber.contact.consents[0].source == f"double opt-in, {ORIGIN}/subscribe"


async def test_a_person_subscribes_by_sms(open_shop, providers, book):
    _, said = await submit(open_shop, address="0151 12345678")
    (sms,) = await providers.until_received(1)

    assert said == "Bitte sehen Sie auf Ihr Telefon."
    assert (sms.to, sms.provider) == ("+4915112345678", "twilio")
    (link,) = re.findall(f"{re.escape(ORIGIN)}(/subscribe/\\S+)", sms.text)
    assert await submit(open_shop, path=link) == (200, "Sie sind angemeldet.")
    assert [one.contact.phone for one in book.subscriptions.subscribers()] == ["+4915112345678"]


async def test_the_answer_is_the_same_for_who_is_known(open_shop, book):
    subscribed(book)

    assert await submit(open_shop) == await submit(open_shop, address="nobody@kunde.example")


async def test_an_address_gets_three_links_a_day_and_the_answer_does_not_say_so(open_shop, book):
    answers = {await submit(open_shop) for _ in range(MOST_OF_ADDRESS + 1)}

    assert answers == {(200, "Bitte sehen Sie in Ihr Postfach.")}
    assert len(book.subscriptions.of_address(*MAIL).requests) == MOST_OF_ADDRESS


async def test_one_client_posts_a_few_forms_a_minute(open_shop):
    answers = [(await submit(open_shop, address=f"n{n}@kunde.example"))[0] for n in range(FORMS + 1)]

    assert answers == [200] * FORMS + [429]


async def test_a_program_that_fills_in_every_field_is_not_believed(open_shop, book):
    assert await submit(open_shop, website="https://spam.example") == (
        200,
        "Bitte sehen Sie in Ihr Postfach.",
    )
    assert not book.subscriptions.of_address(*MAIL)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "keine E-Mail-Adresse oder Telefonnummer"),
        ("anna", "keine E-Mail-Adresse oder Telefonnummer"),
        ("0900 1234567", "keine E-Mail-Adresse oder Telefonnummer"),
        ("+44 7911 123456", "In dieses Land"),
        ("030 23125010", "Festnetz"),
    ],
)
async def test_an_address_that_gets_no_link_is_refused_with_its_reason(open_shop, book, address, reason):
    form = urlencode({"address": address, "service": "chat"})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "de"}
    url = open_shop.listening.public + "/subscribe"
    async with open_shop.session.post(url, data=form, headers=headers) as response:
        page = await response.text()

    assert response.status == 400
    assert reason in page
    assert 'value="chat" checked' in page
    assert 'aria-invalid="true" aria-describedby="problem"' in page


async def test_a_link_is_used_once(open_shop, book):
    link = requested(book)

    answers = [await submit(open_shop, path=link) for _ in range(2)]

    assert answers == [(200, "Sie sind angemeldet."), (200, "Das ist schon bestätigt.")]
    assert heading((await get(open_shop, link))[1]) == "Das ist schon bestätigt."


async def test_an_expired_link_says_so_and_leads_to_the_form(open_shop, book):
    link = requested(book, age=LIFETIME)

    for status, page in (await get(open_shop, link), await get(open_shop, link)):
        assert (status, heading(page)) == (410, "Dieser Link ist abgelaufen.")
        assert 'href="/subscribe"' in page
    assert (await submit(open_shop, path=link))[0] == 410
    assert book.subscriptions.subscribers() == []


async def test_a_link_that_we_did_not_make_is_unknown(open_shop, book):
    link = requested(book)
    number, _, check = link.rpartition("/")[2].partition("-")

    for token in (f"{int(number) + 1}-{check}", f"{number}-{'a' * 24}", "x", "a" * 48, "0" * 48):
        assert (await get(open_shop, f"/subscribe/{token}"))[0] == 404
        assert (await submit(open_shop, path=f"/subscribe/{token}"))[0] == 404
    assert book.subscriptions.subscribers() == []


async def test_a_subscriber_changes_services_and_language(open_shop, book):
    path = subscribed(book, "checkout")

    _, page = await get(open_shop, path)
    answer = await submit(open_shop, "chat", path=path, locale="en", action="save")

    assert 'value="checkout" checked' in page
    assert answer == (200, "Saved, thank you.")
    (subscriber,) = book.subscriptions.subscribers()
    assert (subscriber.subscription.services, subscriber.subscription.locale) == (("chat",), "en")


async def test_a_subscriber_leaves(open_shop, book):
    path = subscribed(book)

    assert await submit(open_shop, path=path, action="end") == (200, "Sie sind abgemeldet.")
    assert book.subscriptions.subscribers() == []
    assert [one.reason for one in book.suppressions.of(*MAIL)] == ["opted-out"]
    assert (await get(open_shop, path))[0] == 404


async def test_the_page_to_unsubscribe_leads_to_the_choice(open_shop, book):
    path = subscribed(book)

    _, page = await get(open_shop, path.replace("/subscribe/", "/u/"))

    assert f'href="{path}"' in page


@pytest.mark.parametrize(
    ("path", "language", "said"),
    [
        ("/subscribe", "de-AT,de;q=0.9", "Meldungen erhalten"),
        ("/subscribe", "fr,en;q=0.5", "Get notices"),
        ("/subscribe?lang=en", "de", "Get notices"),
        ("/subscribe?lang=<b>", "de", "Meldungen erhalten"),
    ],
)
async def test_the_form_speaks_the_language_of_the_link_or_the_browser(open_shop, path, language, said):
    status, page = await get(open_shop, path, language)

    assert (status, heading(page)) == (200, said)
    assert "<b>" not in page


async def test_without_an_open_audience_there_is_no_form(served):
    for answer in (await get(served, "/subscribe"), await submit(served)):
        assert answer[0] == 404


async def test_neither_address_nor_token_is_in_the_log(open_shop, book):
    link = requested(book)
    await submit(open_shop)
    await submit(open_shop, path=link)

    log = open_shop.log.getvalue()
    assert "kunde.example" not in log
    assert link.rpartition("/")[2] not in log
    assert '"/subscribe/{token}"' in log
