"""`init` writes a configuration that loads, sends nothing by itself and overwrites nothing."""

from __future__ import annotations

import json
import stat
import tomllib

import pytest

from broadcast.setup.init import StarterLanguage, configuration


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
