"""No secret comes out anywhere, whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from broadcast.channels.email.smtp import Smtp
from broadcast.channels.transport import Transport
from broadcast.cli.errors import report_unforeseen
from broadcast.config.settings import ChannelSettings
from broadcast.sandbox.faults import parse_fault
from broadcast.testing.samples import outgoing
from tests.harness.configurations import SECRETS
from tests.harness.program import Ended
from tests.harness.program_company import ProgramCompany

ROOT = Path(__file__).parents[2]
ENCODED = {
    encoded
    for secret in SECRETS.values()
    for encoded in (
        secret,
        b64encode(secret.encode()).decode(),
        b64encode(f"AC00000000000000000000000000000000:{secret}".encode()).decode(),
        b64encode(f"\0status\0{secret}".encode()).decode(),
    )
}
LOGIN = 'username = "status"\npassword = "env:SMTP_PASSWORD"'
COMMANDS = (
    ("notify", "Chat", "--yes", "--verbose"),
    ("notify", "Chat", "--yes", "-o", "ndjson"),
    ("notify", "Chat", "--dry-run", "-o", "json"),
    ("update", "-m", "Weiter", "--yes", "INC-1"),
    ("resolve", "--yes", "INC-1"),
    ("retry", "INC-1", "--verbose"),
    ("log", "INC-1", "-o", "json"),
    ("status", "-o", "json"),
    ("report", "INC-1"),
    ("channels", "test"),
    ("channels", "test", "-o", "json"),
    ("channels", "list", "-o", "json"),
    ("config", "show", "--origin"),
    ("config", "show", "-o", "json"),
    ("config", "check"),
    ("contacts", "list"),
    ("template", "list"),
    ("notify", "--frobnicate"),
    ("nothing",),
)


def found_in(text: str) -> set[str]:
    return {secret for secret in ENCODED if secret in text}


def found_on_disk(folder: Path, stores: frozenset[str] = frozenset()) -> set[tuple[str, str]]:
    return {
        (path.name, secret)
        for path in folder.rglob("*")
        if path.is_file() and path.name not in stores
        for secret in ENCODED
        if secret.encode() in path.read_bytes()
    }


def everything(company: ProgramCompany) -> list[Ended]:
    return [company.run(*arguments) for arguments in COMMANDS]


def assert_silent(company: ProgramCompany, said: list[Ended], stores: frozenset[str] = frozenset()) -> None:
    assert set().union(*(found_in(one.said) for one in said)) == set()
    assert found_on_disk(company.folder, stores) == set()


@contextmanager
def echoing(status: int) -> Iterator[str]:
    """A provider that quotes everything it was sent, in its body and in a header."""

    class Echo(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            heard = f"{self.headers}{self.rfile.read(length).decode()}".replace("\r\n", " ").replace(
                "\n", " "
            )
            quoted = heard.replace("\\", "/").replace('"', "'")
            body = (
                f'{{"message": "{quoted}", "detail": "{quoted}", "error": "{quoted}",'
                f' "errors": [{{"message": "{quoted}"}}]}}'
            ).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Echo", self.headers.get("Authorization", ""))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = answer  # noqa: N815 - named by the base class

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def loud(caplog) -> Iterator[pytest.LogCaptureFixture]:
    """Everybody's log at level DEBUG."""
    with caplog.at_level(logging.DEBUG):
        yield caplog


def test_the_providers_did_get_the_secrets(muster):
    """Or the absence of them elsewhere would prove nothing."""
    with _listening(muster) as heard:
        muster.notify("Chat", "--deadline", "1s")

    twilio = b64encode(f"AC00000000000000000000000000000000:{SECRETS['TWILIO_AUTH_TOKEN']}".encode()).decode()
    assert twilio in ENCODED
    for secret in (
        twilio,
        *(SECRETS[f"{name}_KEY"] for name in ("SENDGRID_API", "STATUSPAGE_API", "X_CONSUMER")),
    ):
        assert secret in str(heard)


def test_commands_that_work_tell_no_secret(muster, loud):
    muster.configure(login=LOGIN)

    said = everything(muster)

    assert said[0].code in {0, 4}
    assert_silent(muster, said)
    assert found_in(loud.text) == set()


