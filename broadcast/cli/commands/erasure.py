"""`purge` and `forget`: erase personal data from the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.cli.command import command
from broadcast.cli.consent import Question
from broadcast.cli.errors import crash_reports
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Also, Common, Confirming, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Cell, Remark, StyledWord, Table, Tone, line
from broadcast.cli.output.person import INCOMPLETE, places, places_json
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.config.durations import parse_duration
from broadcast.jobs import record_spooled
from broadcast.ledger.erasure import Author
from broadcast.model.clock import SystemClock
from broadcast.model.counted import counted
from broadcast.model.mask import mask
from broadcast.privacy import forget as forgetting
from broadcast.privacy import purge as purging
from broadcast.privacy.find_person import FoundPerson
from broadcast.privacy.left_behind import forget_rehearsed, scrub_reports
from broadcast.publishing.author import author
from broadcast.wiring import load_settings

PURGE_SCHEMA = "broadcast.purge/1"
FORGET_SCHEMA = "broadcast.forget/1"
_ERASE = Question("erase that", "nothing was erased")
_LONGEST = 30  # years

OlderThan = Annotated[
    str,
    typer.Option(
        "--older-than", metavar="TIME", help="Incidents that ended longer ago than this, such as 90d."
    ),
]
Suppress = Annotated[
    bool, typer.Option("--suppress", help="Never use their addresses again: a digest of each stays.")
]
Whom = Annotated[
    str, typer.Argument(metavar="CONTACT", help="The id, phone number or e-mail address of the person.")
]


@command("broadcast purge --older-than 90d", "broadcast purge --older-than 90d --yes -q")
def purge(
    common: Common, confirming: Confirming, older_than: OlderThan, output: ListForm = OutputForm.HUMAN
) -> None:
    """Delete the names of people from old incidents. The numbers stay in the reports.

    Names, addresses, other columns and the providers' references are deleted, also where errors and results
    quote them. Open incidents are not changed, however old they are. The file is rewritten, so that no data
    is left inside it. This cannot be undone.
    """
    age = parse_duration(older_than, years=_LONGEST)
    settings = load_settings(common.config, sandbox=common.sandbox)
    now = SystemClock().now()

    def consent(asked: purging.Purge) -> None:
        _ERASE.show_and_ask(
            common, str(asked.people), _purge_page(asked, settings.timezone), yes=confirming.yes
        )

    with use_ledger(settings) as ledger:
        record_spooled(settings, ledger)
        done = purging.propose(ledger, age, now)
        if not confirming.dry_run:
            done = purging.purge(ledger, done, Author(author(), now), consent)
    if output is OutputForm.JSON:
        show_json(_purge_json(done, settings.timezone), common.out)
    else:
        show(_purge_page(done, settings.timezone), common.out)


@command("broadcast forget anna@kunde.example", 'broadcast forget "+49 151 12345678" --dry-run')
def forget(
    common: Common,
    confirming: Confirming,
    whom: Whom,
    also: Also = None,
    suppress: Suppress = False,
    output: ListForm = OutputForm.HUMAN,
) -> int:
    """Erase one person from the ledger, and name the contacts files that still have them.

    They get no further notices of open incidents, and do not count as missing there. The files are yours to
    edit: as long as the row is there, new incidents reach them, unless --suppress keeps their addresses from
    being used. An address that another person has too is not suppressed. This cannot be undone.

    Their data in sandbox rehearsals and in bug reports of this program is deleted, too.

    Entries that may be about another person stay and are listed with file and line: check them, and add them
    with --also. The exit code is 6 if a list, or a row that mentions the person, could not be read.
    """
    settings = load_settings(common.config, sandbox=common.sandbox)

    def consent(asked: forgetting.ErasureProposal) -> None:
        _ERASE.show_and_ask(common, str(asked.messages), _forget_page(asked), yes=confirming.yes)

    left: list[Path] = []
    with use_ledger(settings) as ledger:
        record_spooled(settings, ledger)  # they may have written, too
        done = forgetting.propose(ledger, settings, whom, also or (), suppress=suppress)
        if not confirming.dry_run:
            by = Author(author(), SystemClock().now())
            done = forgetting.forget(ledger, done, by, consent)
            left = forget_rehearsed(settings, (whom, *(also or ())), done.person, by, record_spooled)
            scrub_reports(crash_reports(), done.person)
    if output is OutputForm.JSON:
        show_json(_forget_json(done), common.out)
    else:
        show(_forget_page(done), common.out)
    rehearsed = (Remark("still there", f"{path}: `broadcast sandbox reset`", Tone.BAD) for path in left)
    show([*places(done.person, "not touched"), *rehearsed], common.err)
    return INCOMPLETE * (bool(left) or not done.person.complete)


def _purge_page(purged: purging.Purge, zone: ZoneInfo) -> list[Block]:
    day = f"{purged.before.astimezone(zone):%Y-%m-%d %H:%M}"
    verb = "erased" if purged.done else "would erase"
    written = f"{counted(purged.messages, 'message')} to us from before {day} in answer to no notice"
    messages = [line(f"{verb} {written}")] if purged.messages else []
    if purged.absences:
        messages.append(line(f"{verb} {counted(purged.absences, 'absence')} from before {day}"))
    if purged.requests:
        messages.append(line(f"{verb} {counted(purged.requests, 'request')} to subscribe from before {day}"))
    if purged.calls:
        messages.append(line(f"{verb} the callers of {counted(purged.calls, 'call')} from before {day}"))
    if not purged.incidents and messages:
        return [*messages]
    if not purged.incidents:
        return [line(f"nothing to purge: no incident that ended before {day} knows anybody")]
    rows = tuple(
        (
            StyledWord(incident.ref, Tone.STRONG),
            incident.title,
            clock_time(incident.ended_at, zone),
            f"{incident.people:,}",
            f"{incident.owed:,}",
        )
        for incident in purged.incidents
    )
    erased = f"{counted(purged.people, 'person', 'people')} of {counted(len(purged.incidents), 'incident')}"
    erased += f" that ended before {day}"
    verdict = f"erased {erased}; the numbers stay" if purged.done else f"would erase {erased}"
    return [Table(("incident", "title", "ended", "people", "still owed"), rows), line(verdict), *messages]


def _purge_json(purged: purging.Purge, zone: ZoneInfo) -> dict[str, Any]:
    incidents = [
        {
            "incident": incident.ref,
            "ended_at": iso(incident.ended_at, zone),
            "people": incident.people,
            "owed": incident.owed,
        }
        for incident in purged.incidents
    ]
    return {
        "schema": PURGE_SCHEMA,
        "before": iso(purged.before, zone),
        "incidents": incidents,
        "people": purged.people,
        "messages_to_us": purged.messages,
        "absences": purged.absences,
        "subscription_requests": purged.requests,
        "calls": purged.calls,
        "changed": purged.done,
    }


def _forget_page(asked: forgetting.ErasureProposal) -> list[Block]:
    what = f"{counted(asked.messages, 'message')} of {', '.join(asked.incidents) or 'no incident'}"
    if asked.written:
        what += f", and {counted(asked.written, 'message')} from them"
    if asked.absences:
        what += f", and {counted(asked.absences, 'absence')}"
    if asked.subscriptions:
        what += f", and {counted(asked.subscriptions, 'subscription')}"
    if asked.calls:
        what += f", and {counted(asked.calls, 'call')}"
    rest = [*_still(asked), *_not_suppressed(asked)]
    if asked.done:
        return [line(f"forgotten: {what}"), *rest]
    return [
        Table(("name", "id", "audience", "email", "phone"), _known_as(asked.person)),
        *rest,
        line(f"would forget {what}"),
    ]


def _known_as(person: FoundPerson) -> tuple[tuple[Cell, ...], ...]:
    found = dict.fromkeys((entry.audience, entry.identifiers) for entry in person.entries)
    return tuple(
        (
            StyledWord(known.name, Tone.STRONG),
            known.id,
            audience,
            ", ".join(map(mask, sorted(known.emails))),
            ", ".join(map(mask, sorted(known.phones))),
        )
        for audience, known in found
    )


def _still(asked: forgetting.ErasureProposal) -> Iterator[Block]:
    for each in asked.person.rows:
        place = f"{each.path} ({each.audience}), line {each.row.line}"
        yield Remark("still there", f"{place}: remove this row", Tone.WARNING)


def _not_suppressed(asked: forgetting.ErasureProposal) -> Iterator[Block]:
    for _, address in asked.person.addresses if asked.suppress else ():
        if address in asked.person.others_addresses:
            shown = f"{mask(address)}: somebody else has it, too, and still gets messages there"
            yield Remark("not suppressed", shown, Tone.WARNING)


def _forget_json(asked: forgetting.ErasureProposal) -> dict[str, Any]:
    known_as = [
        {
            "id": entry.identifiers.id,
            "name": entry.identifiers.name,
            "audience": entry.audience,
            "email": ", ".join(map(mask, sorted(entry.identifiers.emails))),
            "phone": ", ".join(map(mask, sorted(entry.identifiers.phones))),
        }
        for entry in asked.person.entries
    ]
    return {
        "schema": FORGET_SCHEMA,
        "known_as": [] if asked.done else known_as,
        "messages": asked.messages,
        "messages_to_us": asked.written,
        "absences": asked.absences,
        "subscriptions": asked.subscriptions,
        "calls": asked.calls,
        "incidents": list(asked.incidents),
        "files": [
            {"audience": each.audience, "path": str(each.path), "line": each.row.line}
            for each in asked.person.rows
        ],
        **places_json(asked.person, "not_touched"),
        "changed": asked.done,
    }
