"""Show escalations and their plans, to people and to programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from broadcast.cli.output.page_blocks import Block, Cell, Remark, StyledWord, Table, Tone, line
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.config.durations import format_duration
from broadcast.ledger.confirmations import Confirmation
from broadcast.model.counted import counted
from broadcast.model.escalation import Escalation, EscalationOutcome, EscalationPolicy
from broadcast.model.ids import base_id
from broadcast.model.names import listed
from broadcast.planning.escalation import Climb, End, FailOver, Wait, decide
from broadcast.planning.escalation_card import Role
from broadcast.planning.escalation_plan import PageRound
from broadcast.reports.escalations import EscalationStatus

PLAN = "broadcast.escalation-plan/1"
_TONES = {EscalationOutcome.CONFIRMED: Tone.GOOD, None: Tone.WARNING}


def plan_page(rounds: Sequence[PageRound], policy: EscalationPolicy, zone: ZoneInfo) -> list[Block]:
    """Return what happens when, if no one answers."""
    if not rounds:
        return []
    ends = clock_time(rounds[0].at + policy.lasts, zone)
    rows = tuple(
        (
            clock_time(one.at, zone),
            f"{one.position.round + 1}.{one.position.step + 1}",
            one.channel,
            listed(_name(page.contact.name if page.contact else "", page.receiver) for page in one.sent)
            or StyledWord("no one", Tone.WARNING),
            StyledWord(_remark(one), Tone.FAINT),
        )
        for one in rounds
    )
    gaps = dict.fromkeys(gap for one in rounds for gap in one.gaps)
    return [
        Table(("when", "step", "channel", "who", "why"), rows),
        *(Remark("warning", gap, Tone.WARNING) for gap in gaps),
        line(f"over at {ends} at the latest, if no one answers"),
    ]


def plan_json(
    rounds: Sequence[PageRound], policy: EscalationPolicy, begins: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    """Return the plan for programs."""
    return {
        "schema": PLAN,
        "policy": policy.name,
        "begins": iso(begins, zone),
        "ends": iso(begins + policy.lasts, zone),
        "rounds": [
            {
                "at": iso(one.at, zone),
                "round": one.position.round + 1,
                "step": one.position.step + 1,
                "channel": one.channel,
                "reason": one.reason,
                "people": [
                    {
                        "audience": page.audience,
                        "contact": base_id(page.receiver),
                        "name": page.contact.name if page.contact else "",
                        "unreachable": page.reason,
                    }
                    for page in one.pages
                ],
                "gaps": list(one.gaps),
            }
            for one in rounds
        ],
    }


def escalation_page(status: EscalationStatus, zone: ZoneInfo) -> list[Block]:
    """Return where an escalation stands: its people, their answers, and what comes next."""
    escalation, question = status.escalation, status.question
    names = {page.receiver: page.person.name for page in escalation.pages}
    said = {(one.audience, one.contact): one for one in status.answers}
    rows = tuple(_person_rows(escalation, names, said, zone))
    blocks: list[Block] = [
        line(
            StyledWord(status.mark, Tone.STRONG),
            f"{escalation.policy.name}:",
            StyledWord(escalation.standing, _TONES.get(escalation.outcome, Tone.BAD)),
        )
    ]
    if question and question.text:
        counts = ", ".join(f"{option} {count}" for option, count in status.counts.items())
        blocks.append(line(f"{question.text} {counts}"))
    blocks.append(Table(("who", "asked by", "answer", ""), rows))
    following = next_step(status, zone)
    return [*blocks, line(following)] if following else blocks


def summary_line(status: EscalationStatus, zone: ZoneInfo) -> Remark:
    """Return where an escalation stands in one line, for `status`."""
    one = status.escalation
    said = [f"{status.mark} {one.policy.name}: {one.standing} since {clock_time(one.since, zone)}"]
    if status.running:
        waiting = listed(_name(page.person.name, page.person.id) for page in status.waiting_for)
        said += [f"waiting for {waiting}" if waiting else "nobody is asked", next_step(status, zone)]
    else:
        said = [f"{status.mark} {one.policy.name}: {one.standing}"]
        said += [f"{_name('', each.contact)} {each.answer}" for each in status.answers if not each.confirms]
    tone = Tone.GOOD if one.outcome is EscalationOutcome.CONFIRMED else Tone.WARNING
    return Remark("escalation", "; ".join(said), tone if status.running or tone is Tone.GOOD else Tone.BAD)


def card_page(
    policy: EscalationPolicy, steps: Sequence[Sequence[Role]], begins: datetime, zone: ZoneInfo
) -> list[Block]:
    """Return the procedure on one page, with whole addresses: it is printed and used without this program."""
    blocks: list[Block] = [
        line(
            StyledWord(f"Escalation {policy.name}", Tone.STRONG),
            f"with the people of {clock_time(begins, zone)}",
        ),
    ]
    for number, (step, roles) in enumerate(zip(policy.steps, steps, strict=True), 1):
        wait = format_duration(step.wait.total_seconds())
        needs = counted(step.needs, "person", "people")
        heading = (
            f"{number}. {', '.join(step.to)}: by {', then '.join(step.channels)}; wait {wait} for {needs}"
        )
        rows = tuple(
            (_name(one.name, one.id), one.phone or "", one.email or "")
            for role in roles
            for one in role.people
        )
        blocks += [line(heading), *([Table(("who", "phone", "e-mail"), rows)] if rows else ())]
        blocks += [Remark("warning", text, Tone.WARNING) for role in roles for text in _card_warnings(role)]
    repeat = f"Then from the beginning, {policy.repeat} times altogether. " if policy.repeat > 1 else ""
    return [
        *blocks,
        line(f"{repeat}Whoever answers first has it."),
        line("On the phone: 1 confirms, 5 passes it on, 9 says that you cannot."),
        line("By SMS: YES or JA confirms, PASS or WEITER passes it on, NO or NEIN says that you cannot."),
        line("By hand: call the next person; then enter it: broadcast confirm INC --by ID"),
    ]


def _card_warnings(role: Role) -> Iterator[str]:
    yield from role.gaps
    if role.people and not role.independent:
        why = (
            f"all depend on {', '.join(role.shared)}"
            if role.shared
            else "there is only one, or all share something"
        )
        yield f"{role.name}: no two ways are independent of each other: {why}"


def _person_rows(
    escalation: Escalation,
    names: Mapping[tuple[str, str], str],
    said: Mapping[tuple[str, str], Confirmation],
    zone: ZoneInfo,
) -> Iterator[tuple[Cell, ...]]:
    for receiver, name in names.items():
        pages = [page for page in escalation.pages if page.receiver == receiver]
        asked = ", ".join(dict.fromkeys(page.channel for page in pages if page.alive)) or "not reached"
        answer = said.get(receiver)
        words = _words(answer) if answer else "none yet"
        when = f"{clock_time(answer.at, zone)} by {answer.means}" if answer else ""
        yield _name(name, receiver[1]), asked, words, when


def _words(answer: Confirmation) -> str:
    late = ", late" if answer.late else ""
    later = f", then {answer.later.answer}" if answer.later else ""
    return f"{answer.answer}{late}{later}"


def next_step(status: EscalationStatus, zone: ZoneInfo) -> str:
    """Return what comes next in an escalation, and when; empty after its end."""
    escalation = status.escalation
    if not status.running:
        return ""
    match decide(escalation, status.as_of):
        case Wait(until=until):
            following = escalation.place + 1
            if following == len(escalation.policy.positions):
                return f"over at {clock_time(until, zone)} if no one answers"
            return f"next: {escalation.policy.channel_at(following)} at {clock_time(until, zone)}"
        case Climb() | FailOver() | End():
            return "the next step is due: `broadcast tick` or `broadcast serve` takes it"


def _remark(one: PageRound) -> str:
    reasons = dict.fromkeys(page.reason for page in one.pages if page.reason)
    why = "" if one.reason in {"start", "no answer"} else one.reason
    return "; ".join(filter(None, (why, *reasons)))


def _name(name: str, id: str) -> str:
    return name or base_id(id)
