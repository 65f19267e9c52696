"""Write the pages that are made from the code. `make docs`."""

from __future__ import annotations

import inspect
import io
import os
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

from broadcast.channels import registry
from broadcast.cli.app import Root, run
from broadcast.model.delivery import OPEN, POSSIBLY_REACHED, REACHED, TRANSITIONS, DeliveryState
from broadcast.model.pace import Pace
from docs.hotline_states import drawing

DOCS = Path(__file__).parent
NOTE = "<!-- Written by `make docs`. -->"
EVERYWHERE = "\nEverywhere\n"  # the options that every command takes

CHANNELS_HEAD = """\
| adapter | texts | reaches people by | people a request | a second | at once | follow-ups | repeats | fate |
|---|---|---|---|---|---|---|---|---|
"""
CHANNELS_KEY = """\
- **a second**, **at once**: the number of requests that all processes with one ledger make together, unless
  `rate` and `burst` change it. Twilio's number is for a short code; a long code sends 1 SMS a second, a
  toll-free number 3, and Twilio queues the rest for up to ten hours; an account starts 1 call a second. X
  accepts 100 posts in any 15 minutes, Statuspage 1 request a second.
- **follow-ups**: `reply` answers the first message, `edit` changes it; with `none`, the text names the
  incident.
- **repeats**: why a repeated request is no second message. `native`: the provider recognises our key.
  `lookup`: the provider can be asked what it has. `dedupe`: it refuses the same text twice.
- **fate**: what the channel depends on; channels with the same fate are no backup for each other.
"""

CALL_HEAD = """\
What a caller of the [hotline](../how-to/hotline.md) hears, and what leads from one state to the next. The
drawing is made by asking `broadcast/hotline/decide.py`: on a day with people on duty, with too many callers,
and without anybody on duty, so that a key may lead to several states. A key is written as it is pressed.
"""
CALL_KEY = """\

Whoever is silent or not understood twice gets a person, a call-back or the recording of a message. `ring`
rings one person after the other, and connects only after key 1. A caller may hang up anywhere.
"""
OLD_TEXTS_HEAD = """\

## Texts that become too old

A text [expires](../how-to/keep-promises.md#give-up-what-is-too-old): then we do not send it any more. This
table says whether the provider is told as well, so that it gives up what waits there (read in the providers'
documentation, 2026-11-29).

| adapter | what the provider is told |
|---|---|
"""
AT_ONCE = "nothing: it publishes at once or refuses, and keeps nothing back"
OLD_TEXTS = {
    "twilio-sms": "`ValidityPeriod`, 1 second to 10 hours; at most `validity` seconds (3600)",
    "sms-gateway": "what you [describe](configuration.md#any-sms-gateway) with `{valid_seconds}`, "
    "`{valid_minutes}`, `{valid_milliseconds}` or `{valid_until}`; at most `validity` seconds (3600)",
    "twilio-voice": "nothing: Twilio knows no time for calls that wait; our own pace keeps them from waiting",
    "sendgrid": "nothing: SendGrid tries for up to 72 hours, and no field shortens that",
    "smtp": "nothing: `DELIVERBY` (RFC 2852) is offered by few servers; yours decides how long it tries",
    "outlook": "nothing: Microsoft Graph has no field for it; Exchange decides how long it tries",
    "ntfy": "nothing: the server keeps messages for as long as its owner decided",
    "webhook": "`expires_at` in the document; your server decides",
    "apprise": "nothing: Apprise has no option for it",
    "matrix": "nothing: the room keeps every message",
    "zendesk": "nothing: a ticket stays until somebody solves it",
    **dict.fromkeys(
        ("x", "mastodon", "bluesky", "statuspage", "site", "slack", "slack-webhook", "teams"), AT_ONCE
    ),
}
OLD_TEXTS_KEY = """
The end of an incident never expires. Without a `validity` of yours, Twilio may deliver it for 10 hours, and a
gateway for 48.
"""

RECEIPTS_HEAD = """
## How we learn what became of a message

A provider tells [`serve`](../how-to/serve.md) by itself, or `tick` and `serve` ask it, or nobody knows.
They ask about messages that were accepted and of which nothing was heard: first after a minute (after
half an hour where the provider is to tell us by itself, because Twilio does not repeat what did not
reach us), then after 1, 2, 4, ... minutes, for 48 hours at most. All processes together ask one provider
once a minute at most, about 200 messages. The first final news ends it; news that also comes by itself
counts once. What did not arrive goes on to the next channel of its lane, within a day (read in the
providers' documentation, 2026-11-30).

| adapter | tells by itself | is asked |
|---|---|---|
"""
PUBLISHED = ("no", "no: what it accepted is published")
RECEIPTS = {
    "twilio-sms": ("yes, with `status_callback` or `[serve] url`", "yes: the message, by its SID"),
    "twilio-voice": ("yes, with `status_callback` or `[serve] url`", "yes: the call, by its SID"),
    "sms-gateway": ("yes, if `receipts` is described", "yes, if `status` is described"),
    "sendgrid": ("yes, by the Event Webhook", "no: the Email Activity API is a paid addition"),
    "smtp": ("no", "no: reports of non-delivery go to the sender's mailbox"),
    "outlook": (
        "no",
        "yes: reports of non-delivery in the sender's mailbox; that a mail arrived is nowhere said",
    ),
    "webhook": ("yes, if your machine posts `broadcast.receipt/1`", "no: your machine tells us"),
    "apprise": ("no", "no: Apprise knows no ids of messages"),
    "ntfy": ("no", "no: the server does not know who read it"),
    "zendesk": ("no", "no: what it accepted is a ticket"),
    **dict.fromkeys(
        ("x", "mastodon", "bluesky", "statuspage", "site", "slack", "slack-webhook", "teams", "matrix"),
        PUBLISHED,
    ),
}

