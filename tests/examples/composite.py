"""Enough of GitHub's runner to carry out a composite action: expressions, conditions, outputs, commands."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.examples.conftest import ROOT, Shell

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
EXPRESSION = re.compile(r"\$\{\{ ([\w.-]+) \}\}")
CONDITION = re.compile(r"(inputs\.[\w-]+) (==|!=) '(\w*)'")
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
#: Like a runner whose job is cancelled when people are about to be told.
CANCELLED = r"""
set -m # or it would start deaf to the signal
log=$0.log
"$@" "$0" > "$log" 2>&1 &
until grep -q ' people$' "$log" || ! kill -0 $!; do :; done
kill -INT $!
wait $!
code=$?
cat "$log"
exit $code
"""
OUTPUT = re.compile(r"^([\w-]+)(?:=(.*)|<<(\w+)\n((?:.*\n)*?)\3)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finished:
    code: int
    outputs: Mapping[str, str]
    summary: str
    log: str

    def commands(self) -> list[str]:
        """What the runner takes for a command to itself, as its source does."""
        found, end = [], None
        for line in self.log.splitlines():
            command = re.match(r"\s*(?:::|##\[)([^:\] ]+)", line)
            if end and (not command or command[1] != end):
                continue
            if command:
                found.append(line.strip())
                end = line.partition("::stop-commands::")[2] or None
        return found


class Runner:
    """One run of a workflow; `attempt` is the only thing that differs when it is run again."""

    def __init__(self, shell: Shell, workspace: Path) -> None:
        self.shell = shell
        self.workspace = workspace
        self.cancelled_attempts: set[int] = set()

    def use(self, *, step: str, attempt: int = 1, run: str = "4711", **given: str) -> Finished:
        """Carry out `action.yml` as the step `step` of a job."""
        inputs = {name: str(entry.get("default", "")) for name, entry in ACTION["inputs"].items()}
        inputs |= {"install": "false"} | {name.replace("_", "-"): value for name, value in given.items()}
        values = {f"inputs.{name}": value for name, value in inputs.items()}
        code, log, summary = 0, "", ""
        for part in ACTION["runs"]["steps"]:
            if code or not holds(part.get("if"), values):
                continue
            files = {name: self.file() for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV")}
            script = self.file()
            script.write_text(part["run"])
            done = self.shell(
                *(
                    ("bash", "-c", CANCELLED, script, *BASH)
                    if attempt in self.cancelled_attempts
                    else (*BASH, script)
                ),
                **{name: str(path) for name, path in files.items()},
                **{name: filled(value, values) for name, value in part.get("env", {}).items()},
                GITHUB_ACTION_PATH=str(ROOT),
                GITHUB_REPOSITORY="muster/ops",
                GITHUB_RUN_ID=run,
                GITHUB_RUN_ATTEMPT=str(attempt),
                GITHUB_JOB="tell",
                GITHUB_ACTION=step,
                GITHUB_ACTIONS="true",
                RUNNER_TEMP=str(self.workspace),
            )
            assert files["GITHUB_ENV"].read_text() == ""
            code, log = done.returncode, log + done.stdout + done.stderr
            summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
            written = OUTPUT.findall(files["GITHUB_OUTPUT"].read_text(encoding="utf-8"))
            values |= {f"steps.{part['id']}.outputs.{name}": one or many for name, one, _, many in written}
        outputs = {name: filled(entry["value"], values).strip() for name, entry in ACTION["outputs"].items()}
        return Finished(code, outputs, summary, log)

    def file(self) -> Path:
        path = self.workspace / f"runner-{secrets.token_hex(8)}"
        path.touch()
        return path


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with its expressions, which may be anything but code."""
    return EXPRESSION.sub(lambda match: values.get(match[1], ""), text)


def holds(condition: str | None, values: Mapping[str, str]) -> bool:
    if condition is None:
        return True
    name, sign, literal = CONDITION.fullmatch(condition).groups()
    return (values[name] == literal) is (sign == "==")