@pytest.mark.slow
def test_the_doctor_tells_no_secret(muster, loud):
    muster.configure(login=LOGIN)

    assert_silent(muster, [muster.run("doctor", "--verbose"), muster.run("doctor", "-o", "json")])
    assert found_in(loud.text) == set()


@pytest.mark.parametrize(
    "status",
    [401, 500, *(pytest.param(status, marks=pytest.mark.slow) for status in (302, 400, 403, 404, 422, 429))],
)
def test_a_provider_that_quotes_our_request_gets_no_secret_told(muster, loud, status):
    with echoing(status) as url:
        muster.urls = dict.fromkeys(muster.urls, url)
        muster.configure()
        said = [muster.run(*COMMANDS[0], "--deadline", "1s")]
        said += [muster.run(*arguments) for arguments in COMMANDS[6:11]]
    muster.__post_init__()

    assert said[0].code in {1, 4, 5, 11}
    assert_silent(muster, said)
    assert found_in(loud.text) == set()


@pytest.mark.parametrize("kind", ["auth", "redirect", "garbage", "drop_after"])
def test_a_provider_that_fails_gets_no_secret_told(muster, loud, kind):
    for provider in ("twilio", "sendgrid", "x", "statuspage", "slack", "teams"):
        muster.sandbox.fault(parse_fault(f"{provider}:{kind}"))

    said = [muster.run("notify", "Chat", "--yes", "--verbose", "--deadline", "1s")]
    said += [muster.run(*arguments) for arguments in COMMANDS[6:9]]

    assert_silent(muster, said)
    assert found_in(loud.text) == set()


@pytest.mark.parametrize("quoted", ["plain", "encoded", "both"])
async def test_a_mail_server_that_quotes_the_login_gets_no_password_told(quoted):
    password = SECRETS["SMTP_PASSWORD"]
    plain = b64encode(f"\0status\0{password}".encode()).decode()
    words = {
        "plain": password,
        "encoded": plain,
        "both": f"{password}/{plain}/{b64encode(password.encode()).decode()}",
    }

    served = []

    async def serve(reader, writer):
        served.append(asyncio.current_task())
        writer.write(b"220 mail ESMTP\r\n")
        while line := await reader.readline():
            greeting = line.upper().startswith(b"EHLO")
            answer = "250-mail\r\n250 AUTH PLAIN LOGIN" if greeting else f"535 5.7.8 not you: {words[quoted]}"
            writer.write(f"{answer}\r\n".encode())
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    login = {"username": "status", "password": password}
    options = {"host": "127.0.0.1", "port": port, "tls": "none", "from": "a@b.example", **login}
    settings = ChannelSettings(name="post", adapter="smtp", origin="here", options=options)
    mail = Smtp.from_settings(settings, Transport(timeout=5))
    try:
        told = f"{await mail.send([outgoing(address='a@b.example')])} {await mail.probe()}"
    finally:
        await mail.close()
        server.close()
        await asyncio.gather(*served)

    assert "535" in told
    assert found_in(told) == set()


@pytest.mark.parametrize("missing", [name for name in SECRETS if name != "BROADCAST_INSTALL_SECRET"])
def test_a_missing_secret_is_named_and_the_others_are_not_told(muster, missing):
    muster.configure(login=LOGIN)

    said = muster.notify("Chat", **{missing: ""})

    assert said.code == 6
    assert missing in said.err
    assert found_in(said.said) == set()


