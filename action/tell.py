"""The step of `action.yml` that tells everyone: inputs to a command, its result to outputs and a summary.

Needs nothing but Python 3.11. What an input says reaches the program as a word of its command line or on its
standard input, so that no shell, no option and no `@FILE` is ever read out of it. GitHub's side is described
in its documentation under "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

COMMANDS = ("notify", "update", "resolve", "retract", "retry")
TEXTS = ("severity", "phase", "next-update")
LISTS = {"services": "--service", "audience": "--audience", "affects": "--affects"}
TOLERABLE = {4, 11}
SHORTEST_SECRET = 4  # masking less would black out half the log
USAGE = 2
PREVIEW = "broadcast.preview/1"

Inputs = Mapping[str, str]


class Misused(Exception):
    """An input that says nothing we know; nothing was sent."""


def main() -> int:
    """Run the command that the inputs describe; returns the exit code of the step."""
    inputs = {
        name.removeprefix("INPUT_").lower().replace("_", "-"): value.strip()
        for name, value in os.environ.items()
        if name.startswith("INPUT_")
    }
    try:
        tolerated = tolerate(inputs)
        words = command(inputs, os.environ)
    except Misused as error:
        annotate("error", str(error))
        write_outputs({"exit-code": USAGE, "sent-anything": "false"})
        return USAGE
    for value in sorted(secret_values(inputs, os.environ)):
        print(f"::add-mask::{escaped(value)}")
    path = Path(tempfile.mkdtemp(prefix="broadcast-", dir=os.environ.get("RUNNER_TEMP"))) / "result.json"
    code = run(words, inputs, path)
    result = read_result(path)
    write_outputs(outputs(result, code) | {"result": path})
    write_summary(summary(inputs, result, code))
    if code:
        annotate("warning" if code in tolerated else "error", remark(result, code))
    return 0 if code in tolerated else code


def command(inputs: Inputs, environ: Mapping[str, str]) -> list[str]:
    """The program and its words. Raises `Misused`."""
    verb = inputs.get("command", "")
    if verb not in COMMANDS:
        raise Misused(f"command is {verb!r}; it is one of {', '.join(COMMANDS)}")
    subject, stranger = ("title", "incident") if verb == "notify" else ("incident", "title")
    if inputs.get(stranger):
        raise Misused(f"{verb} takes no {stranger}")
    if not flag(inputs, "install") and not shutil.which("broadcast"):
        raise Misused("broadcast is not on the path, and install is false")
    words = ["broadcast", "--no-color"]
    words += [f"--config={inputs['config']}"] if inputs.get("config") else []
    words += ["--sandbox"] if flag(inputs, "sandbox") else []
    words += [verb, "--output=json", f"--deadline={inputs.get('deadline') or '10m'}"]
    words += telling(inputs, environ) if verb != "retry" else []
    return [*words, "--", inputs[subject]] if inputs.get(subject) else words


def telling(inputs: Inputs, environ: Mapping[str, str]) -> list[str]:
    """The options of every verb that says something."""
    words = ["--yes", f"--key={inputs.get('key') or key(environ)}"]
    words += [f"--{name}" for name in ("drill", "dry-run") if flag(inputs, name)]
    words += [f"--{name}={inputs[name]}" for name in (*TEXTS, "max-recipients") if inputs.get(name)]
    for name, option in LISTS.items():
        words += [f"{option}={one}" for one in split(inputs.get(name, ""), r"[\n,]")]
    # `scope=` is an input of the workflow that was left empty; `scope` alone is a mistake and is reported.
    facts = (one.partition("=") for one in split(inputs.get("variables", ""), r"\n"))
    words += [f"--var={''.join(one)}" for one in facts if one[2].strip() or not one[1]]
    return [*words, "--message=-"] if inputs.get("message") else words


def key(environ: Mapping[str, str]) -> str:
    """The occasion, and never the attempt: who runs the job again must tell nobody twice."""
    names = ("GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_JOB", "GITHUB_ACTION")
    missing = [name for name in names if not environ.get(name)]
    if missing:
        raise Misused(f"no key can be made without {', '.join(missing)}; set key")
    return "/".join(environ[name] for name in names)


def flag(inputs: Inputs, name: str) -> bool:
    """Whether it is set; anything but true and false might mean either, and is refused."""
    value = inputs.get(name) or "false"
    if value not in {"true", "false"}:
        raise Misused(f"{name} is {value!r}; it is true or false")
    return value == "true"


def split(text: str, at: str) -> list[str]:
    """What stands between the separators, without what is empty."""
    return [one.strip() for one in re.split(at, text) if one.strip()]


def tolerate(inputs: Inputs) -> set[int]:
    """The exit codes that do not fail the step. Raises `Misused` where nothing would have been sent."""
    given = split(inputs.get("tolerate", ""), r"[\s,]+")
    if not {*given} <= {str(code) for code in TOLERABLE}:
        raise Misused(f"tolerate is {' '.join(given)!r}; it is 4, 11 or both")
    return {int(code) for code in given}


def run(words: list[str], inputs: Inputs, path: Path) -> int:
    """Run the program with its result in `path`; returns its exit code.

    All that it says goes the way of our own output, in order, while commands to the runner are off: there, a
    line of an incident's text that looks like one is a line of text.
    """
    ledger = {"BROADCAST_LEDGER": inputs["ledger"]} if inputs.get("ledger") else {}
    end = secrets.token_hex(16)
    print(f"::stop-commands::{end}", flush=True)
    with path.open("wb") as result:
        child = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=result,
            stderr=sys.stdout.fileno(),
            env={**os.environ, **ledger},
        )
        for number in (signal.SIGINT, signal.SIGTERM):  # a cancelled job may be continued
            signal.signal(number, lambda *_: child.send_signal(signal.SIGINT))
        child.communicate(os.fsencode(inputs.get("message", "")))
    print(f"\n::{end}::", flush=True)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def read_result(path: Path) -> dict[str, Any]:
    """The object that the program printed; empty where it was killed before it could."""
    try:
        read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return read


def outputs(result: Mapping[str, Any], code: int) -> dict[str, object]:
    """What later steps may ask for."""
    rehearsed = result.get("schema") == PREVIEW
    sent = result.get("sent_anything", False if rehearsed else None)
    counts = result.get("counts", {})
    # A dry run records nothing: the incident that its first notice would open does not exist.
    opened = not rehearsed or result.get("sequence", 1) > 1
    return {
        "incident": result.get("incident", "") if opened else "",
        "notice": result.get("notice", ""),
        "exit-code": code,
        "sent-anything": "maybe" if sent is None else str(sent).lower(),
        "replayed": str(result.get("replayed", False)).lower(),
        **{name: counts.get(name, "") for name in ("planned", "accepted", "failed", "unknown")},
        "key": result.get("key") or "",
    }


def summary(inputs: Inputs, result: Mapping[str, Any], code: int) -> Iterator[str]:
    """Markdown without people, as whoever sees the repository may see it."""
    rehearsal = "Sandbox: " if inputs.get("sandbox") == "true" else ""
    yield f"### {rehearsal}{inert(remark(result, code))}"
    if inputs.get("title"):
        yield quoted(inputs["title"])
    if result.get("channels"):
        columns = ("planned", "accepted", "failed", "unknown", "held")
        rows = [["channel", "state", *columns], ["---", "---", *["--:"] * len(columns)]]
        for channel in result["channels"]:
            figures = [str(channel["counts"][column]) for column in columns]
            rows.append([inert(channel["name"]), inert(channel["state"]), *figures])
        yield "\n".join(f"| {' | '.join(row)} |" for row in rows)
    if code and result.get("next"):
        yield quoted("\n".join(result["next"]))


def remark(result: Mapping[str, Any], code: int) -> str:
    """One line on how it ended."""
    if "counts" in result:
        counts = result["counts"]
        said = (
            f"{result['incident']}/{result['notice']}: {counts['accepted']} of {counts['planned']} accepted"
        )
        said += f", {counts['failed']} failed, {counts['unknown']} unknown"
        said += "; an earlier run had told them" if result["replayed"] else ""
    elif result.get("schema") == PREVIEW:
        people = f"{result['people']} {'person' if result['people'] == 1 else 'people'}"
        said = f"dry run: {people} would be told"
    elif "error" in result:
        said = "; ".join(filter(None, (result["error"], result.get("hint"))))
    else:
        said = "it ended without a result; run the job again, and it goes on"
    return f"{said} (exit code {code})"


def secret_values(inputs: Inputs, environ: Mapping[str, str]) -> set[str]:
    """Every value that the configuration keeps elsewhere, line by line as the runner masks them."""
    path = Path(inputs.get("config") or environ.get("BROADCAST_CONFIG") or "broadcast.toml")
    try:
        references = set(strings(tomllib.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError):
        return set()  # the program will say what is wrong with it
    values = [environ.get(one.removeprefix("env:"), "") for one in references if one.startswith("env:")]
    files = [path.parent / one.removeprefix("file:") for one in references if one.startswith("file:")]
    values += [text_of(file) for file in files]
    values += [
        line.partition("=")[2].strip().strip("\"'") for line in text_of(path.parent / ".env").splitlines()
    ]
    lines = (line.strip() for value in values for line in value.splitlines())
    return {line for line in lines if len(line) >= SHORTEST_SECRET}


def strings(value: object) -> Iterator[str]:
    """Every text in a document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def text_of(path: Path) -> str:
    """A file's text; empty where it cannot be read, or is a pipe that can be read only once."""
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, ValueError):
        return ""


