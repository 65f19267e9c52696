"""`oncall:NAME` as a recipient: the people on duty, with the addresses that may be used."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

import pytest

from broadcast.config.load import load
from broadcast.errors import ConfigError, UsageError
from broadcast.ledger.absences import Absence
from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import AddressKind
from broadcast.model.suppression import SuppressionReason, suppression
from broadcast.publishing.on_duty import on_duty, read_rota

CONFIG = """[broadcast]
organisation = "Muster"
locale = "de"
timezone = "Europe/Berlin"
[oncall.support]
contacts = ["agents.csv"]
shifts = [
  { who = "a-17", days = "mon-fri", from = "08:00", until = "18:00" },
  { who = "a-4", from = "08:00", until = "20:00" },
  { who = "a-99", from = "20:00", until = "08:00" },
  { who = "a-5", from = "2026-12-24T20:00", until = "2026-12-25T08:00" },
]
"""
CONTACTS = """id,name,phone,email
a-17,Anna,+4915112345678,
a-4,Ben,,ben@muster.example
a-5,Cem,,cem@muster.example
"""


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+01:00")


NOON, NIGHT = moment("2026-12-01T12:00"), moment("2026-12-01T23:00")


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "broadcast.toml").write_text(CONFIG)
    (tmp_path / "agents.csv").write_text(CONTACTS)
    return load(tmp_path / "broadcast.toml", {}, tmp_path)


@pytest.fixture
def ledger(settings):
    with closing(Ledger.open(settings.folder / "broadcast.db")) as ledger:
        yield ledger


def ids(contacts):
    return [one.id for one in contacts]


def test_the_people_on_duty_come_in_the_order_of_the_shifts(settings, ledger):
    assert ids(on_duty(settings, ledger, "support", NOON)) == ["a-17", "a-4"]


def test_nobody_is_on_duty_in_a_shift_of_a_person_whom_no_file_has(settings, ledger):
    assert on_duty(settings, ledger, "support", NIGHT) == ()
    assert read_rota(settings, ledger, "support", NIGHT).unknown == ("a-99",)


def test_an_absence_takes_a_person_out(settings, ledger):
    until = moment("2026-12-01T13:00")
    ledger.absences.record(Absence(contact="a-17", starts=NOON, ends=until, note="", author="Ada", at=NOON))

    assert ids(on_duty(settings, ledger, "support", NOON)) == ["a-4"]
    assert ids(on_duty(settings, ledger, "support", until)) == ["a-17", "a-4"]


def test_an_address_that_bounced_is_not_used_and_the_person_cannot_be_reached(settings, ledger):
    reason, address = SuppressionReason.INVALID, "+4915112345678"
    ledger.suppressions.add([suppression(ledger.secret(), AddressKind.PHONE, address, reason, "Ada", NOON)])

    anna, _ = on_duty(settings, ledger, "support", NOON)

    assert anna.phone is None
    assert ids(read_rota(settings, ledger, "support", NOON).unreachable) == ["a-17"]


def test_an_unknown_rota_is_refused_with_the_nearest(settings, ledger):
    with pytest.raises(UsageError, match="there is no rota suport") as refusal:
        on_duty(settings, ledger, "suport", NOON)

    assert "support" in refusal.value.hint


def test_a_missing_file_of_contacts_is_named(settings, ledger):
    (settings.folder / "agents.csv").unlink()

    with pytest.raises(ConfigError, match=r"agents\.csv"):
        on_duty(settings, ledger, "support", NOON)
