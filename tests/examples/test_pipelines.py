"""The pipelines' scripts are run as their systems would run them; their form is looked at."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping

import pytest
import yaml

from broadcast.publishing.result import ExitStatus
from tests.examples.composite import ACTION
from tests.examples.conftest import EXAMPLES, ROOT, received

pytestmark = pytest.mark.slow  # each test starts several real commands

CI = EXAMPLES / "ci"
GITHUB = yaml.safe_load((CI / "github-actions.yml").read_text(encoding="utf-8"))
SPEC, GITLAB = yaml.safe_load_all((CI / "gitlab-component.yml").read_text(encoding="utf-8"))
JENKINS = (CI / "jenkins/vars/tellEveryone.groovy").read_text(encoding="utf-8")
JENKINSFILE = (CI / "jenkins/Jenkinsfile").read_text(encoding="utf-8")
[RUNDECK] = yaml.safe_load((CI / "rundeck.yaml").read_text(encoding="utf-8"))

SCRIPTS = {
    "gitlab": GITLAB[".tell"]["script"][0],
    "jenkins": re.search(r"script: '''(.*?)'''", JENKINS, re.DOTALL)[1],
    "rundeck": RUNDECK["sequence"]["commands"][0]["script"],
}
HOSTILE = '"; touch pwned; $(touch pwned)`touch pwned` @option.verb@ ${params.VERB} $KEY'


def gitlab(given: Mapping[str, str], attempt: int) -> dict[str, str]:
    """What GitLab makes of the inputs' defaults, of its own variables and of those of the pipeline."""
    inputs = {name: entry.get("default") for name, entry in SPEC["spec"]["inputs"].items()}
    variables = {**GITLAB[".tell"]["variables"], **GITLAB[given["verb"]]["variables"]}
    own = {"CI_PROJECT_PATH": "muster/ops", "CI_PIPELINE_ID": given["occasion"], "CI_JOB_NAME": given["verb"]}
    filled = {
        name: re.sub(
            r"\$\[\[ inputs\.([\w-]+) \]\]", lambda match: json.dumps(inputs[match[1]]).strip('"'), text
        )
        for name, text in variables.items()
    }
    expanded = {name: re.sub(r"\$(\w+)", lambda match: own[match[1]], text) for name, text in filled.items()}
    typed = {name.upper(): given[name] for name in ("title", "message", "incident", "rehearse")}
    return expanded | {"CI_JOB_ID": str(attempt)} | typed


def jenkins(given: Mapping[str, str], attempt: int) -> dict[str, str]:
    settled = dict(re.findall(r"^    ([A-Z_]+) = '(.*)'$", JENKINSFILE, re.MULTILINE))
    parameters = {name: given[name.lower()] for name in re.findall(r"\(name: '(\w+)'", JENKINSFILE)}
    own = {"JOB_NAME": "incident/tell", "BUILD_NUMBER": str(attempt)}
    return {**settled, **parameters, **own, "BROADCAST_CONFIG": "", "BROADCAST_LEDGER": ""}


def rundeck(given: Mapping[str, str], attempt: int) -> dict[str, str]:
    options = {f"RD_OPTION_{option['name'].upper()}": given[option["name"]] for option in RUNDECK["options"]}
    own = {"RD_JOB_PROJECT": "ops", "RD_JOB_NAME": RUNDECK["name"], "RD_JOB_EXECID": str(attempt)}
    return {**options, **own, "BROADCAST_CONFIG": "broadcast.toml", "BROADCAST_LEDGER": "broadcast.db"}


SYSTEMS = {"gitlab": gitlab, "jenkins": jenkins, "rundeck": rundeck}


@pytest.fixture(params=SYSTEMS)
def tell(request, shell, company):
    """Runs one system's script as a step for this test's own occasion."""
    system = request.param

    def run(*, attempt=1, **given):
        settled = {"verb": "notify", "title": "Checkout down", "message": "Please call us.", "incident": ""}
        settled |= {"rehearse": "true", "occasion": re.sub(r"\W", "-", request.node.name)}
        variables = SYSTEMS[system](settled | given, attempt)
        return shell("sh", "-e", "-c", SCRIPTS[system], **variables)

    return run


@pytest.fixture
def told(shell, company):
    """Who was told what, by the provider's own record."""

    def read():
        shell("broadcast", "sandbox", "stop")  # has everything written down
        return [(message["to"], message["text"]) for message in received(company)]

    return read


def test_it_tells_everyone_once_however_often_it_runs(tell, told):
    assert tell().returncode == 0
    before = told()
    again = tell(attempt=2)

    assert again.returncode == 0, again.stderr
    assert told() == before
    assert len(before) >= 2


def test_what_people_type_is_never_more_than_text(tell, told, company):
    finished = tell(title=HOSTILE, message="@people.csv")

    assert finished.returncode == 0, finished.stderr
    assert not (company / "pwned").exists()
    assert "@people.csv" in told()[-1][1]


def test_the_end_needs_no_words_of_one_s_own(tell):
    finished = tell(verb="resolve", message="", incident="INC-99")

    assert "INC-99" in finished.stderr
    assert "empty" not in finished.stderr


def test_the_exit_code_is_the_program_s(tell):
    finished = tell(verb="update", incident="INC-99")

    assert finished.returncode == 2
    assert "INC-99" in finished.stderr


