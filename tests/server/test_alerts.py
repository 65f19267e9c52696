"""Alerts of monitoring systems become drafts: one for each group, closed at its end, and nothing is sent."""

from __future__ import annotations

import asyncio
import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from broadcast.config.load import load
from broadcast.errors import ConfigError
from broadcast.jobs import make_alert_drafts
from broadcast.ledger.ledger import Ledger
from broadcast.monitoring.alert_payload import UnreadableAlerts, read_alerts
from broadcast.testing.ledger_samples import NOON
from tests.server.conftest import CONFIGURATION, TOKEN

ALERTS_TOKEN = "alerts-0123456789"
SERVICES = """
[services.checkout]
de = "Kasse"
en = "Checkout"

[services.orders]
de = "Bestellungen"
en = "Orders"
"""


def alert(status: str = "firing", **labels: str) -> dict:
    return {
        "status": status,
        "labels": {"alertname": "CheckoutDown", "service": "checkout", "severity": "critical", **labels},
        "annotations": {"summary": "Checkout answers 500"},
        "startsAt": "2026-11-29T14:05:00.123456789Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "c0ffee",
    }


def alertmanager(*alerts: dict, status: str = "firing", key: str = '{}:{alertname="X"}', **more) -> dict:
    return {
        "version": "4",
        "groupKey": key,
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "broadcast",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager:9093",
        "alerts": list(alerts),
        **more,
    }


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("ALERTS_TOKEN", ALERTS_TOKEN)
    path, configuration = tmp_path / "broadcast.toml", CONFIGURATION.format(desk=tmp_path / "desk.sock")
    configuration = configuration.replace("[serve]", '[serve]\nalerts_token = "env:ALERTS_TOKEN"')
    path.write_text(configuration + 'contacts = ["people.csv"]\n' + SERVICES)
    (tmp_path / "people.csv").write_text("id,name,phone,locale\nanna,Anna,+4915112345678,de\n")
    return load(path, {}, tmp_path)


@pytest.fixture
async def post(served, ledger):
    """Post to the private listener, and wait until the drafts say what was posted."""
    connector = aiohttp.UnixConnector(served.listening.private.removeprefix("unix:"))
    async with aiohttp.ClientSession(connector=connector) as session:

        async def send(
            document, token: str | None = ALERTS_TOKEN, *, drafted: bool = True
        ) -> tuple[int, str]:
            body = io.BytesIO(document if isinstance(document, bytes) else json.dumps(document).encode())
            headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
            async with session.post("http://desk/alerts", data=body, headers=headers) as response:
                answer = response.status, await response.text()
            async with asyncio.timeout(30):
                # On a busy machine the answer comes before the draft.
                while drafted and ledger.alerts.without_draft():  # noqa: ASYNC110 - a ledger tells no one
                    await asyncio.sleep(0)
            return answer

        yield send


def drafts(settings) -> list[Path]:
    return sorted((settings.folder / "drafts").glob("*.md"))


def commands(draft: Path) -> list[list[str]]:
    """The commands of a draft, as a shell reads them."""
    lines = draft.read_text().splitlines()
    return [shlex.split(line) for line in lines if line.startswith("    broadcast ")]


async def test_an_alert_becomes_a_draft_with_the_command_that_would_tell_people(post, settings, ledger):
    assert (await post(alertmanager(alert())))[0] == 200

    (draft,) = drafts(settings)
    text = draft.read_text()
    assert "Checkout answers 500" in text
    assert "- services: checkout\n" in text
    assert "| customers | 1 | sms > call |" in text
    rehearsal, command = commands(draft)
    assert command[:3] == ["broadcast", "--config", str(settings.path)]
    assert command[3:8] == ["notify", "--severity", "sev1", "--service", "checkout"]
    assert command[-2:] == ["--", "Kasse gestört"]
    assert "title.en=Checkout disrupted" in command
    assert f"alerts/{draft.stem}" in command
    assert "--dry-run" in rehearsal
    assert ledger.incidents.all() == []


