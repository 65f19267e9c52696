"""Links in messages: opening them changes nothing, posting acts, and they cannot be guessed."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.model.clock import SystemClock
from broadcast.model.confirm_token import confirm_token
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.incident import Phase
from broadcast.model.outcome import Accepted
from broadcast.model.question import CONFIRM, NoticeQuestion
from broadcast.model.suppression import unsubscribe_token
from broadcast.testing.ledger_fixtures import states
from broadcast.testing.ledger_samples import claim, incident, notice, owed, settled
from tests.server.conftest import serving

_S = DeliveryState
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BROWSER = {"Accept-Language": "en-GB,en;q=0.9,de;q=0.8"}


def ask(ledger: Ledger, *, age: timedelta = timedelta(0), options: tuple[str, ...] = ()) -> Notice:
    """Ask Anna by SMS; with options, a question."""
    now = SystemClock().now() - age
    question = NoticeQuestion(
        text="Kommen Sie?" if options else "",
        options=options,
        asked_at=now,
        answer_by=now + timedelta(minutes=15),
        wait=300.0,
    )
    new = replace(notice(incident(), 1, owed("anna", route=("sms", "call"))), question=question)
    recorded, run = ledger.incidents.record(new, now), ledger.runs.begin()
    work = ledger.deliveries(recorded.id, run, clock=SystemClock())
    sent = [settled(one, _S.ACCEPTED, "accepted", accepted=(Accepted("SM0"),)) for one in claim(work, "sms")]
    work.turn(sent, {}, now)
    run.end()
    return recorded


@pytest.fixture
def asked(ledger: Ledger) -> Notice:
    return ask(ledger)


@pytest.fixture
def link(ledger: Ledger, asked: Notice) -> str:
    return path(ledger, asked)


@pytest.fixture
def choice(ledger: Ledger) -> str:
    return path(ledger, ask(ledger, options=("ja", "ab 14 Uhr", "<nein>")))


@pytest.fixture
def old(ledger: Ledger) -> str:
    return path(ledger, ask(ledger, age=timedelta(days=7, minutes=1)))


def path(ledger: Ledger, asked: Notice) -> str:
    return f"/c/{confirm_token(ledger.secret(), 1, asked.identity or '')}"


@pytest.fixture
def leave(ledger: Ledger) -> str:
    return f"/u/{unsubscribe_token(ledger.secret(), 'anna@kunde.example')}"


async def get(served, path: str, **headers: str) -> tuple[int, str]:
    async with served.session.get(served.listening.public + path, headers=headers) as response:
        return response.status, await response.text()


async def post(served, path: str, body: bytes = b"answer=confirm") -> tuple[int, str]:
    response = await served.post(path, body, **FORM)
    return response.status, await response.text()


def heading(page: str) -> str:
    return re.findall(r"<h1>(.*?)</h1>", page)[0]


async def test_a_scanner_that_opens_a_link_confirms_nothing(link, served, ledger, asked):
    status, page = await get(served, link)
    for _ in range(3):
        async with served.session.head(served.listening.public + link) as response:
            assert response.status == 200

    assert (status, heading(page)) == (200, "Bitte bestätigen Sie")
    assert "Störung im Bezahlvorgang" in page
    assert "INC-1/1" in page
    assert states(ledger, asked) == {"anna": _S.ACCEPTED}
    assert ledger.confirmations.of(asked.id) == []


async def test_the_button_confirms_and_a_second_press_changes_nothing(link, served, ledger, asked):
    first = await post(served, link)
    second = await post(served, link)
    opened = await get(served, link)

    assert (first[0], heading(first[1])) == (200, "Bestätigt, danke.")
    assert states(ledger, asked) == {"anna": _S.CONFIRMED}
    for status, page in (second, opened):
        assert (status, heading(page)) == (200, "Ihre Antwort liegt uns vor.")
        assert "bestätigt" in page
        assert "<form" not in page
    (answer,) = ledger.confirmations.of(asked.id)
    assert (answer.answer, answer.means, answer.author) == (CONFIRM, "link", "Anna")


async def test_a_customer_is_only_asked_to_confirm(link, served, ledger, asked):
    _, page = await get(served, link)

    assert re.findall(r'value="(.*?)"', page) == ["confirm"]
    assert (await post(served, link, b"answer=pass-on"))[0] == 400
    assert ledger.confirmations.of(asked.id) == []


async def test_an_option_of_a_question_is_a_button(choice, served):
    _, page = await get(served, choice)
    status, done = await post(served, choice, b"answer=ab 14 Uhr")

    assert "Kommen Sie?" in page
    assert re.findall(r'value="(.*?)"', page) == ["ja", "ab 14 Uhr", "&lt;nein&gt;"]
    assert (status, heading(done)) == (200, "Notiert: ab 14 Uhr.")


@pytest.mark.parametrize(
    "body", [b"", b"answer=maybe", b"answer=%ff", b"\xff\xfe", b"a=1&" * 20 + b"answer=confirm"]
)
async def test_a_form_that_is_not_ours_confirms_nothing(link, served, ledger, asked, body):
    status, page = await post(served, link, body)

    assert (status, heading(page)) == (400, "Diese Antwort gibt es nicht.")
    assert ledger.confirmations.of(asked.id) == []


async def test_a_large_body_is_refused(link, leave, served, ledger, asked):
    for path in (link, leave):
        assert (await post(served, path, b"answer=confirm&x=" + b"x" * 5000))[0] == 413

    assert ledger.confirmations.of(asked.id) == []
    assert ledger.suppressions.all() == []


@pytest.mark.parametrize(
    "token", ["1-aaaaaaaaaaaaaaaa", "x", "1-", "2-aaaaaaaaaaaaaaaa", "%00", "..%2f..", "ü" * 9]
)
async def test_a_link_that_we_did_not_make_is_unknown(asked, served, ledger, token):
    for page in ("/c/", "/u/"):
        status, text = await get(served, page + token, **BROWSER)
        assert (status, heading(text)) == (404, "This link is not valid.")
        assert (await post(served, page + token))[0] == 404

    assert ledger.confirmations.of(asked.id) == []
    assert ledger.suppressions.all() == []


async def test_a_link_of_another_person_is_not_the_same(link, served):
    number, _, check = link.removeprefix("/c/").partition("-")

    assert (await post(served, f"/c/{int(number, 36) + 1}-{check}"))[0] == 404


async def test_guessing_is_limited(asked, served):
    statuses = [(await get(served, f"/c/1-{'a' * 16}"))[0] for _ in range(32)]

    assert statuses == [404] * 30 + [429] * 2


async def test_wrong_links_of_a_stranger_lock_nobody_out(link, served):
    """Behind one proxy, all people may have one address."""
    for _ in range(32):
        await get(served, f"/c/1-{'a' * 16}")

    assert (await get(served, link))[0] == 200


async def test_a_link_expires_after_seven_days(old, served, ledger):
    for status, page in (await get(served, old), await post(served, old)):
        assert (status, heading(page)) == (410, "Dieser Link ist abgelaufen.")
    assert ledger.confirmations.of(1) == []


async def test_after_the_end_the_page_says_so_and_an_answer_is_kept(link, served, ledger, asked):
    over = replace(ledger.incidents.find("INC-1"), phase=Phase.RESOLVED)
    ledger.incidents.record(notice(over, 2, owed("anna")), SystemClock().now())

    shown, answered = await get(served, link), await post(served, link)

    for status, page in (shown, answered):
        assert (status, heading(page)) == (200, "Das ist inzwischen beendet.")
    assert "<form" not in shown[1]
    assert [one.answer for one in ledger.confirmations.of(asked.id)] == [CONFIRM]


async def test_while_the_ledger_is_locked_nothing_pretends(link, served, ledger, settings, asked):
    with closing(sqlite3.connect(settings.ledger)) as other:
        other.execute("BEGIN EXCLUSIVE")
        status, page = await post(served, link)
        other.rollback()

    assert (status, heading(page)) == (503, "Das geht gerade nicht.")
    assert ledger.confirmations.of(asked.id) == []


@pytest.mark.parametrize("body", [b"List-Unsubscribe=One-Click", b"", b"\xff"])
async def test_a_mail_program_unsubscribes_with_one_request(leave, served, ledger, body):
    status, page = await post(served, leave, body)

    assert (status, heading(page)) == (200, "Sie sind abgemeldet.")
    (found,) = ledger.suppressions.of(AddressKind.EMAIL, "Anna@kunde.example")
    assert (found.reason, found.source) == ("opted-out", "an unsubscribe link")


async def test_a_multipart_form_unsubscribes_as_well(leave, served, ledger):
    form = {"Content-Type": 'multipart/form-data; boundary="b"'}
    body = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'

    assert (await served.post(leave, body, **form)).status == 200
    assert len(ledger.suppressions.all()) == 1


async def test_opening_an_unsubscribe_link_unsubscribes_nobody(leave, served, ledger):
    status, page = await get(served, leave, **BROWSER)

    assert (status, heading(page)) == (200, "No more notices by e-mail?")
    assert '<html lang="en">' in page
    assert "anna" not in page
    assert ledger.suppressions.all() == []


async def test_pages_load_nothing_and_are_not_kept(link, served):
    async with served.session.get(served.listening.public + link) as response:
        headers = response.headers
        policy = headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers
    assert headers["Server"] == "broadcast"


async def test_no_token_is_in_the_log(link, leave, served):
    await get(served, link)
    await post(served, leave)

    log = served.log.getvalue()
    assert link.removeprefix("/c/") not in log
    assert leave.removeprefix("/u/") not in log
    assert '"/c/{token}"' in log


@pytest.fixture
async def on_duty(settings):
    """A process for which Anna is on duty, so that she may pass on and decline."""
    async with serving(replace(settings, audiences=internal(settings))) as process:
        yield process


def internal(settings):
    return {name: replace(one, internal=True) for name, one in settings.audiences.items()}


async def test_who_declined_by_link_may_confirm_after_all(link, on_duty, ledger, asked):
    declined = await post(on_duty, link, b"answer=decline")
    opened = await get(on_duty, link)
    confirmed = await post(on_duty, link)

    assert heading(declined[1]) == "Notiert: Sie können nicht."
    assert heading(opened[1]) == "Ihre Antwort liegt uns vor."
    assert "Hat sich das geändert?" in opened[1]
    assert re.findall(r'value="(.*?)"', opened[1]) == ["confirm", "pass-on"]
    assert heading(confirmed[1]) == "Bestätigt, danke."
    assert states(ledger, asked) == {"anna": _S.CONFIRMED}
    assert [one.answer for one in ledger.confirmations.of(asked.id)] == [CONFIRM]


async def test_who_confirmed_by_link_and_cannot_any_more_hears_that_it_stays(link, on_duty, ledger, asked):
    await post(on_duty, link)
    status, page = await post(on_duty, link, b"answer=decline")

    assert (status, heading(page)) == (200, "Notiert.")
    assert "Ihre frühere Antwort zählt weiter: bestätigt." in page
    assert states(ledger, asked) == {"anna": _S.CONFIRMED}
    (counts,) = ledger.confirmations.of(asked.id)
    assert (counts.answer, counts.later.answer) == (CONFIRM, "decline")
