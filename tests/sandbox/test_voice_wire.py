"""Twilio's calls as the sandbox plays them, beside Twilio's own description."""

from __future__ import annotations

import asyncio
import json
import subprocess

import pytest

from tests.sandbox.test_wire_formats import (
    ACCOUNT,
    CREDENTIALS,
    MESSAGES,
    SMS,
    Talk,
    is_valid,
    validate_answer,
    without,
)

CALLS = f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
CALL = {
    "To": "+493012345678",
    "From": "+4930231250",
    "Twiml": '<Response><Pause/><Say language="de-DE">Grüße &amp; mehr</Say></Response>',
}
SORRY = "We are sorry, an application error has occurred. Goodbye."


@pytest.mark.parametrize(
    ("method", "form", "status"),
    [
        ("POST", CALL, 201),
        ("POST", {**CALL, "MachineDetection": "DetectMessageEnd"}, 201),
        ("GET", None, 200),
    ],
)
def test_what_the_description_allows_is_accepted_and_answered_in_its_shape(method, form, status):
    answer, request = Talk("twilio").ask(method, CALLS, form)

    assert is_valid("twilio", request)
    assert answer.status == status
    validate_answer("twilio", request, answer)


@pytest.mark.parametrize("missing", ["To", "From", "Twiml"])
def test_what_the_description_forbids_is_refused(missing):
    answer, request = Talk("twilio").ask("POST", CALLS, without(CALL, missing))

    assert not is_valid("twilio", request)
    assert (answer.status, answer.received) == (400, ())


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"To": "+15005550001"}, 21217),
        ({"To": "+15005550002"}, 21214),
        ({"To": "+15005550003"}, 21215),
        ({"To": "+15005550004"}, 21216),
        ({"To": "0171 1234567"}, 21211),
        ({"From": "Muster"}, 21212),
        ({"From": "+15005550007"}, 21210),
        ({"Twiml": "<Response>" + " " * 4000 + "</Response>"}, 20001),
        ({"MachineDetection": "perhaps"}, 20001),
    ],
)
def test_calls_are_refused_with_twilios_own_codes(changed, code):
    answer, _ = Talk("twilio").ask("POST", CALLS, {**CALL, **changed})

    assert (answer.status, json.loads(answer.body)["code"]) == (400, code)


@pytest.mark.parametrize(
    ("twiml", "heard"),
    [
        ('<Response><Say>a &lt;b&gt;</Say><Say loop="2">c</Say></Response>', ["a <b>", "c", "c"]),
        ('<Response><Gather action="https://us.example/k?ref=r1"><Say>a</Say></Gather></Response>', ["a"]),
        ("<Response><Say>a & b</Say></Response>", [SORRY]),
        ("<!DOCTYPE x><Response/>", [SORRY]),
        ("<Say>a</Say>", [SORRY]),
    ],
)
def test_a_call_is_heard_as_its_twiml_says(twiml, heard):
    received = Talk("twilio").ask("POST", CALLS, {**CALL, "Twiml": twiml})[0].received[0]

    assert [one["text"] for one in received.extra["said"]] == heard
    assert received.text == "\n".join(dict.fromkeys(heard))
    assert received.key == ("r1" if "r1" in twiml else None)


def test_calls_and_messages_are_kept_apart():
    talk = Talk("twilio")
    talk.ask("POST", MESSAGES, {**SMS, "To": CALL["To"]})
    sid = json.loads(talk.ask("POST", CALLS, CALL)[0].body)["sid"]

    listed, request = talk.ask("GET", CALLS, To=CALL["To"])
    fetched, by_sid = talk.ask("GET", CALLS.replace(".json", f"/{sid}.json"))
    elsewhere, _ = talk.ask("GET", MESSAGES.replace(".json", f"/{sid}.json"))

    validate_answer("twilio", request, listed)
    validate_answer("twilio", by_sid, fetched)
    assert [(one["sid"], one["status"]) for one in json.loads(listed.body)["calls"]] == [(sid, "completed")]
    assert elsewhere.status == 404


@pytest.mark.browser
async def test_a_call_can_be_read_and_listened_to_on_the_page(client, tmp_path):
    hostile = {**CALL, "Twiml": "<Response><Say>&lt;img src=x onerror=alert(1)&gt; gestört</Say></Response>"}
    headers = {"Authorization": CREDENTIALS["twilio"]}
    url = client.sandbox.base_url("twilio") + CALLS
    await client.request("POST", url, data=hostile, headers=headers)
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    command = ["/usr/bin/chromium", *options, f"--user-data-dir={tmp_path}", "--virtual-time-budget=4000"]

    seen = await asyncio.to_thread(
        subprocess.run, [*command, "--dump-dom", client.sandbox.url + "/"], capture_output=True, timeout=60
    )

    html = seen.stdout.decode()
    assert ">Listen</button>" in html
    assert "&lt;img src=x onerror=alert(1)&gt; gestört" in html
    assert '<img src="x"' not in html
    assert "<dt>calls</dt><dd>1</dd>" in html
