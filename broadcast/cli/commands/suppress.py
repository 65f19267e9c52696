"""`contacts suppress`: addresses that must not be used."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.cli.command import command
from broadcast.cli.consent import Question
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, Confirming, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, StyledWord, Table, line
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.config.settings import Settings
from broadcast.contacts.incoming.listing import decoded, physical_lines
from broadcast.errors import UsageError
from broadcast.model.clock import SystemClock
from broadcast.model.suppression import Suppression, SuppressionReason
from broadcast.privacy import suppress as suppressing
from broadcast.publishing.author import author
from broadcast.wiring import load_settings

SCHEMA = "broadcast.suppressions/1"
_RELEASE = Question("use it again", "it stays suppressed")

Addresses = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ADDRESS]...",
        help="Phone numbers, e-mail addresses, or tokens of unsubscribe links; - reads standard input.",
    ),
]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The action for the addresses."""

    reason: Annotated[
        SuppressionReason,
        typer.Option(metavar="WHY", help="opted-out, complained, bounced, invalid or forgotten."),
    ] = SuppressionReason.OPTED_OUT
    listed: Annotated[bool, typer.Option("--list", help="Show what is suppressed, since when and why.")] = (
        False
    )
    removed: Annotated[
        bool, typer.Option("--remove", help="Let these addresses, or ids of the list, be used again.")
    ] = False


@command(
    "broadcast contacts suppress anna@kunde.example --reason opted-out",
    "broadcast contacts suppress --list",
    'broadcast contacts suppress --remove "+49 151 12345678"',
)
def suppress(
    common: Common,
    confirming: Confirming,
    wanted: Wanted,
    addresses: Addresses = None,
    output: ListForm = OutputForm.HUMAN,
) -> None:
    """Never use an address again, whatever a contacts file says. --list shows them, --remove undoes it.

    The ledger keeps a keyed digest (HMAC) of the address, not the address. In audiences with internal = true
    only bounced, invalid and forgotten addresses are left out, and SMS to numbers that opted out: people on
    duty cannot unsubscribe from calls and mails.
    """
    given = list(addresses or ())
    _check(given, wanted)
    settings = load_settings(common.config, sandbox=common.sandbox)
    with use_ledger(settings) as ledger:
        if wanted.listed:
            found = ledger.suppressions.all()
        elif wanted.removed:
            found = suppressing.find(ledger, [text for _, text in _lines(given)], settings.region)
            if not confirming.dry_run:
                suppressing.release(ledger, found, lambda: _ask(common, confirming, found, settings))
        else:
            reason_given = suppressing.SuppressionReasonGiven(wanted.reason, author(), SystemClock().now())
            lines, secret = _lines(given), ledger.secret()
            found = suppressing.read_suppressions(lines, settings.region, reason_given, secret)
            if not confirming.dry_run:
                ledger.suppressions.add(found)
    changed = not wanted.listed and not confirming.dry_run
    if output is OutputForm.JSON:
        show_json(_json(found, settings.timezone, changed=changed), common.out)
    else:
        show(_page(found, settings.timezone), common.out)


def _check(given: Sequence[str], wanted: Wanted) -> None:
    if wanted.listed and (wanted.removed or given):
        raise UsageError("--list takes nothing else", hint="broadcast contacts suppress --list")
    if not wanted.listed and not given:
        raise UsageError("no address is named", hint="broadcast contacts suppress anna@kunde.example")


def _lines(given: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each address with its place, which is all that messages may show of it."""
    for number, text in enumerate(given, 1):
        if text == "-":
            lines = ((place, each) for place, each in physical_lines(_standard_input()) if each.strip())
            yield from ((f"standard input, line {place}", each) for place, each in lines)
        else:
            yield f"address {number}", text


def _standard_input() -> str:
    """Return the list on standard input, in any encoding that spreadsheets use."""
    piped = getattr(sys.stdin, "buffer", None)
    return decoded(piped.read(), "standard input") if piped else sys.stdin.read()


def _ask(common: Common, confirming: Confirming, found: Sequence[Suppression], settings: Settings) -> None:
    _RELEASE.show_and_ask(common, str(len(found)), _page(found, settings.timezone), yes=confirming.yes)


def _page(found: Sequence[Suppression], zone: ZoneInfo) -> list[Block]:
    if not found:
        return [line("nothing is suppressed")]
    rows = tuple(
        (StyledWord(each.shown), _reason(each), each.source, clock_time(each.at, zone), each.id)
        for each in found
    )
    return [Table(("address", "reason", "known from", "since", "id"), rows)]


def _reason(each: Suppression) -> str:
    return str(each.reason) if each.sure else f"{each.reason} once, still used"


def _json(found: Sequence[Suppression], zone: ZoneInfo, *, changed: bool) -> dict[str, Any]:
    rows = [
        {
            "id": each.id,
            "kind": each.kind,
            "address": each.shown,
            "reason": each.reason,
            "source": each.source,
            "since": iso(each.at, zone),
            "in_force": each.sure,
        }
        for each in found
    ]
    return {"schema": SCHEMA, "suppressions": rows, "changed": changed}
