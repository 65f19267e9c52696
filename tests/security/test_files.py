"""Files that are not what they should be: templates that escape, contacts that never end, bombs."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager

import pytest

from broadcast.rendering import factcheck
from tests.security.hostile_texts import LONG, NAMES, TEMPLATES
from tests.security.output_checks import assert_printed

DEEP = "[" * 100_000
MEBIBYTE = 1024 * 1024
CONFIGS = {
    "lists in lists": f"a = {DEEP}",
    "tables in tables": "a = " + "{a=" * 100_000,
    "a key of 200,000 parts": ".".join("a" * 200_000) + " = 1",
    "a table of 200,000 parts": "[" + ".".join("a" * 200_000) + "]",
    "10 MiB": 'a = "' + "x" * (10 * MEBIBYTE) + '"',
    "250,000 texts in one line": "a = [" + '"a",' * 200_000 + "]",
    "a text that never ends": 'a = """' + "x" * 900_000,
    "a number of a million digits": "a = " + "9" * 1_000_000,
    "one word": "a" * 1_000_000,
    "90,000 tables": "".join(f"[a.k{number}]\n" for number in range(60_000)),
}
VARS = {
    "json": f'{{"a": {DEEP}}}',
    "toml": f"a = {DEEP}",
    "dotted.toml": ".".join("a" * 100_000) + " = 1",
    "digits.json": f'{{"a": {"9" * 100_000}}}',
}


@contextmanager
def within(seconds: float):
    """Whatever else the machine is doing: the time that this process itself took."""
    begun = time.process_time()
    yield
    assert time.process_time() - begun < seconds


@pytest.mark.parametrize("bomb", CONFIGS)
def test_a_configuration_that_is_a_bomb_is_refused_quickly(muster, bomb):
    muster.write("broadcast.toml", CONFIGS[bomb])

    with within(3):
        said = muster.run("config", "check")

    assert said.code == 6
    assert_printed(said.err[:10_000])


@pytest.mark.parametrize("kind", VARS)
def test_a_vars_file_that_is_a_bomb_is_refused_quickly(muster, kind):
    path = muster.write(f"vars.{kind}", VARS[kind])

    with within(3):
        said = muster.run("notify", "Chat", "--vars", str(path), "--dry-run")

    assert said.code == 2, said.err[:300]
    assert muster.received() == []


@pytest.mark.parametrize(
    "text",
    [LONG[0], *(pytest.param(one, marks=pytest.mark.slow) for one in LONG[1:] if "\n" not in one)],
    ids=lambda one: one[:8],
)
def test_a_text_without_end_takes_no_time_without_end(muster, text):
    with within(4):
        assert muster.run("notify", "Chat", "-v", f"scope={text}", "-m", f" {text}", "--dry-run").code in {
            0,
            7,
        }


