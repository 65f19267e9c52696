"""`contacts`: check before an incident who can be reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Annotated

import typer

from broadcast.cli import completion
from broadcast.cli.command import command, group
from broadcast.cli.commands.export_person import export_person
from broadcast.cli.commands.import_contacts import import_contacts
from broadcast.cli.commands.suppress import suppress
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Remark, StyledWord, Table, Tone
from broadcast.cli.output.preview import people as people_words
from broadcast.config.settings import Settings
from broadcast.contacts.book import Book, read_contacts
from broadcast.contacts.check import Summary, summarise
from broadcast.contacts.permission import Permission
from broadcast.errors import NothingMatched, UsageError
from broadcast.model.contact import AddressKind
from broadcast.model.counted import counted
from broadcast.model.mask import mask
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.publishing.recipients import permission_for, personal
from broadcast.wiring import load_settings, make_channels, read_suppressed

SCHEMA = "broadcast.contacts/1"
_WRONG = 6
_LISTED = 20  # rejected rows in the list

Audiences = Annotated[
    list[str] | None,
    typer.Option(
        "--audience",
        "-a",
        metavar="NAME",
        help="Only this audience; repeat for more.",
        autocompletion=completion.audiences,
    ),
]
Clear = Annotated[bool, typer.Option("--clear-text", help="Whole addresses; they are masked otherwise.")]


@command("broadcast contacts check", "broadcast contacts check -a customers -o json")
def check(common: Common, audience: Audiences = None, output: ListForm = OutputForm.HUMAN) -> int:
    """Check who has which address, and the errors in the files. The exit code is 6 if rows were rejected."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    books = dict(_books(settings, audience))
    channels = make_channels(settings).planned
    permissions = _permissions(settings, books, channels)
    able = {name: channel.capabilities for name, channel in channels.items()}
    summaries = {
        name: summarise(book, permissions[name], personal(settings.audiences[name], able))
        for name, book in books.items()
    }
    if output is OutputForm.JSON:
        audiences = {name: _json(book, summaries[name]) for name, book in books.items()}
        show_json({"schema": SCHEMA, "audiences": audiences}, common.out)
    else:
        rows = tuple(_row(name, summary) for name, summary in summaries.items())
        columns = (
            *("audience", "people", "phone", "email", "one way only", "unreachable", "merged", "rejected"),
            "languages",
        )
        barred = (block for name, summary in summaries.items() for block in _unused(name, summary))
        troubles = (block for book in books.values() for block in _troubles(book))
        show([Table(columns, rows), *barred, *troubles], common.out)
    return _WRONG if any(book.rejected for book in books.values()) else 0


@command("broadcast contacts list -a agents", name="list")
def list_contacts(
    common: Common, audience: Audiences = None, clear: Clear = False, output: ListForm = OutputForm.HUMAN
) -> None:
    """List the people of audiences; addresses are masked unless you ask for clear text."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    books = dict(_books(settings, audience))
    permissions = _permissions(settings, books, make_channels(settings).planned)
    rows = [
        {
            "audience": name,
            "id": person.id,
            "name": person.name,
            "phone": _shown(person.phone, clear),
            "email": _shown(person.email, clear),
            "locale": person.locale or "",
            "groups": ", ".join(person.groups),
            "not used": ", ".join(map(str, permissions[name].permit(person).barred)),
        }
        for name, book in books.items()
        for person in book.contacts
    ]
    if output is OutputForm.JSON:
        show_json({"schema": SCHEMA, "contacts": rows}, common.out)
    else:
        columns = ("audience", "id", "name", "phone", "email", "locale", "groups", "not used")
        show([Table(columns, tuple(tuple(row[name] for name in columns) for row in rows))], common.out)


def _books(settings: Settings, names: list[str] | None) -> Iterator[tuple[str, Book]]:
    known = settings.audiences
    for name in names or ():
        if name not in known:
            raise UsageError(f"there is no audience {name}", hint=f"there are: {', '.join(known) or 'none'}")
    wanted = [known[name] for name in names or known if known[name].contacts]
    if not wanted:
        raise NothingMatched(
            "no audience has contacts", hint="name a CSV file: contacts = [...] under [audiences.NAME]"
        )
    for audience in wanted:
        yield audience.name, read_contacts(audience.contacts, settings.region)


def _permissions(
    settings: Settings, names: Iterable[str], channels: Mapping[str, PlannedChannel]
) -> dict[str, Permission]:
    """Return what may be used in each audience for an incident."""
    suppressed = read_suppressed(settings)
    return {name: permission_for(settings.audiences[name], channels, suppressed) for name in names}


def _row(name: str, summary: Summary) -> tuple[str | StyledWord, ...]:
    languages = ", ".join(f"{locale or 'unset'} {count:,}" for locale, count in summary.locales.items())
    unreachable = sum(summary.unreachable.values())
    rejected = StyledWord(f"{summary.rejected:,}", Tone.BAD if summary.rejected else Tone.PLAIN)
    return (
        StyledWord(name, Tone.STRONG),
        f"{summary.contacts:,}",
        f"{summary.addresses[AddressKind.PHONE]:,}",
        f"{summary.addresses[AddressKind.EMAIL]:,}",
        f"{summary.lone:,}",
        StyledWord(f"{unreachable:,}", Tone.BAD if unreachable else Tone.PLAIN),
        f"{summary.merged:,}",
        rejected,
        languages,
    )


def _troubles(book: Book) -> Iterator[Block]:
    for warning in book.warnings:
        yield Remark("warning", warning, Tone.WARNING)
    for row in book.rejected[:_LISTED]:
        yield Remark("rejected", f"{row.path.name}, line {row.line}: {row.reason} ({row.hint})", Tone.BAD)
    if len(book.rejected) > _LISTED:
        yield Remark("rejected", f"and {counted(len(book.rejected) - _LISTED, 'more row')}", Tone.BAD)


def _unused(name: str, summary: Summary) -> Iterator[Block]:
    for lacking, people in summary.unreachable.items():
        yield Remark("unreachable", f"{name}: {people_words(people)}, no {lacking}", Tone.BAD)
    for why, people in summary.barred.items():
        yield Remark("not used", f"{name}: {people_words(people)}, {why}")


def _json(book: Book, summary: Summary) -> dict[str, object]:
    rejected = [
        {"file": str(r.path), "line": r.line, "reason": r.reason, "hint": r.hint} for r in book.rejected
    ]
    return {**asdict(summary), "warnings": book.warnings, "rejected_rows": rejected}


def _shown(address: str | None, clear: bool) -> str:
    if not address:
        return ""
    return address if clear else mask(address)


contacts = group(
    "contacts",
    "Who can be reached, and who must not be.",
    [check, list_contacts, import_contacts, suppress, export_person],
    ["broadcast contacts check", "broadcast contacts list -a agents"],
)
