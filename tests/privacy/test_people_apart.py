"""For any lists of people with shared and repeated ids, names, numbers and mailboxes, under marriages.

Everything of one person is exported and forgotten, and nothing of anybody else, in real files.
"""

from __future__ import annotations

import base64
import csv
import json
import sqlite3
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcast.config.load import load
from broadcast.ledger.erasure import Author
from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import Contact
from broadcast.model.plan import Planned
from broadcast.privacy.export_person import export_person
from broadcast.privacy.forget import forget, propose
from broadcast.testing.ledger_samples import NOON, incident, notice

AUDIENCES = ("customers", "agents")
NAMES = ("Jörg Ägidius", "Anna Alt", "Anna Berg", "Öz Çelik")
NUMBERS = ("+4915112345178", "+4915112345278", "")
_CONFIG = """
[broadcast]
organisation = "Muster"
[channels.email]
adapter = "smtp"
host = "127.0.0.1"
from = "status@muster.example"
""" + "".join(f'[audiences.{name}]\ncontacts = ["{name}.csv"]\nlanes = [["email"]]\n' for name in AUDIENCES)


@dataclass(frozen=True)
class Row:
    """A person in one audience at one time."""

    audience: str
    contact: Contact


@dataclass(frozen=True)
class Human:
    """A person with all rows there ever were: `before` in earlier notices, `now` in the files."""

    marker: str
    before: tuple[Row, ...]
    now: tuple[Row, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        return (*self.before, *self.now)

    @property
    def tokens(self) -> set[str]:
        """The values that no other person has."""
        mailboxes = {row.contact.email or "" for row in self.rows}
        return ({self.marker} | mailboxes) - {""}


@st.composite
def humans(draw: st.DrawFn) -> list[Human]:
    count = draw(st.integers(2, 5))
    ids = {name: draw(st.permutations([str(n) for n in range(1, count + 1)])) for name in AUDIENCES}
    found: list[Human] = []
    taken = set()
    for n in range(count):
        name, number = draw(st.sampled_from(NAMES)), draw(st.sampled_from(NUMBERS))
        if (name, number) in taken:  # at one number, the same name is the same person
            number = f"+491511234{n}999"
        taken.add((name, number))
        stands = draw(st.lists(st.sampled_from(AUDIENCES), min_size=1, max_size=2, unique=True))
        extra = (("note", f"merkmal{n}x"),)
        old = Contact(id="", name=name, phone=number or None, email=f"p{n}@kunde.example", extra=extra)
        new = old
        if draw(st.booleans()):  # married, moved
            new = replace(new, name=f"{name.split()[0]} Neu{n}")
        if draw(st.booleans()):
            new = replace(new, email=f"q{n}@kunde.example")
        before = [Row(a, replace(old, id=ids[a][n])) for a in stands]
        stays = draw(st.sets(st.sampled_from(AUDIENCES)))
        now = [Row(a, replace(new, id=ids[a][n])) for a in stands if a in stays]
        if draw(st.booleans()) and now:
            now[0] = replace(now[0], contact=replace(now[0].contact, name=""))
        if draw(st.booleans()):  # their addresses were suppressed
            before.append(Row(stands[0], Contact(id=ids[stands[0]][n])))
        found.append(Human(f"merkmal{n}x", tuple(before), tuple(now)))
    return found


def write_lists(folder: Path, people: list[Human]) -> None:
    for audience in AUDIENCES:
        with (folder / f"{audience}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("id", "name", "email", "phone", "note"))
            for row in (row for one in people for row in one.now if row.audience == audience):
                each = row.contact
                writer.writerow((each.id, each.name, each.email, each.phone or "", each.extra[0][1]))


def record_all(ledger: Ledger, people: list[Human]) -> None:
    """Record one notice for each time, with the rows that people had then."""
    most = max(len(one.before) for one in people)
    for time in range(most):
        owed = [
            Planned(
                audience=row.audience,
                template_audience="customers",
                locale="de",
                lane=0,
                contact=row.contact,
                receiver=row.contact.id,
                route=("email",),
            )
            for one in people
            for row in one.before[time : time + 1]
        ]
        known = ledger.incidents.all()
        now = known[0] if known else incident()
        new = notice(now, time + 1, owed)
        ledger.incidents.record(replace(new, kinds={"email": "email"}), NOON)


def quoted(path: Path, one: Human) -> None:
    """Providers and results quote people, in places that belong to nobody, or to somebody else."""
    email = one.before[0].contact.email
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE delivery SET reason = ?", (f"550 <{email}> is not there",))
        connection.execute("INSERT INTO breaker VALUES ('sms', 1, ?)", (f"{email} was refused",))
        result = {"warnings": [f"1 row: {email}"], "channels": [], "failovers": []}
        connection.execute("UPDATE notice SET result = ?", (json.dumps(result),))
        alerts = json.dumps({"alerts": [{"labels": {"owner": email}, "texts": {}}], "more": 0})
        connection.execute("INSERT INTO alert_group VALUES ('digest', 0, 1, 1, ?, '')", (alerts,))
    connection.close()


def spellings(word: str) -> set[bytes]:
    """A word in the encodings that files have."""
    raw = word.encode()
    blocks = {base64.b64encode(b"\0" * shift + raw)[4:-4] for shift in range(3)}
    return {
        raw,
        word.encode("utf-16-le"),
        word.encode("utf-16-be"),
        json.dumps(word)[1:-1].encode(),
        quote(word).encode(),
        *(block for block in blocks if len(block) > 8),
    }


def left(folder: Path, words: set[str]) -> set[str]:
    """Return the words that are in any file except the contacts files, whose rows belong to the user."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".csv"]
    raw = b"\n".join(path.read_bytes() for path in files)
    return {word for word in words if any(form in raw for form in spellings(word))}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(humans(), st.data())
def test_everything_of_one_person_and_nothing_of_anybody_else(people: list[Human], data: st.DataObject):
    one = data.draw(st.sampled_from(people))
    others = [each for each in people if each is not one]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "broadcast.toml").write_text(_CONFIG, "utf-8")
        write_lists(folder, people)
        configured = load(folder / "broadcast.toml", {}, folder)
        ledger = Ledger.open(folder / "broadcast.db")
        record_all(ledger, people)
        quoted(folder / "broadcast.db", one)
        whom = data.draw(st.sampled_from([row.contact.email for row in one.rows if row.contact.email]))

        export = export_person(ledger, configured, {}, whom)
        person = export.person
        said = repr((person.rows, person.known_as, person.possible, export.known_as, export.messages))

        assert not {token for each in others for token in each.tokens if token in said}
        assert len(export.messages) == len(one.before)
        assert len(export.person.rows) == len(one.now)

        forget(ledger, propose(ledger, configured, whom), Author("Ada", NOON), lambda _: None)
        knows = ledger.erasure.forgotten(ledger.incidents.all()[0].id)
        ledger.close()

        assert left(folder, one.tokens) == set()
        assert left(folder, {each.marker for each in others}) == {each.marker for each in others}
        assert knows
        for row in one.rows:
            assert knows(row.contact, row.audience)
            assert knows(replace(row.contact, email="new@kunde.example", phone=None), row.audience)
        assert not [row for each in others for row in each.now if knows(row.contact, row.audience)]
