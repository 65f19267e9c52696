"""`/feedback/{ref}` and the keys 1 to 5, from the form to the counts and the erasure."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from broadcast.ledger.call_record import calls_of
from broadcast.ledger.erasure import Author, Forgetting
from broadcast.ledger.feedback import ratings_of, ratings_since
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.server.pages.subscribe import FORMS
from broadcast.testing.ledger_samples import NOON, incident, notice, owed
from tests.harness.browser import CHROMIUM, CONTRAST, visit
from tests.harness.telephone import HangUp, Press, agent
from tests.server.conftest import Served, serving
from tests.server.test_calls import hotline as settings_of_hotline
from tests.server.test_calls import platform

hotline = settings_of_hotline
PAGE = "/feedback/INC-1"
PHONE = "+4915112345678"


@pytest.fixture
async def page(hotline, ledger: Ledger):
    ledger.incidents.record(notice(incident(), 1, owed("anna", route=("nowhere",))), SystemClock().now())
    async with serving(hotline) as served:
        yield served


async def send(served: Served, **form: str) -> tuple[int, str]:
    body, kind = urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    async with served.session.post(served.listening.public + PAGE, data=body, headers=kind) as response:
        assert "Set-Cookie" not in response.headers
        return response.status, await response.text()


async def test_a_rating_with_words_is_counted(page, ledger):
    assert (await send(page, rating="4", text="gut <b>informiert</b>"))[0] == 200
    assert (await send(page, rating="4"))[0] == 200

    assert ratings_of(ledger.store, 1, NOON, NOON) == {"4": 2}
    assert ratings_since(ledger.store, NOON) == {"4": 2}
    assert ledger.call_follow_ups.call_backs() == []


async def test_who_may_be_called_back_is_called_back_once(page, ledger):
    for _ in range(2):
        status, text = await send(page, rating="1", phone="0151 12345678", text="Wo ist meine Bestellung?")
        assert (status, "Wir rufen Sie zurück" in text) == (200, True)

    assert [one.number for one in ledger.call_follow_ups.call_backs()] == [PHONE]
    assert ledger.hotline.counts(NOON).calls == 0
    assert calls_of(ledger.store, PHONE)[0].notes == ("Wo ist meine Bestellung?",)
    forgetting = Forgetting(
        people=(), names=frozenset(), addresses=((AddressKind.PHONE, PHONE),), digests=frozenset()
    )
    ledger.erasure.forget(forgetting, ledger.secret(), Author("root", SystemClock().now()))
    with ledger.store.reading() as connection:
        assert connection.execute("feedback_texts").fetchall() == []
    assert ledger.call_follow_ups.call_backs() == []
    assert ratings_of(ledger.store, 1, NOON, NOON) == {"1": 2}


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"rating": "6", "text": "x"}, "Bitte wählen Sie eine Zahl von 1 bis 5."),
        ({"text": "behalten"}, "behalten"),
        ({"rating": "1", "phone": "0900 1123456"}, "Diese Nummer können wir nicht anrufen."),
        ({"rating": "1", "phone": "bitte"}, "Diese Nummer können wir nicht anrufen."),
    ],
)
async def test_what_cannot_be_taken_is_said_and_what_was_typed_stays(page, ledger, form, words):
    status, text = await send(page, **form)

    assert (status, words in text) == (400, True)
    assert ratings_since(ledger.store, NOON) == {}


async def test_a_machine_is_thanked_and_not_counted_and_too_many_forms_are_refused(page, ledger):
    assert (await send(page, rating="5", website="https://x.example"))[0] == 200
    statuses = [(await send(page, rating="5"))[0] for _ in range(FORMS)]

    assert statuses == [200] * (FORMS - 1) + [429]
    assert ratings_since(ledger.store, NOON) == {"5": FORMS - 1}


async def test_there_is_no_form_for_what_is_not_public(page):
    for ref in ("INC-9", "nothing", "%00"):
        async with page.session.get(f"{page.listening.public}/feedback/{ref}") as response:
            assert response.status == 404


async def test_a_caller_rates_the_conversation_with_a_key(hotline, ledger):
    async with serving(hotline) as served, platform(served, alex=agent()) as twilio:
        call = await twilio.call(Press("0"), Press("5"), HangUp())

    assert "Wie zufrieden waren Sie?" in str(call)
    assert ratings_since(ledger.store, NOON) == {"5": 1}


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed")
@pytest.mark.parametrize("width", [360, 1280])
async def test_the_form_fits_a_phone_and_a_desk(page, ledger, chromium, width):
    shown = await visit(chromium, page, PAGE, viewport={"width": width, "height": 740}, locale="de-DE")
    texts = await shown.evaluate(CONTRAST)
    assert [text for text in texts if text["ratio"] < (3 if text["large"] else 4.5)] == []
    assert await shown.evaluate("document.documentElement.scrollWidth") == width

    await shown.get_by_label("5, sehr gut").check()
    await shown.get_by_role("button", name="Senden").click()
    await shown.get_by_role("heading", name="Vielen Dank.").wait_for()
    assert (shown.complaints, ratings_since(ledger.store, NOON)) == ([], {"5": 1})
