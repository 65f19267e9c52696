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

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.model.outcome import Accepted
from broadcast.model.question import NoticeQuestion
from broadcast.testing.ledger_fixtures import states
from broadcast.testing.ledger_samples import claim, incident, notice, owed, settled

_S = DeliveryState
REPLY = {
    "MessageSid": "SMin1",
    "From": "+4915112345678",
    "To": "+4930231250",
    "Body": "Ja",
    "NumMedia": "0",
}


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


async def test_a_reply_while_the_ledger_is_locked_is_refused_and_counts_when_it_is_repeated(
    asked, served, ledger, settings
):
    with locked(settings.ledger):
        refused = await served.twilio("/hooks/sms/inbound", REPLY)
    assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
    assert states(ledger, asked) == {"anna": _S.ACCEPTED}

    again = await served.twilio("/hooks/sms/inbound", REPLY)

    assert again.status == 200
    assert states(ledger, asked) == {"anna": _S.CONFIRMED}


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

    assert response.status == 400
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


async def test_on_a_full_disk_a_reply_is_refused_and_counts_when_there_is_space_again(
    small_disk, asked, served, ledger
):
    with filled(small_disk):
        refused = await served.twilio("/hooks/sms/inbound", REPLY)

    assert refused.status == 503
    assert states(ledger, asked) == {"anna": _S.ACCEPTED}
    assert (await served.twilio("/hooks/sms/inbound", REPLY)).status == 200
    assert states(ledger, asked) == {"anna": _S.CONFIRMED}
