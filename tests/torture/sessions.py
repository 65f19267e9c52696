"""Random sessions of the real program: faults, kills, wrong clocks, old backups, two names, sleep and wake.

The judge is what people received, by a word that each command puts into its message. It knows nothing of the
ledger's marks, ids or states, so that it cannot share their mistakes.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.harness.company import Company, email, phone
from tests.harness.program import LONGEST, Ended, start, wait
from tests.torture.clock import FAKETIME, shifted
from tests.torture.companies import Companies, environment
from tests.torture.report import Line, Options

PEOPLE = 5
LANES = (("email", "mail-backup", "sms"), ("x", "page"))
STAFF = """
[audiences.staff]
contacts = ["staff.csv"]
lanes = [["sms", "email"], ["page"]]
internal = true
"""
#: What somebody changes in the configuration while incidents are open: old text, new text.
CHANGES = (
    ("[audiences.staff]", "[audiences.crew]"),
    ('lanes = [["sms", "email"], ["page"]]', 'lanes = [["sms", "email"]]'),
    (', ["x", "page"]]', "]"),
    ('["email", "mail-backup", "sms"]', '["sms", "email"]'),
)
#: Providers whose people can be told apart by an address, and what the judge calls them.
TELLING = {"twilio": "sms", "sendgrid": "email", "smtp": "mail-backup"}
#: Two people share a number, and one message to it counts for both.
SHARED = Counter({"sms": 1})
PUBLIC = frozenset({"x", "statuspage"})
#: Accepted and lost, refused, slow, dead: what the sandbox can do to a request.
FAULTS = (
    "twilio:drop_after,times=4",
    "twilio:hang_after,times=2",
    "twilio:drop_after,times=3",
    "sendgrid:drop_after,times=1",
    "smtp:drop_after,times=1",
    "twilio:status=503,times=4",
    "twilio:drop_before,times=2",
    "twilio:ratelimit=1,times=2",
    "twilio:auth",
    "sendgrid:status=500,times=2",
    "sendgrid:auth",
    "sendgrid:status=429,times=2",
    "smtp:refuse,times=3",
    "statuspage:status=503,times=2",
    "x:status=503,times=2",
    "x:auth",
    "all:late=0.05",
)
#: Exit codes that promise that nothing left the machine.
NOTHING_LEFT = frozenset({2, 3, 6, 7, 8, 9, 10, 12})
#: How far the time of day is set wrong, as libfaketime spells it.
WRONG_CLOCKS = ("-180s", "-2h", "+150s", "+3h", "+1d")


@dataclass
class Said:
    """What one command said: its word, its incident, and whether it ended it."""

    word: str
    incident: str
    closes: bool


@dataclass(kw_only=True)
class Session:
    """A company in the hands of people and machines that do not behave."""

    company: Company
    companies: Companies
    chance: random.Random
    line: Line
    name: str
    said: list[Said] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    clock: str = ""
    alias: bool = False
    steps: list[str] = field(default_factory=list)
    forgotten: set[str] = field(default_factory=set)
    rules: str = ""  # the configuration as it was in the beginning
    backup: tuple[Path, list[Said], list[str]] | None = None

    def run(self, *arguments: str) -> Ended:
        """Run a command to its end, and hold its exit code against what it did."""
        before = self._evidence()
        result = wait(self._start(*arguments))
        self._hold(arguments, result, before)
        return result

    def cut(self, *arguments: str) -> Ended:
        """Run a command and kill or interrupt it somewhere, or not."""
        before = self._evidence()
        process = self._start(*arguments)
        if self._in_the_middle(process):
            process.send_signal(self.chance.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGINT)))
            self.line.add(kills=1)
        result = wait(process)
        self._hold(arguments, result, before)
        return result

    def asleep(self, arguments: tuple[str, ...], meanwhile: Callable[[], None]) -> Ended:
        """Stop a command in the middle, do something else, and let it go on."""
        process = self._start(*arguments)
        if self._in_the_middle(process):
            process.send_signal(signal.SIGSTOP)
            self.line.add(stops=1)
            meanwhile()
            process.send_signal(signal.SIGCONT)
        return wait(process)

    def _in_the_middle(self, process: subprocess.Popen[str]) -> bool:
        """Wait until the command sends, or about as long as starting takes; whether it still runs then."""
        before = len(self.companies.requests())
        until = time.monotonic() + self.chance.choice((0.3, 0.6, 5.0, 5.0))
        while time.monotonic() < until and process.poll() is None:
            if len(self.companies.requests()) != before:
                break
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=self.chance.uniform(0, 0.2))
        return process.poll() is None

    def received(self) -> list[tuple[str, str, str]]:
        """Provider, address and text of everything that came to somebody's notice, page updates included."""
        return [
            (one.provider, one.to, f"{one.subject or ''} {one.text}")
            for one in self.companies.daemon.received()
            if one.tells or one.provider in PUBLIC
        ]

    def _start(self, *arguments: str) -> subprocess.Popen[str]:
        self.steps.append(f"{' '.join(arguments)}{f' (clock {self.clock})' if self.clock else ''}")
        folder = self.company.folder
        around = environment(folder) | shifted(self.clock)
        if self.alias:
            around["BROADCAST_LEDGER"] = str(folder / "other" / "broadcast.db")
        return start(arguments, folder, around)

    def _evidence(self) -> tuple[int, int]:
        return len(self.companies.requests()), self._notices()

    def _notices(self) -> int:
        with closing(sqlite3.connect(self.company.ledger_path)) as database:
            found = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'notice'").fetchone()
            return database.execute("SELECT count(*) FROM notice").fetchone()[0] if found else 0

    def _hold(self, arguments: tuple[str, ...], result: Ended, before: tuple[int, int]) -> None:
        what = f"{self.name}: {' '.join(arguments)} ended with {result.code}"
        self.line.expect(not result.traceback, f"{what} and a traceback: {result.err[-300:]}")
        self.line.expect(result.code != -99, f"{what}: it hung for {LONGEST} s")
        if result.code in NOTHING_LEFT:
            now = self._evidence()
            said = f"{what}, and {now[0] - before[0]} requests and {now[1] - before[1]} notices were made"
            self.line.expect(now == before, f"{said}: {result.err.strip()[-200:]}")


