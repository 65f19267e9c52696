from __future__ import annotations

import re

import pytest

from tests.architecture.tree import tracked, where

# Spelled so that this file does not name them.
REGISTRIES = re.compile(r"py[p]i[.]org|python[h]osted|registry[.]n[p]mjs|[d]eb[.]debian|crates[.]i[o]")
MACHINE_PATH = re.compile(r"(?<![\w.~$}-])/(?:work|root|home|Users)/\w")


def found(pattern: re.Pattern[str]) -> list[str]:
    hits = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8").splitlines(), 1):
            if pattern.search(line):
                hits.append(f"{where(path, number)} {line.strip()[:80]}")
    return hits


def test_no_file_names_a_package_registry():
    assert found(REGISTRIES) == []


def test_no_file_names_a_folder_of_a_developers_machine():
    assert found(MACHINE_PATH) == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_says_nothing_about_where_packages_come_from(lock):
    content = next(path for path in tracked() if path.name == lock).read_text(encoding="utf-8")

    assert re.findall(r"^\s*-(?!-hash=sha256:).*|\w+://.*| @ .*", content, re.MULTILINE) == []
