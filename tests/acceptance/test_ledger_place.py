"""A ledger where it cannot be kept, or beside a secret that is none: said before anything is sent."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from tests.harness.program import run

LYING = "int flock(int descriptor, int operation) { return 0; }"
NOTIFY = ("notify", "Kasse gestört", "--yes")


def checks(folder, **options) -> dict[str, dict[str, str]]:
    said = run(folder, "doctor", "-o", "json", **options)
    return {check["subject"]: check for check in json.loads(said.stdout)["checks"]}


@pytest.fixture(scope="session")
def lying(tmp_path_factory) -> dict[str, str]:
    """An environment in which lock calls always succeed, as on some network file systems."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("lying")
    (folder / "lying.c").write_text(LYING)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", folder / "lying.so", folder / "lying.c"], check=True)
    return {"LD_PRELOAD": str(folder / "lying.so")}


def test_where_locks_do_not_hold_nothing_is_sent_and_doctor_says_so(page_only, tmp_path, lying):
    said = run(tmp_path, *NOTIFY, env=lying)

    assert said.returncode == 12
    assert "grants the same lock twice" in said.stderr
    assert "local disk" in said.stderr
    assert not page_only.exists()
    assert checks(tmp_path, env=lying)["ledger"]["verdict"] == "fail"


def test_an_empty_secret_is_refused_and_doctor_says_so(page_only, tmp_path):
    (tmp_path / "broadcast.db.secret").touch()

    said = run(tmp_path, *NOTIFY)

    assert said.returncode == 12
    assert "broadcast.db.secret" in said.stderr
    assert "put its copy back" in said.stderr
    assert not page_only.exists()
    assert checks(tmp_path)["ledger"]["verdict"] == "fail"


def test_a_runs_folder_that_cannot_be_used_is_found_by_doctor(page_only, tmp_path):
    (tmp_path / "broadcast.db.runs").write_text("in the way")

    found = checks(tmp_path)["ledger"]

    assert found["verdict"] == "fail"
    assert "broadcast.db.runs" in found["detail"]


def test_a_ledger_with_two_names_is_refused_and_one_behind_a_link_is_used(page_only, tmp_path):
    assert run(tmp_path, *NOTIFY).returncode == 0
    os.link(tmp_path / "broadcast.db", tmp_path / "copy.db")

    refused = run(tmp_path, "update", "-m", "Wir suchen noch.", "--yes")

    assert refused.returncode == 12
    assert "hard links" in refused.stderr
    (tmp_path / "copy.db").unlink()
    (tmp_path / "copy.db").symlink_to("broadcast.db")
    said = run(tmp_path, "update", "-m", "Wir suchen noch.", "--yes", env={"BROADCAST_LEDGER": "copy.db"})
    assert said.returncode == 0
    assert not list(tmp_path.glob("copy.db?*"))
