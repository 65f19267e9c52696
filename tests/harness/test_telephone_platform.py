"""Calls of the platform that tests use: requests, documents, errors and endings, by Twilio's rules."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from tests.harness.conftest import ENTRY, ORIGIN, TOKEN
from tests.harness.telephone import WITHHELD, Ending, HangUp, Press, Silence, Speak, TelephonePlatform
from tests.harness.telephone.interpreter import Unplayable
from tests.harness.telephone.platform import APPLICATION_ERROR

HELLO = '<Say language="de-DE">Guten Tag</Say>'


def codes(call):
    return [one.code for one in call.notifications]


async def test_a_call_is_signed_and_has_the_fields_of_twilio_empty_ones_too(served):
    served.pages[ENTRY] = HELLO

    call = await served.platform().call(caller="+4915112345678")

    (form,) = served.forms(ENTRY)
    assert (form["From"], form["To"], form["CallStatus"]) == ("+4915112345678", "+4930231250", "ringing")
    assert form["CallSid"] == call.sid
    assert form["FromCity"] == ""
    assert form["Direction"] == "inbound"
    assert call.ending is Ending.NO_MORE_VERBS
    assert call.said() == "Guten Tag"


async def test_a_wrong_token_is_refused_and_that_is_an_application_error(served):
    served.pages[ENTRY] = HELLO
    platform = TelephonePlatform(origin=ORIGIN, server=served.url, token=TOKEN[::-1])

    call = await platform.call()

    assert call.ending is Ending.APPLICATION_ERROR
    assert codes(call) == [11200]
    assert APPLICATION_ERROR in call.heard[-1].text


async def test_verbs_run_in_order_and_take_time_of_the_call_only(served):
    served.pages[ENTRY] = (
        '<Say language="de-DE">eins zwei drei vier fünf</Say><Pause length="7"/>'
        "<Play>/music.mp3</Play><Hangup/>"
    )

    call = await served.platform().call()

    assert [(one.kind, one.at) for one in call.heard] == [("say", 0.0), ("pause", 2.0), ("play", 9.0)]
    assert call.seconds == 19.0
    assert call.ending is Ending.HUNG_UP_BY_US
    assert call.first_word_after == 0.0


async def test_a_clock_of_the_server_is_told_what_time_passes(served):
    served.pages[ENTRY] = '<Pause length="90"/><Hangup/>'
    passed: list[float] = []

    await served.platform(passes=passed.append).call()

    assert sum(passed) == 90.0


@pytest.mark.parametrize("verb", ["<Redirect>/next</Redirect>", "<Hangup/>", "<Reject/>"])
async def test_verbs_after_one_that_never_returns_are_never_run(served, verb):
    served.pages |= {ENTRY: f"{HELLO}{verb}<Say language='de-DE'>never</Say>", "/next": "<Hangup/>"}

    call = await served.platform().call()

    assert call.said() == "Guten Tag"
    assert [note.text for note in call.notes if "never run" in note.text]


async def test_redirects_are_relative_to_their_document_and_keep_their_query(served):
    served.pages |= {
        ENTRY: "<Redirect>../ring/1?l=de&amp;r=0</Redirect>",
        "/voice/ring/1": f'<Redirect method="GET">{ORIGIN}/end?a=b</Redirect>',
        "/end": "<Hangup/>",
    }

    call = await served.platform().call()

    assert [(one.method, one.url.partition("&Call")[0]) for one in call.documents[:2]] == [
        ("POST", f"{ORIGIN}{ENTRY}"),
        ("POST", f"{ORIGIN}/voice/ring/1?l=de&r=0"),
    ]
    assert call.documents[2].url.startswith(f"{ORIGIN}/end?a=b&")
    assert call.ending is Ending.HUNG_UP_BY_US
    assert served.forms("/end")[0]["CallStatus"] == "in-progress"


async def test_a_loop_of_redirects_ends(served):
    served.pages[ENTRY] = f"<Redirect>{ENTRY}</Redirect>"

    call = await served.platform().call()

    assert call.ending is Ending.LONGEST
    assert len(call.documents) < 50


async def test_a_loop_that_takes_time_ends_after_hours(served):
    served.pages[ENTRY] = f'<Pause length="600"/><Redirect>{ENTRY}</Redirect>'

    call = await served.platform().call()

    assert (await served.platform(most_documents=5).call()).seconds == 5 * 600

    assert call.ending is Ending.LONGEST
    assert call.seconds == 4 * 3600


async def test_reject_as_the_first_verb_does_not_answer(served):
    served.pages |= {ENTRY: '<Reject reason="busy"/>', "/status": web.Response(status=204)}

    call = await served.platform(status_callback="/status").call()

    assert call.ending is Ending.REJECTED
    assert served.forms("/status")[0]["CallStatus"] == "busy"


async def test_reject_later_is_only_the_end(served):
    served.pages[ENTRY] = f"{HELLO}<Reject/>"

    assert (await served.platform().call()).ending is Ending.HUNG_UP_BY_US


async def test_a_caller_hangs_up_in_the_middle_of_a_sentence(served):
    served.pages |= {
        ENTRY: f'<Say language="de-DE">{"wort " * 50}</Say>',
        "/status": web.Response(status=204),
    }

    call = await served.platform(status_callback="/status").call(HangUp(after=3))

    assert call.ending is Ending.HUNG_UP_BY_CALLER
    assert (call.seconds, call.heard[0].whole) == (3.0, False)
    assert served.forms("/status")[0]["CallDuration"] == "3"


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
async def test_any_status_but_success_is_an_application_error(served, status):
    served.pages[ENTRY] = web.Response(status=status, text="<Response/>", content_type="text/xml")

    call = await served.platform().call()

    assert (call.ending, codes(call)) == (Ending.APPLICATION_ERROR, [11200])


@pytest.mark.parametrize(
    ("response", "code"),
    [
        ({"text": "{}", "content_type": "application/json"}, 12300),
        ({"text": "<html><p>oh no</html>", "content_type": "text/html"}, 12100),
        ({"text": "<html><p>oh no</p></html>", "content_type": "text/html"}, 12100),
        ({"text": "", "content_type": "text/xml"}, 12100),
        ({"text": " <?xml version='1.0'?><Response/>", "content_type": "text/xml"}, 12100),
        ({"text": f"<Response><Say>{'x' * 70_000}</Say></Response>", "content_type": "text/xml"}, 11750),
    ],
)
async def test_what_is_no_document_is_an_application_error(served, response, code):
    served.pages[ENTRY] = web.Response(**response)

    call = await served.platform().call()

    assert (call.ending, codes(call)) == (Ending.APPLICATION_ERROR, [code])


@pytest.mark.parametrize("content_type", ["text/xml", "application/xml", "text/html"])
async def test_three_content_types_are_run(served, content_type):
    served.pages[ENTRY] = web.Response(text=f"<Response>{HELLO}</Response>", content_type=content_type)

    assert (await served.platform().call()).said() == "Guten Tag"


async def test_plain_text_is_read_aloud_markup_and_all(served):
    served.pages[ENTRY] = web.Response(text="<Response/>", content_type="text/plain")

    call = await served.platform().call()

    assert call.said() == "<Response/>"
    assert call.notes


async def test_an_unknown_verb_or_attribute_is_a_warning_and_is_ignored(served):
    served.pages[ENTRY] = f'<say>no</say><Speak>no</Speak><Say language="de-DE" tone="kind">ja</Say>{HELLO}'

    call = await served.platform().call()

    assert call.said() == "ja\nGuten Tag"
    assert [one.code for one in call.warnings] == [12200] * 3
    assert call.errors == []


async def test_a_verb_that_the_platform_does_not_play_fails_the_test(served):
    served.pages[ENTRY] = '<Connect><ConversationRelay url="wss://x"/></Connect>'

    with pytest.raises(Unplayable):
        await served.platform().call()


async def test_a_text_without_language_is_noted(served):
    served.pages[ENTRY] = "<Say>Guten Tag</Say>"

    call = await served.platform().call()

    assert call.languages() == [None]
    assert [one.text for one in call.notes] == ["a Say without language is read in English"]


async def test_a_slow_server_costs_the_caller_fifteen_seconds_and_the_test_none(served):
    served.pages[ENTRY] = lambda _: asyncio.Event().wait()

    call = await served.platform(answer_within=0.05).call()

    assert (call.ending, codes(call)) == (Ending.APPLICATION_ERROR, [11205])
    assert call.heard[0].at == 15.0


async def test_a_server_that_is_down_is_an_application_error():
    platform = TelephonePlatform(origin=ORIGIN, server="http://127.0.0.1:9", token=TOKEN)

    call = await platform.call()

    assert (call.ending, codes(call)) == (Ending.APPLICATION_ERROR, [11205])


async def test_the_fallback_is_asked_with_the_error_and_goes_on_with_the_call(served):
    served.pages |= {
        ENTRY: web.Response(status=500),
        "/fallback.xml": f'<Gather action="/after"/>{HELLO}',
        "/after": "<Say language='de-DE'>weiter</Say><Hangup/>",
    }

    call = await served.platform(fallback="/fallback.xml").call(Press("1"))

    (form,) = served.forms("/fallback.xml")
    assert (form["ErrorCode"], form["ErrorUrl"]) == ("11200", ORIGIN + ENTRY)
    assert (call.said(), call.ending) == ("weiter", Ending.HUNG_UP_BY_US)


async def test_the_fallback_of_another_host_is_asked_when_ours_is_down(served):
    served.origin, served.pages["/hotline.xml"] = "https://static.example", HELLO
    platform = TelephonePlatform(
        origin=ORIGIN,
        server="http://127.0.0.1:9",
        token=TOKEN,
        fallback=f"{served.origin}/hotline.xml",
        hosts={served.origin: served.url},
    )

    call = await platform.call()

    assert codes(call) == [11205]
    assert call.said() == "Guten Tag"


async def test_a_fallback_can_be_a_file_that_takes_no_post(served):
    served.pages |= {ENTRY: web.Response(status=500), "/fallback.xml": HELLO}

    call = await served.platform(fallback="/fallback.xml", fallback_method="GET").call()

    assert served.requests[-1][0] == "GET"
    assert "ErrorCode=11200" in call.documents[-1].url
    assert call.said() == "Guten Tag"


async def test_an_account_can_send_more_fields(served):
    served.pages[ENTRY] = HELLO

    await served.platform(fields={"ForwardedFrom": "+4930999999", "CallerName": "Ärztehaus "}).call()

    assert served.forms(ENTRY)[0]["CallerName"] == "Ärztehaus "


async def test_a_failing_fallback_is_an_application_error(served):
    served.pages |= {ENTRY: web.Response(status=500), "/fallback.xml": web.Response(status=500)}

    call = await served.platform(fallback="/fallback.xml").call()

    assert (call.ending, codes(call)) == (Ending.APPLICATION_ERROR, [11200, 11200])


async def test_an_error_in_the_middle_of_a_call_leads_to_the_fallback(served):
    served.pages |= {
        ENTRY: f"{HELLO}<Redirect>/next</Redirect>",
        "/next": web.Response(status=500),
        "/fallback.xml": "<Say language='de-DE'>Stand von 15 Uhr</Say>",
    }

    call = await served.platform(fallback="/fallback.xml").call()

    assert call.said() == "Guten Tag\nStand von 15 Uhr"


async def test_http_redirects_are_followed_and_signed_anew(served):
    served.pages |= {
        ENTRY: web.Response(status=307, headers={"Location": "/moved"}),
        "/moved": web.Response(status=302, headers={"Location": "/there"}),
        "/there": HELLO,
    }

    call = await served.platform().call()

    assert [method for method, _, _ in served.requests] == ["POST", "POST", "GET"]
    assert call.said() == "Guten Tag"


@pytest.mark.parametrize(("status", "code"), [(302, 11215), (308, 11216)])
async def test_endless_or_odd_redirects_fail(served, status, code):
    served.pages[ENTRY] = lambda _: web.Response(status=status, headers={"Location": ENTRY})

    assert codes(await served.platform().call()) == [code]


async def test_another_host_is_not_asked(served):
    served.pages[ENTRY] = "<Redirect>https://elsewhere.example/x</Redirect>"

    call = await served.platform().call()

    assert (call.ending, codes(call)) == (Ending.APPLICATION_ERROR, [11210])


async def test_a_fragment_is_neither_sent_nor_signed(served):
    served.pages |= {ENTRY: "<Redirect>/next#rc=2&amp;rp=5xx</Redirect>", "/next": "<Hangup/>"}

    assert (await served.platform().call()).ending is Ending.HUNG_UP_BY_US


async def test_requests_can_be_repeated_and_the_last_answer_counts(served):
    counted: list[int] = []

    def page(_: object) -> str:
        counted.append(1)
        return f"<Say language='de-DE'>{len(counted)}</Say>"

    served.pages[ENTRY] = page

    call = await served.platform(copies=2).call()

    assert call.said() == "2"
    assert len(call.documents) == 2


async def test_something_can_be_broken_just_before_a_request(served):
    served.pages |= {ENTRY: f"{HELLO}<Redirect>/next</Redirect>", "/next": "<Hangup/>"}
    asked: list[str] = []

    async def note(request) -> None:
        asked.append(request.url)

    await served.platform(before=note).call()

    assert asked == [ORIGIN + ENTRY, f"{ORIGIN}/next"]


async def test_a_call_that_we_place_runs_the_document_inline(served):
    served.pages["/hooks/call"] = "<Say language='de-DE'>Danke</Say><Hangup/>"
    twiml = f'<Response><Gather numDigits="1" action="{ORIGIN}/hooks/call?ref=a"><Pause/></Gather></Response>'

    call = await served.platform().place("+4915112345678", Press("1"), twiml=twiml)

    (form,) = served.forms("/hooks/call")
    assert (form["Digits"], form["Direction"], form["To"]) == ("1", "outbound-api", "+4915112345678")
    assert call.said() == "Danke"


async def test_a_call_that_we_place_can_ask_for_its_document(served):
    served.pages["/voice/page/0"] = "<Hangup/>"

    assert (
        await served.platform().place("+4915112345678", url="/voice/page/0")
    ).ending is Ending.HUNG_UP_BY_US


async def test_a_withheld_number_is_the_one_that_spells_anonymous(served):
    served.pages[ENTRY] = HELLO

    await served.platform().call(caller=WITHHELD)

    assert served.forms(ENTRY)[0]["From"] == "+266696687"


async def test_many_calls_share_a_session_and_each_has_its_own_id(served):
    served.pages[ENTRY] = f'<Gather numDigits="1" action="/next">{HELLO}</Gather>'
    served.pages["/next"] = "<Hangup/>"

    async with served.platform() as platform:
        calls = await asyncio.gather(*(platform.call(Press("1")) for _ in range(20)))

    assert len({call.sid for call in calls}) == 20
    assert {call.ending for call in calls} == {Ending.HUNG_UP_BY_US}


async def test_a_transcript_can_be_read(served):
    served.pages |= {ENTRY: f'<Gather input="dtmf speech" action="/n">{HELLO}</Gather>', "/n": "<Hangup/>"}

    told = str(await served.platform().call(Silence(), Speak("hallo")))

    assert "caller <- say de-DE Guten Tag" in told
    assert told.endswith(str(Ending.NO_MORE_VERBS))
