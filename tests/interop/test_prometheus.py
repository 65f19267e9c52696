"""A real Prometheus scrapes `/metrics`, and `promtool` checks it."""

from __future__ import annotations

import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from tests.interop.programs import ask, debian, free_ports, running
from tests.interop.serving import serving, soon

_SCRAPE = """
scrape_configs:
  - job_name: broadcast
    scrape_interval: 1s
    static_configs:
      - targets: ["{target}"]
"""


def test_promtool_finds_nothing_to_complain_about(tmp_path: Path) -> None:
    promtool = debian("prometheus") / "usr/bin/promtool"
    with serving(tmp_path) as root, urllib.request.urlopen(f"{root}/metrics") as response:
        text = response.read()

    done = subprocess.run([str(promtool), "check", "metrics"], input=text, capture_output=True, timeout=30)

    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


def is_ready(prometheus: str) -> bool:
    try:
        with urllib.request.urlopen(f"{prometheus}/-/ready", timeout=10) as response:
            return response.status == 200
    except urllib.error.HTTPError:
        return False


def test_prometheus_scrapes_it(tmp_path: Path) -> None:
    program, port = debian("prometheus") / "usr/bin/prometheus", free_ports()
    with serving(tmp_path) as root:
        config = tmp_path / "prometheus.yml"
        config.write_text(_SCRAPE.format(target=root.removeprefix("http://")))
        command = [
            str(program),
            f"--config.file={config}",
            f"--storage.tsdb.path={tmp_path / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        with running(command, port) as prometheus:
            soon(lambda: is_ready(prometheus))

            def value(query: str) -> list:
                return ask(prometheus, f"/api/v1/query?query={query}").get("data", {}).get("result", [])

            (up,) = soon(lambda: value("up{job=%22broadcast%22}==1"))
            (ledger,) = soon(lambda: value("broadcast_ledger_up"))
            (build,) = soon(lambda: value("broadcast_build_info"))

    assert (up["value"][1], ledger["value"][1], build["value"][1]) == ("1", "1", "1")
