"""`sandbox`: rehearse with simulated providers on this machine."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from broadcast.cli.command import command, group
from broadcast.cli.commands.sandbox_call import call_hotline
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Line, Remark, StyledWord, Table, Tone, line
from broadcast.contacts.address import Unusable
from broadcast.contacts.phone import read_phone
from broadcast.errors import UsageError
from broadcast.model.counted import counted
from broadcast.sandbox import daemon
from broadcast.sandbox.client import SandboxClient
from broadcast.sandbox.faults import MEANINGS, parse_fault
from broadcast.sandbox.providers import providers
from broadcast.sandbox.serving import serving_note
from broadcast.sandbox.settings import SITE, sandbox_folder
from broadcast.wiring import load_settings

SCHEMA = "broadcast.sandbox/1"
_VALUES = {"status": "503", "status_after": "503", "ratelimit": "5", "late": "40", "drip": "2"}
_VALUED = {
    f"{kind}={_VALUES[kind]}" if kind in _VALUES else kind: meaning for kind, meaning in MEANINGS.items()
}
_FOR_EVER = 10 * 365 * 86_400

Port = Annotated[int, typer.Option(metavar="PORT", help="HTTP port; 0 takes any free one.")]
SmtpPort = Annotated[int, typer.Option(metavar="PORT", help="SMTP port; 0 takes any free one.")]
Scenario = Annotated[Path | None, typer.Option(metavar="FILE", help="A TOML file of faults to play.")]
Faults = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FAULT]...",
        help="PROVIDER:KIND[=VALUE][,OPTION=N]...; without any, the present faults are listed.",
    ),
]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="A phone that a message went to.")]
Text = Annotated[str, typer.Argument(metavar="TEXT", help="What the person writes.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="0 to 9, * or #.")]
NoReceipts = Annotated[bool, typer.Option("--no-receipts", help="Never say what became of a message.")]
Clear = Annotated[bool, typer.Option("--clear", help="End all present faults first.")]


@command("broadcast sandbox serve --port 8025", "broadcast sandbox serve --scenario slow-then-gone.toml")
def serve(
    common: Common,
    port: Port = 0,
    smtp_port: SmtpPort = 0,
    scenario: Scenario = None,
    no_receipts: NoReceipts = False,
) -> None:
    """Run the sandbox here until Ctrl-C; one in the background is stopped first."""
    folder = _folder(common).absolute()
    daemon.stop(folder)
    options = ["--folder", str(folder), "--idle", str(_FOR_EVER)]
    options += ["--port", str(port), "--smtp-port", str(smtp_port)]
    options += ["--scenario", str(scenario)] if scenario else []
    options += ["--no-receipts"] if no_receipts else []
    os.execv(sys.executable, [sys.executable, "-m", "broadcast.sandbox", *options])  # noqa: S606 - becomes it


@command("broadcast sandbox start")
def start(common: Common) -> None:
    """Start the sandbox in the background; `--sandbox` does this by itself."""
    address = daemon.ensure_running(_folder(common))
    said = "started" if address.started else "already running"
    show(_where(said, address), common.out)


@command("broadcast sandbox stop")
def stop(common: Common) -> None:
    """Stop it; received messages are kept."""
    stopped = daemon.stop(_folder(common))
    show([line("stopped" if stopped else "it was not running")], common.out)


@command("broadcast sandbox status", name="status")
def status_(common: Common, output: ListForm = OutputForm.HUMAN) -> None:
    """Show its address, the received messages, and the present faults."""
    address = daemon.find(_folder(common))
    if output is OutputForm.JSON:
        show_json({"schema": SCHEMA, **_described(address)}, common.out)
    elif address is None:
        show([line("it is not running"), Remark("next", "broadcast sandbox start", Tone.STRONG)], common.out)
    else:
        remote = SandboxClient(address.url)
        received = Remark("received", counted(remote.health()["received"], "message"))
        show([*_where("running", address), received, *_listed(remote.faults())], common.out)


def _fault_terms() -> Mapping[str, Mapping[str, str]]:
    return {
        "Kinds": {"down": "503 to everything, look-ups too; smtp: refuse", **_VALUED},
        "Options of a fault": {
            "every=N": "only every N-th message fails",
            "times=N": "the fault ends after N times",
            "reads": "look-ups fail, too",
            "html": "a proxy's page answers instead of the provider's own document",
        },
        "Providers": {"all": "every provider", **providers()},
    }


@command(
    "broadcast sandbox fault twilio:down",
    "broadcast sandbox fault sendgrid:status=503,every=3 x:ratelimit=5",
    "broadcast sandbox fault all:hang,times=2",
    "broadcast sandbox fault --clear",
    terms=_fault_terms,
)
def fault(common: Common, faults: Faults = None, clear: Clear = False) -> None:
    """Make providers fail, to see that no message is lost or sent twice.

    A fault is PROVIDER:KIND, with a value for some kinds, and options after commas. It stays until --clear or
    `broadcast sandbox reset`, or happens as often as times=N says.
    """
    for spelled in faults or []:
        parse_fault(spelled)
    remote = SandboxClient(daemon.ensure_running(_folder(common)).url)
    if clear:
        remote.clear_faults()
    placed = remote.add_faults(faults) if faults else remote.faults()
    show(_listed(placed) or [line("no faults: every provider works")], common.out)


@command('broadcast sandbox reply +4915112345678 "Ja, bin dran"')
def reply(common: Common, number: Number, text: Text) -> None:
    """Answer the latest SMS to a number, as its owner would.

    `broadcast --sandbox serve` must run: the sandbox posts to it what the provider would post.
    """
    said = SandboxClient(daemon.ensure_running(_folder(common)).url).reply(_dialled(common, number), text)
    show([Remark("answer", said) if said else line("taken; no answer")], common.out)


@command("broadcast sandbox press +4915112345678 1", "broadcast sandbox press C0SANDBOX0 2")
def press(common: Common, number: Number, key: Key) -> None:
    """Press a key in the latest call to a number, or a button in a Slack channel, as a person would.

    `broadcast --sandbox serve` must run before the call, so that the call reads keys. In a channel, which is
    named by its id, the key counts the buttons below the latest message that has some.
    """
    said = SandboxClient(daemon.ensure_running(_folder(common)).url).press(_dialled(common, number), key)
    show([Remark("heard", said) if said else line("taken; nothing was said")], common.out)


@command("broadcast sandbox reset")
def reset(common: Common) -> None:
    """Start again: no faults, no messages, an empty rehearsal ledger."""
    folder = _folder(common)
    address = daemon.find(folder)
    if address is not None:
        remote = SandboxClient(address.url)
        remote.clear_faults()
        remote.clear_received()
    for path in (*folder.glob("broadcast.db*"), *(() if address else (folder / daemon.RECEIVED,))):
        if not path.is_dir():
            path.unlink(missing_ok=True)
    for name in ("broadcast.db.runs", SITE):
        shutil.rmtree(folder / name, ignore_errors=True)
    again = Remark("next", "start `broadcast --sandbox serve` again: it has lost its ledger", Tone.STRONG)
    show([line("the rehearsal begins again"), *([again] if serving_note(folder) else ())], common.out)


def _dialled(common: Common, number: str) -> str:
    """Return a number as contacts files are read; what is no number, such as the id of a room, as it is."""
    try:
        return read_phone(number, load_settings(common.config).region).number
    except Unusable:
        return number


def _folder(common: Common) -> Path:
    settings = load_settings(common.config)
    if common.sandbox:
        raise UsageError("--sandbox has no effect on `broadcast sandbox`", hint="leave it out")
    return sandbox_folder(settings)


def _where(said: str, address: daemon.SandboxAddress) -> list[Block]:
    return [
        Line((StyledWord(f"{said}:", Tone.GOOD), address.url)),
        Remark("smtp", f"127.0.0.1:{address.smtp_port}"),
    ]


def _listed(faults: list[dict[str, object]]) -> list[Block]:
    if not faults:
        return []
    rows = tuple(
        (str(one["spelled"]), str(one["struck"]), "yes" if one["in_force"] else "no") for one in faults
    )
    return [Table(("fault", "struck", "in force"), rows)]


def _described(address: daemon.SandboxAddress | None) -> dict[str, object]:
    if address is None:
        return {"running": False}
    remote = SandboxClient(address.url)
    return {
        "running": True,
        "url": address.url,
        "smtp_port": address.smtp_port,
        "received": remote.health()["received"],
        "faults": remote.faults(),
    }


sandbox = group(
    "sandbox",
    """Rehearse with simulated providers on this machine.

    The sandbox speaks the wire formats of Twilio, SendGrid, Microsoft Graph, X, Statuspage, Slack,
    Zendesk and SMTP on the loopback address, keeps what it receives, and fails when told to. Any command
    given --sandbox sends there and nowhere else, with a ledger of its own, and starts the sandbox when it
    is needed; a web page shows what arrived.
    """,
    [serve, start, stop, status_, fault, reply, press, call_hotline, reset],
    [
        'broadcast --sandbox notify "Rehearsal" --yes',
        "broadcast sandbox status",
        "broadcast sandbox fault twilio:down",
    ],
)
