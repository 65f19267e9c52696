"""Trouble while answers arrive: nothing pretends to be recorded, and a repetition counts once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from broadcast.cadence.tick import tick
from broadcast.channels.chat.receipt_document import sample_receipt
from broadcast.config.load import load
from broadcast.dispatch.stop import Stop
from broadcast.inbound.arrived import Arrived, from_line, to_line
from broadcast.jobs import make_jobs
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.ledger.spool import LedgerSpool, answers_spool, waiting
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.inbound import InboundMessage
from broadcast.model.outcome import Accepted
from broadcast.model.question import AnswerMeans, NoticeQuestion
from broadcast.testing.ledger_fixtures import states
from broadcast.testing.ledger_samples import claim, incident, notice, owed, settled
from broadcast.wiring import open_ledger
from tests.server.conftest import ORIGIN, TOKEN, serving

_S = DeliveryState
REPLY = {
    "MessageSid": "SMin1",
    "From": "+4915112345678",
    "To": "+4930231250",
    "Body": "Ja",
    "NumMedia": "0",
}


OWN = """
[channels.own]
adapter = "webhook"
webhook_url = "env:OWN_URL"
secret = "env:OWN_SECRET"
"""


@pytest.fixture
def asked(ledger: Ledger) -> Notice:
    """A notice that asked Anna by SMS."""
    now = SystemClock().now()
    question = NoticeQuestion(asked_at=now, answer_by=now + timedelta(minutes=15), wait=300.0)
    new = replace(notice(incident(), 1, owed("anna", route=("sms",))), question=question)
    recorded, run = ledger.incidents.record(new, now), ledger.runs.begin()
    work = ledger.deliveries(recorded.id, run, clock=SystemClock())
    (one,) = claim(work, "sms")
    work.turn([settled(one, _S.ACCEPTED, "accepted", accepted=(Accepted("SM0"),))], {}, now)
    run.end()
    return recorded


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the ledger as another process would."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.rollback()


async def test_a_reply_while_the_ledger_is_locked_waits_beside_it_and_counts(asked, served, ledger, settings):
    spool = answers_spool(settings.ledger)
    with locked(settings.ledger):
        taken = await served.twilio("/hooks/sms/inbound", REPLY)
        assert (taken.status, "angekommen" in await taken.text()) == (200, True)
        assert spool.stat().st_mode & 0o777 == 0o600
        assert waiting(settings.ledger) == {spool: 1}

    again = await served.twilio("/hooks/sms/inbound", REPLY | {"MessageSid": "SMin2", "Body": "Danke"})

    assert again.status == 200
    assert states(ledger, asked) == {"anna": _S.CONFIRMED}
    assert [one.text for one in ledger.inbox.of(ledger.incidents.find(asked.incident))] == ["Ja", "Danke"]
    assert not spool.exists()


async def test_receipts_while_the_ledger_is_locked_are_recorded_by_the_next_round(
    asked, served, ledger, settings
):
    receipt = {"MessageSid": "SM0", "MessageStatus": "delivered", "To": REPLY["From"]}
    with locked(settings.ledger):
        taken = await served.twilio("/hooks/sms", receipt)
    assert taken.status == 204

    with closing(open_ledger(settings)) as own:
        await tick(make_jobs(settings, own), SystemClock(), Stop())

    assert states(ledger, asked) == {"anna": _S.DELIVERED}
    assert waiting(settings.ledger) == {}


async def test_what_waits_is_recorded_when_serve_begins(asked, ledger, settings):
    arrived = Arrived(
        channel="sms",
        kind=AddressKind.PHONE,
        means=AnswerMeans.BUTTON,
        news=InboundMessage(ref="SMin1", sender=REPLY["From"], text="Ja", recipient=REPLY["To"]),
        at=SystemClock().now(),
    )
    spool = LedgerSpool(answers_spool(settings.ledger), to_line, from_line)
    spool.add(arrived)

    async with serving(settings) as served:
        await served.twilio("/hooks/sms/inbound", REPLY)

    assert states(ledger, asked) == {"anna": _S.CONFIRMED}
    assert not spool.path.exists()


@pytest.mark.slow
async def test_a_provider_that_repeats_its_requests_is_refused_and_nothing_waits(settings, monkeypatch):
    monkeypatch.setenv("OWN_URL", "https://own.example/")
    monkeypatch.setenv("OWN_SECRET", "s3cret")
    settings.path.write_text(settings.path.read_text() + OWN)
    settings = load(settings.path, {"TWILIO_AUTH_TOKEN": TOKEN}, settings.path.parent)
    url = ORIGIN + "/hooks/own"
    asked = sample_receipt(url, "s3cret", SystemClock().now())

    async with serving(settings) as served:
        with locked(settings.ledger):
            refused = await served.post("/hooks/own", asked.body, **asked.headers)

    assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
    assert waiting(settings.ledger) == {}


async def test_a_reply_that_is_repeated_is_answered_once(asked, served, ledger):
    texts = [await (await served.twilio("/hooks/sms/inbound", REPLY)).text() for _ in range(3)]

    assert ["Bestätigt" in text for text in texts] == [True, False, False]
    assert len(ledger.inbox.of(ledger.incidents.find(asked.incident))) == 1


async def test_a_body_that_is_too_large_is_refused(asked, served, ledger):
    response = await served.twilio("/hooks/sms/inbound", REPLY | {"Body": "Ja " + "x" * 300_000})

    assert response.status == 413
    assert states(ledger, asked) == {"anna": _S.ACCEPTED}


@pytest.mark.parametrize("body", [b"MessageSid=SM1&From=%2B4915112345678&Body=Ja%ff", b"Body=\xff\xfe"])
async def test_bytes_that_are_no_text_are_refused(asked, served, ledger, body):
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": "x"}
    response = await served.post("/hooks/sms/inbound", body, **headers)

    assert (response.status, await response.text()) == (400, "")
    assert "sms: a request was refused with 400: the form is not UTF-8\n" in served.log.getvalue()
    assert states(ledger, asked) == {"anna": _S.ACCEPTED}


@pytest.mark.parametrize("text", ["", " \n", "x" * 100_000, "\x1b[2J", "\U0001f64f" * 2000, "\u202eJa"])
async def test_any_text_is_taken_as_it_is(asked, served, ledger, text):
    response = await served.twilio("/hooks/sms/inbound", REPLY | {"Body": text})

    assert response.status == 200
    (found,) = ledger.inbox.of(ledger.incidents.find(asked.incident))
    assert found.text == text


async def test_somebody_whom_we_never_wrote_to_is_answered_and_changes_nothing(asked, served, ledger):
    stranger = REPLY | {"From": "+4915112349999"}

    response = await served.twilio("/hooks/sms/inbound", stranger)

    assert "Es ist gerade keine Frage an Sie offen." in await response.text()
    assert states(ledger, asked) == {"anna": _S.ACCEPTED}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The folder of the configuration on a disk of its own, which is mounted before the ledger is opened."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "small", str(tmp_path)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine mounts no tmpfs")
    yield tmp_path
    subprocess.run(["umount", "-l", tmp_path], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave no space on a disk."""
    file = disk / "fill"
    with suppress(OSError):
        file.write_bytes(b"x" * os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize * 2)
    assert os.statvfs(disk).f_bavail == 0
    yield
    file.unlink()


async def test_on_a_full_disk_a_reply_waits_in_the_space_that_was_kept_for_it(
    small_disk, asked, served, ledger, settings
):
    with filled(small_disk):
        taken = await served.twilio("/hooks/sms/inbound", REPLY)
        assert (taken.status, len(waiting(settings.ledger))) == (200, 1)
        assert states(ledger, asked) == {"anna": _S.ACCEPTED}

    assert (await served.twilio("/hooks/sms/inbound", REPLY | {"MessageSid": "SMin2"})).status == 200
    assert states(ledger, asked) == {"anna": _S.CONFIRMED}
    assert waiting(settings.ledger) == {}
