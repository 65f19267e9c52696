"""Options that name a file to write: no file is lost that is not an earlier output of the same command."""

from __future__ import annotations

import stat

import pytest
import typer

from broadcast.cli.app import _root

OWN = "# our own file\n"
#: Every option that makes a command write the file it names; its tests are here, or with its command.
WRITING = {
    *(("report", "--out"), ("template render", "--out"), ("contacts import", "--into")),
    *(("escalate card", "--out"), ("hotline recordings play", "--out")),
}
#: Options with such a name that name no file.
NO_FILE = {("sandbox call", "--to")}


def options(command, context, words=()):
    """Every option of the program, as its command's words and its name."""
    for name in getattr(command, "list_commands", lambda _: ())(context):
        yield from options(command.get_command(context, name), context, (*words, name))
    for param in command.params:
        yield from ((" ".join(words), option) for option in param.opts)


def test_every_option_that_writes_a_file_is_tested_here():
    root = _root()
    context = typer.Context(root)
    names = {"--out", "--into", "--to", "--file", "--write", "--save"}
    assert {each for each in options(root, context) if each[1] in names} == WRITING | NO_FILE


@pytest.fixture
def incident(broadcast, page_only):
    assert broadcast("notify", "Chat down", "--yes").returncode == 0


@pytest.mark.usefixtures("incident")
def test_a_report_overwrites_nothing_but_a_report(broadcast, tmp_path):
    precious = ["broadcast.toml", "broadcast.db", "broadcast.db.secret", "public/index.html"]
    precious += [".env", "template"]
    (tmp_path / ".env").write_text(OWN, encoding="utf-8")
    (tmp_path / "template").write_text(OWN, encoding="utf-8")
    before = {name: (tmp_path / name).read_bytes() for name in precious if (tmp_path / name).exists()}

    for name in before:
        refused = broadcast("report", "INC-1", "--format", "md", "--out", name)
        assert refused.returncode == 2, name
        assert "hint: " in refused.stderr

    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert len(before) > 4


@pytest.mark.usefixtures("incident")
def test_a_report_is_written_for_its_owner_only_and_again_over_itself(broadcast, tmp_path):
    for _ in range(2):
        assert broadcast("report", "INC-1", "--out", "report.HTML").returncode == 0
    assert stat.S_IMODE((tmp_path / "report.HTML").stat().st_mode) == 0o600
    assert (tmp_path / "report.HTML").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert broadcast("report", "INC-1", "--out", "-").stdout.startswith("# ")


@pytest.mark.usefixtures("incident")
@pytest.mark.parametrize(
    ("line", "said", "hint"),
    [
        (["--out", "r.pdf"], "r.pdf has neither ending", "r.html; a browser prints it as PDF"),
        (["--out", "r.docx"], "r.docx has neither ending", "r.html"),
        (["--out", "r.md", "--format", "html"], "--format html does not go with r.md", "leave --format out"),
        (["--lang", "fr"], "there are no reports in fr", "de and en"),
        (["--out", "/dev/stdout"], "nothing was written", "redirect the output"),
    ],
)
def test_a_report_that_would_be_something_else_than_asked_for_is_refused(
    broadcast, tmp_path, line, said, hint
):
    before = sorted(tmp_path.iterdir())

    refused = broadcast("report", "INC-1", *line)

    assert (refused.returncode, refused.stdout) == (2, "")
    assert said in refused.stderr
    assert hint in refused.stderr
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.usefixtures("page_only")
def test_a_page_of_texts_overwrites_nothing_but_a_page_of_texts(broadcast, tmp_path):
    line = ("template", "render", "sms", "--all", "--out")
    precious = tmp_path / "own.html"
    precious.write_text(OWN, encoding="utf-8")
    (tmp_path / "link.html").symlink_to(precious)

    for name, status in (("own.html", 2), ("link.html", 2), ("broadcast.toml", 2), ("texts.html", 0)):
        written = broadcast(*line, name)
        assert written.returncode == status, (name, written.stderr)
        assert ("hint: " in written.stderr) is bool(status)
    assert precious.read_text(encoding="utf-8") == OWN

    assert broadcast(*line, "texts.html").returncode == 0
    assert stat.S_IMODE((tmp_path / "texts.html").stat().st_mode) == 0o600
    (tmp_path / "texts.html").write_text(OWN, encoding="utf-8")
    assert broadcast(*line, "texts.html").returncode == 2
    assert (tmp_path / "texts.html").read_text(encoding="utf-8") == OWN


@pytest.mark.usefixtures("page_only")
@pytest.mark.parametrize("content", ["BEGIN:VCARD\n", "TWILIO_TOKEN=secret\nOTHER=1\n", "secret\n", OWN])
def test_an_import_changes_nothing_but_a_contacts_file(broadcast, tmp_path, content):
    people = "BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nEMAIL:anna@kunde.example\nEND:VCARD\n"
    target = tmp_path / "target"
    target.write_text(content, encoding="utf-8")

    refused = broadcast("contacts", "import", "-", "--into", "target", "--yes", input=people)

    assert refused.returncode == 6
    assert "hint: " in refused.stderr
    assert target.read_text(encoding="utf-8") == content


def test_init_keeps_what_somebody_wrote_whatever_is_forced(broadcast, tmp_path):
    assert broadcast("init").returncode == 0
    people = tmp_path / "contacts" / "customers.csv"
    for words in (OWN, OWN * 2):
        people.write_text(words, encoding="utf-8")
        assert broadcast("init").returncode == 8
        assert people.read_text(encoding="utf-8") == words
        forced = broadcast("init", "--force", "--sandbox", "--locale", "de")
        assert forced.returncode == 0
        assert "kept: your contacts/customers.csv is contacts/customers.csv.before" in forced.stdout

    kept = sorted(path.name for path in tmp_path.rglob("*.before*"))
    assert kept == ["customers.csv.before", "customers.csv.before-2"]
    assert people.with_name(kept[0]).read_text(encoding="utf-8") == OWN
    assert people.with_name(kept[1]).read_text(encoding="utf-8") == OWN * 2


@pytest.mark.parametrize("name", ["broadcast.toml", "contacts/agents.csv", ".env.example"])
def test_init_writes_through_no_link(broadcast, tmp_path, name):
    (tmp_path / "contacts").mkdir()
    precious = tmp_path / "precious"
    precious.write_text(OWN, encoding="utf-8")
    (tmp_path / name).symlink_to(precious)

    refused = broadcast("init", "--force")

    assert refused.returncode == 8
    assert f"{name} is a link or no file" in refused.stderr
    assert precious.read_text(encoding="utf-8") == OWN
