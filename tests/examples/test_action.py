"""`action.yml` carried out as GitHub would, against the sandbox."""

from __future__ import annotations

import json
import re
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.examples.composite import ACTION, OUTPUT, Runner
from tests.examples.conftest import OPTED_OUT, PEOPLE, ROOT, received

pytestmark = pytest.mark.slow  # each test starts several real commands

STEPS = ACTION["runs"]["steps"]
HOSTILE = {
    "shell": '"; $(touch pwned)`touch pwned`; touch pwned #',
    "runner": "Down\n::error::pwned\n::set-output name=incident::INC-99\n  ##[add-mask]Down%0A::add-mask::D",
    "outputs": "Down\nincident<<EOF\nINC-99\nEOF\nexit-code=0\n${{ secrets.GITHUB_TOKEN }} {{ 7 * 7 }}",
    "markup": "</code><img src=x onerror=alert(1)> [a](//pwned.example) <b>*b*</b> ```\n# big\n~~~\x1b[2J",
    "option": "--channel=x",
    "file": "@people.csv",
    "stdin": "-",
}
#: What the runner may take for a command: our remarks, and the marks around what the program says.
OURS = r"::(error title=broadcast::|stop-commands::[0-9a-f]{32}$|[0-9a-f]{32}::$)"


@pytest.fixture(scope="module")
def runner(shell, company):
    return Runner(shell, company)


@pytest.fixture
def tell(runner, request):
    """The action as a step of this test's own."""

    def use(**inputs):
        settled = {"command": "notify", "title": "Checkout down", "sandbox": "true", "max_recipients": "5"}
        return runner.use(**{"step": re.sub(r"\W", "", request.node.name)} | settled | inputs)

    return use


@pytest.fixture
def told(shell, company):
    """Who was told what, by the provider's own record."""

    def read():
        shell("broadcast", "sandbox", "stop")  # has everything written down
        return [(message["to"], message["text"]) for message in received(company)]

    return read


def result_of(finished):
    return json.loads(Path(finished.outputs["result"]).read_text(encoding="utf-8"))


def test_it_tells_everyone_and_says_so(tell):
    finished = tell(message="Please call us.")

    assert finished.code == 0, finished.log
    assert re.fullmatch(r"INC-\d+", finished.outputs["incident"])
    assert finished.outputs["exit-code"] == "0"
    assert finished.outputs["sent-anything"] == "true"
    assert finished.outputs["accepted"] == "2"
    assert finished.outputs["unknown"] == "0"
    assert finished.outputs["key"] == "muster/ops/4711/tell/test_it_tells_everyone_and_says_so"
    assert result_of(finished)["incident"] == finished.outputs["incident"]


def test_the_summary_is_a_table_without_people(tell):
    summary = tell(title="Till out of order").summary

    assert "| sms | ok | 2 | 2 | 0 | 0 | 0 |" in summary
    assert "    Till out of order" in summary
    assert not re.search(r"Wren|Kestrel|\+44", summary)


def test_a_run_that_is_repeated_tells_nobody_twice(tell, told):
    assert tell().code == 0
    before = told()
    again = tell(attempt=2)

    assert (again.code, again.outputs["replayed"]) == (0, "true")
    assert "an earlier run had told them" in again.summary
    assert told() == before


def test_a_job_that_was_cancelled_goes_on_where_it_stopped(tell, told, runner, shell):
    shell("broadcast", "sandbox", "start")
    before = told()
    runner.cancelled_attempts = {7}
    cancelled = tell(attempt=7)
    finished = tell(attempt=8)

    assert (cancelled.code, cancelled.outputs["exit-code"]) == (130, "130"), cancelled.log
    assert finished.outputs["accepted"] == "2", finished.log
    assert len(told()) == len(before) + 2


def test_another_run_is_another_occasion(tell):
    first, second = tell(run="1"), tell(run="2")

    assert first.outputs["incident"] != second.outputs["incident"]


def test_two_steps_of_a_job_are_two_occasions(tell):
    opened = tell(step="opening")
    over = tell(step="ending", command="resolve", title="", incident=opened.outputs["incident"])

    assert (over.code, over.outputs["notice"]) == (0, "2"), over.log


def test_a_run_without_a_key_of_its_own_is_refused_where_none_can_be_made(tell, told):
    refused = tell(step="")

    assert refused.code == 2
    assert "no key can be made without GITHUB_ACTION; set key" in refused.log


@pytest.mark.parametrize("title", HOSTILE.values(), ids=HOSTILE)
def test_what_people_type_is_never_more_than_text(tell, company, title):
    finished = tell(title=title, message=title)

    assert not (company / "pwned").exists()
    assert finished.outputs["incident"] != "INC-99"
    assert finished.code == 0, finished.log
    assert [
        one for one in finished.commands() if not one.startswith(("::error title=broadcast::", "::stop"))
    ][1:] == []
    for token in drawn(finished.summary):
        assert token.type not in {"html_block", "html_inline", "link_open", "image", "em_open", "strong_open"}


def drawn(markdown):
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    for token in reader.parse(markdown):
        yield token
        yield from token.children or ()


def test_a_message_that_names_a_file_is_told_as_it_stands(tell, told):
    assert tell(message="@people.csv").code == 0
    assert "@people.csv" in told()[-1][1]


def test_lists_and_facts_arrive_whole(tell):
    of_lists = tell(services="a, b\nc", dry_run="true")
    of_facts = tell(variables="scope=all\nimpact=\ntitle.en=Tills out, all of them", dry_run="true")

    assert "a, b, c." in result_of(of_lists)["texts"][0]["text"]
    assert "Tills out, all of them" in result_of(of_facts)["texts"][0]["text"]