async def test_the_same_group_again_updates_the_draft(post, settings):
    await post(alertmanager(alert(severity="warning")))
    await post(alertmanager(alert(severity="warning"), alert(service="orders", severity="critical")))

    (draft,) = drafts(settings)
    (command, _) = commands(draft)
    assert command[4:10] == ["--severity", "sev1", "--service", "checkout", "--service", "orders"]


async def test_another_group_has_a_draft_of_its_own(post, settings):
    await post(alertmanager(alert()))
    await post(alertmanager(alert(), key="{}:{service=orders}"))

    assert len(drafts(settings)) == 2


async def test_a_draft_that_a_person_edited_stays_as_it_is(post, settings):
    await post(alertmanager(alert()))
    (draft,) = drafts(settings)
    draft.write_text("My own words")

    await post(alertmanager(alert(severity="warning")))

    assert draft.read_text() == "My own words"


async def test_resolved_alerts_close_the_draft(post, settings):
    await post(alertmanager(alert(), alert(instance="web-2")))
    (draft,) = drafts(settings)

    await post(alertmanager(alert(), alert("resolved", instance="web-2")))
    assert drafts(settings) == [draft]
    await post(alertmanager(alert("resolved"), status="resolved"))
    await post(alertmanager(alert("resolved"), status="resolved"))

    (closed,) = drafts(settings)
    assert closed.name == f"{draft.stem}.closed.md"


async def test_a_group_that_fires_again_after_its_end_is_drafted_again(post, settings, ledger):
    await post(alertmanager(alert()))
    await post(alertmanager(alert("resolved"), status="resolved"))
    await post(alertmanager(alert()))

    names = [draft.name for draft in drafts(settings)]
    assert len([name for name in names if not name.endswith(".closed.md")]) == 1
    assert ledger.alerts.without_draft() == []


async def test_grafana_is_understood(post, settings):
    document = alertmanager(alert(), version="1", orgId=1, title="[FIRING:1]", state="alerting", message="x")

    assert (await post(document))[0] == 200
    assert len(drafts(settings)) == 1


async def test_without_a_group_the_fingerprint_identifies_an_alert(post, settings):
    documents = [alertmanager(alert(), key="") for _ in range(2)]
    for document in documents:
        await post(document)

    assert len(drafts(settings)) == 1


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("", 401), ("wrong", 403), ("ünï", 403)])
async def test_without_the_token_nothing_is_taken(post, settings, token, status):
    assert await post(alertmanager(alert()), token) == (status, "")
    assert drafts(settings) == []


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"{", 400, "json"),
        (b"\xff\xfe", 400, "json"),
        (b"[" * 200_000, 400, "json"),
        (b"[]", 400, "shape"),
        (b'{"version": "4", "alerts": 3}', 400, "shape"),
        (b'{"version": "4", "alerts": [null]}', 400, "shape"),
        (b'{"version": "5", "alerts": []}', 400, "version"),
        (b'{"version": "1", "alerts": []}', 400, "version"),
        (b"{}", 400, "version"),
        (b" " * (256 * 1024 + 1), 413, ""),
    ],
)
async def test_what_is_no_news_of_alerts_is_refused(post, settings, body, status, reason):
    answered, text = await post(body)

    assert answered == status
    assert reason in text
    assert drafts(settings) == []


async def test_a_group_without_alerts_is_no_news(post, settings):
    assert (await post(alertmanager(key="empty")))[0] == 200
    assert drafts(settings) == []
    await post(alertmanager(truncatedAlerts=3, key="cut"))

    (draft,) = drafts(settings)
    await post(alertmanager(key="cut"))
    assert drafts(settings) == [draft]


async def test_the_public_listener_does_not_have_the_route(served):
    async with served.session.post(served.listening.public + "/alerts") as response:
        assert response.status == 404