def suite(options: Options, companies: Companies) -> Iterator[Line]:
    """Sessions of about ten steps; then everything is healed and `retry` goes on until nothing changes."""
    line = Line(name="sessions")
    if FAKETIME is None:
        line.skipped = "libfaketime is not there"
        yield line
        return
    for number in range(options.count(12, 400)):
        one_session(companies, options.chance("sessions", number), line, f"session {number}")
    yield line


def one_session(companies: Companies, chance: random.Random, line: Line, name: str) -> None:
    """Play one session and judge it."""
    session = Session(company=_company(companies), companies=companies, chance=chance, line=line, name=name)
    session.rules = (session.company.folder / "broadcast.toml").read_text(encoding="utf-8")
    _notify(session)
    for _ in range(chance.randint(5, 10)):
        chance.choices(*zip(*STEPS, strict=True))[0](session)
    _settle(session)
    _interpreter(session)
    line.add(sessions=1, commands=len(session.steps))


def _company(companies: Companies) -> Company:
    company = companies.found(LANES, PEOPLE, extra=STAFF, timeout="1s")
    config = company.folder / "broadcast.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('timeout = "600ms"', 'timeout = "1s"'))
    # Two of the staff are customers, too; one shares a number with a customer.
    rows = [f"s{n},Person {n},{email(n)},{phone(n)}" for n in range(2)]
    rows.append(f"s7,Person 7,{email(7)},{phone(3)}")
    (company.folder / "staff.csv").write_text("\n".join(["id,name,email,phone", *rows, ""]))
    (company.folder / "other").symlink_to(company.folder)
    return company


def _word(session: Session) -> str:
    return f"wort{len(session.said) + 1}{session.chance.choice('abcdefgh')}"


def _notify(session: Session) -> None:
    word = _word(session)
    done = session.run("notify", "Checkout down", "-m", f"About {word}.", "--yes", "-o", "json")
    _note(session, word, done, opens=True)


def _note(session: Session, word: str, done: Ended, *, opens: bool = False, closes: bool = False) -> None:
    """Remember what a command says it published, and hold its counts against what arrived."""
    try:
        result = json.loads(done.out)
    except ValueError:
        return
    if "incident" not in result:
        return  # an error
    incident = result["incident"]
    session.said.append(Said(word, incident, closes))
    if opens:
        session.open.append(incident)
    elif closes and incident in session.open:
        session.open.remove(incident)
    _count(session, word, result)


def _count(session: Session, word: str, result: Mapping[str, Any]) -> None:
    channels = {one["name"]: one["counts"] for one in result["channels"]}
    arrived = Counter(TELLING[p] for p, _, text in session.received() if p in TELLING and word in text)
    for name in TELLING.values():
        counts = channels.get(name, {"accepted": 0, "unknown": 0})
        least, most = counts["accepted"], counts["accepted"] + counts["unknown"]
        # An address that failed over after a lost answer has what that channel is not called accepted for.
        lost = any("may have arrived twice" in one for one in result["warnings"])
        session.line.expect(
            least - SHARED[name] <= arrived[name] and (lost or arrived[name] <= most),
            f"{session.name}: {word} on {name}: {arrived[name]} arrived, the result says {counts}",
        )


