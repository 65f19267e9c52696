"""The image cannot be built here; what is written of it can be held to what it must be."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.architecture.tree import ROOT, tracked


def instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    parts = (line.partition(" ") for line in joined.splitlines() if line)
    return [(word, rest.strip()) for word, _, rest in parts]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for word, rest in instructions():
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append((word, rest))
    return found


def copied() -> list[str]:
    """What comes from the checkout."""
    copies = [rest.split()[:-1] for word, rest in instructions() if word == "COPY" and "--from=" not in rest]
    return [source for sources in copies for source in sources]


def last(word: str) -> str:
    return [rest for name, rest in stages()[-1] if name == word][-1]


def test_it_runs_as_nobody_in_particular_and_never_as_root():
    user, group = map(int, last("USER").split(":"))

    assert min(user, group) > 1000
    assert any(
        f"-o {user} -g {group} {last('VOLUME')}" in rest for word, rest in stages()[-1] if word == "RUN"
    )


def test_it_is_the_program():
    assert last("ENTRYPOINT") == '["broadcast"]'
    assert last("HEALTHCHECK") == "NONE"
    assert f"BROADCAST_LEDGER={last('VOLUME')}/" in last("ENV")


def test_every_package_is_held_to_its_hash():
    installs = re.findall(
        r"pip install (.+?)(?= &&|$)", " \n".join(rest for _, rest in instructions()), re.MULTILINE
    )

    assert [
        one for one in installs if not re.match(r"--require-hashes -r|--no-deps --no-build-isolation", one)
    ] == []
    assert len(installs) == 2


def test_packages_are_not_fetched_anew_when_the_program_changes():
    build = stages()[0]
    hashes = next(place for place, (_, rest) in enumerate(build) if "--require-hashes" in rest)
    program = build.index(("COPY", "broadcast /source/broadcast"))

    assert hashes < program


def test_the_base_is_a_version_for_both_stages():
    bases = [rest.split()[0] for word, rest in instructions() if word == "FROM"]
    [argument] = [rest for word, rest in instructions() if word == "ARG"]

    assert bases == ["${BASE}", "${BASE}"]
    assert re.fullmatch(r"BASE=python:3\.1[1-9]-slim-\w+", argument)


def test_nothing_secret_can_get_into_a_layer():
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in ignored if not line.startswith("#")]

    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == {*copied()}
    assert not re.search(r"(?i)token|secret|password|_key", " ".join(rest for _, rest in instructions()))
    assert "ADD" not in {word for word, _ in instructions()}


@pytest.mark.slow
def test_what_it_copies_is_enough_to_build_the_program(tmp_path):
    for path in tracked():
        name = path.relative_to(ROOT)
        if name.parts[0] in copied():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, tmp_path / name)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    subprocess.run(build, cwd=tmp_path, check=True, capture_output=True)

    [wheel] = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "broadcast/__main__.py" in names
    assert any(name.startswith("broadcast/_templates/de/") for name in names)
