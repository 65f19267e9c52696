"""`notify`, `update`, `resolve`, `retract`: the verbs that publish notices."""

from __future__ import annotations

from dataclasses import replace

from broadcast.cli.command import command
from broadcast.cli.consent import ConsentPrompt
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.cli.ledger import use_ledger
from broadcast.cli.notice_options import (
    AskOptions,
    Correcting,
    EndingOptions,
    RunOptions,
    Sending,
    TargetOptions,
    TimedSending,
    Title,
    WaitOptions,
    Wording,
)
from broadcast.cli.options import Common, MaybeIncident, Output
from broadcast.cli.output.display import json_text, show, show_json
from broadcast.cli.output.preview import preview_json, preview_page
from broadcast.cli.output.progress import show_progress
from broadcast.cli.output.show_result import show_result
from broadcast.cli.request_input import read_expiry, read_limits, read_question, read_request, read_words
from broadcast.config.settings import Settings
from broadcast.dispatch.progress import ignore_events
from broadcast.errors import UsageError
from broadcast.ledger.choices import pause
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.publishing.result import ExitStatus, Result
from broadcast.wiring import load_settings, make_publisher

#: Options that `resolve` does not take: it sets the phase, promises no update, and goes to earlier readers.
_OPEN_ONLY = ("phase", "next_update", "audience")
#: Options that `retract` does not take. It may reopen the incident, and then it promises an update.
_TAKES_BACK = ("phase", "audience")


@command(
    'broadcast notify "Chat and e-mail down" -s sev2 --service support -m "Orders work. Please call us."',
    'broadcast notify "Checkout down" -s sev1 -m @notice.txt --started 14:05 --next-update 30m --dry-run',
    'broadcast notify "Slack down" --affects slack --key "ticket-4711/notify" --yes --max-recipients 500',
    'broadcast --sandbox notify "Rehearsal" --drill',
)
def notify(
    title: Title,
    common: Common,
    wording: Wording,
    targets: TargetOptions,
    sending: TimedSending,
    run: AskOptions,
) -> int:
    """Open an incident and tell everyone concerned.

    Shows who would get which text, and asks before anything is sent. In scripts, --yes sends without a
    question and --max-recipients limits it; with --key, repeating the command sends nothing twice.
    """
    request = read_request(Verb.NOTIFY, wording, targets, sending.key, title=title)
    return publish(request, common, sending, run)


@command(
    'broadcast update -m "The provider has found the cause." --next-update 30m',
    'broadcast update INC-7 --phase monitoring -m "It works again, we are watching it."',
    'broadcast update INC-7 --corrects "Only Hamburg is affected, not Kiel." -v scope=Hamburg',
    "broadcast update -m - < update.txt",
)
def update(
    common: Common,
    wording: Correcting,
    targets: TargetOptions,
    sending: TimedSending,
    run: AskOptions,
    incident: MaybeIncident = None,
) -> int:
    """Send more news. On every channel it appears as a reply to the earlier notices.

    Goes to the audiences of the earlier notices. People who are new get this notice as their first one.
    Readers outside get only the first and the last notice of an exercise.
    """
    request = read_request(Verb.UPDATE, wording, targets, sending.key, incident=incident)
    return publish(replace(request, corrects=read_words(wording.corrects)), common, sending, run)


@command(
    'broadcast resolve -m "Chat and e-mail work again."',
    'broadcast resolve INC-7 --ended 14:22 -v cause="a provider\'s outage" --yes',
    unsaid=_OPEN_ONLY,
)
def resolve(
    common: Common,
    wording: EndingOptions,
    targets: TargetOptions,
    sending: TimedSending,
    run: WaitOptions,
    incident: MaybeIncident = None,
) -> int:
    """Tell everybody who got a notice that it is over, on the channel that reached them.

    Readers see when it ended only if you give --ended.
    """
    request = read_request(Verb.RESOLVE, wording, targets, sending.key, incident=incident)
    return publish(replace(request, ended=wording.ended), common, sending, run)


@command(
    'broadcast retract INC-7 -m "Our monitoring was wrong; nothing was down."',
    'broadcast retract INC-7 -m "Card payments still fail." --next-update 30m',
    unsaid=_TAKES_BACK,
)
def retract(
    common: Common,
    wording: Wording,
    targets: TargetOptions,
    sending: Sending,
    run: WaitOptions,
    incident: MaybeIncident = None,
) -> int:
    """Withdraw a wrong notice from everybody who got it: a false alarm, or an all-clear.

    If the incident is open, all of it is withdrawn and it is closed. If it is resolved, the all-clear is
    withdrawn: the incident is open again, and readers get a promise of the next update.
    """
    request = read_request(Verb.RETRACT, wording, targets, sending.key, incident=incident)
    return publish(request, common, sending, run)


def publish(request: Request, common: Common, sending: Sending, run: RunOptions) -> int:
    """Publish the notice, propose it, or show it with --dry-run; return the exit code."""
    limits = read_limits(run, sending)
    request = read_question(request, run, limits)
    if isinstance(sending, TimedSending) and sending.expires:
        request = replace(request, expires=read_expiry(sending.expires))
    settings = load_settings(common.config, sandbox=common.sandbox)
    if limits.dry_run:
        return _preview(request, limits, settings, common, run.output)
    at = sending.at if isinstance(sending, TimedSending) else None
    if sending.propose:
        if at:
            raise UsageError(
                "--propose does not go with --at", hint="propose it shortly before it is to be published"
            )
        from broadcast.cli.commands.propose import propose_notice  # completion of `notify` loads none of it

        return propose_notice(request, limits, settings, common, run.output)
    asking = ConsentPrompt(common, settings.timezone, sending.yes)
    if at:
        from broadcast.cli.commands.schedule import schedule  # loads what sends

        return schedule(request, limits, at, settings, asking, run.output)
    with use_ledger(settings) as ledger, show_progress(common, run.output) as listener:
        publisher = make_publisher(settings, ledger, listener)
        result = complete(publisher.publish(request, limits, asking, stop_by_signals()))
        pause_if_interrupted(ledger, result)
        if request.policy:
            from broadcast.cli.commands.escalate import escalate_missing  # loads what drives escalations

            result = escalate_missing(result, settings, ledger)
    show_result(result, run.output, settings.timezone, common, asking.warned)
    return result.exit_code


def _preview(request: Request, limits: Limits, settings: Settings, common: Common, output: Output) -> int:
    with use_ledger(settings) as ledger:
        preview = make_publisher(settings, ledger, ignore_events).preview(request, limits)
    if output is Output.JSON:
        show_json(preview_json(preview, settings.timezone), common.out)
    elif output is Output.NDJSON:
        seen = {"event": "preview", **preview_json(preview, settings.timezone)}
        common.out.write(json_text(seen) + "\n")
    elif output is Output.QUIET:
        common.out.write(f"{preview.incident}\n")
    else:
        show(preview_page(preview, settings.timezone, everything=common.verbose), common.out)
    return 0


def pause_if_interrupted(ledger: Ledger, result: Result) -> None:
    """Keep the clock from going on with a notice that a person interrupted; `retry` goes on with it."""
    if result.exit_code == ExitStatus.INTERRUPTED:
        pause(ledger.store, result.incident, result.notice, SystemClock().now())
