"""Crashes, full disks and two writers: a reader always finds a whole page."""

from __future__ import annotations

import fcntl
import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from broadcast.channels.page.site.publication import read
from broadcast.model.outcome import Accepted, NotSent
from tests.channels.page.site import sample
from tests.channels.page.site.sample import outgoing, publish, site

ROOT = Path(__file__).parents[4]

#: Dies at the n-th rename, just before the kernel would do it.
CRASH = """
import os, sys
from pathlib import Path
from broadcast.channels.page.site.page_settings import SiteSettings
from broadcast.channels.page.site.publication import add
from tests.channels.page.site.sample import outage

left = [int(sys.argv[2])]

def die(event, arguments):
    if event == "os.rename":
        left[0] -= 1
        if not left[0]:
            os._exit(9)

sys.addaudithook(die)
add(Path(sys.argv[1]), SiteSettings(), list(outage())[1])
"""

WRITER = """
import asyncio, sys
from pathlib import Path
from tests.channels.page.site.sample import outgoing, site
from broadcast.model.outcome import Accepted

async def write(folder, writer):
    adapter = site(folder)
    for number in range(8):
        message = outgoing(f"{writer}-{number}", incident=f"INC-{writer}", sequence=number + 1)
        while not isinstance((await adapter.send([message]))[0], Accepted):
            pass

asyncio.run(write(Path(sys.argv[1]), sys.argv[2]))
"""


def run(code, *arguments):
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT)


def whole(folder):
    """Every document of the folder can be read to its end."""
    for path in folder.rglob("*"):
        if path.name.startswith(".") or path.is_dir():
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            assert text.rstrip().endswith("</html>")
        elif path.suffix == ".json":
            json.loads(text)
        elif path.suffix == ".ics":
            assert text.rstrip().endswith("END:VCALENDAR")
        else:
            ET.fromstring(text)


def documents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.suffix}


@pytest.mark.parametrize("renames", [1, 4, 9, 13, 15])
async def test_a_crash_between_two_files_leaves_a_page_that_the_next_run_completes(tmp_path, renames):
    first, second = list(sample.outage())
    await publish(site(tmp_path, path="crashed", url=""), [first])
    await publish(site(tmp_path, path="spared", url=""), [first, second])
    crashed = tmp_path / "crashed"
    assert run(CRASH, crashed, renames).wait() == 9
    whole(crashed)
    assert read(crashed).find(second) is None
    [outcome] = await site(tmp_path, path="crashed", url="").send([second])
    assert isinstance(outcome, Accepted)
    assert documents(crashed) == documents(tmp_path / "spared")


async def test_two_processes_lose_nothing_of_each_other(tmp_path):
    writers = [run(WRITER, tmp_path, name) for name in ("a", "b")]
    assert [writer.wait() for writer in writers] == [0, 0]
    whole(tmp_path / "public")
    keys = {update.key for update in read(tmp_path / "public").updates}
    assert keys == {f"{writer}-{number}" for writer in "ab" for number in range(8)}


async def test_a_folder_in_use_is_not_waited_for(tmp_path):
    adapter = site(tmp_path)
    await adapter.send([outgoing("k1")])
    with (tmp_path / "public" / ".lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        [outcome] = await adapter.send([outgoing("k2", sequence=2)])
    assert isinstance(outcome, NotSent)
    assert outcome.retry_after
    [after] = await adapter.send([outgoing("k2", sequence=2)])
    assert isinstance(after, Accepted)


async def test_a_full_disk_leaves_the_old_page_as_it_was(tmp_path):
    adapter = site(tmp_path)
    await adapter.send([outgoing("k1")])
    before = documents(tmp_path / "public")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        [outcome] = await adapter.send([outgoing("k2", sequence=2)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert isinstance(outcome, NotSent)
    assert "cannot write" in outcome.reason
    assert documents(tmp_path / "public") == before
    assert {p.name for p in (tmp_path / "public").glob(".*")} == {".lock", ".broadcast-site"}


async def test_leftovers_of_a_crash_are_no_obstacle(tmp_path):
    public = tmp_path / "public"
    public.mkdir()
    (public / ".index.html.new").write_text("half a pa")
    [outcome] = await site(tmp_path).send([outgoing()])
    assert isinstance(outcome, Accepted)
    assert not (public / ".index.html.new").exists()


async def test_a_link_planted_beside_the_page_is_not_followed(tmp_path):
    public, precious = tmp_path / "public", tmp_path / "precious"
    public.mkdir()
    precious.write_text("keep me")
    (public / ".index.html.new").symlink_to(precious)
    await site(tmp_path).send([outgoing()])
    assert precious.read_text() == "keep me"


async def test_a_page_that_was_moved_goes_on_where_it_lies(tmp_path):
    first, second = list(sample.outage())
    await publish(site(tmp_path), [first])
    shutil.move(tmp_path / "public", tmp_path / "elsewhere")
    await publish(site(tmp_path, path="elsewhere"), [second])
    assert len(read(tmp_path / "elsewhere").of("INC-7")) == 2
