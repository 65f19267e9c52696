"""For each mistake: the exit code, what and where it is, how to correct it, and that nothing was sent."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from tests.fake_providers.strict_server import SECRETS, Strict, strict
from tests.harness.process_company import ProcessCompany, process_company
from tests.harness.program import Ended

AUDIENCES = """
[audiences.customers]
contacts = ["customers.csv"]
lanes = [["sms"], ["x"]]
"""
PEOPLE = "id,name,email,phone,locale\na,Jürgen,j@kunden.example,+4915112340001,de\n"
NOTIFY = ("notify", "Chat down", "-m", "Orders work.", "--yes")


@pytest.fixture(scope="module")
def providers() -> Iterator[Strict]:
    with strict(described=False) as running:
        yield running


@pytest.fixture(scope="module")
def chapters(tmp_path_factory, providers) -> dict[str, Path]:
    """Folders whose ledger holds one open incident, two, and one that is closed."""
    folder = tmp_path_factory.mktemp("chapters")
    one = process_company(folder / "one", providers, AUDIENCES)
    one.write("customers.csv", PEOPLE)
    assert one.send(*NOTIFY[:-1]).code == 0
    two = ProcessCompany(Path(shutil.copytree(one.folder, folder / "two")))
    assert two.send("notify", "Mail down").code == 0
    closed = ProcessCompany(Path(shutil.copytree(one.folder, folder / "closed")))
    assert closed.send("resolve").code == 0
    return {company.folder.name: company.folder for company in (one, two, closed)}


@pytest.fixture
def company(tmp_path, chapters, providers) -> ProcessCompany:
    """A working organisation with one open incident, INC-1; providers that have heard of nothing."""
    return at("one", tmp_path, chapters, providers)


def at(chapter: str, tmp_path: Path, chapters: dict[str, Path], providers: Strict) -> ProcessCompany:
    providers.forget()
    return ProcessCompany(Path(shutil.copytree(chapters[chapter], tmp_path / chapter)))


def content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def refusal(
    company: ProcessCompany, providers: Strict, *arguments: str, stdin: str = "", **changes: str | None
) -> Ended:
    """Run a command that must not get far; what holds for every one of them is checked here."""
    before = content(company.ledger_path)
    run = company.run(*arguments, stdin=stdin, **changes)

    assert providers.seen == []
    assert content(company.ledger_path) == before
    assert run.out == ""
    assert [line.split(":")[0] for line in run.err.splitlines() if line[:5] in {"error", "hint:"}] == [
        "error",
        "hint",
    ], run.err
    assert "Traceback" not in run.said
    assert "bug" not in run.said
    assert [name for name, value in SECRETS.items() if value in run.said] == []
    return run


def hint(run: Ended) -> str:
    return run.err.partition("hint:")[2]


def seldom(*cases: Sequence[object]) -> list[ParameterSet]:
    """Cases that go the same road as their neighbours: run by `make slow` only."""
    return [pytest.param(*case, marks=pytest.mark.slow) for case in cases]


@pytest.mark.parametrize(
    ("old", "new", "said", "mend"),
    [
        ('locale = "de"', 'locale = "de', "broadcast.toml:3", "quot"),
        ("hotline =", "hotlin =", "broadcast.toml:6: [broadcast] hotlin", "did you mean hotline?"),
        (
            '[["sms"], ["x"]]',
            '[["smss"], ["x"]]',
            '[audiences.customers] lanes: there is no channel "smss"',
            "sms",
        ),
        ('"twilio-sms"', '"twillio-sms"', "[channels.sms]: unknown adapter 'twillio-sms'", "twilio-sms"),
        ('from = "+49', 'sender = "+49', "[channels.sms]: twilio-sms has no option sender", "from"),
        ('"env:TWILIO_AUTH_TOKEN"', '"file:none.txt"', "none.txt", "path"),
        ('["customers.csv"]', '["custommers.csv"]', "custommers.csv", "contacts"),
        *seldom(
            ('from = "+4930231250"\n', "", "[channels.sms]", "from"),
            ('timezone = "Europe/Berlin"', 'timezone = "Berlin"', "broadcast.toml:4", "Europe/Berlin"),
            ("[ledger]", "[leger]", "broadcast.toml:8: [leger]", "did you mean ledger?"),
            ("concurrency = 4", "concurrency = 0", "broadcast.toml:17", "number"),
        ),
    ],
)
def test_a_wrong_configuration_is_6(company, providers, old, new, said, mend):
    company.edit(old, new)

    run = refusal(company, providers, *NOTIFY)

    assert run.code == 6
    assert said in run.err
    assert mend in hint(run)


def test_everything_wrong_with_a_configuration_is_told_at_once(company, providers):
    company.edit("hotline =", "hotlin =")
    company.edit("concurrency = 4", "concurrency = 0")

    run = refusal(company, providers, *NOTIFY)

    assert run.code == 6
    assert "broadcast.toml:6:" in run.err
    assert "broadcast.toml:17:" in run.err


def test_a_missing_secret_is_6_and_named(company, providers):
    run = refusal(company, providers, *NOTIFY, TWILIO_AUTH_TOKEN=None)

    assert run.code == 6
    assert "[channels.sms]" in run.err
    assert "TWILIO_AUTH_TOKEN is not set" in run.err
    assert ".env" in hint(run)


def test_a_secret_in_the_file_is_6_and_not_repeated(company, providers):
    company.edit('"env:TWILIO_AUTH_TOKEN"', f'"{SECRETS["TWILIO_AUTH_TOKEN"]}"')

    run = refusal(company, providers, *NOTIFY)

    assert run.code == 6
    assert "broadcast.toml:14: [channels.sms] auth_token: a secret must not be in the file" in run.err
    assert 'auth_token = "env:TWILIO_AUTH_TOKEN"' in hint(run)


def test_a_secret_that_others_may_read_is_a_warning(company, providers):
    path = company.write("token.txt", SECRETS["TWILIO_AUTH_TOKEN"])
    path.chmod(0o644)
    company.edit('"env:TWILIO_AUTH_TOKEN"', '"file:token.txt"')

    run = company.run(*NOTIFY, "--dry-run")

    assert run.code == 0
    assert f"chmod 600 {path}" in run.said
    assert SECRETS["TWILIO_AUTH_TOKEN"] not in run.said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--config", "none.toml"), "none.toml does not exist"), (("--config", "."), "is a folder")],
)
def test_a_configuration_that_is_not_there_is_6(company, providers, arguments, said):
    run = refusal(company, providers, *arguments, *NOTIFY)

    assert run.code == 6
    assert said in run.err
    assert "broadcast init" in hint(run)


@pytest.mark.parametrize(
    ("contacts", "code", "said", "mend"),
    [
        ("", 6, "customers.csv is empty", "id,name,email,phone"),
        (
            "id,phone\na,12\nb,no number\n",
            3,
            "customers.csv cannot be used (first: line 2)",
            "contacts check",
        ),
        *seldom(
            ('id,phone\na,"+49151', 6, "customers.csv:2: a quotation mark is opened", "close it"),
            ("id,name,email,phone\n", 3, "customers.csv: there is no row below the header", "contacts check"),
            ("name,city\nAnn,Bonn\n", 6, "customers.csv:1: no column holds phone numbers", '"phone"'),
        ),
    ],
)
def test_contacts_without_a_reachable_person(company, providers, contacts, code, said, mend):
    company.write("customers.csv", contacts)
    company.edit('[["sms"], ["x"]]', '[["sms"]]')

    run = refusal(company, providers, *NOTIFY)

    assert run.code == code
    assert said in run.err
    assert mend in hint(run)


def test_broken_rows_are_told_and_the_others_are_reached(company, providers):
    company.write("customers.csv", PEOPLE + "b,Ben,,0151,de\nc,Cy,no-mail,,de\nd,Dora,,+4915112340004,en\n")

    run = company.send(*NOTIFY[:-1], "-a", "customers", "--channel", "sms")

    assert run.code == 0
    assert [message["to"] for message in providers.twilio.messages] == ["+4915112340001", "+4915112340004"]
    (warning,) = [one for one in run.result["warnings"] if "contacts check" in one]
    assert warning.startswith("2 rows of customers.csv cannot be used (first: line 3)")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ organisation }: {% if %} {{ mark }}", "de/customers/investigating/sms.txt.j2, line 1: "),
        ("{{ organisation }}: {{ weather }} {{ mark }}", "weather"),
        ("Down for ever {{ mark }}" + " and ever" * 200, "sms.txt.j2"),
        *seldom(
            ("Call 0800 1234567 {{ mark }}", "0800 1234567"),
            ("{{ organisation }}: {{ scope }} {{ mark }}", "sms.txt.j2, line 1: a value is None"),
            ("{{ ''.__class__.__mro__ }} {{ mark }}", "sms.txt.j2"),
        ),
    ],
)
def test_a_text_that_cannot_be_written_is_7(company, providers, text, said):
    company.write("templates/de/customers/investigating/sms.txt.j2", text)

    run = refusal(company, providers, *NOTIFY)

    assert run.code == 7
    assert said in run.err


def test_a_message_that_cannot_be_shortened_is_7_with_the_arithmetic(company, providers):
    company.edit("https://muster.example", f"https://muster.example/{'a' * 500}")

    run = refusal(company, providers, *NOTIFY)

    assert run.code == 7
    assert "of 160" in run.err or "of 280" in run.err or "of 459" in run.err, run.err
    assert "shorten" in hint(run)


@pytest.mark.parametrize(
    ("arguments", "said", "mend"),
    [
        (("update", "INC-9", "-m", "x"), "there is no incident INC-9", "INC-1"),
        (("notify", "Down", "-a", "custmers"), "there is no audience custmers", "did you mean customers?"),
        (("notify", "Down", "--channel", "smss"), "there is no channel smss", "did you mean sms?"),
        (("notify", "Down", "-s", "sev5"), "there is no severity sev5", "use one of: sev1, sev2, sev3, sev4"),
        (
            ("notify", "Down", "--phase", "identifed"),
            "there is no phase identifed",
            "did you mean identified?",
        ),
        (("notify", "Down", "--next-update", "soon"), "soon", "30m"),
        (("notify", "Down", "--started", "tomorrow"), "tomorrow", "14:"),
        (("notify", "Down", "--deadline", "fast"), "fast", "s"),
        (("notify", "Down", "-m", "-"), "message is empty", "-m"),
        (("notify", "Down", "-m", "@none.txt"), "cannot read none.txt", "path"),
        *seldom(
            (("notify", "Down", "--vars", "none.toml"), "cannot read none.toml", "path"),
            (("update", "seven", "-m", "x"), "there is no incident seven", "INC-1"),
            (("notify", "Down", "--not-channel", "twiter"), "there is no channel twiter", "x"),
            (("notify", "Down", "--phase", "resolved"), "cannot begin as resolved", "investigating"),
            (("update", "--phase", "resolved"), "cannot end INC-1", "broadcast resolve"),
            (
                ("notify", "Down", "--template", "resolvd"),
                "there is no template resolvd",
                "did you mean resolved?",
            ),
            (("notify", "Down", "--next-update", "25:99"), "25:99", "14:30"),
            (("notify", "Down", "--detected", "2099-01-01T10:00"), "future", "14:"),
            (("notify", "Down", "--deadline", "0s"), "0s", "s"),
            (("notify", "Down", "--max-recipients", "many"), "many", "-h"),
            (("notify", ""), "TITLE is empty", "give it a value"),
            (("notify", "Down", "-m", " "), "message is empty", "give it a value"),
            (("notify", "Down", "-v", "scope"), "-v scope: this is not KEY=VALUE", "scope="),
            (("notify", "Down", "--severty", "sev1"), "--severty", "--severity"),
            (("notfy", "Down"), "there is no command notfy", "broadcast notify"),
        ),
    ],
)
def test_invalid_input_is_2(company, providers, arguments, said, mend):
    run = refusal(company, providers, *arguments, "--yes")

    assert run.code == 2
    assert said in run.err
    assert mend in hint(run)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("facts.json", '{"scope": ', "facts.json"),
        ("facts.env", "SCOPE=all\nno pair\n", "facts.env, line 2: "),
        *seldom(
            ("facts.toml", 'scope = "all', "facts.toml: "),
            ("facts.json", '{"scope": ["a", "b"]}', "facts.json: scope"),
        ),
    ],
)
def test_broken_vars_are_2_and_say_where(company, providers, name, text, said):
    company.write(name, text)

    run = refusal(company, providers, *NOTIFY, "--vars", name)

    assert run.code == 2
    assert said in run.err


def test_which_of_two_open_incidents_must_be_said(tmp_path, chapters, providers):
    run = refusal(at("two", tmp_path, chapters, providers), providers, "update", "-m", "x", "--yes")

    assert run.code == 2
    assert "2 incidents are open: INC-1 (Chat down), INC-2 (Mail down)" in run.err
    assert "INC-2" in hint(run)


@pytest.mark.parametrize(
    ("arguments", "said", "mend"),
    [
        (("update", "-m", "x"), "no incident is open", "broadcast notify"),
        (("resolve", "INC-1"), "INC-1 is resolved already", "broadcast notify"),
        (("update", "INC-1", "-m", "x"), "INC-1 is resolved already", "broadcast notify"),
    ],
)
def test_an_end_is_final(tmp_path, chapters, providers, arguments, said, mend):
    run = refusal(at("closed", tmp_path, chapters, providers), providers, *arguments, "--yes")

    assert run.code == 2
    assert said in run.err
    assert mend in hint(run)


def test_no_way_left_is_3(company, providers):
    run = refusal(company, providers, *NOTIFY, "--channel", "x", "--not-channel", "x")

    assert run.code == 3
    assert "--channel" in hint(run)


def test_without_a_terminal_there_is_no_confirmation(company, providers):
    run = refusal(company, providers, *NOTIFY[:-1])

    assert run.code == 8
    assert "--yes --max-recipients 1" in hint(run)


def test_more_people_than_allowed_are_not_told(company, providers):
    company.write("customers.csv", PEOPLE + "b,Ben,,+4915112340002,de\n")

    run = refusal(company, providers, *NOTIFY, "--max-recipients", "1")

    assert run.code == 8
    assert "2 people would be told, and at most 1 are allowed" in run.err
    assert "--max-recipients 2" in hint(run)


@pytest.mark.parametrize(
    "arguments", [NOTIFY, *seldom((("update", "-m", "x", "--yes"),), (("resolve", "--yes"),))]
)
def test_without_live_nothing_is_sent(company, providers, arguments):
    company.edit("[broadcast]\n", "[broadcast]\nlive = false\n")

    run = refusal(company, providers, *arguments)

    assert run.code == 8
    assert "live = false" in run.err
    assert "--sandbox" in hint(run)


def replace_by_folder(company: ProcessCompany) -> None:
    company.ledger_path.unlink()
    company.ledger_path.mkdir()


def replace_by_text(company: ProcessCompany) -> None:
    company.ledger_path.write_text("INC-1 is open\n" * 100, encoding="utf-8")


def cut_in_half(company: ProcessCompany) -> None:
    os.truncate(company.ledger_path, company.ledger_path.stat().st_size // 2)


def overwrite_the_middle(company: ProcessCompany) -> None:
    content = bytearray(company.ledger_path.read_bytes())
    content[4096:20480] = os.urandom(16384)
    company.ledger_path.write_bytes(content)


def change(statement: str, company: ProcessCompany) -> None:
    connection = sqlite3.connect(company.ledger_path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def lead_through_a_file(company: ProcessCompany) -> None:
    company.edit("sqlite:///broadcast.db", "sqlite:///customers.csv/broadcast.db")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (replace_by_folder, "is a folder"),
        (replace_by_text, "is damaged"),
        (cut_in_half, "is damaged"),
        (partial(change, "PRAGMA user_version = 99"), "was written by a newer broadcast"),
        *seldom(
            (lead_through_a_file, "cannot open the ledger"),
            (overwrite_the_middle, "is damaged"),
            (partial(change, "PRAGMA application_id = 7"), "of another program"),
        ),
    ],
)
def test_a_ledger_that_cannot_be_used_is_12(company, providers, damage, said):
    damage(company)

    run = refusal(company, providers, *NOTIFY)

    assert run.code == 12
    assert said in run.err


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.slow
def test_a_ledger_that_another_process_holds_is_12(company, providers):
    command = [sys.executable, "-c", HOLDER, str(company.ledger_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        run = refusal(company, providers, *NOTIFY)

    assert run.code == 12
    assert "is locked by process" in run.err
    assert "wait" in hint(run)


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A file system that one incident does not fit on."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(["mount", *options], capture_output=True).returncode:
        pytest.skip("only root can mount a file system, and not everywhere")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_12(company, providers, small_disk):
    company.edit("sqlite:///broadcast.db", f"sqlite:///{small_disk}/broadcast.db")

    run = refusal(company, providers, *NOTIFY)

    assert run.code == 12
    assert "full" in run.err
    assert "space" in hint(run)


@pytest.fixture
def unchangeable(company) -> Iterator[Path]:
    """A ledger that not even its owner may write."""
    if os.geteuid() != 0:
        company.ledger_path.chmod(0o400)
        yield company.ledger_path
        return
    if subprocess.run(["chattr", "+i", str(company.ledger_path)], capture_output=True).returncode:
        pytest.skip("root may write everything, and this file system knows no immutable files")
    yield company.ledger_path
    subprocess.run(["chattr", "-i", str(company.ledger_path)], check=True)


def test_a_ledger_that_must_not_be_written_is_12(company, providers, unchangeable):
    run = refusal(company, providers, *NOTIFY)

    assert run.code == 12
    assert str(unchangeable) in run.err
    assert "permission" in run.err
