"""The static document: what is said without our server, and that every notice writes it anew."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from broadcast.cli.app import run
from tests.harness.twiml_schema import violations

TOKEN = "0123456789abcdef0123456789abcdef"
CONFIGURATION = f"""
[broadcast]
organisation = "Muster & Söhne"
locale = "de"
timezone = "Europe/Berlin"

[ledger]
url = "sqlite:///broadcast.db"

[channels.call]
adapter = "twilio-voice"
account_sid = "AC{"5a" * 16}"
auth_token = "env:TWILIO_AUTH_TOKEN"
from = "+4930231250"

[channels.page]
adapter = "site"
path = "public"
url = "https://status.muster.example"

[audiences.public]
lanes = [["page"]]

[hotline]
numbers = [{{ number = "+4930231250", locale = "de" }}]
channel = "call"
rota = "support"
fallback = "public/hotline.xml"

[oncall.support]
contacts = ["agents.csv"]
shifts = [{{ who = "alex", from = "00:00", until = "24:00" }}]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broadcast.toml").write_text(CONFIGURATION)
    (tmp_path / "agents.csv").write_text("id,name,phone\nalex,Alex,+4915112340001\n")
    return tmp_path


def said(folder: Path) -> str:
    document = fromstring((folder / "public/hotline.xml").read_bytes())
    return " ".join(element.text or "" for element in document.iter("Say"))


def broadcast(*arguments: str) -> int:
    return run(arguments)


def found(problems: Sequence[object]) -> list[str]:
    return [str(problem) for problem in problems]


def test_it_says_the_state_with_its_time_and_rings_who_is_on_duty(folder):
    assert broadcast("hotline", "fallback") == 0

    written = (folder / "public/hotline.xml").read_text()
    document = fromstring(written)
    assert "keine Störung bekannt" in said(folder)
    assert "Stand" in said(folder)
    assert [number.text for number in document.iter("Number")] == ["+4915112340001"]
    assert "http" not in written
    assert "action" not in written
    assert found(violations(written)) == []


def test_every_notice_writes_it_anew(folder):
    assert broadcast("notify", "Kasse gestört", "-s", "sev2", "--yes") == 0
    during = said(folder)
    assert broadcast("resolve", "--yes") == 0

    assert "Kasse" in during
    assert said(folder) != during


def test_a_file_that_cannot_be_written_stops_no_notice(folder, capsys):
    (folder / "public").mkdir()
    (folder / "public/hotline.xml").mkdir()

    assert broadcast("notify", "Kasse gestört", "-s", "sev2", "--yes") == 0

    assert "hotline.xml was not written" in capsys.readouterr().err.replace("\n", " ")
