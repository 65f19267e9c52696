"""`plan`: check the reach of notices, without an incident and without sending."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any

import typer

from broadcast.cli.command import command
from broadcast.cli.notice_options import TargetOptions
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Cell, Remark, StyledWord, Table, Tone, line
from broadcast.cli.output.preview import barred_page
from broadcast.cli.request_input import read_affects
from broadcast.errors import UsageError
from broadcast.model.counted import counted
from broadcast.model.names import listed
from broadcast.model.system import NOTHING
from broadcast.planning.resilience import Gap, Resilience
from broadcast.publishing.observed_outages import takes_back
from broadcast.publishing.prepare import barred
from broadcast.publishing.recipients import Recipients
from broadcast.publishing.request import Request, Verb
from broadcast.publishing.what_if import Call, CallList
from broadcast.wiring import load_settings, make_what_if

SCHEMA = "broadcast.plan/1"
_CUT_OFF = 3
_LISTED = 20  # unreachable people
_NAMED = 3  # people in a gap

Check = Annotated[
    bool,
    typer.Option("--check", help="Try every failure of one or two systems; name the people it cuts off."),
]
Paper = Annotated[
    bool,
    typer.Option(
        "--paper", help="Print the people to call by phone, the most urgent first, with complete numbers."
    ),
]


@command(
    "broadcast plan --affects slack --affects outlook",
    "broadcast plan --check",
    "broadcast plan --paper --affects mobile -a field > calls.txt",
)
def plan(
    common: Common,
    targets: TargetOptions,
    check: Check = False,
    paper: Paper = False,
    output: ListForm = OutputForm.HUMAN,
) -> int:
    """Check before an outage: who is reached, who is not if a system fails, whom to call by phone.

    Nothing is sent or recorded. With --check, the exit code is 3 if the failure of a single system
    leaves a person without a channel of their own.
    """
    if check and paper:
        raise UsageError("use --check or --paper, not both", hint="they are two different lists")
    request = _request(targets)
    settings = load_settings(common.config, sandbox=common.sandbox)
    what_if = make_what_if(settings, {} if takes_back(request) else None)
    request = replace(request, affects=tuple(name for name in request.affects if name != NOTHING))
    code = 0
    pages: Pages
    if check:
        found = what_if.examine(request)
        code = _CUT_OFF if found.single else 0
        pages = Pages(_examined(found), lambda: _examined_page(found))
    elif paper:
        calls = what_if.call_list(request)
        pages = Pages(asdict(calls), lambda: _paper_page(calls, request))
    else:
        planned = what_if.recipients(request)
        pages = Pages(_planned(planned), lambda: _planned_page(planned))
    if output is OutputForm.JSON:
        show_json({"schema": SCHEMA, **pages.data}, common.out)
    else:
        show(list(pages.blocks()), common.out)
    return code


@dataclass(frozen=True, slots=True)
class Pages:
    """The same for programs and for people."""

    data: dict[str, Any]
    blocks: Callable[[], Iterator[Block]]


def _request(targets: TargetOptions) -> Request:
    return Request(
        verb=Verb.NOTIFY,
        audiences=tuple(targets.audience or ()),
        channels=tuple(targets.channel or ()),
        not_channels=tuple(targets.not_channel or ()),
        affects=read_affects(targets.affects),
    )


def _planned(planned: Recipients) -> dict[str, Any]:
    heads = planned.summary
    shares = [
        {"audience": share.audience, "route": list(share.route), "posts": share.posts, "count": count}
        for share, count in heads.shares.items()
    ]
    unreachable = [asdict(person) for person in heads.unreachable]
    return {
        "shares": shares,
        "unreachable": unreachable,
        "suppressed": dict(heads.suppressed),
        "barred": [asdict(each) for each in barred(heads)],
        "warnings": [*planned.contacts, *planned.warnings],
    }


def _planned_page(planned: Recipients) -> Iterator[Block]:
    heads = planned.summary
    routes: Counter[tuple[str, str]] = Counter()
    for share, count in heads.shares.items():
        routes[share.audience, " > ".join(share.route)] += 0 if share.posts else count
    rows = (
        (StyledWord(audience, Tone.STRONG), f"{people:,}" if people else "all", route)
        for (audience, route), people in routes.items()
    )
    yield Table(("audience", "people", "channel, and its replacements"), tuple(rows))
    for person in heads.unreachable[:_LISTED]:
        yield Remark("unreachable", f"{person.name or person.contact}: {person.reason}", Tone.WARNING)
    yield from _more(len(heads.unreachable), "people cannot be reached")
    for audience, count in heads.suppressed.items():
        yield Remark("suppressed", f"{audience}: {count:,} may not be told", Tone.WARNING)
    yield from barred_page(barred(heads))
    yield from _warned((*planned.contacts, *planned.warnings))


def _examined(found: Resilience) -> dict[str, Any]:
    return asdict(found)


def _examined_page(found: Resilience) -> Iterator[Block]:
    if found.gaps:
        already = " + ".join(found.already) + " (down already)" if found.already else "nothing"
        rows = tuple(_gap(gap, already) for gap in found.gaps)
        yield Table(("if this fails", "audience", "cut off", "who", "could still read"), rows)
    single = len(found.single)
    failures, people = counted(found.failures, "failure"), counted(found.people, "person", "people")
    tried = f"{failures} of one or two systems tried on {people}"
    if not found.gaps:
        yield line(StyledWord(f"{tried}: everybody still has a channel", Tone.GOOD))
    elif not single:
        yield line(StyledWord(f"{tried}: no single failure leaves a person without a channel", Tone.GOOD))
    else:
        yield line(StyledWord(f"{tried}: {counted(single, 'gap needs', 'gaps need')} only one", Tone.WARNING))
    yield from _warned(found.warnings)


def _gap(gap: Gap, already: str) -> tuple[Cell, ...]:
    cause = StyledWord(" + ".join(gap.systems) or already, Tone.BAD)
    who = listed(person.name or person.id for person in gap.named[:_NAMED])
    more = f" and {gap.count - _NAMED:,} more" if gap.count > _NAMED else ""
    cut_off = f"{gap.count:,} of {gap.people:,}"
    return cause, gap.audience, cut_off, who + more, ", ".join(gap.public) or "nothing"


def _paper_page(calls: CallList, request: Request) -> Iterator[Block]:
    down = f", with {', '.join(request.affects)} down" if request.affects else ""
    yield line(StyledWord(f"To be called by phone{down}. Personal data: destroy after use.", Tone.STRONG))
    columns = ("", "name", "number", "audience", "language", "still reached by")
    yield Table(columns, tuple(_call(call) for call in calls.calls))
    if calls.numberless:
        yield Remark("without a number", ", ".join(calls.numberless), Tone.WARNING)
    for one in calls.declined:
        yield Remark("do not call", f"{one.name}: {one.reason}", Tone.WARNING)
    yield from _warned(calls.warnings)


def _call(call: Call) -> tuple[Cell, ...]:
    working = ", ".join(call.working) or StyledWord("nothing", Tone.BAD)
    return "[ ]", call.name or call.id, call.phone, call.audience, call.locale, working


def _more(count: int, what: str) -> Iterator[Block]:
    if count > _LISTED:
        yield Remark("unreachable", f"{count:,} {what}; -o json names them all", Tone.WARNING)


def _warned(warnings: Sequence[str]) -> Iterator[Block]:
    for warning in warnings:
        yield Remark("warning", warning, Tone.WARNING)
