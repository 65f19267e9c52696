"""`escalate card`: the procedure of an escalation on one page, in the terminal or to be printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from broadcast.cadence.step_people import StepPeople
from broadcast.cli.command import command
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common
from broadcast.cli.output.display import show
from broadcast.cli.output.escalation import card_page
from broadcast.config.durations import parse_any_moment
from broadcast.config.settings import Settings
from broadcast.dispatch.progress import ignore_events
from broadcast.errors import UsageError
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.model.escalation import EscalationStep
from broadcast.model.text import printable
from broadcast.planning.escalation_card import Role, role
from broadcast.publishing.dependencies import dependencies
from broadcast.publishing.escalation_policy import find_policy
from broadcast.reports.language import PHRASES as REPORT_PHRASES
from broadcast.reports.save import save
from broadcast.wiring import load_settings, make_channels, make_deliverer

PolicyName = Annotated[str, typer.Argument(metavar="NAME", help="The policy: the NAME of [escalation.NAME].")]
At = Annotated[str, typer.Option(metavar="TIME", help="At this time: now, 22:00, 2h or 2026-12-24T08:00.")]


class CardForm(StrEnum):
    """The form of a card on standard output."""

    HUMAN = "human"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardOptions:
    """How a card is written."""

    output: Annotated[
        CardForm, typer.Option("--output", "-o", help="Lines for this terminal, or a page of HTML.")
    ] = CardForm.HUMAN
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the page of HTML to this file, readable by you alone.",
            show_default=False,
        ),
    ] = None
    lang: Annotated[
        str | None,
        typer.Option(
            metavar="LOCALE", help="Of the page: de or en. Default: the organisation's.", show_default=False
        ),
    ] = None

    @property
    def html(self) -> bool:
        """Whether a page is wanted; raises `UsageError` for options that do not go together."""
        if self.out and self.out.suffix.lower() not in {".html", ".htm"}:
            raise UsageError(
                f"the card is a page of HTML, and {self.out.name} does not end in .html",
                hint=f"write {self.out.with_suffix('.html').name}; a browser prints it",
            )
        wanted = self.output is CardForm.HTML or self.out is not None
        if self.lang and not wanted:
            raise UsageError("--lang goes with a page only", hint="add -o html, or --out card.html")
        if self.lang and not REPORT_PHRASES.has(self.lang):
            known = " and ".join(REPORT_PHRASES.languages())
            raise UsageError(f"there are no cards in {self.lang}", hint=f"they are written in {known}")
        return wanted

    def write(self, page: str, common: Common) -> None:
        """Write the page to the file or to standard output."""
        if self.out is None:
            common.out.write(page)
            return
        save(page, self.out, "a card")
        common.err.write(f"written: {printable(str(self.out))}\n")


@command(
    "broadcast escalate card duty", "broadcast escalate card duty --out card.html --lang de", name="card"
)
def show_card(common: Common, name: PolicyName, printed: CardOptions, at: At = "now") -> None:
    """Print the procedure on one page, with names and whole addresses, for the day when nothing works.

    It warns where no two ways to a role are independent of each other. As HTML it is one page of A4 for a
    browser to print, with two independent connections to each role, in German or English.
    """
    html = printed.html
    settings = load_settings(common.config, sandbox=common.sandbox)
    begins = parse_any_moment(at, SystemClock().now(), settings.timezone)
    with use_ledger(settings) as ledger:
        policy = find_policy(settings, make_channels(settings).planned, name)
        steps = [_roles(step, begins, settings, ledger) for step in policy.steps]
    if not html:
        show(card_page(policy, steps, begins, settings.timezone), common.out)
        return
    from broadcast.reports.card import EscalationCard, card_html

    card = EscalationCard(
        organisation=settings.organisation,
        policy=policy,
        steps=steps,
        begins=begins,
        zone=settings.timezone,
    )
    printed.write(card_html(card, printed.lang or settings.locale), common)


def _roles(step: EscalationStep, at: datetime, settings: Settings, ledger: Ledger) -> list[Role]:
    people = StepPeople(settings, ledger)
    channels = make_deliverer(settings, ledger, ignore_events).channels.planned
    depends = dependencies(settings)
    return [role(name, people.named(name, at), step, channels, depends) for name in step.to]
