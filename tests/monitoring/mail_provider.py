"""A mail provider on this machine that can be broken and repaired, and the company that relies on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from broadcast.config.load import load
from broadcast.config.settings import Settings

SUMMARY = '{"status": {"indicator": "critical", "description": "Everything"}, "incidents": []}'
COMPANY = """
[broadcast]
organisation = "Muster Handel"
locale = "de"
timezone = "Europe/Berlin"

[ledger]
url = "sqlite:///broadcast.db"

[channels.email]
adapter = "sendgrid"
api_key = "env:KEY"
from = "status@muster.example"
base_url = "{url}"
fate = ["post"]

[channels.site]
adapter = "site"
path = "public"

[audiences.customers]
contacts = ["customers.csv"]
lanes = [["email"], ["site"]]

[watch]
down_after = 2
up_after = 2
{more}
"""
CUSTOMERS = "id,name,email\n1,Anna Geheim,anna@kunde.example\n2,Berta,berta@kunde.example\n"


@dataclass
class Provider:
    """Answers every request with `status` and `body`; `asked` lists the paths."""

    url: str = ""
    status: int = 200
    body: str = '{"scopes": ["mail.send"]}'
    asked: list[str] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Provider]:
    """The provider, in a thread of its own."""
    provider = Provider()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.asked.append(self.path)
            body = (SUMMARY if "summary" in self.path else provider.body).encode()
            self.send_response(200 if "summary" in self.path else provider.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(202)
            self.send_header("X-Message-Id", "m1")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    provider.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def company(folder: Path, provider: Provider, more: str = "") -> Settings:
    """The settings of a company whose mail goes through the provider."""
    (folder / "broadcast.toml").write_text(COMPANY.format(url=provider.url, more=more), encoding="utf-8")
    (folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    return load(None, {"KEY": "secret-key"}, folder)
