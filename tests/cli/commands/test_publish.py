"""A notice from the command line to the channel, and what the program says about it."""

from __future__ import annotations

import json

import pytest

from broadcast.cli.app import run as run_here
from tests.harness.program import run

COUNTS = {"planned", "accepted", "delivered", "unknown", "failed", "suppressed", "held", "confirmed"}
RESULT = {
    "schema", "incident", "notice", "kind", "phase", "drill", "key", "replayed", "changed", "exit_code",
    "sent_anything", "counts", "channels", "failovers", "next_update", "warnings", "next",
}  # fmt: skip


def test_an_incident_is_opened_updated_and_resolved_in_the_sandbox(rehearse):
    opened = rehearse(
        "notify",
        "Chat down",
        "--service",
        "support",
        "-m",
        "Orders work.",
        "--yes",
        "-o",
        "json",
        "--next-update",
        "30m",
    )
    updated = rehearse("update", "-m", "The cause is found.", "--yes", "-o", "json")
    resolved = rehearse("resolve", "--yes", "-o", "json")

    results = [json.loads(outcome.stdout) for outcome in (opened, updated, resolved)]
    assert [outcome.returncode for outcome in (opened, updated, resolved)] == [0, 0, 0], opened.stderr
    assert [(one["incident"], one["notice"], one["kind"]) for one in results] == [
        ("INC-1", 1, "initial"),
        ("INC-1", 2, "update"),
        ("INC-1", 3, "resolution"),
    ]
    for result in results:
        assert set(result) == RESULT
        assert result["schema"] == "broadcast.result/1"
        assert set(result["counts"]) == COUNTS
        assert result["counts"]["accepted"] == result["counts"]["planned"] > 0
    assert json.loads(rehearse("status", "--all", "-o", "json").stdout)["incidents"][0]["phase"] == "resolved"


def test_a_dry_run_is_one_line_for_readers_of_lines(rehearse):
    shown = rehearse("notify", "Chat down", "-s", "sev3", "--dry-run", "-o", "ndjson")

    [preview] = [json.loads(line) for line in shown.stdout.splitlines()]
    assert (shown.returncode, preview["event"]) == (0, "preview")
    assert preview["schema"] == "broadcast.preview/1"


def test_a_failover_is_told_on_the_way_and_in_the_result(rehearse, rehearsal):
    assert run(rehearsal, "sandbox", "fault", "sendgrid:auth").returncode == 0
    outcome = rehearse(
        "notify", "Chat down", "-a", "customers", "--not-channel", "x", "--yes", "-o", "ndjson"
    )
    run(rehearsal, "sandbox", "fault", "--clear")

    *events, done = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert {"event", "channel", "count", "contact", "ref", "reason"} == set(events[0])
    assert events[0]["event"] == "planned"
    assert {"attempt", "accepted", "failover"} <= {event["event"] for event in events}
    assert (done["event"], done["schema"], done["exit_code"]) == ("done", "broadcast.result/1", 0)
    assert [(one["from"], one["to"], one["count"]) for one in done["failovers"]] == [
        ("email", "mail-backup", 4)
    ]


def test_nobody_is_told_where_nobody_can_confirm(broadcast, page_only):
    outcome = broadcast("notify", "Down", "-o", "json")

    assert outcome.returncode == 8
    assert json.loads(outcome.stdout) == {
        "schema": "broadcast.error/1",
        "error": "published on site: this needs a confirmation, and there is no terminal; nothing was sent",
        "hint": "look at it with --dry-run, then send with --yes --max-recipients 0",
        "exit_code": 8,
        "sent_anything": False,
    }
    assert not page_only.exists()
    assert broadcast("status").stdout == "no incident is open\n"


def test_a_dry_run_shows_everything_and_does_nothing(rehearse):
    shown = rehearse("notify", "Chat down", "-s", "sev3", "--dry-run")
    data = rehearse("notify", "Chat down", "-s", "sev3", "-n", "-o", "json")
    before = rehearse("status", "--all", "-o", "json").stdout

    preview = json.loads(data.stdout)
    assert (shown.returncode, data.returncode) == (0, 0)
    assert "*** SANDBOX ***" in shown.stdout
    assert preview["schema"] == "broadcast.preview/1"
    assert preview["people"] == 7
    assert {text["kind"] for text in preview["texts"]} == {"sms", "email", "social", "page"}
    assert preview["incident"] not in before


