"""The power goes at every request: the real order of writes and syncs is replayed up to there.

Each image that a disk may hold then is opened: it is whole, and knows of every request that had left.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote_plus

from tests.torture import strace
from tests.torture.companies import EACH_ALONE, NOTIFY, Companies, run
from tests.torture.images import Disk
from tests.torture.report import Line, Options

_CALLS = (
    *("openat", "pwrite64", "write", "fsync", "fdatasync", "ftruncate", "unlink", "link", "rename"),
    *("sendto", "sendmsg", "pwritev", "writev", "sync_file_range", "fallocate"),
)
#: Calls that the replay does not know; were one used on the ledger, the suite would be blind.
_STRANGE = {"pwritev", "writev", "sync_file_range", "fallocate"}
_NAMING = {"openat", "link", "rename", "unlink"}
_PHONE = re.compile(r"\+4915112(\d{5})7")
_EMAIL = re.compile(r"p(\d+)@kunde\.example")

Intent = tuple[str, str]  # contact, channel


def suite(options: Options, companies: Companies) -> Iterator[Line]:
    line = Line(name="powercut")
    line.skipped = strace.missing()
    runs, images = options.count(1, 5), options.count(5, 6)
    for number in () if line.skipped else range(runs):
        chance = options.chance("powercut", number)
        _one_run(companies, options.count(32, 52), images, chance, line)
    yield line


def _one_run(companies: Companies, people: int, images: int, chance: random.Random, line: Line) -> None:
    wide = f"concurrency = {chance.choice((1, 2, 4, 8))}"
    company = companies.found(EACH_ALONE, people, sms=wide, mail_backup=wide)
    log = company.folder / "strace.log"
    done = run(company, *NOTIFY, before=strace.recording(log, _CALLS))
    line.expect(done.code == 0, f"the recorded run ended with {done.code}: {done.err[-200:]}")
    room = _room(company.folder)
    replay = Replay(company.ledger_path, chance, room)
    for call in strace.calls(log):
        fresh = replay.take(call)
        if fresh:
            _look(replay, line, images)
    line.broken += replay.strange
    told = {f"p{n}" for n in range(people)}
    line.expect(
        {who for who, _ in replay.left} == told and len(replay.left) == 3 * people,
        f"only {len(replay.left)} of {3 * people} messages were seen leaving",
    )
    secret = company.ledger_path.with_name("broadcast.db.secret").read_bytes()
    line.expect(replay.secrets <= {secret}, "another install secret would have been found")
    shutil.rmtree(room)


def _look(replay: Replay, line: Line, images: int) -> None:
    """The worst image at a request, and some random ones."""
    line.add(points=1)
    for number in range(1 + images):
        chance = replay.chance if number else None
        found = replay.open(replay.disk.after_power_cut(chance, torn=bool(number % 2)))
        kind = "random images" if number else "worst images"
        line.add(**{kind.replace(" ", "_"): 1})
        line.add(corrupt=int(found.verdict != "ok"), intents_lost=len(replay.left - found.intents))
        line.expect(found.verdict == "ok", f"image {number}: {found.verdict}")
        missed = sorted(replay.left - found.intents)
        line.expect(
            not missed, f"image {number}: {len(missed)} requests had left without a trace: {missed[:3]}"
        )
        line.add(secrets_lost=int(not found.secret))
        line.expect(found.secret, f"image {number}: the install secret is gone, and with it our references")


class Found:
    """What is found after the power came back."""

    def __init__(self, verdict: str, intents: set[Intent], secret: bool) -> None:
        self.verdict, self.intents, self.secret = verdict, intents, secret


class Replay:
    """Follows a recorded run: what is on the disk, and which messages have left."""

    def __init__(self, ledger: Path, chance: random.Random, room: Path) -> None:
        self.disk = Disk()
        self.left: set[Intent] = set()
        self.strange: list[str] = []
        self.secrets: set[bytes] = set()
        self.chance = chance
        self._folder, self._ledger, self._room = ledger.parent, ledger.name, room

    def take(self, call: strace.Call) -> bool:
        """Follow one call; whether a message leaves with it that had not left before."""
        if call.name in {"sendto", "sendmsg"}:
            return call.begins and self._leaves(b"".join(call.texts))
        if call.name in _NAMING:
            self._names(call)
        elif call.file == str(self._folder):
            if call.name in {"fsync", "fdatasync"} and call.ends:
                self.disk.sync_folder()
        elif name := self._ours(call.file):
            self._bytes(call, name)
        return False

    def open(self, image: dict[str, bytes]) -> Found:
        """Put an image on a disk, and open it as SQLite does."""
        for file in self._room.iterdir():
            file.unlink()
        for name, content in image.items():
            (self._room / name).write_bytes(content)
        secret = image.get(f"{self._ledger}.secret", b"")
        if secret:
            self.secrets.add(secret)
        if self._ledger not in image:
            return Found("there is no ledger", set(), bool(secret))
        try:
            with closing(sqlite3.connect(self._room / self._ledger)) as database:
                verdict = database.execute("PRAGMA integrity_check").fetchone()[0]
                rows = database.execute(
                    "SELECT contact, attempt.channel FROM attempt JOIN delivery ON delivery.id = delivery_id"
                )
                return Found(verdict, set(rows.fetchall()), bool(secret))
        except sqlite3.Error as error:
            return Found(str(error), set(), bool(secret))

    def _leaves(self, data: bytes) -> bool:
        before = len(self.left)
        text = data.decode("latin-1")
        if text.startswith(("POST /twilio", "To=%2B")) or "&To=%2B" in text:
            self.left |= {(f"p{int(n)}", "sms") for n in _PHONE.findall(unquote_plus(text))}
        elif text.startswith("RCPT"):
            self.left |= {(f"p{n}", "mail-backup") for n in _EMAIL.findall(text)}
        elif '"personalizations"' in text:
            self.left |= {(f"p{n}", "email") for n in _EMAIL.findall(text)}
        return len(self.left) > before

    def _names(self, call: strace.Call) -> None:
        names = [self._ours(text.decode("utf-8", "replace")) for text in call.texts]
        if not call.ends or call.result.startswith("-") or not names or not names[0]:
            return
        if call.name == "openat" and "O_CREAT" in call.rest:
            self.disk.create(names[0])
        elif call.name == "unlink":
            self.disk.unlink(names[0])
        elif call.name == "link":
            self.disk.link(names[0], names[1])
        elif call.name == "rename":
            self.disk.rename(names[0], names[1])

    def _bytes(self, call: strace.Call, name: str) -> None:
        numbers = [part.strip() for part in call.rest.split(",")]
        if call.name in {"fsync", "fdatasync"}:
            if call.ends:
                self.disk.sync(name)
        elif not call.begins:
            return
        elif call.name == "pwrite64":
            self.disk.write(name, int(numbers[3]), call.texts[0])
        elif call.name == "write":
            self.disk.write(name, 0, call.texts[0])
        elif call.name == "ftruncate":
            self.disk.cut(name, int(numbers[1]))
        elif call.name in _STRANGE:
            self.strange.append(f"{call.name} on {name}")

    def _ours(self, path: str) -> str:
        """The name of a file of the ledger; its runs' locks are worth nothing after a power cut."""
        folder, _, name = path.rpartition("/")
        return name if folder == str(self._folder) and name.startswith(self._ledger) else ""


def _room(folder: Path) -> Path:
    """Where images are opened: in memory where there is room, for each of them is synced."""
    memory = Path("/dev/shm")
    room = (memory if os.access(memory, os.W_OK) else folder) / f"torture-{os.getpid()}"
    room.mkdir(exist_ok=True)
    return room
