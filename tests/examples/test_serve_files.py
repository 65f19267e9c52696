"""What keeps `serve` running is understood by the programs that read it, and names what exists."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from broadcast.server.counters import Counters
from broadcast.server.metrics import LedgerFigures, metrics_text
from tests.architecture.tree import PACKAGE
from tests.examples.conftest import EXAMPLES

SERVE = EXAMPLES / "serve"
UNITS = sorted((SERVE / "systemd").iterdir())
COMPOSE = yaml.safe_load((SERVE / "compose.yaml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((SERVE / "grafana-dashboard.json").read_text(encoding="utf-8"))
RULES = yaml.safe_load((SERVE / "prometheus-rules.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_each_unit(unit: Path, tmp_path: Path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for other in UNITS:  # a timer refers to its service
        text = other.read_text(encoding="utf-8").replace("/usr/local/bin/broadcast", sys.executable)
        (tmp_path / other.name).write_text(text)

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name)], capture_output=True, text=True
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_leaves_serve_little_to_harm(tmp_path: Path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    unit = SERVE / "systemd/broadcast-serve.service"

    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", str(unit)],
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_containers_show_the_private_listener_to_this_machine_only():
    assert COMPOSE["services"]["broadcast"]["ports"] == ["127.0.0.1:8081:8081"]
    assert COMPOSE["services"]["broadcast"]["command"] == ["serve"]
    assert COMPOSE["services"]["broadcast"]["stop_signal"] == "SIGTERM"


def test_nginx_says_who_asks_and_logs_no_path_with_a_token():
    nginx = (SERVE / "nginx.conf").read_text(encoding="utf-8")
    routes = (PACKAGE / "server/applications.py").read_text(encoding="utf-8")
    (unlogged,) = re.findall(r"location ~ (\S+) \{\s+access_log off;", nginx)
    secret = set(re.findall(r'"(/[^"]*\{token\}[^"]*)"', routes))

    assert len(secret) > 4
    assert [route for route in sorted(secret) if not re.search(unlogged, route)] == []
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx


def test_the_units_read_their_secrets_where_commands_do():
    for unit in UNITS:
        assert "EnvironmentFile" not in unit.read_text(encoding="utf-8")


def existing() -> set[str]:
    """The names of all samples that `/metrics` may have."""
    counters = Counters()
    text = metrics_text(("sms",), counters, LedgerFigures(up=True)).decode()
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    suffixes = {"histogram": ("_bucket", "_sum", "_count")}
    return {name + suffix for name, kind in kinds.items() for suffix in suffixes.get(kind, ("",))}


def queries() -> Iterator[str]:
    yield from (target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"])
    yield from (rule["expr"] for group in RULES["groups"] for rule in group["rules"])


def test_queries_name_metrics_that_exist():
    named = {name for query in queries() for name in re.findall(r"\b(?:broadcast|process)_\w+", query)}

    assert len(named) > 10
    assert named - existing() == set()


def test_the_page_about_serve_names_every_metric():
    page = (EXAMPLES.parent / "docs/how-to/serve.md").read_text(encoding="utf-8")
    ours = {re.sub(r"_(bucket|sum|count)$", "", name) for name in existing() if name.startswith("broadcast_")}

    assert [name for name in sorted(ours) if name not in page] == []


def test_panels_do_not_overlap_and_have_one_number_each():
    places = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]

    assert len(places) == len(set(places))
    assert max(x for x, _ in places) == 23
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_proxies_pass_path_and_query_on_as_they_came():
    """A path after the port would make nginx write the path anew, and signatures would be wrong."""
    passed = re.findall(r"proxy_pass (\S+);", (SERVE / "nginx.conf").read_text(encoding="utf-8"))

    assert set(passed) == {"http://127.0.0.1:8080"}
