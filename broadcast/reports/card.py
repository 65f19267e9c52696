"""The procedure of an escalation on one page of A4, as HTML: it is printed, and used when nothing works.

No script, font, picture or network. People stand on it with whole addresses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from broadcast.model.escalation import AUDIENCE, ON_CALL, EscalationPolicy, EscalationStep
from broadcast.model.text import printable
from broadcast.planning.escalation_card import Role, RoleRoute
from broadcast.reports.language import ReportLanguage

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_LOOK = Path(__file__).with_name("look")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
#: People of one role; with more, the card would take a second page.
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationCard:
    """What the card is about.

    `steps` has the roles of each step, with their people at the time `begins`.
    """

    organisation: str
    policy: EscalationPolicy
    steps: Sequence[Sequence[Role]]
    begins: datetime
    zone: ZoneInfo


def card_html(card: EscalationCard, locale: str) -> str:
    """Return the card for readers of `locale`: one HTML page."""
    say = ReportLanguage(locale, card.zone)
    numbered = enumerate(zip(card.policy.steps, card.steps, strict=True), 1)
    last = len(card.policy.steps)
    steps = [_step(say, number, step, roles, last=number == last) for number, (step, roles) in numbered]
    return (
        _environment()
        .get_template("card.html.j2")
        .render(
            say=say,
            policy=_POLICY,
            style=_style(),
            organisation=printable(card.organisation),
            name=printable(card.policy.name),
            begins=say.moment(card.begins),
            steps=steps,
            repeat=card.policy.repeat,
        )
    )


def _step(
    say: ReportLanguage, number: int, step: EscalationStep, roles: Sequence[Role], *, last: bool
) -> dict[str, object]:
    """Return a step as the template needs it."""
    people, wait = say.counted("people", step.needs), _short(say, step.wait)
    return {
        "number": say.number(number),
        "wait": say("card.wait_last" if last else "card.wait", wait=wait, people=people),
        "roles": [_role(say, role) for role in roles],
    }


def _role(say: ReportLanguage, role: Role) -> dict[str, object]:
    people = [
        (printable(one.name or one.id), printable(one.phone or ""), printable(one.email or ""))
        for one in role.people[:_NAMED]
    ]
    return {
        "name": _called(say, role.name),
        "people": people,
        "more": max(len(role.people) - _NAMED, 0),
        "routes": [_route(say, one) for one in role.pair or ()],
        "warnings": list(_warnings(say, role)),
    }


def _called(say: ReportLanguage, name: str) -> str:
    kind, bare = (
        ("card.rota", name.removeprefix(ON_CALL)) if name.startswith(ON_CALL) else ("card.group", name)
    )
    return say(kind, name=bare.removeprefix(AUDIENCE))


def _route(say: ReportLanguage, route: RoleRoute) -> tuple[str, str, str]:
    """Return how, whom, and the address."""
    how = say.called("card_channels", str(route.kind))
    return how, printable(route.person.name or route.person.id), printable(route.address)


def _warnings(say: ReportLanguage, role: Role) -> Iterator[str]:
    if not role.people:
        yield say("card.nobody")
    elif not role.independent:
        yield say("card.shared", what=", ".join(role.shared)) if role.shared else say("card.one_route")


def _short(say: ReportLanguage, span: timedelta) -> str:
    """Return `5 min`, without seconds that are none."""
    return say.span(span).removesuffix(" 00 s")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(_LOOK)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)


@cache
def _style() -> Markup:
    from markupsafe import Markup

    return Markup((_LOOK / "card.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
