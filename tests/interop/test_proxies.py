"""The programs that read the files of `examples/serve` find no mistake in them."""

from __future__ import annotations

from pathlib import Path

import trustme

from tests.architecture.tree import ROOT
from tests.interop.programs import debian
from tests.interop.serving import output

SERVE = ROOT / "examples/serve"
NAME = "notify.muster.example"


def test_nginx_understands_the_snippet(tmp_path: Path) -> None:
    nginx = debian("nginx") / "usr/sbin/nginx"
    certificate = trustme.CA().issue_cert(NAME)
    certificate.private_key_and_cert_chain_pem.write_to_path(tmp_path / "all.pem")
    snippet = (SERVE / "nginx.conf").read_text(encoding="utf-8")
    for file in ("fullchain.pem", "key.pem"):
        snippet = snippet.replace(f"/etc/ssl/{NAME}/{file}", str(tmp_path / "all.pem"))
    written = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f"{one}_temp_path {tmp_path}/{one};\n" for one in written)
    http = f"http {{\naccess_log off;\n{folders}{snippet}}}\n"
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/nginx.pid;\nerror_log stderr;\nevents {{}}\n{http}")

    output(str(nginx), "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"))


def test_caddy_understands_its_file() -> None:
    caddy = debian("caddy") / "usr/bin/caddy"

    output(str(caddy), "validate", "--config", str(SERVE / "Caddyfile"), "--adapter", "caddyfile")


def test_caddy_would_write_the_file_like_this() -> None:
    caddy = debian("caddy") / "usr/bin/caddy"

    assert output(str(caddy), "fmt", str(SERVE / "Caddyfile")) == (SERVE / "Caddyfile").read_text("utf-8")


def test_promtool_understands_the_alarms() -> None:
    promtool = debian("prometheus") / "usr/bin/promtool"

    output(str(promtool), "check", "rules", str(SERVE / "prometheus-rules.yml"))
