"""`escalate`: ask people step by step until somebody confirms."""

from __future__ import annotations

import asyncio
import csv
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

import typer

from broadcast.cadence.escalate import Escalate
from broadcast.cadence.escalate_unconfirmed import EscalateUnconfirmed
from broadcast.cadence.start_escalation import (
    EscalationRequest,
    EscalationStarter,
    PreparedEscalation,
)
from broadcast.cli.command import command
from broadcast.cli.commands.escalation_card import At, PolicyName, show_card
from broadcast.cli.consent import Question
from broadcast.cli.default_command import default_group
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, MaybeIncident, OneOrAll, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.escalation import (
    escalation_page,
    plan_json,
    plan_page,
)
from broadcast.cli.output.page_blocks import Block, Quote, Remark, Tone, line
from broadcast.config.durations import parse_any_moment, parse_duration
from broadcast.config.settings import Settings
from broadcast.dispatch.progress import ignore_events
from broadcast.dispatch.stop import Stop
from broadcast.errors import BroadcastError, UsageError
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.model.escalation import Escalation, EscalationOutcome
from broadcast.model.ids import notice_mark
from broadcast.model.question import CONFIRM, DECLINE, FORWARD
from broadcast.planning.escalation_plan import simulate
from broadcast.publishing.escalation_policy import find_policy
from broadcast.publishing.result import ExitStatus, Result
from broadcast.reports.escalations import with_answers
from broadcast.wiring import load_settings, make_catalogue, make_deliverer, make_renderer

_ASK = Question("ask them", "no one was asked")
_LOOK = 0.5  # seconds between two looks at the answers

_SEND = "How it is sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateOptions:
    """What people are asked, and by whom they are replaced."""

    policy: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="The policy; the only one if there is only one.", show_default=False
        ),
    ] = None
    question: Annotated[
        str,
        typer.Option(metavar="TEXT", help="What they are asked, instead of to confirm.", show_default=False),
    ] = ""
    options: Annotated[
        str,
        typer.Option(
            metavar="A,B", help='The answers to choose from: yes,no or "Yes, now",No.', show_default=False
        ),
    ] = ""
    within: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="How long to wait for the answer, such as 15m; without one the exit code is 11.",
            rich_help_panel=_SEND,
        ),
    ] = None
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show it.", rich_help_panel=_SEND)] = False
    yes: Annotated[bool, typer.Option("--yes", help="Start without asking you.", rich_help_panel=_SEND)] = (
        False
    )


@command(
    "broadcast escalate INC-7 --policy duty",
    'broadcast escalate INC-7 --question "Switch to the backup line?" --options yes,no --within 10m',
    name="escalate",
)
def start(
    common: Common,
    asked: EscalateOptions,
    incident: MaybeIncident = None,
    output: ListForm = OutputForm.HUMAN,
) -> int:
    """Ask people step by step until enough of them confirm.

    The first step is asked at once; `serve` or `tick` goes on. Keys on the phone: 1 confirms, 5 passes it on,
    9 says that the person cannot. It ends with a confirmation, with its incident, or when nobody is left
    to ask. The exit code is 3 if no one can be reached, 1 if no message was accepted, and with --within
    11 if it was not confirmed in time.
    """
    within = None if asked.within is None else parse_duration(asked.within)
    settings = load_settings(common.config, sandbox=common.sandbox)
    request = _request(settings, asked, incident)
    with use_ledger(settings) as ledger:
        starter = _starter(settings, ledger)
        now = SystemClock().now()
        prepared = starter.prepare(request, now)
        if asked.dry_run:
            return _show_plan(prepared, now, settings, common, output)
        starter.job.deliverer.channels.permit(
            name for step in prepared.policy.steps for name in step.channels
        )
        _ASK.show_and_ask(common, prepared.incident.ref, _preview(prepared, settings), yes=asked.yes)
        notice = starter.start(prepared, request, SystemClock().now())
        stop = stop_by_signals()
        complete(_drive(starter.job, notice.id, within, stop))
        found = ledger.escalations.find(notice.id)
        _show(found, ledger, settings, common, output)
    return _exit_code(found, stop, waited=within is not None)


@command("broadcast escalate plan duty", "broadcast escalate plan duty --at 22:00", name="plan")
def show_plan(common: Common, name: PolicyName, at: At = "now", output: ListForm = OutputForm.HUMAN) -> None:
    """Show who would be asked when and how, with the same decisions as a real escalation; asks no one."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    begins = parse_any_moment(at, SystemClock().now(), settings.timezone)
    with use_ledger(settings) as ledger:
        job = _starter(settings, ledger).job
        policy = find_policy(settings, job.deliverer.channels.planned, name)
        rounds = list(simulate(policy, begins, job.paging))
    if output is OutputForm.JSON:
        show_json(plan_json(rounds, policy, begins, settings.timezone), common.out)
    else:
        show(plan_page(rounds, policy, settings.timezone), common.out)


@command("broadcast escalate list", "broadcast escalate list INC-7 -o json", name="list")
def show_list(common: Common, incident: OneOrAll = None, output: ListForm = OutputForm.HUMAN) -> None:
    """List the escalations of an incident, or all that are running."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    now, zone = SystemClock().now(), settings.timezone
    with use_ledger(settings) as ledger:
        records = ledger.escalations
        found = records.of(ledger.incidents.find(incident)) if incident else records.running()
        shown = with_answers(ledger, found, now)
    if output is OutputForm.JSON:
        items = [one.as_json(zone) for one in shown]
        show_json({"schema": "broadcast.escalations/1", "items": items}, common.out)
        return
    blocks = [block for one in shown for block in escalation_page(one, zone)]
    show(blocks or [line("no escalation is running")], common.out)