@pytest.mark.parametrize(
    "part", ["x", "a.", "a-", "1.", "(0", "@", "a@", "www.", "http://", "1:", "+1", "a/"]
)
def test_the_fact_check_takes_time_that_grows_with_the_text_and_no_faster(part):
    known = factcheck.KnownFacts(frozenset(), frozenset())

    with within(1.5):
        factcheck.contradictions(part * (20_000 // len(part)), known)


def test_a_template_of_a_gigabyte_is_not_read(muster):
    path = muster.write("big/de/customers/investigating/sms.txt.j2", "")
    os.truncate(path, 1024 * MEBIBYTE)
    muster.configure(templates="big")

    with within(2):
        said = muster.run("notify", "Chat", "--dry-run")

    path.unlink()
    assert said.code == 7
    assert "more than" in said.err


@pytest.mark.parametrize("name", [*NAMES, "customers", "../customers"], ids=ascii)
def test_an_include_reads_nothing_outside_the_template_folder(muster, name):
    muster.write("secret.j2", "sentinel")
    quoted = name.replace("\\", "\\\\").replace("'", "\\'").replace("\x00", "\\x00")
    muster.write("inc/de/customers/investigating/sms.txt.j2", f"{{% include '{quoted}' %}}")
    muster.configure(templates="inc")

    said = muster.notify("Chat", "--channel", "sms")

    assert said.code == 7
    assert "root:" not in said.said
    assert "sentinel" not in said.said
    assert muster.received() == []


@pytest.mark.parametrize("target", ["../../../../../secret.txt", "/etc/passwd"])
@pytest.mark.parametrize("linked", ["file", "folder"])
def test_a_link_out_of_the_template_folder_is_not_followed(muster, target, linked):
    muster.write("secret.txt", "sentinel")
    folder = muster.folder / f"link-{linked}" / "de" / "customers" / "investigating"
    folder.parent.mkdir(parents=True, exist_ok=True)
    if linked == "file":
        folder.mkdir(exist_ok=True)
        link = folder / "sms.txt.j2"
        link.symlink_to(target if target.startswith("/") else muster.folder / "secret.txt")
    else:
        muster.write("outside/sms.txt.j2", "sentinel")
        link = folder
        link.symlink_to(muster.folder / "outside")
    muster.configure(templates=f"link-{linked}")

    said = muster.notify("Chat", "--channel", "sms")

    link.unlink()
    assert said.code == 7
    assert "leads out" in said.err
    assert "sentinel" not in said.said
    assert muster.received() == []


@pytest.mark.parametrize("names", ["../../../etc", "/etc", "..", "a/../../b", "de\\x"])
def test_no_audience_leads_out_of_the_template_folder(muster, names):
    path = muster.folder / "broadcast.toml"
    path.write_text(path.read_text().replace("[audiences.agents]", f"[audiences.agents]\ntexts = '{names}'"))

    said = muster.notify("Chat", "-a", "agents")

    assert said.code in {6, 7}
    assert muster.received() == []


@pytest.mark.parametrize("locale", ["../../etc", "/etc", "de/../../x", "..", "de\x00", "\x1b[31m"], ids=ascii)
def test_no_language_leads_out_of_the_template_folder(muster, locale):
    said = muster.run("notify", "Chat", "--lang", locale, "--dry-run", "--channel", "x")

    assert said.code in {0, 2, 7}
    assert "root:" not in said.said
    assert_printed(said.said)


@pytest.mark.parametrize("text", TEMPLATES, ids=ascii)
def test_a_value_is_never_read_as_a_template(muster, text):
    muster.write("val/de/agents/email.txt.j2", "{{ title }} {{ own }} {{ mark }}")
    muster.configure(templates="val")

    said = muster.notify("-a", "agents", "-v", f"own={text}", "--", text)

    assert said.code == 0, said.err
    assert " ".join(text.split()) in muster.received("smtp")[0].text


@pytest.mark.parametrize(
    "kind", ["folder", "device", "endless", "pipe", "huge", "missing", "socket", "binary"]
)
def test_contacts_that_are_no_file_of_people_are_refused(muster, kind):
    path = muster.folder / "customers.csv"
    before = path.read_bytes()
    path.unlink()
    _odd(path, kind)

    with within(2):
        said = muster.notify("Chat")

    path.rmdir() if kind == "folder" else path.unlink(missing_ok=True)
    path.write_bytes(before)
    assert said.code == 6
    assert str(path) in said.err
    assert muster.received() == []


def _odd(path, kind):
    match kind:
        case "folder":
            path.mkdir()
        case "device":
            path.symlink_to("/dev/null")
        case "endless":
            path.symlink_to("/dev/zero")
        case "pipe":
            os.mkfifo(path)
        case "socket":
            os.mknod(path, 0o140600)
        case "huge":
            path.touch()
            os.truncate(path, 300 * MEBIBYTE)
        case "binary":
            path.write_bytes(bytes(range(256)) * 10)
        case _:
            assert kind == "missing"


def test_a_secret_file_that_never_ends_is_read_no_further_than_a_secret_is_long(muster):
    path = muster.folder / "broadcast.toml"
    path.write_text(path.read_text().replace("env:TWILIO_AUTH_TOKEN", "file:/dev/zero"))

    with within(2):
        said = muster.notify("Chat")

    assert said.code == 6
    assert "larger than" in said.err


def test_a_page_is_not_written_through_a_link(muster):
    victim = muster.write("victim.txt", "mine")
    (muster.folder / "public").mkdir(exist_ok=True)
    for name in ("index.html", ".index.html.new", "feed.atom"):
        (muster.folder / "public" / name).symlink_to(victim)

    muster.notify("Chat", "--channel", "site")

    assert victim.read_text() == "mine"