def _follow_up(session: Session) -> None:
    if not session.open:
        _notify(session)
        return
    word, incident = _word(session), session.chance.choice(session.open)
    verb = session.chance.choices(("update", "resolve", "retract"), (3, 2, 1))[0]
    without = session.chance.choice(((), (), (), ("--not-channel", "x"), ("--not-channel", "sms")))
    done = session.run(verb, incident, "-m", f"Now {word}.", "--yes", "-o", "json", *without)
    _note(session, word, done, closes=verb != "update")


def _troubled(session: Session) -> None:
    """Something is published on a wrong clock while a provider fails."""
    session.clock = session.chance.choice(["", *WRONG_CLOCKS])
    for _ in range(2):
        _fault(session)
    session.chance.choice((_notify, _follow_up))(session)
    _heal(session)
    if session.chance.random() < 0.5:
        session.clock = session.chance.choice(["", *WRONG_CLOCKS])
    _retry(session)


def _changed(session: Session) -> None:
    old, new = session.chance.choice(CHANGES)
    config = session.company.folder / "broadcast.toml"
    config.write_text(config.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    session.steps.append(f"[{old} is now {new}]")


def _killed(session: Session) -> None:
    word = _word(session)
    done = session.cut("notify", "Mail down", "-m", f"About {word}.", "--yes", "-o", "json")
    _note(session, word, done, opens=True)
    _learn(session, word)


def _killed_end(session: Session) -> None:
    if not session.open:
        return
    word, incident = _word(session), session.chance.choice(session.open)
    done = session.cut("resolve", incident, "-m", f"Over {word}.", "--yes", "-o", "json")
    _note(session, word, done, closes=True)
    _learn(session, word, closes=True)


def _learn(session: Session, word: str, *, closes: bool = False) -> None:
    """What a killed command recorded nevertheless, read with SQLite alone."""
    if any(one.word == word for one in session.said):
        return
    with closing(sqlite3.connect(session.company.ledger_path)) as database:
        row = database.execute(
            "SELECT incident.ref FROM notice JOIN incident ON incident.id = notice.incident_id "
            "WHERE instr(notice.facts, ?)",
            (word,),
        ).fetchone()
    if row is None:
        session.said.append(Said(word, "", False))  # the word is spent all the same
        return
    session.said.append(Said(word, row[0], closes))
    if closes and row[0] in session.open:
        session.open.remove(row[0])
    elif not closes and row[0] not in session.open:
        session.open.append(row[0])


def _slept(session: Session) -> None:
    word = _word(session)
    before = set(session.open)

    def meanwhile() -> None:
        try:
            _learn(session, word)
        except sqlite3.OperationalError:
            return  # it was stopped while it held the lock; nobody can do anything
        if session.chance.random() < 0.5:
            _retry(session)
        fresh = [one for one in session.open if one not in before]
        if fresh:
            over = _word(session)
            done = session.run("resolve", fresh[0], "-m", f"Over {over}.", "--yes", "-o", "json")
            _note(session, over, done, closes=True)

    done = session.asleep(("notify", "Phone down", "-m", f"About {word}.", "--yes", "-o", "json"), meanwhile)
    if not any(one.word == word for one in session.said):
        _note(session, word, done, opens=True)
        _learn(session, word)


def _retry(session: Session) -> None:
    session.run("retry", "-o", "json")


def _fault(session: Session) -> None:
    fault = session.chance.choice(FAULTS)
    session.steps.append(f"[fault {fault}]")
    session.companies.daemon.arm(fault)


def _heal(session: Session) -> None:
    session.steps.append("[healed]")
    session.companies.daemon.heal()


def _clock(session: Session) -> None:
    session.clock = session.chance.choice(["", *WRONG_CLOCKS])


def _alias(session: Session) -> None:
    session.alias = not session.alias
    session.steps.append(f"[{'other' if session.alias else 'own'} name]")


def _back_up(session: Session) -> None:
    """Copy the ledger while nothing is owed: what is planned in a copy, the copy cannot know to be sent."""
    if session.backup or not _quiet(session):
        return
    copy = session.company.folder / "backup.db"
    shutil.copy(session.company.ledger_path, copy)
    session.backup = (copy, list(session.said), list(session.open))
    session.steps.append("[backup]")


def _restore(session: Session) -> None:
    if session.backup is None:
        return
    copy, said, opened = session.backup
    for stale in session.company.folder.glob("broadcast.db-*"):
        if stale.is_file():
            stale.unlink()
    shutil.copy(copy, session.company.ledger_path)
    session.forgotten |= {one.word for one in session.said if one not in said}
    session.open = list(opened)
    session.backup = None
    session.steps.append("[restored]")


def _quiet(session: Session) -> bool:
    with closing(sqlite3.connect(session.company.ledger_path)) as database:
        owed = "SELECT count(*) FROM delivery WHERE state IN ('planned', 'held', 'sending', 'unknown')"
        return database.execute(owed).fetchone()[0] == 0


STEPS: tuple[tuple[Callable[[Session], None], int], ...] = (
    (_notify, 3),
    (_follow_up, 5),
    (_retry, 2),
    (_troubled, 5),
    (_changed, 3),
    (_fault, 2),
    (_heal, 1),
    (_killed, 3),
    (_killed_end, 2),
    (_slept, 3),
    (_clock, 3),
    (_alias, 1),
    (_back_up, 2),
    (_restore, 2),
)


def _settle(session: Session) -> None:
    """Heal everything, set clock and configuration right, end what is open, retry until nothing changes."""
    session.companies.daemon.heal()
    session.clock, session.alias = "", False
    (session.company.folder / "broadcast.toml").write_text(session.rules, encoding="utf-8")
    session.run("retry", "-o", "json")
    for incident in list(session.open):
        word = _word(session)
        done = session.run("resolve", incident, "-m", f"Over {word}.", "--yes", "-o", "json")
        _note(session, word, done, closes=True)
    last = None
    for _ in range(5):
        done = session.run("retry", "-o", "json")
        now = (done.code, _states(session))
        if now == last:
            break
        last = now


def _states(session: Session) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(session.company.ledger_path)) as database:
        return database.execute("SELECT contact, channel, state FROM delivery ORDER BY id").fetchall()


