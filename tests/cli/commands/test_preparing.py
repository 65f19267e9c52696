"""What is done before anything happens: a configuration, and whether it would work."""

from __future__ import annotations

import json
import stat
import tomllib

import pytest

from broadcast.cli.app import run as run_here
from broadcast.setup.init import StarterLanguage, configuration
from tests.harness.program import run


@pytest.mark.parametrize("locale", ["de", "en"])
@pytest.mark.parametrize("sandbox", [("--sandbox",), ()], ids=["for the sandbox", "for real"])
def test_what_init_writes_loads_and_is_found_in_order(broadcast, tmp_path, sandbox, locale):
    written = broadcast("init", *sandbox, "--locale", locale)
    checked = broadcast("config", "check")

    assert (written.returncode, checked.returncode) == (0, 0), checked.stderr
    assert checked.stderr == ""
    assert "next: " in written.stdout
    assert stat.S_IMODE((tmp_path / "contacts" / "customers.csv").stat().st_mode) == 0o600
    assert (
        json.loads(broadcast("contacts", "check", "-o", "json").stdout)["audiences"]["customers"]["contacts"]
        == 5
    )


@pytest.mark.parametrize(
    ("shell", "locale"),
    [
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "den_CA.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "", "LC_ALL": ""}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "fr_FR", "LC_ALL": "de_DE.UTF-8"}, "de"),
    ],
)
def test_init_writes_the_language_of_the_shell(shell, locale):
    assert StarterLanguage.of(shell) == locale


def test_init_takes_a_language_by_name_and_no_other(broadcast, tmp_path):
    german = broadcast("init", "--locale", "de", env={"LANG": "en_US.UTF-8", "LC_ALL": ""})
    first = (tmp_path / "broadcast.toml").read_text(encoding="utf-8")
    english = broadcast("init", "--force", env={"LANG": "en_US.UTF-8", "LC_ALL": ""})
    refused = broadcast("init", "--force", "--locale", "fr")

    assert (german.returncode, english.returncode, refused.returncode) == (0, 0, 2)
    assert first.startswith("# Wer Sie sind")
    assert (tmp_path / "broadcast.toml").read_text(encoding="utf-8").startswith("# Who you are")


def test_both_languages_of_init_say_the_same():
    """Kind: one language falls behind the other. Only words differ, and what belongs to a country."""
    both = [keys(tomllib.loads(configuration(one, sandbox=True))) for one in StarterLanguage]
    comments = [configuration(one, sandbox=False).count("  # ") for one in StarterLanguage]

    assert both[0] == both[1]
    assert comments[0] == comments[1]


def keys(table: dict, path: str = "") -> set[str]:
    below = {f"{path}.{key}": value for key, value in table.items()}
    nested = [keys(value, key) for key, value in below.items() if isinstance(value, dict)]
    return {*below}.union(*nested)


def test_init_overwrites_nothing_unasked(broadcast, tmp_path):
    (tmp_path / "broadcast.toml").write_text("precious", encoding="utf-8")

    refused = broadcast("init")
    kept = (tmp_path / "broadcast.toml").read_text(encoding="utf-8")
    forced = broadcast("init", "--force")

    assert (refused.returncode, forced.returncode) == (8, 0)
    assert kept == "precious"


def test_init_keeps_secrets_and_people_out_of_git(broadcast, tmp_path):
    written = broadcast("init")

    assert "written: .gitignore\n" in written.stdout
    ignored = (tmp_path / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {".env", "contacts/", "*.db*", ".sandbox/"} <= set(ignored)


def test_init_leaves_a_gitignore_alone_and_says_so(broadcast, tmp_path):
    (tmp_path / ".gitignore").write_text("mine\n", encoding="utf-8")

    written, again = broadcast("init"), broadcast("init", "--force")

    for outcome in (written, again):
        assert outcome.returncode == 0
        assert "written: .gitignore" not in outcome.stdout
        assert "kept as it is: .gitignore; it should name .env" in outcome.stdout
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "mine\n"


def test_what_init_writes_sends_nothing_by_itself(broadcast, tmp_path):
    broadcast("init")
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "SENDGRID_API_KEY"):
        with (tmp_path / ".env").open("a", encoding="utf-8") as file:
            file.write(f"{name}=x\n")

    outcome = broadcast("notify", "Down", "--yes")

    assert outcome.returncode == 8
    assert "live = false" in outcome.stderr


def test_a_dry_run_shows_what_may_not_be_sent_yet_and_needs_no_secrets(broadcast):
    broadcast("init")

    outcome = broadcast("notify", "Down", "-m", "Orders work.", "--dry-run")

    assert outcome.returncode == 0, outcome.stderr
    assert "Orders work." in outcome.stdout
    assert "NOT LIVE" in outcome.stdout
    assert "it could not be sent: live = false" in outcome.stdout


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


def test_one_channel_is_tested_at_a_time_if_wanted(rehearse):
    one = rehearse("channels", "test", "sms", "-o", "json")
    slip = rehearse("channels", "test", "sns")

    assert [channel["name"] for channel in json.loads(one.stdout)["channels"]] == ["sms"]
    assert one.returncode == 0
    assert slip.stderr.splitlines()[-1] == "hint: did you mean sms?"


def test_channels_are_listed_with_what_they_depend_on(rehearse):
    listed = {
        one["name"]: one for one in json.loads(rehearse("channels", "list", "-o", "json").stdout)["channels"]
    }

    assert listed["email"]["fate"] == ["twilio"]
    assert listed["sms"]["address"] == "phone"
    assert listed["x"]["optional"] is True


def test_a_template_can_be_read_with_made_up_facts(capsys, monkeypatch, page_only):
    monkeypatch.chdir(page_only.parent)

    assert run_here(["template", "list"]) == 0
    assert run_here(["template", "render", "sms", "--phase", "resolved", "--lang", "en"]) == 0

    shown = capsys.readouterr().out
    assert "de/customers/sms.txt.j2" in shown
    assert "[INC-7/2]" in shown


def test_addresses_are_masked_unless_asked_for(rehearse):
    masked = rehearse("contacts", "list").stdout
    clear = rehearse("contacts", "list", "--clear-text").stdout

    assert "anna.beispiel@example.com" not in masked
    assert "a•••@example.com" in masked
    assert "anna.beispiel@example.com" in clear


def test_the_configuration_is_shown_with_origins_and_without_secrets(broadcast, page_only):
    shown = broadcast("config", "show", "--origin", "-o", "json", env={"BROADCAST_LOCALE": "en"})

    values = {one["key"]: one for one in json.loads(shown.stdout)["values"]}
    assert values["broadcast.locale"] == {
        "key": "broadcast.locale",
        "value": "en",
        "origin": "environment BROADCAST_LOCALE",
    }


def test_the_sandbox_is_reset_and_stopped(rehearse, rehearsal):
    rehearse("notify", "Rehearsal", "-a", "agents", "--yes")
    run(rehearsal, "sandbox", "fault", "twilio:down")

    reset = run(rehearsal, "sandbox", "reset")
    status = json.loads(run(rehearsal, "sandbox", "status", "-o", "json").stdout)
    begins = rehearse("status", "--all", "-o", "json").stdout

    assert reset.returncode == 0
    assert (status["running"], status["received"], status["faults"]) == (True, 0, [])
    assert json.loads(begins)["incidents"] == []
