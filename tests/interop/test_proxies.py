"""The programs that read the files of `examples/serve` find no mistake in them, and pass requests on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

from tests.architecture.tree import ROOT
from tests.interop.programs import debian, free_ports, running
from tests.interop.serving import ENVIRONMENT, output, serving

SERVE = ROOT / "examples/serve"
NAME = "notify.muster.example"


def write_nginx(folder: Path, server: str) -> list[str]:
    """Write the configuration of an nginx that writes into this folder only; return its command."""
    written = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f"{one}_temp_path {folder}/{one};\n" for one in written)
    (folder / "nginx.conf").write_text(
        f"daemon off;\npid {folder}/nginx.pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{folders}{server}}}\n"
    )
    program = debian("nginx") / "usr/sbin/nginx"
    return [str(program), "-p", str(folder), "-c", str(folder / "nginx.conf")]


def test_nginx_understands_the_snippet(tmp_path: Path) -> None:
    certificate = trustme.CA().issue_cert(NAME)
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "all.pem")
    snippet = (SERVE / "nginx.conf").read_text(encoding="utf-8")
    for file in ("fullchain.pem", "key.pem"):
        snippet = snippet.replace(f"/etc/ssl/{NAME}/{file}", str(tmp_path / "all.pem"))

    output(*write_nginx(tmp_path, snippet), "-t")


def public_address(folder: Path) -> dict[str, str]:
    """Return what `doctor` finds out about the public address of the company in this folder."""
    doctor = [sys.executable, "-m", "broadcast", "--config", str(folder / "broadcast.toml"), "doctor"]
    environ = {**os.environ, **ENVIRONMENT}
    done = subprocess.run([*doctor, "-o", "json"], capture_output=True, text=True, env=environ, timeout=90)
    checks = json.loads(done.stdout)["checks"]
    return next(one for one in checks if one["subject"] == "public address")


@pytest.mark.parametrize(
    ("change", "verdict", "said"),
    [
        (("", ""), "ok", "signed receipts arrive for sms"),
        (("proxy_pass http://127.0.0.1:8080", "proxy_pass http://127.0.0.1:8080/sub"), "fail", "path"),
        (("merge_slashes off;", "if ($args) { rewrite ^(.*)$ $1?; }"), "fail", "query"),
        (("merge_slashes off;", f"return 301 https://{NAME}$request_uri;"), "fail", "redirects"),
    ],
)
def test_doctor_judges_a_real_nginx(tmp_path: Path, change: tuple[str, str], verdict: str, said: str) -> None:
    front, back = free_ports(), free_ports(2)
    snippet = (SERVE / "nginx.conf").read_text(encoding="utf-8").replace(*change, 1)
    plain = "".join(f"{line}\n" for line in snippet.splitlines() if "ssl_" not in line)
    plain = plain.replace("listen 443 ssl", f"listen 127.0.0.1:{front}").replace(":8080", f":{back}")
    command = write_nginx(tmp_path, plain)

    with serving(tmp_path, back, f"http://127.0.0.1:{front}"), running(command, front):
        found = public_address(tmp_path)

    assert (found["verdict"], said in found["detail"]) == (verdict, True), found


def test_caddy_understands_its_file() -> None:
    caddy = debian("caddy") / "usr/bin/caddy"

    output(str(caddy), "validate", "--config", str(SERVE / "Caddyfile"), "--adapter", "caddyfile")


@pytest.mark.parametrize(
    ("change", "verdict", "said"),
    [
        (("", ""), "ok", "signed receipts arrive for sms"),
        (("\treverse_proxy", "\trewrite * /sub{uri}\n\treverse_proxy"), "fail", "path"),
        (("\treverse_proxy", f"\tredir https://{NAME}{{uri}}\n\treverse_proxy"), "fail", "redirects"),
    ],
)
def test_doctor_judges_a_real_caddy(tmp_path: Path, change: tuple[str, str], verdict: str, said: str) -> None:
    front, back = free_ports(), free_ports(2)
    file = (SERVE / "Caddyfile").read_text(encoding="utf-8").replace(*change, 1)
    file = file.replace(NAME + " {", f"http://127.0.0.1:{front} {{").replace(":8080", f":{back}")
    (tmp_path / "Caddyfile").write_text("{\n\tadmin off\n}\n" + file)
    command = [str(debian("caddy") / "usr/bin/caddy"), "run", "--config", str(tmp_path / "Caddyfile")]

    with serving(tmp_path, back, f"http://127.0.0.1:{front}"), running(command, front):
        found = public_address(tmp_path)

    assert (found["verdict"], said in found["detail"]) == (verdict, True), found


def test_caddy_would_write_the_file_like_this() -> None:
    caddy = debian("caddy") / "usr/bin/caddy"

    assert output(str(caddy), "fmt", str(SERVE / "Caddyfile")) == (SERVE / "Caddyfile").read_text("utf-8")


def test_promtool_understands_the_alarms() -> None:
    promtool = debian("prometheus") / "usr/bin/promtool"

    output(str(promtool), "check", "rules", str(SERVE / "prometheus-rules.yml"))
