"""Every command that the pages show is run, in order, by a person who says yes, against the sandbox.

A block that cannot be run says why: `<!-- not run: ... -->` above it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, environment

BLOCK = re.compile(r"(?:<!-- not run: (?P<why>[^>]+) -->\n)?```sh\n(?P<code>.*?)```", re.DOTALL)
#: A command without --sandbox means the real thing; here it must not. And there is nobody to answer.
SHELL = r"""
set -eu
broadcast() {
  local words=() word
  case " $* " in
    *" sandbox "*|*" init "*|*" --sandbox "*) ;;
    *) words+=(--sandbox) ;;
  esac
  words+=("$@")
  for word in "$@"; do
    case $word in
      notify|update|resolve|retract|maintenance)
        [[ " $* " == *" --yes "* || " $* " == *" --dry-run "* ]] || words+=(--yes)
        break ;;
    esac
  done
  local code=0
  command broadcast "${words[@]}" || code=$?
  case $code in 0|4) ;; *) echo "exit code $code from: broadcast $*" >&2; exit "$code" ;; esac
}
[ -f broadcast.toml ] || [ "${BEGIN:-}" = empty ] || command broadcast init >/dev/null
"""
BEGINS_EMPTY = {"README.md", "getting-started.md"}
#: They wait for retries, or prove every text.
LONG = {"getting-started.md", "templates.md"}


@dataclass(frozen=True)
class Block:
    code: str
    why_not: str | None


def blocks(text: str) -> Iterator[Block]:
    return (Block(match["code"], match["why"]) for match in BLOCK.finditer(text))


def commands(page: Path) -> list[str]:
    """The blocks of a page that are run."""
    return [block.code for block in blocks(page.read_text(encoding="utf-8")) if not block.why_not]


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=page.name, marks=[pytest.mark.slow] if page.name in LONG else [])
        for page in PAGES
        if commands(page)
    ],
)
def test_the_commands_on_a_page_work(page, tmp_path, home):
    begin = {"BEGIN": "empty"} if page.name in BEGINS_EMPTY else {}
    script = "\n".join([SHELL, *commands(page), "command broadcast sandbox stop"])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment(home) | begin,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=110,
    )

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_is_not_run_says_why(page):
    for block in blocks(page.read_text(encoding="utf-8")):
        assert block.why_not is None or len(block.why_not) > 20


def test_the_make_targets_that_the_readme_names_exist():
    named = re.findall(r"^make (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert named
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named)