STATES_HEAD = """\
A delivery is one message for one receiver. Its state can change only as drawn here; the drawing and the
list are made from `broadcast/model/delivery.py`.
"""
STATES_KEY = """\
- **open**: `retry`, or the next command on the incident, continues from there.
- **reached**: a provider accepted the message. It may not have been read.
- **gets the end**: a resolve or a retraction goes to everybody who got, or may have got, a notice. A
  retraction that withdraws an all-clear does, too.

If no channel can deliver a message, it is recorded as `failed` or `suppressed` with the reason, so that every
person is counted. If one channel refuses it and the lane has another, the delivery is `planned` again with
the next channel. [Decision 10](../decisions/0010-unknown-is-a-state.md) explains why `unknown` is a state of
its own.
"""


def help_of(*command: str) -> str:
    """Return what `broadcast COMMAND -h` prints."""
    page = io.StringIO()
    with redirect_stdout(page):
        if run([*command, "-h"]) != 0:
            raise SystemExit(f"broadcast {' '.join(command)} -h does not work")
    return page.getvalue()


def subcommands(page: str) -> list[str]:
    """Return the names in the section `Commands`."""
    _, _, section = page.partition("\nCommands\n")
    return re.findall(r"^  ([a-z-]+) ", section.partition("\n\n")[0], re.MULTILINE)


def commands() -> Iterator[tuple[str, str]]:
    """Yield every command with its help, in the order of the program's own list."""
    yield "broadcast", help_of()
    for verb in Root.summaries:
        page = help_of(verb)
        yield f"broadcast {verb}", page.partition(EVERYWHERE)[0]
        for name in subcommands(page):
            yield f"broadcast {verb} {name}", help_of(verb, name).partition(EVERYWHERE)[0]


def cli() -> str:
    """Return `reference/cli.md`: the help of every command."""
    pages = [f"\n## {name}\n\n```text\n{page.strip()}\n```\n" for name, page in commands()]
    return f"# Commands\n\n{NOTE}\n{''.join(pages)}"


def channels() -> str:
    """Return `reference/channels.md`: what each adapter can do."""
    rows = []
    for name in registry.names():
        can = registry.capabilities(name)
        address = can.address or "one post for everybody"
        fate = ", ".join(can.fate) or "nothing outside"
        pace = Pace.of(can.rate, can.burst)
        fast = (f"{pace.rate:g}", f"{pace.burst:,}") if pace else ("no limit", "")
        batch = f"{can.max_batch:,}"
        cells = (f"`{name}`", can.kind, address, batch, *fast, can.threading, can.idempotency, fate)
        rows.append(f"| {' | '.join(cells)} |\n")
    old = "".join(f"| `{name}` | {OLD_TEXTS[name]} |\n" for name in registry.names())
    head = f"# Channels\n\n{NOTE}\n\n{CHANNELS_HEAD}{''.join(rows)}\n{CHANNELS_KEY}"
    news = "".join(f"| `{name}` | {' | '.join(RECEIPTS[name])} |\n" for name in registry.names())
    return f"{head}{OLD_TEXTS_HEAD}{old}{OLD_TEXTS_KEY}{RECEIPTS_HEAD}{news}"


def delivery_states() -> str:
    """Return `reference/delivery-states.md`: the states of a delivery, drawn and explained."""
    arrows = [
        f"    {state} --> {other}\n" for state, others in TRANSITIONS.items() for other in sorted(others)
    ]
    ends = [f"    {state} --> [*]\n" for state, others in TRANSITIONS.items() if not others]
    drawing = "".join(["stateDiagram-v2\n    [*] --> planned\n", *arrows, *ends])
    kinds = (OPEN, REACHED, POSSIBLY_REACHED)
    rows = [
        f"| `{state}` | {meaning} | {' | '.join('yes' if state in kind else '' for kind in kinds)} |\n"
        for state, meaning in meanings().items()
    ]
    table = f"| state | meaning | open | reached | gets the end |\n|---|---|---|---|---|\n{''.join(rows)}"
    return f"# Delivery states\n\n{NOTE}\n\n{STATES_HEAD}\n```mermaid\n{drawing}```\n\n{table}\n{STATES_KEY}"


def meanings() -> dict[DeliveryState, str]:
    """Return the meaning of each state, from the comments in `DeliveryState`."""
    said = re.findall(r'= "(\w+)"  # (.+)', inspect.getsource(DeliveryState))
    return {DeliveryState(value): meaning for value, meaning in said}


def hotline_states() -> str:
    """Return `reference/hotline-states.md`: the states of a call, drawn from the state machine."""
    return f"# States of a call\n\n{NOTE}\n\n{CALL_HEAD}\n```mermaid\n{drawing()}```\n{CALL_KEY}"


PAGES = {
    "reference/cli.md": cli,
    "reference/channels.md": channels,
    "reference/delivery-states.md": delivery_states,
    "reference/hotline-states.md": hotline_states,
}


def main() -> None:
    """Write every page."""
    os.environ |= {"COLUMNS": "100", "NO_COLOR": "1"}
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
