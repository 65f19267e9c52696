"""A real Alertmanager posts real alerts, which `amtool` raises and ends."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.interop.programs import debian, free_ports, running, with_its_share
from tests.interop.serving import TOKEN, output, serving, soon

_ROUTE = """
route:
  receiver: broadcast
  group_by: [alertname]
  group_wait: 1s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: broadcast
    webhook_configs:
      - url: {root}/alerts
        send_resolved: true
        http_config:
          authorization:
            credentials: {token}
"""


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[str]:
    """The root of an Alertmanager that posts to `broadcast serve` in this folder."""
    package = debian("prometheus-alertmanager")
    programs = package / "usr/bin"
    with serving(tmp_path) as root:
        config, port = tmp_path / "alertmanager.yml", free_ports()
        config.write_text(_ROUTE.format(root=root, token=TOKEN))
        output(str(programs / "amtool"), "check-config", str(config))
        command = [
            str(programs / "prometheus-alertmanager"),
            f"--config.file={config}",
            f"--storage.path={tmp_path / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ]
        with running(with_its_share(package, command), port) as url:
            yield url


def amtool(url: str, *words: str) -> str:
    program = debian("prometheus-alertmanager") / "usr/bin/amtool"
    return output(str(program), f"--alertmanager.url={url}", *words)


def drafts(folder: Path) -> list[Path]:
    return sorted((folder / "drafts").glob("*.md"))


ALERT = ("alert", "add", "CheckoutDown", "service=checkout", "severity=critical")


def test_an_alert_becomes_a_draft_and_its_end_closes_it(alertmanager: str, tmp_path: Path) -> None:
    amtool(alertmanager, *ALERT, "instance=web-1:9090", "--annotation=summary=It's down: $(x) -- {{ 7*7 }}")

    (draft,) = soon(lambda: drafts(tmp_path))
    text = draft.read_text()
    assert "        summary: It's down: $(x) -- {{ 7*7 }}" in text
    command = shlex.split([line for line in text.splitlines() if line.startswith("    broadcast")][-1])
    assert command[3:8] == ["notify", "--severity", "sev1", "--service", "checkout"]
    assert command[-2:] == ["--", "Kasse gestört"]

    end = (datetime.now(UTC) - timedelta(seconds=1)).isoformat(timespec="seconds")  # noqa: TID251 - for amtool
    amtool(alertmanager, *ALERT, "instance=web-1:9090", f"--end={end}")

    assert soon(lambda: [one for one in drafts(tmp_path) if one.name.endswith(".closed.md")])
    assert len(drafts(tmp_path)) == 1


def test_another_alert_of_the_group_updates_its_draft(alertmanager: str, tmp_path: Path) -> None:
    amtool(alertmanager, *ALERT, "instance=web-1:9090")
    (draft,) = soon(lambda: drafts(tmp_path))

    amtool(alertmanager, *ALERT, "instance=web-2:9090")

    assert soon(lambda: "web-2:9090" in draft.read_text())
    assert drafts(tmp_path) == [draft]
