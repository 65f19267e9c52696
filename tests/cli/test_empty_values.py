"""A variable that a script did not set is refused at every option and argument, before anything is done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from broadcast.cli.app import _root, run


def commands(command, path=()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words that name it, groups included."""
    yield path, command
    for name in command.list_commands(None) if hasattr(command, "list_commands") else ():
        yield from commands(command.get_command(None, name), (*path, name))


def takes_a_value(param) -> bool:
    return not getattr(param, "is_flag", False) and not getattr(param, "count", False)


def words(path, command, param, value) -> list[str]:
    """A command line that gives `value` to that parameter, and something to the arguments before it."""
    if param.param_type_name == "option":
        return [*path, max(param.opts, key=len), value]
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    return [*path, *["x"] * arguments.index(param), value]


PLACES = [
    pytest.param(path, command, param, id=" ".join([*path, param.name]))
    for path, command in commands(_root())
    for param in command.params
    if takes_a_value(param)
]


@pytest.mark.parametrize(("path", "command", "param"), PLACES)
def test_nothing_is_no_value_of_any_option_or_argument(path, command, param, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    for value in ("", " \t"):
        assert run(words(path, command, param, value)) == 2
        assert "is empty" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_walk_finds_the_options_that_matter():
    found = {place.id for place in PLACES}

    assert {"notify title", "notify key", "update service", "retry incident", "config"} <= found
    assert {"notify var", "notify channel", "notify not_channel", "contacts check config"} <= found


@pytest.mark.parametrize("given", ["scope=", "scope= ", "scope"])
def test_a_fact_without_a_value_is_refused(given, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    assert run(["notify", "Down", "-v", given]) == 2
    assert "scope" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.env", "scope=\n"),
        ("a.env", 'scope=""\n'),
        ("a.toml", 'scope = " "\n'),
        ("a.json", json.dumps({"scope": ""})),
    ],
)
def test_a_fact_without_a_value_in_a_file_is_refused_with_its_place(
    name, text, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(text)

    assert run(["notify", "Down", "--vars", name]) == 2
    assert f"{name}" in (told := capsys.readouterr().err)
    assert "scope is empty" in told
