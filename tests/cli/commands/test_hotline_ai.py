"""`hotline ai`: a switch that needs no ledger, and a sample to review."""

from __future__ import annotations

import json

import pytest

from broadcast.ai.switch import ModelSwitch
from broadcast.cli.app import run as run_here
from tests.config.test_hotline import CHANNELS, LEAST


@pytest.fixture
def company(tmp_path, monkeypatch):
    def write(more: str = '[ai]\nbase_url = "http://127.0.0.1:1/v1"\nmodel = "small-1"\n'):
        ledger = '[ledger]\nurl = "sqlite:///broadcast.db"\n'
        (tmp_path / "broadcast.toml").write_text(f"{CHANNELS}{ledger}[hotline]\n{LEAST}{more}")
        return tmp_path

    monkeypatch.chdir(tmp_path)
    return write


def test_the_switch_works_although_the_ledger_is_damaged(company, capsys):
    folder = company()
    (folder / "broadcast.db").write_text("this is no ledger")
    switch = ModelSwitch.beside(folder / "broadcast.db")

    assert run_here(["hotline", "ai", "off"]) == 0
    assert switch.off
    assert run_here(["hotline", "ai", "off"]) == 0
    assert run_here(["hotline", "ai", "on"]) == 0
    assert not switch.off
    assert "small-1 may be asked again" in capsys.readouterr().out


def test_the_status_says_whether_a_model_may_be_asked(company, capsys):
    company()
    run_here(["hotline", "ai", "off"])
    capsys.readouterr()

    assert run_here(["hotline", "status", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["ai"] == "off"


def test_without_a_model_there_is_nothing_to_switch_on(company, capsys):
    company("")

    assert run_here(["hotline", "ai", "on"]) == 6
    assert "there is no model in the configuration" in capsys.readouterr().err
    assert run_here(["hotline", "ai", "off"]) == 0


def test_a_sample_of_nothing_is_empty(company, capsys):
    company()

    assert run_here(["hotline", "ai", "sample", "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"schema": "broadcast.ai-sample/1", "turns": []}