def test_only_a_clear_word_makes_it_real(tell):
    assert tell(rehearse="no").returncode == 0
    assert "TWILIO_ACCOUNT_SID" in tell(rehearse="false", occasion="real").stderr


def test_gitlab_hands_the_incident_on(shell, company):
    given = {"verb": "notify", "title": "Lift", "message": "", "incident": "", "rehearse": "true"}
    shell("sh", "-e", "-c", SCRIPTS["gitlab"], **gitlab(given | {"message": "x", "occasion": "hand"}, 1))

    written = json.loads((company / "result.json").read_text(encoding="utf-8"))
    assert (company / "incident.env").read_text() == f"INCIDENT={written['incident']}\n"


def test_rundeck_hands_the_result_on(shell, company):
    given = {"verb": "notify", "title": "Lift", "message": "x", "incident": "", "rehearse": "true"}
    done = shell("sh", "-c", SCRIPTS["rundeck"], **rundeck(given | {"occasion": "hand"}, 1))
    [log] = RUNDECK["sequence"]["commands"][0]["plugins"]["LogFilter"]

    data = dict(re.findall(log["config"]["regex"], done.stdout, re.MULTILINE))
    assert {"exit_code": "0", "sent_anything": "True"}.items() <= data.items()


@pytest.mark.parametrize("system", ["jenkins", "rundeck"])
def test_without_an_occasion_nothing_begins(shell, company, system):
    given = {"verb": "notify", "title": "x", "message": "x", "incident": "", "rehearse": "true"}
    done = shell("sh", "-c", SCRIPTS[system], **SYSTEMS[system](given | {"occasion": ""}, 1))

    assert done.returncode != 0
    assert "is empty" in done.stderr


def test_all_of_them_tell_with_the_same_words():
    said = {tuple(re.findall(r"^ *(.*set -- .*)$", script, re.MULTILINE)) for script in SCRIPTS.values()}

    [lines] = said
    assert len(lines) == 3


def test_nothing_typed_becomes_part_of_a_script():
    assert "$[[" not in SCRIPTS["gitlab"]
    assert "script: '''" in JENKINS
    assert not re.search(r"@[\w.]+@|\$\{option\.", SCRIPTS["rundeck"])
    assert [step for job in GITHUB["jobs"].values() for step in job["steps"] if "run" in step] == []


@pytest.mark.parametrize("system", SCRIPTS)
def test_scripts_are_sound(shell, tmp_path, system):
    path = tmp_path / "script.sh"
    path.write_text(SCRIPTS[system])

    for interpreter in ("sh", "bash"):
        assert shell(interpreter, "-n", path).stderr == ""
    if shutil.which("shellcheck"):
        assert shell("shellcheck", "--shell=sh", path).stdout == ""


def test_a_program_that_was_killed_keeps_its_exit_code(shell, company, tmp_path):
    (tmp_path / "broadcast").write_text("#!/bin/sh\ncat > /dev/null\nexit 137\n")
    (tmp_path / "broadcast").chmod(0o700)
    given = {"verb": "notify", "title": "x", "message": "x", "incident": "", "rehearse": "true"}
    for system in ("gitlab", "rundeck"):
        variables = SYSTEMS[system](given | {"occasion": "killed"}, 1)
        done = shell("sh", "-e", "-c", SCRIPTS[system], PATH=f"{tmp_path}:/usr/bin:/bin", **variables)
        assert done.returncode == 137


def test_somebody_not_reached_is_a_warning_where_there_are_warnings():
    [tolerated] = re.findall(r"case \[([\d, ]+)\]:\s+unstable\(", JENKINS)
    told = github_steps()[0]["with"]["tolerate"]

    assert GITLAB[".tell"]["allow_failure"]["exit_codes"] == [4, 11]
    assert (tolerated, told) == ("4, 11", "4 11")


def github_steps():
    return [step for step in GITHUB["jobs"]["tell"]["steps"] if "broadcast@" in step.get("uses", "")]


def test_the_workflow_gives_only_inputs_that_the_action_has():
    for step in github_steps():
        assert {*step["with"]} <= {*ACTION["inputs"]}


def test_the_options_of_the_overdue_job_exist(shell):
    assert "--check" in shell("broadcast", "status", "-h").stdout
    assert GITLAB["overdue"]["script"] == ["broadcast status --check"]


def test_secrets_come_from_the_platform():
    for step in github_steps():
        assert {name: f"${{{{ secrets.{name} }}}}" for name in step["env"]} == step["env"]
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "SENDGRID_API_KEY"):
        assert re.search(rf"{name} = credentials\('[\w-]+'\)", JENKINSFILE)


def test_the_page_says_what_every_exit_code_does_in_every_system():
    page = (ROOT / "docs/how-to/runbooks-and-ci.md").read_text(encoding="utf-8")
    [table] = re.findall(r"^\| code \| GitHub action .*\n\|.*\n((?:\|.*\n)+)", page, re.MULTILINE)
    codes = [int(code) for row in table.splitlines() for code in re.findall(r"\d+", row.split("|")[1])]

    assert sorted(codes) == sorted(map(int, ExitStatus))


def test_groovy_s_brackets_match():
    for text in (JENKINS, JENKINSFILE):
        code = re.sub(r"'''.*?'''|'[^'\n]*'|\"[^\"\n]*\"|//.*|/\*.*?\*/", "", text, flags=re.DOTALL)
        for opened, closed in ("()", "{}", "[]"):
            assert code.count(opened) == code.count(closed)
