"""`[oncall.*]`: the hours that people write, and every mistake with its place and its correction."""

from __future__ import annotations

from datetime import datetime

import pytest

from broadcast.model.shift import DatedShift, WeeklyShift
from tests.config.conftest import GENERAL

HEAD = GENERAL + '[oncall.support]\ncontacts = ["agents.csv"]\n'
WEEK = frozenset(range(7))


def shifts(read, line: str):
    return read(f"{HEAD}shifts = [{{ {line} }}]").oncall["support"].shifts


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("mon-sun", WEEK),
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("sat,sun", {5, 6}),
        ("Mo-Fr", {0, 1, 2, 3, 4}),
        ("Samstag, Sonntag", {5, 6}),
        ("fri-mon", {4, 5, 6, 0}),
        ("Wednesday", {2}),
    ],
)
def test_days_are_read_as_people_write_them(read, days, expected):
    assert shifts(read, f'who = "a-17", days = "{days}", from = "08:00", until = "18:00"') == (
        WeeklyShift("a-17", frozenset(expected), 480, 1080),
    )


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ('from = "00:00", until = "24:00"', (0, 1440)),
        ('from = "22:00", until = "06:00"', (1320, 1800)),
        ('from = "18:00", until = "00:00"', (1080, 1440)),
        ('from = "08:00", until = "08:00"', (480, 1920)),
        ("from = 08:00:00, until = 18:00:00", (480, 1080)),
    ],
)
def test_a_shift_may_end_at_midnight_or_on_the_next_day(read, hours, expected):
    assert shifts(read, f'who = "a-17", {hours}') == (WeeklyShift("a-17", WEEK, *expected),)


@pytest.mark.parametrize("quote", ['"', ""])
def test_a_single_turn_has_dates(read, quote):
    line = f"from = {quote}2026-12-24T08:00:00{quote}, until = {quote}2026-12-24T20:00:00{quote}"

    assert shifts(read, f'who = "a-4", {line}') == (
        DatedShift("a-4", *map(datetime.fromisoformat, ("2026-12-24T08:00", "2026-12-24T20:00"))),
    )


@pytest.mark.parametrize(
    ("line", "field", "fault", "fix"),
    [
        ('who = "a-17", from = "8", until = "18:00"', "from", "is not a time", "08:00"),
        ('who = "a-17", from = "08:00", until = "25:00"', "until", "is not a time of day", "08:00"),
        ('who = "a-17", from = "08:60", until = "18:00"', "from", "is not a time of day", "08:00"),
        ('who = "a-17", from = "24:00", until = "06:00"', "from", "end of a day", "00:00"),
        (
            'who = "a-17", days = "mon-fry", from = "08:00", until = "18:00"',
            "days",
            "is not a day",
            "mon-fri",
        ),
        ('who = "a-17", from = "2026-12-24T08:00", until = "20:00"', "until", "has no date", "2026-12-24T"),
        ('who = "a-17", from = "08:00", until = "2026-12-24T08:00"', "until", "has a date", "08:00"),
        ('who = "a", from = "2026-12-24T08:00", until = "2026-12-24T08:00"', "until", "not later", "later"),
        ('who = "a", from = "2026-12-24T08:00Z", until = "2026-12-25T08:00"', "from", "offset", "timezone"),
        ('who = "a", from = "2026-13-24T08:00", until = "2026-12-25T08:00"', "from", "not a time", "2026-12"),
        ('who = "", from = "08:00", until = "18:00"', "who", "is empty", "a-17"),
        ('who = 17, from = "08:00", until = "18:00"', "who", "is not a text", "a-17"),
        ('from = "08:00", until = "18:00"', "who", "is missing", "a-17"),
        ('who = "a-17", from = "08:00"', "until", "is missing", "18:00"),
        ('who = "a-17", form = "08:00", until = "18:00", from = "08:00"', "form", "is not known", "from"),
        (
            'who = "a", days = "mon", from = "2026-12-24T08:00", until = "2026-12-25T08:00"',
            "days",
            "does not go with a date",
            "leave days out",
        ),
    ],
)
def test_a_mistake_is_named_with_line_field_and_correction(refusal, line, field, fault, fix):
    error = refusal(f'{HEAD}shifts = [\n{{ who = "a-4", from = "18:00", until = "08:00" }},\n{{ {line} }}]')

    assert str(error).startswith("broadcast.toml:7: [oncall.support] shifts, number 2")
    assert f": {field}: " in str(error)
    assert fault in str(error)
    assert fix in error.hint


def test_tables_of_an_array_have_lines_of_their_own(refusal):
    error = refusal(f'{HEAD}[[oncall.support.shifts]]\nwho = "a-17"\nfrom = "08:00"\nuntil = "x"\n')

    assert str(error).startswith("broadcast.toml:10: [oncall.support] shifts, number 1 (a-17): until")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            '[oncall.support]\nshifts = [{ who = "a", from = "08:00", until = "18:00" }]',
            "contacts is missing",
        ),
        ('[oncall.support]\ncontacts = ["a.csv"]', "has no shifts"),
        ('[oncall.support]\ncontacts = ["a.csv"]\nshift = []', "shifts"),
        ('[oncall.support]\ncontacts = ["a.csv"]\nshifts = ["a-17"]', "is not a list of tables"),
        ("[oncall]\nsupport = 1", "is not a table"),
    ],
)
def test_a_table_that_names_nobody_is_refused(refusal, text, fault):
    error = refusal(GENERAL + text)

    assert fault in f"{error} {error.hint}"


def test_paths_are_relative_to_the_configuration(read, tmp_path):
    rota = read(HEAD + 'calendar = "shifts.ics"').oncall["support"]

    assert (rota.contacts, rota.calendar) == ((tmp_path / "agents.csv",), tmp_path / "shifts.ics")
