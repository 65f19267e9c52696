"""A test stands in the folder of the package it tests; a few folders are for the whole program."""

from __future__ import annotations

from pathlib import Path

from tests.architecture.tree import PACKAGE, ROOT, tracked

#: Folders of tests of the whole program or the repository.
LEVELS = {
    "acceptance", "architecture", "contract", "docs", "examples", "interop", "packaging", "security",
    "torture", "typing",
}  # fmt: skip
HELPERS = {"fake_providers", "harness", "hotline"}


def inside(folder: Path) -> list[Path]:
    return [path.relative_to(folder) for path in tracked() if path.is_relative_to(folder)]


def folders() -> set[str]:
    paths = [
        path.relative_to(ROOT / "tests").parts for path in tracked() if path.is_relative_to(ROOT / "tests")
    ]
    return {parts[0] for parts in paths if len(parts) > 1}


def packages() -> set[str]:
    names = {place.parts[0].removesuffix(".py") for place in inside(PACKAGE)}
    return {name for name in names if not name.startswith("_")} - {"py.typed"}


def test_every_folder_of_tests_is_a_package_or_a_level():
    assert folders() - packages() - LEVELS - HELPERS == set()


def test_every_package_has_a_folder_of_tests():
    in_use_everywhere = {"adapters", "errors", "testing"}

    assert packages() - folders() - in_use_everywhere == set()


def test_the_page_about_tests_says_what_each_level_and_helper_is():
    page = (ROOT / "docs/explanation/testing.md").read_text(encoding="utf-8")

    assert {name for name in LEVELS | HELPERS if f"`{name}`" not in page} == set()
