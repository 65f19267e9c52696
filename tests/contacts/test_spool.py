"""Rows come back as they went in, also when there are too many for memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from broadcast.contacts.spool import Spool


def test_rows_come_back_in_order_and_as_often_as_they_are_asked_for():
    spool = Spool()
    rows = [
        (number, "Jürgen \ud83d\ude80".encode("utf-16", "surrogatepass"), ("a", None))
        for number in range(20_000)
    ]
    for row in rows:
        spool.append(row)

    assert len(spool) == len(rows)
    assert [list(spool), list(spool)] == [rows, rows]
    assert list(zip(spool, spool, strict=True))[-1] == (rows[-1], rows[-1])


def test_nothing_that_others_could_open_lies_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spool = Spool()
    for number in range(20_000):
        spool.append((number, "x" * 100))

    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_said_and_not_met_with_a_traceback(tmp_path):
    people = tmp_path / "people.csv"
    people.write_text("id,email\n" + "".join(f"{n},p{n}@firma.de\n" for n in range(60_000)))
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from broadcast.contacts.book import read_contacts; from broadcast.errors import ConfigError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))\n"
        "try: read_contacts([Path(sys.argv[1])], 'DE')\n"
        "except ConfigError as error: print(error, '|', error.hint)\n"
    )

    done = subprocess.run([sys.executable, "-c", script, people], capture_output=True, text=True, check=True)

    assert "cannot spool contacts to" in done.stdout
    assert "TMPDIR" in done.stdout


@pytest.mark.slow
def test_a_hundred_thousand_people_take_hardly_more_memory_than_two_thousand(tmp_path):
    peaks = [_peak(tmp_path / f"{people}.csv", people) for people in (2_000, 100_000)]

    assert peaks[1] < peaks[0] + 30  # MB; the map of who came up already takes 16 of them


def _peak(path: Path, people: int) -> float:
    path.write_text(
        "id,email,phone\n" + "".join(f"{n},p{n}@firma.de,0151 {n + 10**7}\n" for n in range(people))
    )
    script = (
        "import resource, sys; from pathlib import Path; from broadcast.contacts.book import read_contacts\n"
        "for _ in read_contacts([Path(sys.argv[1])], 'DE').contacts: pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
    )
    return float(subprocess.run([sys.executable, "-c", script, path], capture_output=True, check=True).stdout)