def test_a_dry_run_tells_nobody(tell, told):
    before = told()
    finished = tell(dry_run="true")

    assert (finished.code, finished.outputs["sent-anything"]) == (0, "false")
    assert (finished.outputs["incident"], finished.outputs["notice"]) == ("", "")
    assert "2 people would be told" in finished.summary
    assert told() == before


def test_secrets_are_masked_before_anything_else_is_said(tell, company):
    (company / "token").write_text("from-a-file\nsecond-line\n")
    (company / ".env").write_text('TWILIO_ACCOUNT_SID="from-dotenv"\n')
    config = (company / "broadcast.toml").read_text()
    (company / "secret.toml").write_text(config.replace("env:TWILIO_AUTH_TOKEN", "file:token"))
    finished = tell(config="secret.toml")
    (company / ".env").unlink()

    *masked, first = finished.commands()[:4]
    assert masked == ["::add-mask::from-a-file", "::add-mask::from-dotenv", "::add-mask::second-line"]
    assert first.startswith("::stop-commands::")
    rest = finished.log.partition("::stop-commands::")[2] + finished.summary
    assert not re.search("from-a-file|from-dotenv", rest)


def test_the_program_s_exit_code_decides_and_what_is_tolerated_warns(tell, people):
    people.write_text(PEOPLE + OPTED_OUT)
    strict = tell()
    tolerant = tell(tolerate="4 11", attempt=2)

    assert (strict.code, strict.outputs["failed"]) == (4, "1")
    assert "::error title=broadcast::INC-" in strict.log
    assert "retry" in strict.summary
    assert (tolerant.code, tolerant.outputs["exit-code"]) == (0, "4")
    assert "::warning title=broadcast::INC-" in tolerant.log


@pytest.mark.parametrize(
    ("inputs", "code", "said"),
    [
        ({"max_recipients": "1"}, 8, "at most 1"),
        ({"config": "missing.toml"}, 6, "missing.toml"),
        ({"audience": "nobody"}, 2, "nobody"),
        ({"title": ""}, 2, "TITLE"),
        ({"severity": "sev9\n::error::pwned"}, 2, "there is no severity sev9"),
        ({"tolerate": "4 6"}, 2, "it is 4, 11 or both"),
        ({"sandbox": "yes"}, 2, "it is true or false"),
        ({"install": "no"}, 2, "it is true or false"),
        ({"command": "forget"}, 2, "it is one of notify"),
        ({"incident": "INC-1"}, 2, "notify takes no incident"),
    ],
)
def test_what_is_wrong_fails_the_step_and_sends_nothing(tell, inputs, code, said):
    finished = tell(**inputs)

    assert (finished.code, finished.outputs["sent-anything"]) == (code, "false"), finished.log
    [error] = [one for one in finished.commands() if one.startswith("::error")]
    assert said in error


def test_what_was_not_finished_is_retried(tell, shell):
    shell("broadcast", "sandbox", "start")
    shell("broadcast", "sandbox", "fault", "twilio:auth")
    failed = tell()
    shell("broadcast", "sandbox", "fault", "--clear")
    finished = tell(command="retry", title="", incident=failed.outputs["incident"])

    assert failed.code == 1
    assert finished.outputs["accepted"] == "2", finished.log


def test_no_input_becomes_part_of_a_script():
    assert [step["run"] for step in STEPS if "${{" in step.get("run", "")] == []


def test_every_input_arrives():
    [environment] = [step["env"] for step in STEPS if step.get("id") == "tell"]
    named = {match for value in environment.values() for match in re.findall(r"inputs\.([\w-]+)", value)}

    assert {*ACTION["inputs"]} - {"working-directory", "python-version"} == named


def test_every_output_is_written(tell):
    assert [name for name, value in tell().outputs.items() if not value] == []


def test_other_actions_are_named_by_their_commit():
    for step in STEPS:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step.get("uses", "a/b@" + 40 * "0"))


@pytest.fixture
def wheel(tmp_path):
    path = tmp_path / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny.py", "")
        archive.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        archive.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("tiny-1.0.dist-info/RECORD", "")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("tampered", [False, True], ids=["as-locked", "tampered-with"])
def test_only_what_was_locked_is_installed(shell, tmp_path, wheel, tampered):
    locked = sha256(b"another" if tampered else wheel.read_bytes()).hexdigest()
    (tmp_path / "requirements.lock").write_text(f"tiny==1.0 --hash=sha256:{locked}\n")
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (tmp_path / "backend.py").write_text(
        "import pathlib, shutil\n"
        "def build_wheel(folder, *_):\n"
        f"    shutil.copy({str(wheel)!r}, folder)\n"
        f"    return {wheel.name!r}\n"
    )
    for name in ("README.md", "LICENSE"):
        (tmp_path / name).touch()
    [step] = [step for step in STEPS if step.get("id") == "install"]
    script = step["run"].replace("$GITHUB_ACTION_PATH/action", f"{ROOT}/action")
    done = shell(
        *("bash", "-c", script),
        GITHUB_ACTION_PATH=str(tmp_path),
        GITHUB_OUTPUT=str(tmp_path / "output"),
        RUNNER_TOOL_CACHE=str(tmp_path / "tools"),
        PIP_CONFIG_FILE="/dev/null",
        PIP_NO_INDEX="1",
        PIP_FIND_LINKS=str(tmp_path),
    )

    assert done.returncode == (6 if tampered else 0), done.stdout + done.stderr
    if not tampered:
        [(_, folder, *_)] = OUTPUT.findall((tmp_path / "output").read_text())
        assert shell(f"{folder}/python", "-I", "-c", "import tiny").returncode == 0