ODD = [
    "sentinel\nX-Evil: 1",
    pytest.param("sentinel\r\n\r\nGET /", marks=pytest.mark.slow),
    "sentinel\u20ac\U0001f600",
    pytest.param("s\x00t", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("secret", ODD)
@pytest.mark.parametrize(
    "name", ["TWILIO_AUTH_TOKEN", "SENDGRID_API_KEY", "STATUSPAGE_API_KEY", "SMTP_PASSWORD"]
)
def test_a_secret_with_odd_characters_breaks_nothing_and_is_not_told(muster, name, secret):
    (muster.folder / "odd").write_text(secret, encoding="utf-8")
    muster.configure(login=LOGIN)
    path = muster.folder / "broadcast.toml"
    path.write_text(path.read_text().replace(f"env:{name}", "file:odd"))

    said = muster.notify("Chat", "--deadline", "1s")

    assert "this is a bug" not in said.err, said.err
    assert "sentinel" not in said.said
    assert b"X-Evil" not in str([one.path for one in muster.sandbox.requests]).encode()


@pytest.mark.parametrize("where", ["file", ".env", "override"])
def test_secrets_from_files_are_not_told_either(muster, where):
    nothing = dict.fromkeys(SECRETS, "")
    settings = muster.folder / "broadcast.toml"
    if where == "file":
        for name, secret in SECRETS.items():
            (muster.folder / f"{name}.secret").write_text(secret)
            settings.write_text(settings.read_text().replace(f'"env:{name}"', f'"file:{name}.secret"'))
    elif where == ".env":
        (muster.folder / ".env").write_text("".join(f"{name}={secret}\n" for name, secret in SECRETS.items()))
    else:
        nothing |= {"BROADCAST_CHANNELS_SMS_AUTH_TOKEN": SECRETS["TWILIO_AUTH_TOKEN"]} | {
            name: secret for name, secret in SECRETS.items() if not name.startswith("TWILIO")
        }

    said = [muster.run(*arguments, **nothing) for arguments in COMMANDS[::2]]
    stores = frozenset({".env", *(f"{name}.secret" for name in SECRETS)})

    assert said[0].code == 0, said[0].err
    assert_silent(muster, said, stores)
    for name in stores:
        (muster.folder / name).unlink(missing_ok=True)


@pytest.mark.parametrize(
    "key", ["auth_token", "api_key", "password", "consumer_secret", "access_token_secret"]
)
def test_a_literal_secret_is_refused_and_not_repeated(muster, key):
    channel = f'adapter = "smtp"\n{key} = "{SECRETS["X_ACCESS_TOKEN"]}"\n'
    muster.write("broadcast.toml", f'[broadcast]\norganisation = "x"\n[channels.a]\n{channel}')

    said = muster.run("config", "show")

    assert said.code == 6
    assert "must not be in the file" in said.err
    assert found_in(said.said) == set()


def raised(message: str) -> Exception:
    """An error whose frames hold secrets in their variables."""

    def fail(**secrets: str) -> None:
        raise KeyError(message, secrets["TWILIO_AUTH_TOKEN"])

    with pytest.raises(KeyError) as caught:
        fail(**SECRETS)
    return caught.value


@pytest.mark.parametrize("form", ["human", "json"])
def test_a_bug_tells_neither_values_nor_variables(tmp_path, monkeypatch, capsys, form):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    private = f"{SECRETS['SMTP_PASSWORD']} +4915112345678 anna@kunde.example {SECRETS['SENDGRID_API_KEY']}"

    report_unforeseen(raised(private), ["-o", form])

    told = capsys.readouterr()
    assert found_in(told.out + told.err) == set()
    assert found_on_disk(tmp_path) == set()
    details = next(tmp_path.rglob("broadcast-bug-*")).read_text()
    assert "KeyError" in details
    assert "4915112345678" not in details
    assert "anna@" not in details


def test_the_process_list_shows_no_secret_while_it_runs(muster):
    muster.sandbox.fault(parse_fault("twilio:late=1"))
    command = [sys.executable, "-m", "broadcast", "--config", str(muster.folder / "broadcast.toml")]
    kept = {name: os.environ[name] for name in ("PATH",)}
    environment = {**kept, **SECRETS, "HOME": str(muster.folder), "PYTHONPATH": str(ROOT)}

    running = subprocess.Popen(
        [*command, "notify", "Chat", "--yes"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    lists = []
    while running.poll() is None:
        lists.append(subprocess.run(["ps", "-efww"], capture_output=True, text=True, check=True).stdout)
    told = running.stderr.read()
    running.stderr.close()

    assert any("broadcast.toml" in one for one in lists)
    assert found_in("".join(lists) + told) == set()


@contextmanager
def _listening(company: ProgramCompany) -> Iterator[list[Mapping[str, str]]]:
    """Note the headers of every request that reaches the sandbox."""
    heard: list[Mapping[str, str]] = []

    class Listening(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            heard.append(dict(self.headers))
            self.send_response(500)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = do_PATCH = answer  # noqa: N815 - named by the base class

        def log_message(self, *_words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listening)
    Thread(target=server.serve_forever, daemon=True).start()
    company.urls = dict.fromkeys(company.urls, f"http://127.0.0.1:{server.server_port}")
    company.configure()
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()
        company.__post_init__()
