"""What people really got, held against what the ledger says: the sandbox's own record is the judge."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.company import Company
from tests.torture.companies import PROVIDERS

REACHED = {"accepted", "delivered", "confirmed"}


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """One delivery as the ledger has it; `tries` are its attempts' channels and outcomes, in order."""

    contact: str
    route: tuple[str, ...]
    channel: str
    state: str
    ref: str | None
    tries: tuple[tuple[str, str | None], ...]


@dataclass(kw_only=True)
class Verdict:
    """Lists of people, each with the channel it is about; all but `unknown` must be empty."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    elsewhere: int = 0
    damage: list[str] = field(default_factory=list)

    @property
    def broken(self) -> list[str]:
        return [
            *(f"lost: {one}" for one in self.lost),
            *(f"doubled: {one}" for one in self.doubled),
            *(f"wrongly called accepted: {one}" for one in self.false),
            *(f"ledger: {one}" for one in self.damage),
        ]


def deliveries(ledger: Path) -> list[Delivered]:
    """Every delivery, read with SQLite alone; none where no schema is there yet."""
    with closing(sqlite3.connect(ledger)) as database:
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'delivery'").fetchone():
            return []
        tries: dict[int, list[tuple[str, str | None]]] = defaultdict(list)
        for delivery, channel, outcome in database.execute(
            "SELECT delivery_id, channel, outcome FROM attempt ORDER BY id"
        ):
            tries[delivery].append((channel, outcome))
        rows = database.execute("SELECT id, contact, route, channel, state, ref FROM delivery ORDER BY id")
        return [
            Delivered(
                contact=c, route=tuple(json.loads(r)), channel=ch, state=s, ref=ref, tries=tuple(tries[i])
            )
            for i, c, r, ch, s, ref in rows
        ]


def judge(company: Company, *, open_states: frozenset[str] = frozenset()) -> Verdict:
    """Judge a company whose runs are over. `open_states` may stand at the end: they are owed, and said so."""
    verdict = Verdict(damage=damage(company.ledger_path))
    copies = company.copies()
    found = deliveries(company.ledger_path)
    owed = {one.contact for one in found}
    verdict.lost += [f"{person} was never planned" for person in copies if person not in owed]
    for one in found:
        got = Counter(
            name for name in copies.get(one.contact, ()) if name in {PROVIDERS[c] for c in one.route}
        )
        _judge_one(one, got, verdict, open_states)
    return verdict


def _judge_one(one: Delivered, got: Counter[str], verdict: Verdict, open_states: frozenset[str]) -> None:
    who = (
        f"{one.contact} over {'/'.join(one.route)} ({one.state}, attempts {list(one.tries)}, got {dict(got)})"
    )
    doubtful = {PROVIDERS[channel] for channel, outcome in one.tries if outcome == "unknown"}
    if max(got.values(), default=0) > 1 or (len(got) > 1 and len(set(got) - doubtful) > 1):
        verdict.doubled.append(who)
    verdict.elsewhere += len(got) > 1
    if one.state == "unknown":
        verdict.unknown[one.channel] += 1
    elif one.state in REACHED:
        accepted = {PROVIDERS[channel] for channel, outcome in one.tries if outcome == "accepted"}
        if not accepted or accepted - set(got):
            verdict.false.append(who)
    elif not got and one.state not in open_states:
        verdict.lost.append(who)
    elif got and not set(got) <= doubtful:
        verdict.damage.append(f"told, but not known to be: {who}")


def damage(ledger: Path) -> list[str]:
    """What is wrong with the file, and what its states and attempts say against each other."""
    with closing(sqlite3.connect(ledger)) as database:
        verdict = database.execute("PRAGMA integrity_check").fetchone()[0]
        strays = database.execute("PRAGMA foreign_key_check").fetchall()
    said = [] if verdict == "ok" else [f"integrity_check: {verdict}"]
    said += [f"foreign keys: {strays}"] if strays else []
    return said + [text for one in deliveries(ledger) for text in _contradictions(one)]


def _contradictions(one: Delivered) -> list[str]:
    outcomes = [outcome for _, outcome in one.tries]
    rules = {
        "accepted without a reference": one.state not in REACHED or one.ref is not None,
        "accepted without an accepted attempt": one.state not in REACHED or "accepted" in outcomes,
        "accepted more than once": outcomes.count("accepted") <= 1,
        "still marked as being sent": one.state != "sending",
        "an attempt without an end": None not in outcomes,
        "unknown without a doubtful attempt": one.state != "unknown" or "unknown" in outcomes,
        "on a channel that is not on its route": one.channel in one.route,
    }
    return [f"{one.contact}: {said} ({one})" for said, holds in rules.items() if not holds]


def in_flight(ledger: Path) -> set[tuple[str, int]]:
    """Channel and id of every attempt whose intent is on disk and whose outcome is not."""
    with closing(sqlite3.connect(ledger)) as database:
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'attempt'").fetchone():
            return set()
        return set(database.execute("SELECT channel, id FROM attempt WHERE outcome IS NULL"))