def _interpreter(session: Session) -> None:
    arrived = Counter(
        (provider, to, one.word)
        for provider, to, text in session.received()
        for one in session.said
        if one.word in text
    )
    story = f"{session.name} ({' / '.join(session.steps)})"
    doubled = [key for key, times in arrived.items() if times > 1 and key[0] in TELLING]
    session.line.add(messages=arrived.total(), doubled=len(doubled))
    session.line.expect(not doubled, f"{story}: twice: {doubled[:3]}")
    for incident in {one.incident for one in session.said if one.incident}:
        _judge_end(session, incident, arrived, story)


def _judge_end(session: Session, incident: str, arrived: Counter[tuple[str, str, str]], story: str) -> None:
    """Every person, post and page with a word of a closed incident has its last word, or is named."""
    said = [one for one in session.said if one.incident == incident and one.word not in session.forgotten]
    if not said or not said[-1].closes:
        return
    words = {one.word for one in said}
    people = {_who(provider, to) for provider, to, word in arrived if word in words}
    told = {_who(provider, to) for provider, to, word in arrived if word == said[-1].word}
    missing = people - told - _named(session, incident)
    session.line.add(ended=1, without_the_end=len(missing))
    session.line.expect(not missing, f"{story}: {incident} ended without {sorted(missing)}")


def _who(provider: str, address: str) -> str:
    return provider if provider in PUBLIC else _person(address)


def _person(address: str) -> str:
    """The person behind an address; person 7 shares a number with person 3, so either stands for both."""
    for number in range(8):
        if address in {email(number), phone(number)}:
            return "p3" if number == 7 else f"p{number}"
    return address


def _named(session: Session, incident: str) -> set[str]:
    """People of whom the ledger says that they may not have the incident's last notice, for good.

    Nothing may be held any more: every provider works and every channel is configured.
    """
    with closing(sqlite3.connect(session.company.ledger_path)) as database:
        rows = database.execute(
            "SELECT recipient.email, recipient.phone FROM delivery "
            "JOIN notice ON notice.id = delivery.notice_id "
            "JOIN incident ON incident.id = notice.incident_id "
            "JOIN recipient ON recipient.id = delivery.recipient_id "
            "WHERE incident.ref = ? AND delivery.state IN ('unknown', 'failed') "
            "AND notice.sequence = (SELECT max(sequence) FROM notice WHERE incident_id = incident.id)",
            (incident,),
        )
        return {_person(address) for row in rows for address in row if address}
