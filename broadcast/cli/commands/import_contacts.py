"""`contacts import`: a list from elsewhere into a contacts file, its differences shown first."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from broadcast.cli.command import command
from broadcast.cli.consent import Question
from broadcast.cli.options import Common, Confirming, Form, ListForm
from broadcast.cli.output.blocks import Block, Remark, Table, Tone, Word, line
from broadcast.cli.output.show import show, show_json
from broadcast.contacts.changes import Change, Difference, compare
from broadcast.contacts.file import read_file, write_file
from broadcast.contacts.incoming.listing import Listing
from broadcast.contacts.incoming.read import read_incoming
from broadcast.errors import UsageError
from broadcast.wiring import load_settings

SCHEMA = "broadcast.import/1"
_WRITE = Question("write it", "nothing was written")
_REJECTED = 6
_LISTED = 20

Source = Annotated[
    str,
    typer.Argument(metavar="FILE", help="CSV, vCard, LDIF or JSON; - reads standard input (not CSV)."),
]
Into = Annotated[Path, typer.Option("--into", metavar="CSV", help="The contacts file to change, or to make.")]
Replace = Annotated[
    bool, typer.Option("--replace", help="Remove whom the list does not name; they are kept otherwise.")
]


@command(
    "broadcast contacts import people.vcf --into contacts/customers.csv --dry-run",
    "curl -s ... | broadcast contacts import - --into contacts/customers.csv --replace --yes",
    name="import",
)
def import_contacts(
    common: Common,
    confirming: Confirming,
    source: Source,
    into: Into,
    replace: Replace = False,
    output: ListForm = Form.HUMAN,
) -> int:
    """Bring a list from elsewhere into a contacts file; what would change is shown, and asked about, first.

    Columns and cells that the list says nothing about stay as they are. Statuspage's and ilert's subscribers
    are known as their APIs give them. Suppressed addresses stay suppressed. Exit code 6 where rows were
    rejected.
    """
    settings = load_settings(common.config, sandbox=common.sandbox)
    listed = _listed(source)
    before = read_file(into)
    found = compare(before.header, before.rows, listed, settings.region, replace=replace)
    page = list(_page(found, into, listed.unit))
    writing = not confirming.dry_run and not found.nothing
    if writing:
        count = len(found.added) + len(found.changed) + len(found.removed)
        _WRITE.settle(common, str(count), page, yes=confirming.yes)
        write_file(before, found.header, found.rows)
    if output is Form.JSON:
        show_json(_json(found, listed.unit, changed=writing), common.out)
    else:
        show([*page, line(_verdict(found, writing=writing))], common.out)
    return _REJECTED if found.rejected else 0


def _listed(source: str) -> Listing:
    if source == "-":
        return read_incoming(None, sys.stdin.buffer.read(), "standard input")
    path = Path(source)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint="name a file, or -") from None
    return read_incoming(path, data, path.name)


def _page(found: Difference, into: Path, unit: str) -> Iterator[Block]:
    counted = (
        Word(into.name, Tone.STRONG),
        f"{len(found.added):,}",
        f"{len(found.changed):,}",
        f"{len(found.removed):,}",
        f"{found.kept:,}",
        Word(f"{len(found.rejected):,}", Tone.BAD if found.rejected else Tone.PLAIN),
    )
    yield Table(("file", "added", "changed", "removed", "not in the list", "rejected"), (counted,))
    yield from _people("added", found.added, unit)
    yield from _people("changed", found.changed, unit)
    yield from _people("removed", found.removed, "line")
    for fault in found.rejected[:_LISTED]:
        yield Remark("rejected", f"{unit} {fault.line}: {fault.reason} ({fault.hint})", Tone.BAD)
    if len(found.rejected) > _LISTED:
        yield Remark("rejected", f"and {len(found.rejected) - _LISTED:,} more", Tone.BAD)


def _people(what: str, changes: Sequence[Change], unit: str) -> Iterator[Block]:
    for change in changes[:_LISTED]:
        columns = f": {', '.join(change.columns)}" if change.columns else ""
        yield Remark(what, f"{change.person} ({unit} {change.line}){columns}")
    if len(changes) > _LISTED:
        yield Remark(what, f"and {len(changes) - _LISTED:,} more")


def _verdict(found: Difference, *, writing: bool) -> str:
    if found.nothing:
        return "nothing to change"
    return "written" if writing else "nothing was written"


def _json(found: Difference, unit: str, *, changed: bool) -> dict[str, Any]:
    rejected = [{unit: fault.line, "reason": fault.reason, "hint": fault.hint} for fault in found.rejected]
    return {
        "schema": SCHEMA,
        "added": [asdict(change) for change in found.added],
        "changed": [asdict(change) for change in found.changed],
        "removed": [asdict(change) for change in found.removed],
        "kept": found.kept,
        "rejected": rejected,
        "written": changed,
    }
