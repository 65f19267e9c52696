"""`contacts import`: a list from another system into a contacts file, its differences shown first."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from broadcast.cli.command import command
from broadcast.cli.consent import Question
from broadcast.cli.errors import report
from broadcast.cli.options import Common, Confirming, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Remark, StyledWord, Table, Tone, line
from broadcast.contacts.changes import Difference, compare, refuse_removals
from broadcast.contacts.file import read_file, write_file
from broadcast.contacts.incoming.listing import ListFault, Listing
from broadcast.contacts.incoming.read import LARGEST, needs_all, read_incoming
from broadcast.contacts.people_table import PersonChange
from broadcast.errors import BroadcastError, UsageError
from broadcast.wiring import load_settings

SCHEMA = "broadcast.import/1"
_WRITE = Question("write it", "nothing was written")
_REJECTED = 6
_LISTED = 20
_START = 4096  # bytes that show the form of a list

Source = Annotated[
    str,
    typer.Argument(metavar="FILE", help="CSV, vCard, LDIF or JSON; - reads standard input (not CSV)."),
]
Into = Annotated[Path, typer.Option("--into", metavar="CSV", help="The contacts file to change or create.")]


@dataclass(frozen=True, slots=True)
class Removing:
    """Whether people who are not in the list are removed, and how many may be."""

    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Remove people who are not in the list. Without this option they stay."
        ),
    ] = False
    max_removed: Annotated[
        int | None,
        typer.Option(
            "--max-removed",
            metavar="N",
            min=0,
            help="Refuse to remove more people than this; default: a fifth of the file, at least 5.",
        ),
    ] = None


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
    removing: Removing,
    output: ListForm = OutputForm.HUMAN,
) -> int:
    """Import a list into a contacts file. The changes are shown, and you confirm them, first.

    Columns and cells that the list does not have stay as they are. A row is about a person with the same id,
    or with the same addresses and no other name; all others are added. Subscribers of Statuspage and ilert
    are read as their APIs export them. Suppressed addresses stay suppressed. The exit code is 6 if rows were
    rejected; then --replace removes and writes nothing.
    """
    if removing.max_removed is not None and not removing.replace:
        raise UsageError("--max-removed needs --replace", hint="people are removed only with --replace")
    settings = load_settings(common.config, sandbox=common.sandbox)
    listed = _listed(source)
    before = read_file(into)
    found = compare(before.header, before.rows, listed, settings.region, replace=removing.replace)
    page = list(_page(found, into, listed.unit))
    refusal = refuse_removals(found, removing.max_removed) if removing.replace else None
    writing = not (confirming.dry_run or found.nothing or refusal)
    if writing:
        count = len(found.added) + len(found.changed) + len(found.removed)
        _WRITE.show_and_ask(common, str(count), page, yes=confirming.yes)
        write_file(before, found.header, found.rows)
    if output is OutputForm.JSON:
        show_json(_json(found, listed.unit, writing, refusal), common.out)
    else:
        show([*page, line(_verdict(found, writing=writing, refused=refusal is not None))], common.out)
    if refusal:
        return report(refusal, ())  # only as text: the JSON document has it already
    return _REJECTED if found.rejected else 0


def _listed(source: str) -> Listing:
    if source == "-":
        return read_incoming(None, sys.stdin.buffer.read(LARGEST + 1), "standard input")
    path = Path(source)
    try:
        with path.open("rb") as stream:
            data = stream.read(_START)
            if needs_all(data):
                data += stream.read(LARGEST)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint="name a file, or -") from None
    return read_incoming(path, data, path.name)


def _page(found: Difference, into: Path, unit: str) -> Iterator[Block]:
    counted = (
        StyledWord(into.name, Tone.STRONG),
        f"{len(found.added):,}",
        f"{len(found.changed):,}",
        f"{len(found.removed):,}",
        f"{found.kept:,}",
        StyledWord(f"{len(found.rejected):,}", Tone.BAD if found.rejected else Tone.PLAIN),
    )
    yield Table(("file", "added", "changed", "removed", "not in the list", "rejected"), (counted,))
    yield from _people("added", found.added, unit)
    yield from _people("changed", found.changed, unit)
    yield from _people("removed", found.removed, "line")
    for merging in found.merged[:_LISTED]:
        yield Remark("merged", f"{merging.person} ({unit} {merging.line}) with {unit} {merging.into}")
    yield from _more("merged", len(found.merged))
    yield from _faults("warning", found.remarks, unit, Tone.WARNING)
    if found.ignored:
        yield Remark("left out", ", ".join(found.ignored))
    yield from _faults("rejected", found.rejected, unit, Tone.BAD)


def _faults(what: str, faults: Sequence[ListFault], unit: str, tone: Tone) -> Iterator[Block]:
    for fault in faults[:_LISTED]:
        hint = f" ({fault.hint})" if fault.hint else ""
        yield Remark(what, f"{unit} {fault.line}: {fault.reason}{hint}", tone)
    yield from _more(what, len(faults), tone)


def _more(what: str, count: int, tone: Tone = Tone.PLAIN) -> Iterator[Block]:
    if count > _LISTED:
        yield Remark(what, f"and {count - _LISTED:,} more; -o json has all", tone)


def _people(what: str, changes: Sequence[PersonChange], unit: str) -> Iterator[Block]:
    for change in changes[:_LISTED]:
        columns = f": {', '.join(change.columns)}" if change.columns else ""
        yield Remark(what, f"{change.person} ({unit} {change.line}){columns}")
    yield from _more(what, len(changes))


def _verdict(found: Difference, *, writing: bool, refused: bool) -> str:
    if found.nothing and not refused:
        return "nothing to change"
    return "written" if writing else "nothing was written"


def _json(found: Difference, unit: str, written: bool, refusal: BroadcastError | None) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "added": [asdict(change) for change in found.added],
        "changed": [asdict(change) for change in found.changed],
        "removed": [asdict(change) for change in found.removed],
        "kept": found.kept,
        "merged": [asdict(merging) for merging in found.merged],
        "rejected": _listed_faults(found.rejected, unit),
        "remarks": _listed_faults(found.remarks, unit),
        "left_out": list(found.ignored),
        "written": written,
        "refused": {"reason": str(refusal), "hint": refusal.hint} if refusal else None,
    }


def _listed_faults(faults: Sequence[ListFault], unit: str) -> list[dict[str, Any]]:
    return [{unit: fault.line, "reason": fault.reason, "hint": fault.hint} for fault in faults]
