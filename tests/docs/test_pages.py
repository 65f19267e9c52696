from __future__ import annotations

import re

import pytest

from broadcast.errors import BroadcastError
from broadcast.publishing.result import ExitStatus
from tests.architecture.tree import ROOT, project, tracked
from tests.harness.cases import for_every

PAGES = sorted((ROOT / "docs").rglob("*.md"))
LINK = re.compile(r"\]\((?!\w+:)([^)#]+)")


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_index_lists_every_page_once():
    links = LINK.findall(page("README.md"))
    pages = {str(path.relative_to(ROOT / "docs")) for path in PAGES}

    listed = [link for link in links if link != "decisions/"]

    assert sorted(listed) == sorted(
        name for name in pages if name != "README.md" and not name.startswith("decisions/")
    )


def rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| ")
    ]


@for_every("path", PAGES)
def test_every_link_leads_somewhere(path):
    broken = [
        link for link in LINK.findall(path.read_text(encoding="utf-8")) if not (path.parent / link).exists()
    ]

    assert broken == []


def test_the_exit_codes_are_those_of_the_program():
    codes = {int(row[0]): row[2] for row in rows(page("reference/exit-codes.md")) if row[0].isdigit()}

    assert set(codes) == set(map(int, ExitStatus))
    ours = {kind.exit_status for kind in every_error(BroadcastError)}
    assert {codes[code] for code in ours} == {"no"}


def every_error(kind: type[BroadcastError]) -> set[type[BroadcastError]]:
    return {kind}.union(*map(every_error, kind.__subclasses__()))


def test_the_layers_are_those_that_are_checked():
    contract = project()["tool"]["importlinter"]["contracts"][0]

    assert "```text\n" + "\n".join(contract["layers"]) + "\n```" in page("explanation/architecture.md")


def test_every_file_that_a_page_names_is_there():
    named = re.findall(r"`((?:broadcast/)?[a-z_]+/[a-z_/]+\.py)`", page("explanation/architecture.md"))

    missing = [
        name for name in named if not any((root / name).exists() for root in (ROOT, ROOT / "broadcast"))
    ]

    assert named
    assert missing == []


def test_every_folder_has_its_reason():
    folders = {path.relative_to(ROOT).parts[1] for path in tracked() if path.match("broadcast/*/*.py")}
    explained = {row[0].strip("`") for row in rows(page("explanation/architecture.md"))}

    assert folders - {"testing"} <= explained


@pytest.mark.parametrize(
    "path", sorted((ROOT / "docs/decisions").glob("001*.md")), ids=lambda path: path.name
)
def test_a_decision_is_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 30
