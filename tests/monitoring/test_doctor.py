"""`doctor` says whether a configuration would work, and what to do where it would not."""

from __future__ import annotations

import json

from broadcast.cli.app import run as run_here


def test_the_doctor_finds_a_rehearsal_ready(rehearse):
    outcome = rehearse("doctor", "-o", "json")

    told = json.loads(outcome.stdout)
    assert (outcome.returncode, told["ok"]) == (0, True), outcome.stdout
    subjects = {check["subject"] for check in told["checks"]}
    assert {
        "configuration",
        "secrets",
        "file modes",
        "ledger",
        "templates",
        "sandbox",
        "channel sms",
    } <= subjects


def test_the_doctor_says_what_is_wrong_and_what_to_do(capsys, monkeypatch, page_only):
    folder = page_only.parent
    (folder / "people.csv").write_text("id,email\n1,anna@muster.de\n2,nonsense\n", encoding="utf-8")
    (folder / "people.csv").chmod(0o644)
    with (folder / "broadcast.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[channels.mail]\nadapter = "sendgrid"\napi_key = "env:NO_SUCH_KEY"\nfrom = "a@muster.example"\n'
            '[audiences.staff]\ncontacts = ["people.csv"]\nlanes = [["mail"]]\n'
        )
    monkeypatch.chdir(folder)

    code = run_here(["doctor", "-o", "json"])

    checks = {check["subject"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert code == 6
    assert checks["secrets"]["verdict"] == "fail"
    assert "NO_SUCH_KEY" in checks["secrets"]["fix"]
    assert "NO_SUCH_KEY" not in checks["channel mail"]["detail"] + checks["channel mail"]["fix"]
    assert checks["file modes"]["verdict"] == "warn"
    assert checks["contacts of staff"]["verdict"] == "warn"
    assert checks["channel mail"]["verdict"] == "fail"
    assert checks["channel site"]["verdict"] == "ok"


def test_the_doctor_names_a_missing_secret_once_even_where_two_channels_need_it(broadcast, page_only):
    with (page_only.parent / "broadcast.toml").open("a", encoding="utf-8") as file:
        for name, optional in (("spare", "true"), ("mail", "false")):
            file.write(
                f'[channels.{name}]\nadapter = "sendgrid"\napi_key = "env:NO_SUCH_KEY"\n'
                f'from = "a@muster.example"\noptional = {optional}\n'
            )

    checks = json.loads(broadcast("doctor", "-o", "json").stdout)["checks"]

    (secret,) = [check for check in checks if "NO_SUCH_KEY" in check["detail"]]
    assert (secret["subject"], secret["verdict"]) == ("secrets", "fail")
    channels = {check["subject"]: (check["verdict"], check["detail"]) for check in checks}
    assert channels["channel mail"] == ("fail", "not asked: a secret is missing")
    assert channels["channel spare"] == ("warn", "not asked: a secret is missing")


def test_a_broken_configuration_is_a_finding(broadcast, tmp_path):
    (tmp_path / "broadcast.toml").write_text("[broadcast\n", encoding="utf-8")

    outcome = broadcast("doctor", "-o", "json")

    assert outcome.returncode == 6
    assert json.loads(outcome.stdout)["checks"][0]["verdict"] == "fail"
