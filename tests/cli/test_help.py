"""What people see who do not know yet what to type."""

from __future__ import annotations

import pytest

from broadcast.cli.app import run
from broadcast.sandbox.faults import KINDS, parse_fault
from broadcast.sandbox.providers import providers

VERBS = [
    *("notify", "update", "resolve", "status", "retry", "report"),
    *(
        "retract",
        "maintenance",
        "log",
        "template",
        "contacts",
        "channels",
        "doctor",
        "sandbox",
        "init",
        "config",
    ),
]
SECOND_LEVEL = [
    *(("maintenance", step) for step in ("start", "move", "end", "cancel")),
    ("template", "list"),
    ("template", "lint"),
    ("template", "render"),
    ("contacts", "check"),
    ("contacts", "list"),
    ("channels", "list"),
    ("channels", "test"),
    ("sandbox", "serve"),
    ("sandbox", "start"),
    ("sandbox", "stop"),
    ("sandbox", "status"),
    ("sandbox", "fault"),
    ("sandbox", "reset"),
    ("config", "show"),
    ("config", "check"),
]


def test_the_program_lists_every_verb(broadcast):
    outcome = broadcast("-h")

    assert outcome.returncode == 0
    listed = [
        line.split()[0] for line in outcome.stdout.splitlines() if line.startswith("  ") and line.split()
    ]
    assert set(VERBS) <= set(listed)
    assert outcome.stderr == ""


@pytest.mark.parametrize("command", [*((verb,) for verb in VERBS), *SECOND_LEVEL], ids=" ".join)
def test_help_shows_an_example_before_the_usage(capsys, command):
    assert run([*command, "--help"]) == 0

    text = capsys.readouterr().out
    assert text.index("Examples\n  broadcast ") < text.index("Usage\n  broadcast " + " ".join(command))
    assert text.index("Usage") < text.index("--version")