def test_a_preview_estimates_the_cost_from_the_prices_that_are_set(rehearse):
    told = ("notify", "Chat down", "-s", "sev3", "--channel", "sms", "--channel", "x", "-n")
    shown = rehearse(*told)
    free = rehearse(*told, env={"BROADCAST_CHANNELS_SMS_PRICE": "0", "BROADCAST_CHANNELS_X_PRICE": "0"})

    parts = int(next(line for line in shown.stdout.splitlines() if line.startswith("sms: ")).split()[1])
    assert parts > 0
    assert f"cost: about ${parts * 0.11 + 0.20:.2f} at the prices that are known\n" in shown.stdout
    assert (free.returncode, "cost:" in free.stdout) == (0, False)


def test_quiet_prints_the_reference_alone(broadcast, page_only):
    outcome = broadcast("notify", "Down", "--yes", "-q", "-o", "quiet")

    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "INC-1\n", "")


def test_a_key_makes_a_command_repeatable(broadcast, page_only):
    first = broadcast("notify", "Down", "--yes", "--key", "job-7", "-o", "json")
    again = broadcast("notify", "Down", "--yes", "--key", "job-7", "-o", "json")
    other = broadcast("notify", "Something else", "--yes", "--key", "job-7")

    assert json.loads(first.stdout)["replayed"] is False
    assert json.loads(again.stdout)["replayed"] is True
    assert (first.returncode, again.returncode, other.returncode) == (0, 0, 9)


def test_flags_mean_the_same_before_and_after_the_verb(broadcast, page_only, tmp_path):
    elsewhere = tmp_path / "elsewhere.toml"
    (tmp_path / "broadcast.toml").rename(elsewhere)

    before = broadcast("--config", "elsewhere.toml", "config", "check")
    between = broadcast("config", "--config", "elsewhere.toml", "check")
    after = broadcast("config", "check", "--config", "elsewhere.toml")
    without = broadcast("config", "check")

    assert before.stdout == between.stdout == after.stdout
    assert before.stdout.startswith("ok: ")
    assert without.returncode == 6


@pytest.mark.parametrize(
    ("message", "piped", "said"),
    [
        ("@words.txt", None, "Aus der Datei."),
        ("-", "Aus der Leitung.\n", "Aus der Leitung."),
        ("Direkt.", None, "Direkt."),
    ],
)
def test_the_message_comes_from_wherever_it_is(broadcast, page_only, tmp_path, message, piped, said):
    (tmp_path / "words.txt").write_text("Aus der Datei.\n", encoding="utf-8")

    outcome = broadcast("notify", "Störung", "-m", message, "-n", "-o", "json", input=piped)

    assert said in json.loads(outcome.stdout)["texts"][0]["text"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("facts.toml", 'scope = "alle Kunden"\n[title]\nen = "Outage"\n'),
        ("facts.json", '{"scope": "alle Kunden", "title": {"en": "Outage"}}'),
        ("facts.env", "# facts\nscope='alle Kunden'\ntitle.en=Outage\n"),
    ],
)
def test_facts_come_from_a_file(broadcast, page_only, tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")

    outcome = broadcast("notify", "Störung", "--vars", name, "-n", "-o", "json")

    texts = {one["locale"]: one for one in json.loads(outcome.stdout)["texts"]}
    assert texts["en"]["subject"] == "Outage"
    assert "alle Kunden" in texts["de"]["text"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("-m", "@nowhere.txt"), "error: -m: cannot read nowhere.txt: No such file or directory"),
        (("-m", "  "), "error: --message is empty"),
        (("-v", "scope"), "error: -v scope: this is not KEY=VALUE"),
        (("-s", "sev9"), "error: there is no severity sev9"),
        (("--deadline", "soon"), 'error: "soon" is not a duration'),
        (("-a", "custmers"), "error: there is no audience custmers"),
        (("-m", "-", "--vars", "-"), "error: -m - and --vars - cannot both read standard input"),
    ],
)
def test_what_was_typed_wrong_is_named_with_a_hint(capsys, monkeypatch, page_only, arguments, error):
    monkeypatch.chdir(page_only.parent)
    code = run_here(["notify", "Down", "--yes", *arguments])

    lines = capsys.readouterr().err.splitlines()
    assert code == 2
    assert lines[0] == error
    assert lines[1].startswith("hint: ")
    assert not page_only.exists()


