from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from broadcast.errors import ConfigError
from broadcast.sandbox.faults import Fault, parse_fault
from broadcast.sandbox.scenario import Scenario, Timed
from broadcast.sandbox.server import Sandbox
from tests.sandbox.conftest import ACCOUNT, BASIC

HOSTILE = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>'


async def control(client, method: str, path: str, **options):
    reply = await client.request(method, f"{client.sandbox.url}/_sandbox/{path}", **options)
    return reply.status, json.loads(reply.body)


async def test_other_processes_can_read_what_was_received(client):
    await client.sms(body="eins")
    await client.sms(body="zwei")

    _, everything = await control(client, "GET", "received.json")
    _, rest = await control(client, "GET", "received.json?after=1&limit=1")
    _, requests = await control(client, "GET", "requests.json")

    assert [one["text"] for one in everything["received"]] == ["eins", "zwei"]
    assert (rest["total"], [one["text"] for one in rest["received"]]) == (2, ["zwei"])
    assert [(one["status"], one["reached"]) for one in requests["requests"]] == [(201, 1), (201, 1)]


async def test_other_processes_can_put_faults_in_place_and_heal_them(client):
    status, placed = await control(client, "POST", "faults", data="twilio:status=503\nsmtp:down")
    refused = (await client.sms()).status
    await control(client, "DELETE", "faults")
    healed = (await client.sms()).status

    assert status == 200
    assert [one["spelled"] for one in placed["faults"]] == ["twilio:status=503", "smtp:refuse"]
    assert (refused, healed) == (503, 201)


async def test_a_wrong_key_is_refused_whatever_it_is_shown_for(client):
    account = f"{client.sandbox.base_url('twilio')}/2010-04-01/Accounts/{ACCOUNT}.json"
    before = await client.request("GET", account, headers=BASIC)
    await control(client, "POST", "faults", data="twilio:auth")

    after = await client.request("GET", account, headers=BASIC)

    assert (before.status, after.status) == (200, 401)


async def test_faults_are_taken_as_json_too(client):
    await control(client, "POST", "faults", json=[{"kind": "ratelimit", "provider": "twilio", "times": 1}])

    assert [(await client.sms()).status for _ in range(2)] == [429, 201]


@pytest.mark.parametrize("body", ["twilio:hnag", '{"kind": "hang", "provider": "fax"}', "[1]", "{"])
async def test_a_misspelled_fault_is_answered_with_a_hint(client, body):
    status, answer = await control(client, "POST", "faults", data=body)

    assert status == 400
    assert answer["hint"]


async def test_clearing_forgets_messages_and_says_so(client):
    await client.sms()
    _, before = await control(client, "GET", "health")
    await control(client, "DELETE", "received")
    _, after = await control(client, "GET", "health")

    assert (before["received"], after["received"]) == (1, 0)
    assert before["edition"] != after["edition"]


async def test_an_opted_out_number_is_refused(client):
    await control(client, "POST", "suppressed", data="+491711234567")

    reply = await client.sms("+491711234567")

    assert json.loads(reply.body)["code"] == 21610


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Host": "127.0.0.1.evil.example:80"}, {"Origin": "https://evil.example"}],
)
async def test_a_page_from_elsewhere_may_neither_read_nor_write(client, headers):
    await client.sms()

    for method, path in (("GET", "received.json"), ("DELETE", "received"), ("POST", "faults")):
        reply = await client.request(method, f"{client.sandbox.url}/_sandbox/{path}", headers=headers)
        assert reply.status == 403
    assert len(client.sandbox.received) == 1


async def test_an_unknown_path_is_answered_as_such(client):
    assert (await control(client, "GET", "nothing"))[0] == 404
    assert (await control(client, "PUT", "faults"))[0] == 405


async def test_a_taken_port_is_explained(sandbox):
    with pytest.raises(ConfigError) as refusal:
        async with Sandbox(sandbox.port):
            pass

    assert f"port {sandbox.port}" in str(refusal.value)
    assert refusal.value.hint


async def test_a_taken_mail_port_is_explained(sandbox):
    with pytest.raises(ConfigError, match=f"port {sandbox.smtp_port}"):
        async with Sandbox(smtp_port=sandbox.smtp_port):
            pass


async def test_what_was_received_is_there_again_after_a_restart(tmp_path):
    import aiohttp

    from tests.sandbox.conftest import Client

    store = tmp_path / "received.jsonl"
    async with Sandbox(store=store) as first, aiohttp.ClientSession() as session:
        await Client(first, session).sms(body="vorher")
    with store.open("a", encoding="utf-8") as torn:
        torn.write('{"provider": "twil')
    async with Sandbox(store=store) as second, aiohttp.ClientSession() as session:
        await Client(second, session).sms(body="nachher")
    async with Sandbox(store=store) as third:
        assert [one.text for one in third.received] == ["vorher", "nachher"]

    assert store.stat().st_mode & 0o777 == 0o600


class Hands:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 5, 4, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


async def test_a_scenario_comes_and_goes_by_the_clock(tmp_path):
    import aiohttp

    from tests.sandbox.conftest import Client

    hands = Hands()
    scenario = Scenario(
        "x", (Timed(Fault(kind="status", provider="twilio", status=503), after=60, until=120),)
    )
    statuses = []
    async with Sandbox(scenario=scenario, clock=hands) as sandbox, aiohttp.ClientSession() as session:
        for hands.seconds in (0, 59, 60, 119, 120):
            statuses.append((await Client(sandbox, session).sms()).status)

    assert statuses == [201, 201, 503, 503, 201]


async def test_the_page_loads_nothing_and_runs_only_its_own_script(client):
    reply = await client.request("GET", client.sandbox.url + "/")

    html, policy = reply.body.decode(), reply.headers["Content-Security-Policy"]
    assert reply.status == 200
    assert not re.findall(r"""(?:src|href)\s*=\s*["']""", html)
    assert "default-src 'none'" in policy
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/=]+';", policy)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", html)
    assert html.count('element("iframe", { sandbox: ""') == html.count('"iframe"') == 1


@pytest.mark.browser
async def test_hostile_text_is_shown_and_never_run(client, tmp_path):
    import asyncio

    await client.sms(body=HOSTILE)
    mail = {
        "personalizations": [{"to": [{"email": "a@example.org", "name": HOSTILE}]}],
        "from": {"email": "b@example.org"},
        "subject": HOSTILE,
        "content": [{"type": "text/plain", "value": HOSTILE}, {"type": "text/html", "value": HOSTILE}],
    }
    headers = {"Authorization": "Bearer key"}
    await client.request(
        "POST", client.sandbox.base_url("sendgrid") + "/v3/mail/send", json=mail, headers=headers
    )
    options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    command = ["/usr/bin/chromium", *options, f"--user-data-dir={tmp_path}", "--virtual-time-budget=4000"]

    seen = await asyncio.to_thread(
        subprocess.run, [*command, "--dump-dom", client.sandbox.url + "/"], capture_output=True, timeout=60
    )

    html = seen.stdout.decode()
    assert "<title>broadcast sandbox</title>" in html
    assert "&lt;img src=x" in html
    assert '<img src="x"' not in html


async def test_a_fault_names_itself_on_the_record(client):
    client.sandbox.fault(parse_fault("twilio:status=500"))

    await client.sms()

    assert client.sandbox.requests[0].fault == "status"