def inert(text: str) -> str:
    """One line that reads as `text` and is neither Markdown nor HTML."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(text.split()))


def quoted(text: str) -> str:
    """A block of code; being indented, it has no end that a line could pretend to be."""
    return "\n".join(f"    {line}" for line in text.splitlines())


def escaped(text: str) -> str:
    """A text as the data of a command to the runner."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def annotate(level: str, text: str) -> None:
    """A remark that GitHub shows beside the run."""
    print(f"::{level} title=broadcast::{escaped(text)}", flush=True)


def write_outputs(values: Mapping[str, object]) -> None:
    """Each between marks that no value can know."""
    mark = secrets.token_hex(16)
    lines = [f"{name}<<{mark}\n{value}\n{mark}\n" for name, value in values.items()]
    append("GITHUB_OUTPUT", "".join(lines))


def write_summary(blocks: Iterator[str]) -> None:
    """Markdown on the page of the run."""
    append("GITHUB_STEP_SUMMARY", "\n\n".join(blocks) + "\n")


def append(variable: str, text: str) -> None:
    """To the file that the runner names, where it does."""
    if os.environ.get(variable):
        with Path(os.environ[variable]).open("a", encoding="utf-8", errors="replace") as file:
            file.write(text)


if __name__ == "__main__":
    sys.exit(main())