def test_an_overdue_promise_is_an_exit_code(broadcast, page_only):
    broadcast("notify", "Down", "--yes", "--next-update", "1ms")

    late = broadcast("status", "--check")

    assert late.returncode == 10
    assert "OVERDUE since" in late.stdout
    assert 'next: broadcast update INC-1 -m "..."' in late.stdout
    assert broadcast("status").returncode == 0


def test_warnings_go_to_standard_error_once_and_quiet_leaves_them_out(broadcast, page_only):
    config = page_only.parent / "broadcast.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('timezone = "Europe/Berlin"\n', ""), "utf-8")

    told = broadcast("notify", "Down", "--yes")
    quiet = broadcast("notify", "Down", "--yes", "-q")

    warnings = [line for line in told.stderr.splitlines() if line.startswith("warning: ")]
    assert len([one for one in warnings if "timezone" in one]) == 1
    assert len(warnings) == len(set(warnings))
    for outcome in (told, quiet):
        assert outcome.returncode == 0
        assert "1 of 1 accepted" in outcome.stdout
        assert "warning" not in outcome.stdout
    assert quiet.stderr == ""


def test_an_incident_that_only_the_sandbox_may_have_is_looked_for_there(broadcast, page_only):
    broadcast("notify", "Down", "--yes")
    plain = broadcast("log", "INC-9")
    rehearsed = page_only.parent / ".sandbox" / "broadcast.db"
    rehearsed.parent.mkdir()
    rehearsed.touch()

    assert "--sandbox" not in plain.stderr
    for line in (("log", "INC-9"), ("update", "INC-9", "-m", "x", "--yes"), ("status", "INC-9")):
        outcome = broadcast(*line)
        assert outcome.returncode == 2
        assert outcome.stderr.endswith("; it may be in the sandbox: add --sandbox\n")


def test_the_log_shows_the_address_that_the_channel_used(rehearse, rehearsal):
    told = rehearse("notify", "Chat down", "-a", "agents", "--channel", "sms", "--yes", "-o", "quiet")
    incident = told.stdout.strip()
    rehearse("update", incident, "-m", "Now by mail.", "-a", "agents", "--channel", "email", "--yes")

    lines = json.loads(rehearse("log", incident, "-o", "json").stdout)["entries"]
    whom = {
        channel: [one["contact"] for one in lines if one["kind"] == "delivery" and one["channel"] == channel]
        for channel in ("sms", "email")
    }
    assert whom["sms"]
    assert all(one.startswith("+") for one in whom["sms"])
    assert whom["email"]
    assert all("@" in one and "+" not in one for one in whom["email"])
    config = (rehearsal / "broadcast.toml").read_text(encoding="utf-8")
    renamed = config.replace("[channels.sms]", "[channels.text]").replace('"sms"', '"text"')
    (rehearsal / "renamed.toml").write_text(renamed, encoding="utf-8")
    lines = json.loads(rehearse("--config", "renamed.toml", "log", incident, "-o", "json").stdout)["entries"]
    both = [one["contact"] for one in lines if one["kind"] == "delivery" and one["channel"] == "sms"]
    assert both
    assert all(one.startswith("+") and "@" in one for one in both)
    rehearse("resolve", incident, "--yes")


def test_the_log_and_the_report_tell_the_story(broadcast, page_only, tmp_path):
    broadcast("notify", "Chat down", "--yes")

    log = broadcast("log", "INC-1")
    markdown = broadcast("report", "1")
    html = broadcast("report", "inc-1", "--out", "report.html")

    assert "Chat down" in log.stdout
    assert "INC-1" in markdown.stdout
    assert html.stdout == ""
    assert (tmp_path / "report.html").read_text(encoding="utf-8").lower().startswith("<!doctype html>")
