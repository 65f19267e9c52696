"""Tables and remarks at any width: a word, a path, a link or a command can always be copied whole."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.cli.output.display import show
from broadcast.cli.output.page_blocks import COMMAND, Line, Remark, Table
from broadcast.cli.terminal import Stream

WORDS = st.text(st.sampled_from("abcXYZ019/._-@"), min_size=1, max_size=90)
CELLS = st.lists(WORDS, max_size=6).map(" ".join)
TABLES = st.integers(1, 6).flatmap(
    lambda columns: st.builds(
        lambda rows: Table(tuple(f"column{number}" for number in range(columns)), tuple(rows)),
        st.lists(st.tuples(*[CELLS] * columns), min_size=1, max_size=3),
    )
)


@pytest.fixture(params=[40, 60, 80, 120])
def drawn(request, monkeypatch):
    """What a terminal of so many columns is given."""
    monkeypatch.setenv("COLUMNS", str(request.param))

    def draw(*page):
        written = io.BytesIO()
        with io.TextIOWrapper(written, encoding="utf-8", write_through=True) as file:
            show(page, Stream(file, drawable=True, colour=False))
            return written.getvalue().decode()

    return draw


def test_every_word_of_a_table_stays_whole(drawn):
    @settings(max_examples=60, deadline=None)
    @given(TABLES)
    def holds(table):
        words = set(drawn(table).replace(";", " ").split())
        assert {word for row in table.rows for cell in row for word in cell.split()} <= words

    holds()


def test_every_word_of_a_line_stays_whole(drawn):
    @settings(max_examples=60, deadline=None)
    @given(CELLS)
    def holds(text):
        assert set(text.split()) <= set(drawn(Line((text,)), Remark("warning", text)).split())

    holds()


def test_a_command_stays_on_one_line(drawn):
    command = "broadcast --config /srv/incidents/company/broadcast.toml retry INC-7 --on-unknown resend"

    assert f"next: {command}\n" in drawn(Remark(COMMAND, command))


def test_what_fits_is_a_table_and_what_does_not_is_short(drawn):
    fits = Table(("incident", "title"), (("INC-1", "Down"), ("INC-2", "Down, too")))
    wide = Table(("incident", "path"), (("INC-1", "/long/" * 30), ("INC-2", "/long/" * 30)))

    assert len(drawn(fits).splitlines()) < 10
    assert len(drawn(wide).splitlines()) < 10
