"""A disk that is full in the middle of a run: what is not on disk is not sent, and what was sent is known."""

from __future__ import annotations

import os
import subprocess

import pytest

from broadcast.dispatch.progress import EventKind
from tests.harness.company import Company


@pytest.fixture
def disk(tmp_path):
    """A disk of its own that can be made larger."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "small", place], capture_output=True
    ).returncode:
        pytest.skip("this machine mounts no tmpfs")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def resize(disk, size):
    subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)


def used(disk):
    status = os.statvfs(disk)
    return (status.f_blocks - status.f_bfree) * status.f_frsize


def test_a_full_disk_interrupts_the_run_and_nobody_is_lost_or_told_twice(sandbox, disk):
    company = Company(
        folder=disk, url=sandbox.url, smtp_port=sandbox.smtp_port, received=lambda: sandbox.received
    )
    company.configure([["sms"]], sms="rate = 5000\nconcurrency = 16", timeout="10s")
    company.employ(400)
    filled: list[bool] = []

    def listen(event):
        if event.kind is EventKind.ACCEPTED and not filled:
            filled.append(True)
            resize(disk, f"{used(disk) // 1024 + 64}k")

    result = company.notify(listener=listen)

    assert result.exit_code == 130
    assert any("is full" in warning for warning in result.warnings)
    assert 0 < len(sandbox.received) < 400
    assert result.counts.accepted >= len(sandbox.received) - 16
    resize(disk, "8m")
    assert company.retry().exit_code == 0
    assert company.told_once("twilio")
