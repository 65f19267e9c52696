"""`sandbox call`: call the hotline of a rehearsal from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer

from broadcast.cli.command import command
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Line, Remark, StyledWord, Tone
from broadcast.errors import UsageError
from broadcast.sandbox import daemon
from broadcast.sandbox.client import SandboxClient
from broadcast.sandbox.settings import sandbox_folder
from broadcast.wiring import load_settings

SCHEMA = "broadcast.sandbox-call/1"
#: No call has more agents and prompts.
_MOST_ACTIONS = 40
_TONES = {"hotline": Tone.PLAIN, "person": Tone.STRONG, "event": Tone.FAINT}


class RungAgents(StrEnum):
    """What agents do whose phone rings."""

    ACCEPT = "accept"
    DECLINE = "decline"
    NO_ANSWER = "no-answer"
    MAILBOX = "mailbox"


From = Annotated[
    str, typer.Option("--from", metavar="NUMBER", help="Who calls; `withheld` hides the number.")
]
To = Annotated[str | None, typer.Option("--to", metavar="NUMBER", help="The number called; else the first.")]
Press = Annotated[
    list[str] | None,
    typer.Option("--press", metavar="KEYS", help="Keys, in this order; repeat for the next prompt."),
]
Say = Annotated[
    list[str] | None, typer.Option("--say", metavar="TEXT", help="Words after the keys; repeat for more.")
]
Agents = Annotated[RungAgents, typer.Option("--agents", help="What agents do whose phone rings.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlan:
    """Who calls which number, and what they press and say."""

    caller: From = "+4915112345678"
    called: To = None
    keys: Press = None
    words: Say = None

    @property
    def actions(self) -> list[tuple[str, str]]:
        """What the caller does: the keys, then the words."""
        return [*(("press", one) for one in self.keys or ()), *(("say", one) for one in self.words or ())]


_PLAN = CallPlan()


@command(
    "broadcast sandbox call --press 2 --press 1",
    "broadcast sandbox call --from withheld --say 'ich will mit einem Menschen sprechen' --agents mailbox",
    name="call",
)
def call_hotline(
    common: Common,
    plan: CallPlan = _PLAN,
    agents: Agents = RungAgents.ACCEPT,
    output: ListForm = OutputForm.HUMAN,
) -> None:
    """Call the hotline as a person would, and print what is heard; after the last word the caller hangs up.

    `broadcast --sandbox serve` must run, with [hotline] in the configuration.
    """
    settings = load_settings(common.config)
    if common.sandbox:
        raise UsageError("--sandbox has no effect on `broadcast sandbox`", hint="leave it out")
    remote = SandboxClient(daemon.ensure_running(sandbox_folder(settings)).url)
    call = _played(remote, remote.call(plan.caller, plan.called or ""), plan.actions, agents)
    if output is OutputForm.JSON:
        show_json({"schema": SCHEMA, **call}, common.out)
    else:
        show(list(_page(call)), common.out)


def _played(
    remote: SandboxClient, call: dict[str, Any], actions: list[tuple[str, str]], agents: RungAgents
) -> dict[str, Any]:
    """Do what the caller and the agents do, until the call is over; return it."""
    left = iter(actions)
    for _ in range(_MOST_ACTIONS):
        if call["over"]:
            break
        agent = next((one for one in call["legs"][1:] if not one["over"]), None)
        if agent and agent["waits_for"] != "talk":
            call = _agent_acts(remote, call["sid"], agent, agents)
            continue
        what, said = next(left, ("hang-up", ""))
        call = remote.act(call["sid"], what, said)
    return call


def _agent_acts(
    remote: SandboxClient, call: str, agent: dict[str, Any], agents: RungAgents
) -> dict[str, Any]:
    if agent["waits_for"] == "keys":
        return remote.act(call, "press", "1", agent["sid"])
    acts = {RungAgents.ACCEPT: "answer", RungAgents.NO_ANSWER: "silent"}
    return remote.act(call, acts.get(agents, agents.value), leg=agent["sid"])


def _page(call: dict[str, Any]) -> Iterator[Block]:
    for leg in call["legs"]:
        if leg["role"] == "agent":
            yield Remark("agent", leg["number"], Tone.STRONG)
        for one in leg["heard"]:
            who = {"hotline": "hotline:", "person": f"{leg['role']}:"}.get(one["who"], "--")
            yield Line((StyledWord(who, Tone.FAINT), StyledWord(one["text"], _TONES[one["who"]])))