@pytest.mark.parametrize(
    "command", [(), ("notify",), ("maintenance",), ("template",), ("sandbox",)], ids=" ".join
)
def test_what_is_called_bare_explains_itself_and_has_done_nothing(broadcast, command):
    outcome = broadcast(*command)

    assert outcome.returncode == 2
    assert outcome.stdout == ""
    assert "Examples\n  broadcast " in outcome.stderr
    assert "-h` shows all options." in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("notfy", "x"), "did you mean `broadcast notify`?"),
        (("template", "lnt"), "did you mean `broadcast template lint`?"),
        (("notify", "x", "--seveity", "sev1"), "did you mean --severity?"),
        (("notify", "x", "--sev", "sev1"), "did you mean --severity?"),
        (("status", "--chek"), "did you mean --check?"),
        (("channels", "test", "--outptu", "json"), "did you mean --output?"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(capsys, arguments, hint):
    assert run(arguments) == 2

    shown = capsys.readouterr()
    assert shown.err.splitlines()[-1] == f"hint: {hint}"
    assert shown.out == ""


def test_what_is_no_number_is_told_in_plain_words(capsys):
    assert run(["notify", "x", "--max-recipients", "abc"]) == 2

    assert (
        "error: invalid value for '--max-recipients': 'abc' is not a whole number" in capsys.readouterr().err
    )


def test_every_fault_is_explained_as_it_is_spelled(capsys):
    assert run(["sandbox", "fault", "-h"]) == 0

    text = capsys.readouterr().out
    _, _, kinds = text.partition("\nKinds\n")
    listed = [line.split()[0] for line in kinds.partition("\n\n")[0].splitlines() if line[2] != " "]
    spelled = [f"twilio:{one}" for one in listed]
    assert {parse_fault(one).kind for one in spelled} == set(KINDS)
    assert "down" in listed
    assert all(f"\n  {provider} " in text for provider in (*providers(), "all"))
    assert "\n  FAULT...  PROVIDER:KIND" in text


@pytest.mark.parametrize(
    ("verb", "cannot"),
    [
        ("resolve", ("--phase", "--next-update", "--audience")),
        ("retract", ("--phase", "--audience", "--ended")),
    ],
)
def test_an_end_is_not_offered_what_it_cannot_have(capsys, verb, cannot):
    run([verb, "-h"])

    text = capsys.readouterr().out
    for option in cannot:
        assert option not in text
    for option in ("--message", "--var", "--key", "--yes", "--channel", "--not-channel", "--on-unknown"):
        assert option in text


@pytest.mark.parametrize("verb", ["notify", "update", "resolve", "retract", "maintenance", "retry"])
def test_what_to_do_with_the_unknown_can_be_said_wherever_something_is_sent(capsys, verb):
    run([verb, "-h"])

    assert "--on-unknown WHAT" in capsys.readouterr().out


def test_the_keys_of_examples_are_keys_that_the_documentation_recommends(capsys):
    run(["notify", "-h"])

    text = capsys.readouterr().out
    assert '--key "ticket-4711/notify"' in text
    assert "CI_JOB_ID" not in text


def test_the_version_is_told_wherever_it_is_asked_for(broadcast):
    answers = {broadcast(*arguments).stdout for arguments in [("--version",), ("status", "--version")]}

    assert len(answers) == 1
    assert answers.pop().startswith("broadcast 0.")


def test_help_fits_a_screen_of_twenty_columns(broadcast):
    outcome = broadcast("status", "-h", env={"COLUMNS": "20"})

    prose = [line for line in outcome.stdout.splitlines() if not line.startswith("  ")]
    assert max(map(len, prose)) <= 20


def test_headings_are_bold_only_where_colour_is_wanted(broadcast):
    plain = broadcast("-h", env={"NO_COLOR": "1", "FORCE_COLOR": "1"}).stdout
    forced = broadcast("-h", env={"FORCE_COLOR": "1"}).stdout

    assert "\x1b" not in plain
    assert "\x1b[1mExamples\x1b[0m" in forced


def test_completion_offers_verbs_and_what_is_configured(broadcast):
    broadcast("init", "--sandbox")

    def offered(words: str, position: int) -> list[str]:
        env = {"_BROADCAST_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(position)}
        return broadcast(env=env).stdout.split()

    assert offered("broadcast re", 1) == ["resolve", "retry", "report", "retract", "resolve-unknown"]
    assert offered("broadcast notify --channel ma", 3) == ["mail-backup"]
    assert offered("broadcast notify -a ", 3) == ["customers", "agents"]
    assert offered("broadcast notify --template mon", 3) == ["monitoring"]
    assert offered("broadcast update ", 2) == []
    assert offered("broadcast maintenance ", 2) == ["start", "move", "end", "cancel"]
    assert offered("broadcast maintenance --fr", 2) == ["--from"]
    assert offered("broadcast maintenance Database --un", 3) == ["--until"]


def test_completion_offers_incidents_newest_first(broadcast, page_only):
    broadcast("notify", "First", "--yes")
    broadcast("notify", "Second", "--yes")

    env = {"_BROADCAST_COMPLETE": "complete_bash", "COMP_WORDS": "broadcast update ", "COMP_CWORD": "2"}
    assert broadcast(env=env).stdout.split() == ["INC-2", "INC-1"]

    broadcast("maintenance", "Database", "--from", "24h", "--until", "90m", "--yes")
    env |= {"COMP_WORDS": "broadcast maintenance start ", "COMP_CWORD": "3"}
    assert broadcast(env=env).stdout.split() == ["INC-3"]


def test_completion_can_be_shown(broadcast):
    env = {"_BROADCAST_COMPLETE": "source_bash"}

    assert "complete -o default -F _broadcast_completion broadcast" in broadcast(env=env).stdout


@pytest.mark.parametrize(
    ("shell", "said"),
    [("zsh", "#compdef broadcast"), ("fish", "complete --command broadcast"), ("bash", "complete -o")],
)
@pytest.mark.parametrize("form", ["{} {}", "{}={}", "--no-color {} {}"])
def test_the_completion_of_a_named_shell_is_shown_whatever_shell_calls(broadcast, shell, said, form):
    outcome = broadcast(*form.format("--show-completion", shell).split(), env={"SHELL": "/bin/sh"})

    assert (outcome.returncode, outcome.stderr) == (0, "")
    assert said in outcome.stdout


def test_an_unknown_shell_is_refused_and_the_known_ones_are_named(broadcast):
    outcome = broadcast("--show-completion", "tcsh")

    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert "hint: there is: bash, zsh, fish, powershell, pwsh" in outcome.stderr


def test_a_text_that_names_the_option_is_a_text(broadcast, page_only):
    assert broadcast("notify", "Down", "-m", "--show-completion=zsh", "--dry-run").returncode == 0