async def test_what_cannot_be_written_now_is_written_later(post, settings, ledger):
    (settings.folder / "drafts").write_text("a file where the folder should be")

    assert (await post(alertmanager(alert()), drafted=False))[0] == 200

    with pytest.raises(ConfigError, match="cannot write in"):
        make_alert_drafts(settings, ledger).draft()
    (settings.folder / "drafts").unlink()
    make_alert_drafts(settings, ledger).draft()
    assert len(drafts(settings)) == 1
    assert ledger.alerts.without_draft() == []


def test_the_command_of_a_draft_can_be_copied(settings, ledger):
    """Also if the title that the alert says looks like an option."""
    group = read_alerts(json.dumps(alertmanager({"labels": {"alertname": "--yes $(x) 'y"}})).encode())[0]
    ledger.alerts.record([group], NOON)
    make_alert_drafts(settings, ledger).draft()
    (draft,) = drafts(settings)
    rehearsal, _ = commands(draft)

    result = subprocess.run(
        [sys.executable, "-m", *rehearsal], capture_output=True, text=True, timeout=60, env={**os.environ}
    )

    assert (result.returncode, "--yes $(x) 'y" in result.stdout) == (0, True), result.stdout + result.stderr


HOSTILE = [
    "-x --yes --config /etc/passwd",
    "--sandbox",
    "$(touch /tmp/x)`id`; rm -rf / #",
    "'\"; echo 'gone",
    "{{ 7*7 }}{% for x in y %}",
    "# Heading\n\n    broadcast notify --yes -- gone",
    "\x1b[2J\x1b]0;title\x07",
    "null\x00byte",
    "\ud800 alone",
    "<script>alert(1)</script>",
    "\u202egnp.exe",
    "@everyone",
    "x" * 1_000_000,
    "",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_texts_are_only_text(post, settings, text):
    body = json.dumps(
        alertmanager({"labels": {"alertname": text}, "annotations": {"summary": text}})
    ).encode()

    status, _ = await post(body)

    assert status == (413 if len(text) > 300_000 else 200)
    for draft in drafts(settings):
        check(draft.read_text())


texts = st.text() | st.sampled_from(HOSTILE[:-2])
values = st.recursive(
    st.none() | st.booleans() | st.floats() | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=8,
)
labels = st.dictionaries(
    texts | st.sampled_from(["service", "severity", "alertname"]), texts | values, max_size=4
)


@profile(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.fixed_dictionaries({"labels": labels | values, "annotations": labels, "startsAt": values}),
        max_size=3,
    ),
    values,
)
def test_no_alert_leaves_its_place_in_the_draft(settings, listed, rest):
    body = json.dumps(
        {"version": "4", "groupKey": rest, "truncatedAlerts": rest, "status": rest, "alerts": listed}
    )
    ledger = Ledger.open(settings.ledger)
    try:
        drafter = make_alert_drafts(settings, ledger).drafter
        for group in read_alerts(body.encode(errors="surrogatepass")):
            check(drafter.text(drafter.propose("x.md", group.alerts, group.more)))
    except UnreadableAlerts:
        pass
    finally:
        ledger.close()


def check(text: str) -> None:
    """Each line is one of ours, or an indented one; the command is the same whatever the alert says."""
    text.encode()
    assert not any(char in text for char in "\x1b\x00\x07\r\u202e\u2028\x85")
    ours = ("#", "-", "Written by", "Look at", "Then,", "|", "This could", "    ")
    assert [line for line in text.split("\n") if line and not line.startswith(ours)] == []
    lines = [line for line in text.split("\n") if line.startswith("    broadcast ")]
    assert len(lines) == 2
    for line in lines:
        words = shlex.split(line)
        assert words[words.index("--") + 1 :] == words[-1:]
        options = [word for word in words[: words.index("--")] if word.startswith("-")]
        assert set(options) <= {
            "--config",
            "--severity",
            "--service",
            "--affects",
            "--key",
            "--dry-run",
            "-v",
        }
