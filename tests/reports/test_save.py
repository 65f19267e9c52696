"""A report in a file: whatever stands there already stays, unless it is a report that nobody changed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from broadcast.errors import UsageError
from broadcast.reports.save import save, sealed

FIRST, SECOND = "# Report\n\nfirst\n", "# Report\n\nsecond\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("saved")


@given(st.binary(max_size=300))
@example(b"")
@example(FIRST.encode())
@example(sealed(FIRST)[:-1])
@example(sealed(FIRST) + b"\n")
@example(b"x" + sealed(FIRST))
@example(sealed(FIRST).replace(b"first", b"First"))
def test_a_file_that_is_no_report_of_ours_stays_as_it_is(folder, content):
    path = folder / "notes.md"
    path.write_bytes(content)
    before = path.stat()

    with pytest.raises(UsageError, match="it was not overwritten"):
        save(SECOND, path)

    assert path.read_bytes() == content
    assert path.stat().st_ino == before.st_ino
    assert [one.name for one in folder.iterdir()] == ["notes.md"]


@given(st.text(max_size=200), st.text(max_size=200))
def test_an_unchanged_report_is_replaced_in_one_step_and_by_its_owner_only(folder, first, second):
    path = folder / "report.html"
    path.unlink(missing_ok=True)
    save(first, path)
    before = path.stat()

    save(second, path)

    assert path.read_bytes() == sealed(second)
    assert path.stat().st_ino != before.st_ino
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.unlink()


def test_links_folders_pipes_and_devices_are_never_written_to(tmp_path):
    ours = tmp_path / "ours.md"
    save(FIRST, ours)
    (tmp_path / "link.md").symlink_to(ours)
    (tmp_path / "dangling.md").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.md").mkdir()
    os.mkfifo(tmp_path / "pipe.md")

    there = [tmp_path / f"{kind}.md" for kind in ("link", "dangling", "folder", "pipe")]
    for path in (*there, Path("/dev/null")):
        with pytest.raises(UsageError, match="nothing was written") as refused:
            save(SECOND, path)
        assert refused.value.hint

    assert ours.read_bytes() == sealed(FIRST)
    assert (tmp_path / "link.md").is_symlink()
    assert not (tmp_path / "nowhere").exists()


def test_what_cannot_be_written_leaves_the_earlier_report_whole():
    full = Path("/dev/shm/broadcast-no-such-folder/report.md")
    with pytest.raises(UsageError, match="there is no folder"):
        save(FIRST, full)