def escalate_missing(result: Result, settings: Settings, ledger: Ledger) -> Result:
    """Begin the escalation of a notice that was not confirmed by all in time, and return its result with it.

    What goes wrong is a warning: the notice itself was sent, and the clock tries again.
    """
    if result.exit_code == ExitStatus.INTERRUPTED:
        return result
    try:
        job = EscalateUnconfirmed(_starter(settings, ledger))
        notices = ledger.incidents.notices(ledger.incidents.find(result.incident, closed=True))
        about = next(one.id for one in notices if one.sequence == result.notice)
        said = job.begin(about, SystemClock().now())
        begun = ledger.escalations.by(about)
        if begun is None or said is None:
            return result
        complete(_drive(job.starter.job, begun.notice, None, stop_by_signals()))
    except BroadcastError as error:
        said = f"the escalation could not begin: {error}; `serve` or `tick` tries again"
        return replace(result, warnings=(*result.warnings, said))
    return replace(result, escalation=notice_mark(begun.incident, begun.sequence))


def _request(settings: Settings, asked: EscalateOptions, incident: str | None) -> EscalationRequest:
    policies = [*settings.escalation]
    if asked.policy is None and len(policies) != 1:
        listed = ", ".join(policies) or "none: write [escalation.duty]"
        raise UsageError("name the policy", hint=f"--policy NAME; there is {listed}")
    options = read_options(asked.options)
    return EscalationRequest(
        incident=incident,
        policy=asked.policy or policies[0],
        question=asked.question.strip(),
        options=options,
    )


def read_options(typed: str) -> tuple[str, ...]:
    """Return the options of a question: separated by commas; one with a comma stands in quotation marks.

    Example:
        >>> read_options('"Yes, now",No')
        ('Yes, now', 'No')
    """
    rows = list(csv.reader([typed], skipinitialspace=True)) if typed else [[]]
    given = (" ".join(word.split()) for word in rows[0])
    # These words are in the ledger for answers to a question without options.
    return tuple(word.capitalize() if word in {CONFIRM, DECLINE, FORWARD} else word for word in given)


def _starter(settings: Settings, ledger: Ledger) -> EscalationStarter:
    catalogue = make_catalogue(settings)
    deliverer = make_deliverer(settings, ledger, ignore_events)
    return EscalationStarter.build(settings, deliverer, catalogue, make_renderer(settings, catalogue))


async def _drive(job: Escalate, notice: int, within: float | None, stop: Stop) -> None:
    """Ask the first people, and go on until it is over or the time to wait is."""
    clock = SystemClock()
    until = clock.monotonic() + (within or 0.0)
    with stop.heeded():
        while True:
            await job.drive(notice, stop)
            over = job.ledger.escalations.find(notice).ended_at is not None
            if over or stop.asked or clock.monotonic() >= until:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wake_up.wait(), _LOOK)


def _preview(prepared: PreparedEscalation, settings: Settings) -> list[Block]:
    texts = [
        Quote(f"{text.kind}, {text.message.locale}", text.message.text)
        for text in prepared.texts
        if text.message.locale == settings.locale.partition("-")[0]
    ]
    warnings = [Remark("warning", warning, Tone.WARNING) for warning in prepared.warnings]
    plan = plan_page(prepared.rounds, prepared.policy, settings.timezone)
    heading = line(f"{prepared.incident.ref} {prepared.incident.title}: escalation {prepared.policy.name}")
    return [heading, *plan, *texts, *warnings]


def _show_plan(
    prepared: PreparedEscalation, now: datetime, settings: Settings, common: Common, output: OutputForm
) -> int:
    if output is OutputForm.JSON:
        show_json(plan_json(prepared.rounds, prepared.policy, now, settings.timezone), common.out)
    else:
        show(_preview(prepared, settings), common.out)
    return int(ExitStatus.OK)


def _show(found: Escalation, ledger: Ledger, settings: Settings, common: Common, output: OutputForm) -> None:
    (status,) = with_answers(ledger, [found], SystemClock().now())
    if output is OutputForm.JSON:
        show_json(status.as_json(settings.timezone), common.out)
    else:
        show(escalation_page(status, settings.timezone), common.out)


def _exit_code(found: Escalation, stop: Stop, *, waited: bool) -> int:
    if stop.asked:
        return int(ExitStatus.INTERRUPTED)
    if found.outcome is EscalationOutcome.CONFIRMED:
        return int(ExitStatus.OK)
    if waited:
        return int(ExitStatus.UNKNOWN)
    return int(ExitStatus.OK if any(page.alive for page in found.pages) else ExitStatus.NOTHING_ACCEPTED)


escalate = default_group(
    "escalate",
    start,
    [show_plan, show_card, show_list],
    examples=(
        "broadcast escalate INC-7 --policy duty",
        "broadcast escalate plan duty --at 22:00",
        "broadcast escalate card duty",
        "broadcast escalate list",
    ),
)
