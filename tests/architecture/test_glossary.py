"""The code uses the words of the glossary: none that it bans, and its values and meanings for the others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache

import pytest

from broadcast.model.health import Condition
from broadcast.model.incident import Phase, Severity
from broadcast.model.notice import NoticeKind
from broadcast.model.suppression import SuppressionReason
from broadcast.model.unknown import UnknownFinding
from tests.architecture.tree import PACKAGE, ROOT, python_files, where

GLOSSARY = ROOT / "docs" / "reference" / "glossary.md"
MODEL = PACKAGE / "model"
_ROW = re.compile(r"^\| (.+?) \| (.+) \|$", re.MULTILINE)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
VALUES: list[tuple[str, type[StrEnum]]] = [
    ("phase", Phase),
    ("notice", NoticeKind),
    ("suppression", SuppressionReason),
    ("finding", UnknownFinding),
    ("condition", Condition),
]


def test_no_name_in_the_code_is_a_word_that_the_glossary_bans():
    found = [
        f"{where(path, line)}: {name}; write {banned()[word]}"
        for path in python_files()
        if path.is_relative_to(PACKAGE)
        for name, line in (*names(path.read_text(encoding="utf-8")), (path.stem, 1))
        for word in words(name) & banned().keys()
    ]

    assert found == []


def test_each_word_has_one_row():
    meanings = GLOSSARY.read_text(encoding="utf-8").partition("## Not used")[0]
    defined = re.findall(r"^\| \*\*(.+?)\*\*(?: \(.+?\))?", meanings, re.MULTILINE)

    assert [word for word in set(defined) if defined.count(word) > 1] == []


@pytest.mark.parametrize(
    "code",
    [
        "class OutboxReader: ...",
        "def ways(): ...",
        "def send(toldBefore): ...",
        "self._headcount = 1",
        "CAMPAIGN_SIZE = 5",
        "plan(way=1)",
        "from a import b as vigil",
    ],
)
def test_a_banned_word_is_found_wherever_it_is_named(code):
    assert any(words(name) & banned().keys() for name, _ in names(code))


def test_a_word_that_only_contains_a_banned_one_is_allowed():
    assert not words("always_gateway_untold") & banned().keys()


def test_no_word_is_both_a_term_and_banned():
    assert len(terms()) > 40
    assert len(banned()) > 15
    assert not terms().keys() & banned().keys()


@pytest.mark.parametrize(("term", "values"), VALUES)
def test_the_glossary_lists_the_values_of_the_code(term, values):
    listed = {value for value in re.findall(r"`([^`]+)`", terms()[term]) if not value.startswith("[")}

    assert listed == {str(value) for value in values}


def test_severity_goes_from_the_worst_to_the_least():
    worst, least = re.findall(r"`(sev\d)`", terms()["severity"])

    assert (worst, least) == (min(Severity), max(Severity))


def test_a_class_named_like_a_term_is_described_like_it():
    described = {name: text for name, text in model_classes() if name in terms()}

    assert len(described) > 10
    unlike = [name for name, text in described.items() if not content(text) & content(terms()[name])]
    assert unlike == []


@cache
def terms() -> dict[str, str]:
    """Return the meaning of every term; a row may have several."""
    table = GLOSSARY.read_text(encoding="utf-8").partition("\n## Not used")[0]
    return {
        term: meaning for left, meaning in _ROW.findall(table) for term in re.findall(r"\*\*(.+?)\*\*", left)
    }


@cache
def banned() -> dict[str, str]:
    """Return every word that is not used, with the one to use."""
    table = GLOSSARY.read_text(encoding="utf-8").partition("\n## Not used")[2]
    rows = [row for row in _ROW.findall(table) if row[0] != "not used"]
    return {word: instead for left, instead in rows for word in left.split(", ")}


def names(code: str) -> Iterator[tuple[str, int]]:
    """Yield every name that the code gives or passes by keyword, except the sentences that name tests."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                if not name.startswith("test_"):
                    yield name, node.lineno
            case ast.arg(arg=name) | ast.Name(id=name) | ast.Attribute(attr=name):
                yield name, node.lineno
            case ast.keyword(arg=str(name)):
                yield name, node.value.lineno
            case ast.alias(name=name, asname=alias):
                yield alias or name.rpartition(".")[2], node.lineno
            case _:
                pass


def words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name)}


def content(text: str) -> set[str]:
    """Return the words that carry meaning: five letters or more, without the plural."""
    return {word.lower().rstrip("s") for word in re.findall(r"[A-Za-z]{5,}|sev\d", text)}


def model_classes() -> Iterator[tuple[str, str]]:
    """Yield the classes of the vocabulary as a term (`Receipt`: `receipt`), with their docstrings."""
    for path in sorted(MODEL.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield " ".join(_WORD.findall(node.name)).lower(), ast.get_docstring(node) or ""
