"""Many calls at once, and forgeries, against a hand-written server that answers them rightly and wrongly."""

from __future__ import annotations

import os

import aiohttp
import pytest
from aiohttp import web

from tests.harness.conftest import ENTRY, ORIGIN, TOKEN
from tests.harness.telephone import Press
from tests.harness.telephone.forgeries import differing, posts, replay, send
from tests.harness.telephone.load import load

MENU = '<Gather input="dtmf speech" action="/voice/chosen/1?a=b&amp;c=d" numDigits="1"/>'


@pytest.fixture
def pages(served):
    def chosen(form):
        if form.get("SpeechResult"):
            return "<Redirect>/voice/reply/2</Redirect>"
        return {"0": '<Dial action="/voice/after/2">+49301</Dial>'}.get(form["Digits"], "<Hangup/>")

    served.pages |= {
        ENTRY: MENU,
        "/voice/chosen/1": chosen,
        "/voice/reply/2": "<Hangup/>",
        "/voice/after/2": '<Record action="/voice/stored/3"/>',
        "/voice/stored/3": "<Hangup/>",
    }
    return served.pages


async def test_calls_follow_the_documents_and_are_measured(served, pages):
    measured = await load(
        origin=ORIGIN, server=served.url, token=TOKEN, pid=os.getpid(), calls=60, at_once=20
    )

    assert measured.errors == {}
    assert len(measured.first) == 60
    # Of six scripts three press one key, one speaks, one wants a person, and one says nothing.
    assert measured.requests == 10 * (3 * 2 + 3 + 4 + 2)
    assert [form["DialCallStatus"] for form in served.forms("/voice/after/2")] == ["no-answer"] * 10
    assert all(form["RecordingUrl"] for form in served.forms("/voice/stored/3"))
    assert {path for _, path, _ in served.requests if "?" in path} == {"/voice/chosen/1?a=b&c=d"}
    assert 0 < measured.p95 < 15
    assert measured.megabytes > 1
    assert "60 calls, 150 requests" in str(measured)


async def test_each_call_has_a_number_and_an_id_of_its_own(served, pages):
    await load(origin=ORIGIN, server=served.url, token=TOKEN, calls=30, at_once=10)

    begun = served.forms(ENTRY)
    assert len({form["From"] for form in begun}) == len({form["CallSid"] for form in begun}) == 30


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (lambda _: web.Response(status=429), "status 429"),
        (lambda _: web.Response(status=500, text="<Response/>", content_type="text/xml"), "status 500"),
        (lambda _: web.Response(text="oops", content_type="text/html"), "no document"),
    ],
)
async def test_what_is_no_document_is_counted_as_an_error(served, pages, page, error):
    pages[ENTRY] = page

    measured = await load(origin=ORIGIN, server=served.url, token=TOKEN, calls=5, at_once=5)

    assert measured.errors == {error: 5}


async def test_a_server_that_is_down_is_counted_as_errors():
    measured = await load(origin=ORIGIN, server="http://127.0.0.1:9", token=TOKEN, calls=3, at_once=3)

    assert sum(measured.errors.values()) == 3
    assert measured.requests == 0


async def test_forgeries_are_refused_and_genuine_requests_are_not_by_twilios_own_validator(served):
    served.pages |= {ENTRY: "<Hangup/>"}
    async with aiohttp.ClientSession() as session:
        told = [(post, await send(session, served.url, post)) for post in posts(ORIGIN, ENTRY, TOKEN, {})]

    assert sum(post.is_genuine for post, _ in told) >= 7
    assert sum(not post.is_genuine for post, _ in told) >= 20
    assert [post.name for post, status in told if (status == 200) is not post.is_genuine] == []


async def test_requests_of_a_call_are_sent_again_as_they_were(served, pages):
    async with served.platform() as platform:
        call = await platform.call(Press("2"))
        again = await replay(platform, call)

    assert [status for _, status, _ in again] == [200, 200]
    assert served.forms("/voice/chosen/1")[0] == served.forms("/voice/chosen/1")[1]


async def test_answers_to_a_repetition_that_differ_are_told(served, pages):
    counted: list[int] = []

    def page(_: object) -> str:
        counted.append(1)
        return f'<Say language="de-DE">SMS {len(counted)}</Say>'

    pages["/voice/chosen/1"] = page
    call = await served.platform(copies=2).call(Press("2"))

    (told,) = differing(call)
    assert "SMS 1" in told
    assert "SMS 2" in told
