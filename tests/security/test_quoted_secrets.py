"""Kind: a provider quotes a secret that looks like no secret, so nothing recognises it by its shape."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import perf_counter
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.channels.responses import excerpt
from broadcast.cli.errors import report_unforeseen
from broadcast.model.outcome import Accepted, Health, NotSent, Probe, Rejected, Scope, Unknown
from broadcast.model.redaction import Secrets

#: Short, of plain words, with spaces, signs, quotation marks and other letters.
ODD: Mapping[str, str] = {
    "TWILIO_AUTH_TOKEN": "zebra \"q' <7>",
    "SENDGRID_API_KEY": "zebra",
    "STATUSPAGE_API_KEY": "zq/w+d=&%",
    "SLACK_TOKEN": "xoxb-zebra",
    "X_CONSUMER_KEY": "zebrakey",
    "X_ACCESS_TOKEN": "zebra-7",
    "TEAMS_WEBHOOK_URL": "https://prod-1.logic.azure.com/workflows/zebra7workflow/invoke?sig=zebra7sig",
    "SMTP_PASSWORD": "zebra zwölf",
}
PIECES = {*ODD.values(), "zebra", "zq/w+d=&%", "zebra7workflow", "zebra7sig"}
SPELLED: dict[str, Callable[[str], str]] = {
    "raw": str,
    "json": lambda secret: json.dumps(secret)[1:-1],
    "json in unicode": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "address": lambda secret: quote(secret, safe=""),
    "path": quote,
    "form": quote_plus,
    "page": escape,
    "base64": lambda secret: b64encode(secret.encode()).decode(),
    "base64 of addresses": lambda secret: urlsafe_b64encode(secret.encode()).decode().rstrip("="),
    "basic": lambda secret: b64encode(f"AC0:{secret}".encode()).decode(),
    "agent": lambda secret: b64encode(f"a@b.example/token:{secret}".encode()).decode(),
    "plain login": lambda secret: b64encode(f"\0status\0{secret}".encode()).decode(),
}
SECRET = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=4, max_size=24
).filter(lambda secret: len(secret.strip()) >= 4 and secret == secret.strip())
WORDS = st.text(st.sampled_from("abc XYZ 01:;,.'\"<>(){}[]=\n"), max_size=20)


@pytest.mark.parametrize("spelling", SPELLED)
@settings(max_examples=60, deadline=None)
@given(secret=SECRET, before=WORDS, after=WORDS)
def test_a_secret_is_stripped_in_every_spelling(spelling, secret, before, after):
    quoted = SPELLED[spelling](secret)
    secrets = Secrets(frozenset({secret}))

    for text in (f"{before} {quoted} {after}", f"key={quoted};", f'"{quoted}"', f"{quoted}\n{quoted}"):
        assert quoted not in secrets.masked(text)
        assert quoted not in excerpt(text, secrets)


@settings(max_examples=60, deadline=None)
@given(secret=SECRET, spelling=st.sampled_from(sorted(SPELLED)))
def test_no_outcome_and_no_probe_quotes_one(secret, spelling):
    said = f"no: {SPELLED[spelling](secret)}"
    secrets = Secrets(frozenset({secret}))
    answers: tuple[Any, ...] = (
        *(Unknown(said), NotSent(said, 7.0), Rejected(said, Scope.CHANNEL, said)),
        *(Accepted("id", None, said, said), Accepted("id"), Probe(Health.DEGRADED, said)),
    )

    for answer in answers:
        quiet = secrets.stripped(answer)
        assert all(said[4:] not in str(getattr(quiet, part.name))[4:] for part in fields(quiet))
        assert type(quiet) is type(answer)


def test_a_short_secret_spoils_no_other_words():
    secrets = Secrets(frozenset({"cat", "a"}))

    assert secrets.masked("a category of the cat: cats") == "… category of the …: cats"


def test_the_host_of_a_secret_address_stays():
    secrets = Secrets(frozenset({"https://u:pa55word@hooks.muster.example/s/T0123456/zebra7x?sig=ab1cd2ef3"}))

    said = (
        "hooks.muster.example said 404 for /s/T0123456/zebra7x?sig=ab1cd2ef3, T0123456, ab1cd2ef3, pa55word"
    )

    assert secrets.masked(said) == "hooks.muster.example said 404 for …, …, …, …"


def test_a_long_answer_takes_no_time():
    secrets = Secrets(frozenset(PIECES))
    core = b64encode(b"zebra").decode()
    began = perf_counter()

    for text in ("A" * 250_000, core * 40_000, "zebr" * 60_000, "zebra" * 50_000):
        secrets.masked(text)

    assert perf_counter() - began < 5


@contextmanager
def quoting(status: int) -> Iterator[tuple[str, set[str]]]:
    """A provider that says no, and then the credential that it got."""
    quoted: set[str] = set()

    class Quoting(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kind, _, login = self.headers.get("Authorization", f"None {self.path}").partition(" ")
            secret = b64decode(login).decode().partition(":")[2] if kind == "Basic" else login
            quoted.add(secret)
            said = f"no {secret} here"
            errors = [{"message": said, "field": said}]
            document = {**dict.fromkeys(("message", "detail", "error", "code"), said), "errors": errors}
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = answer  # noqa: N815 - named by the base class

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Quoting)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", quoted
    finally:
        server.shutdown()
        server.server_close()


LATER = (
    ("retry", "INC-1", "--verbose", "--deadline", "1s"),
    ("log", "INC-1", "-o", "json"),
    ("status", "-o", "json"),
    ("channels", "test", "-o", "json"),
    ("config", "show"),
)


def forms(secrets: Mapping[str, str]) -> set[str]:
    return {spell(piece) for piece in PIECES | {*secrets.values()} for spell in SPELLED.values()}


@pytest.mark.parametrize("status", [200, 400, 401])
def test_nothing_that_the_program_says_or_keeps_quotes_one(muster, status):
    muster.configure(login='username = "status"\npassword = "env:SMTP_PASSWORD"')
    with quoting(status) as (url, quoted):
        muster.urls = dict.fromkeys(muster.urls, url)
        muster.configure()
        said = [muster.run("notify", "Chat", "--yes", "-o", "ndjson", "--deadline", "1s", **ODD)]
        said += [muster.run(*command, **ODD) for command in LATER]
    muster.__post_init__()
    kept = b"".join(path.read_bytes() for path in muster.folder.rglob("broadcast.db*") if path.is_file())

    assert {"zebra", "zq/w+d=&%", ODD["TWILIO_AUTH_TOKEN"], "xoxb-zebra"} <= quoted
    assert said[0].code in {1, 4, 5, 11}, said[0].err
    for form in forms(ODD):
        assert not any(form in one.said for one in said), form
        assert form.encode() not in kept, form


def test_details_of_a_bug_hold_no_secret_of_the_environment(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("SMTP_PASSWORD", "zebra")
    encoded = b64encode(b"x:zebra").decode()

    report_unforeseen(ValueError(f"cannot send zebra, {encoded} or 'giraffe'"), [])

    details = next(tmp_path.rglob("broadcast-bug-*")).read_text()
    assert "cannot send" in details
    assert not any(word in details + capsys.readouterr().err for word in ("zebra", encoded, "giraffe"))
