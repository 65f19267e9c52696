from __future__ import annotations

import asyncio
import smtplib
import ssl
from email.message import EmailMessage

import pytest
import trustme

from broadcast.sandbox.faults import parse_fault
from broadcast.sandbox.server import Sandbox


def letter(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Muster Handel <status@muster.example>"
    mail["To"] = "kunde@example.org"
    mail["Subject"] = "[INC-7] Störung: Größe 😀"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Grüße\n.ein Punkt am Anfang\n..zwei\n.\nEnde\n")
    mail.add_alternative("<p>Grüße</p>", subtype="html")
    return mail


def send(port: int, mail: EmailMessage, *to: str) -> dict[str, tuple[int, bytes]]:
    with smtplib.SMTP("127.0.0.1", port, timeout=1) as server:
        return server.send_message(mail, to_addrs=to or None)


async def test_a_mail_arrives_as_it_was_written(sandbox):
    mail = letter(References="<INC-7.root@muster.example>", Message_ID="<abc@muster.example>")

    await asyncio.to_thread(send, sandbox.smtp_port, mail)

    got = sandbox.received[0]
    assert (got.provider, got.to, got.sender) == ("smtp", "kunde@example.org", mail["From"])
    assert got.subject == "[INC-7] Störung: Größe 😀"
    assert got.text == "Grüße\n.ein Punkt am Anfang\n..zwei\n.\nEnde\n"
    assert (got.html or "").strip() == "<p>Grüße</p>"
    assert (got.key, got.thread) == ("abc", "<INC-7.root@muster.example>")


async def test_every_recipient_gets_a_copy_and_a_suppressed_one_is_refused(sandbox):
    sandbox.suppress("b@example.org")

    refused = await asyncio.to_thread(
        send, sandbox.smtp_port, letter(), "a@example.org", "b@example.org", "c@example.org"
    )

    assert [got.to for got in sandbox.received] == ["a@example.org", "c@example.org"]
    assert refused["b@example.org"][0] == 550


def dialogue(port: int, *lines: bytes) -> list[int]:
    with smtplib.SMTP("127.0.0.1", port, timeout=1) as server:
        return [server.docmd(line.decode())[0] for line in lines]


async def test_commands_out_of_order_are_refused_and_a_reset_starts_afresh(sandbox):
    codes = await asyncio.to_thread(
        dialogue,
        sandbox.smtp_port,
        b"MAIL FROM:<a@example.org>",
        b"EHLO me",
        b"RCPT TO:<b@example.org>",
        b"MAIL FROM:<a@example.org> SIZE=100",
        b"MAIL FROM:<a@example.org>",
        b"DATA",
        b"RCPT TO:<nobody>",
        b"RSET",
        b"MAIL FROM:<a@example.org>",
        b"NOOP",
        b"VRFY someone",
        b"STARTTLS",
        b"AUTH CRAM-MD5",
    )

    assert codes == [503, 250, 503, 250, 503, 554, 501, 250, 250, 250, 500, 454, 504]


async def test_a_bare_line_feed_is_refused_as_smuggling(sandbox):
    def smuggle() -> tuple[int, bytes]:
        with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=1) as server:
            server.ehlo("me")
            server.mail("a@example.org")
            server.rcpt("b@example.org")
            server.putcmd("DATA")
            server.getreply()
            server.send(b"Subject: x\r\n\r\nfirst\n.\nMAIL FROM:<evil@example.org>\r\n.\r\n")
            return server.getreply()

    code, _ = await asyncio.to_thread(smuggle)

    assert code == 550
    assert not sandbox.received


@pytest.mark.parametrize("password", ["right", "wrong"])
async def test_any_password_but_the_wrong_one_is_accepted(sandbox, password):
    def log_in() -> int:
        with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=1) as server:
            try:
                return server.login("user", password)[0]
            except smtplib.SMTPAuthenticationError as refusal:
                return refusal.smtp_code

    assert await asyncio.to_thread(log_in) == (235 if password == "right" else 535)


async def test_tls_is_spoken_from_the_start_or_when_asked_for():
    authority = trustme.CA()
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server_side)
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)

    def on_request(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=2) as server:
            server.starttls(context=client_side)
            server.login("user", "right")
            server.send_message(letter())

    def from_the_start(port: int) -> None:
        with smtplib.SMTP_SSL("127.0.0.1", port, timeout=2, context=client_side) as server:
            server.send_message(letter())

    async with Sandbox(tls=server_side) as sandbox:
        await asyncio.to_thread(on_request, sandbox.smtp_port)
        await asyncio.to_thread(from_the_start, sandbox.smtps_port)

        assert len(sandbox.received) == 2
        assert sandbox.url.startswith("https://127.0.0.1:")


@pytest.mark.parametrize(
    ("spelled", "error", "code", "received"),
    [
        ("refuse", smtplib.SMTPConnectError, 421, 0),
        ("status=550", smtplib.SMTPRecipientsRefused, 550, 0),
        ("status=451", smtplib.SMTPDataError, 451, 0),
        ("status_after=451", smtplib.SMTPDataError, 451, 1),
        ("ratelimit", smtplib.SMTPSenderRefused, 450, 0),
        ("auth", smtplib.SMTPSenderRefused, 530, 0),
        ("status=503", smtplib.SMTPSenderRefused, 421, 0),
        ("drop_before", smtplib.SMTPServerDisconnected, None, 0),
        ("drop_after", smtplib.SMTPServerDisconnected, None, 1),
        ("hang", smtplib.SMTPServerDisconnected, None, 0),
        ("hang_after", smtplib.SMTPServerDisconnected, None, 1),
    ],
)
async def test_faults_strike_where_a_mail_server_would(sandbox, spelled, error, code, received):
    sandbox.fault(parse_fault(f"smtp:{spelled}"))

    with pytest.raises(error):
        await asyncio.to_thread(send, sandbox.smtp_port, letter())

    assert len(sandbox.received) == received
    assert sandbox.requests[0].status == code


async def test_after_its_times_a_fault_is_healed(sandbox):
    sandbox.fault(parse_fault("smtp:refuse,times=1"))

    with pytest.raises(smtplib.SMTPConnectError):
        await asyncio.to_thread(send, sandbox.smtp_port, letter())
    await asyncio.to_thread(send, sandbox.smtp_port, letter())

    assert len(sandbox.received) == 1
