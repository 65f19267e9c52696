"""A page never writes over a file of another web site, and nothing locks it out of its own folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from broadcast.channels.page.site.ownership import OWNER_FILE
from broadcast.errors import ConfigError
from broadcast.model.outcome import Accepted, Health, Rejected, Scope
from tests.channels.page.site.sample import outgoing, site
from tests.channels.page.site.test_publication import CRASH, documents
from tests.channels.page.site.test_publication import run as start
from tests.harness.configurations import PAGE_ONLY
from tests.harness.program import run

THEIRS = {
    "index.html": "<!doctype html><title>Muster</title>",
    "feed.atom": '<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title></feed>',
    "maintenance.ics": "BEGIN:VCALENDAR\r\nPRODID:-//Muster//EN\r\nEND:VCALENDAR\r\n",
    "api/v2/summary.json": "{}",
    "incidents/INC-1.html": "<!doctype html><title>Archive</title>",
    "en/index.html": "<!doctype html><title>Muster</title>",
}


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / "public" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", THEIRS)
async def test_a_file_of_another_web_site_is_never_written_over(tmp_path, name):
    adapter = site(tmp_path)
    path = put(tmp_path, name, THEIRS[name])
    before = documents(tmp_path)

    [outcome] = await adapter.send([outgoing("k1", incident="INC-1")])

    assert isinstance(outcome, Rejected)
    assert outcome.scope is Scope.CHANNEL
    assert str(path) in outcome.reason
    assert documents(tmp_path) == before


@pytest.mark.parametrize("name", ["index.html", "feed.atom", "maintenance.ics"])
async def test_a_folder_with_another_web_site_is_a_wrong_setting(tmp_path, name):
    adapter = site(tmp_path)
    path = put(tmp_path, name, THEIRS[name])

    with pytest.raises(ConfigError, match=path.name) as raised:
        site(tmp_path)
    probe = await adapter.probe()

    assert raised.value.hint
    assert probe.health is Health.DEGRADED
    assert str(path) in probe.detail


async def test_a_web_site_that_is_copied_over_the_page_stays_as_it_is(tmp_path):
    adapter = site(tmp_path)
    await adapter.send([outgoing("k1")])
    path = put(tmp_path, "index.html", THEIRS["index.html"])

    [outcome] = await adapter.send([outgoing("k2", sequence=2)])

    assert isinstance(outcome, Rejected)
    assert path.read_text() == THEIRS["index.html"]


@pytest.mark.parametrize("renames", range(1, 8))
async def test_a_crash_at_any_file_of_the_first_notice_locks_nobody_out(tmp_path, renames):
    folder = tmp_path / "public"
    assert start(CRASH, folder, renames).wait() == 9

    [outcome] = await site(tmp_path).send([outgoing("k2", sequence=2)])

    assert isinstance(outcome, Accepted)


async def test_a_page_from_before_there_was_a_mark_goes_on(tmp_path):
    await site(tmp_path).send([outgoing("k1")])
    folder = tmp_path / "public"
    (folder / OWNER_FILE).unlink()
    for path in folder.rglob("*.html"):
        path.write_text(path.read_text().replace('name="generator"', 'name="x"'))

    first, second = [(await site(tmp_path).send([outgoing(f"k{n}", sequence=n)]))[0] for n in (2, 3)]

    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert (folder / OWNER_FILE).is_file()


async def test_a_copy_of_the_page_without_hidden_files_goes_on(tmp_path):
    await site(tmp_path).send([outgoing("k1")])
    shutil.copytree(tmp_path / "public", tmp_path / "moved" / "public", ignore=shutil.ignore_patterns(".*"))

    [outcome] = await site(tmp_path / "moved").send([outgoing("k2", sequence=2)])

    assert isinstance(outcome, Accepted)


def test_the_command_says_so_before_anything_is_sent(tmp_path):
    (tmp_path / "broadcast.toml").write_text(PAGE_ONLY, encoding="utf-8")
    path = put(tmp_path, "index.html", THEIRS["index.html"])

    told = run(tmp_path, "notify", "Kasse gestört", "--yes")
    doctor = run(tmp_path, "doctor")

    assert told.returncode == 6
    assert "index.html" in told.stderr
    assert "hint:" in told.stderr
    assert "index.html" in doctor.stdout + doctor.stderr
    assert path.read_text() == THEIRS["index.html"]
