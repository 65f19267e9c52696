"""Start an escalation: check it, write its texts, and record it with its first pages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Self

from broadcast.cadence.escalate import Escalate, describe
from broadcast.config.settings import Settings
from broadcast.errors import NothingMatched, TemplateError, UsageError
from broadcast.inbound.meaning import understand
from broadcast.ledger.records import NewNotice, Notice, NoticeText
from broadcast.model.escalation import PAGES, Escalation, EscalationPolicy
from broadcast.model.ids import notice_mark
from broadcast.model.incident import Incident
from broadcast.model.notice import Facts, NoticeKind, TextPhase
from broadcast.model.plan import Planned
from broadcast.model.question import NoticeQuestion
from broadcast.planning.escalation import Climb
from broadcast.planning.escalation_plan import PageRound, page_rounds, simulate
from broadcast.publishing.author import author
from broadcast.publishing.deliver import Deliverer
from broadcast.publishing.escalation_policy import find_policy
from broadcast.publishing.prepare import write_texts
from broadcast.rendering.catalogue import Catalogue
from broadcast.rendering.render import Rendered, Renderer

_MOST_OPTIONS = 9  # as many keys a phone has
_LONGEST_QUESTION = 100  # characters: an SMS says the state of the incident as well
_LONGEST_OPTION = 60  # characters: a button shows no more on a phone
#: Between options in a text; longer options are easier to tell apart with the other sign.
_SHORT, _BETWEEN, _BETWEEN_LONG = 12, ", ", "; "


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRequest:
    """An escalation as it was asked for. Without `options`, people are asked to confirm.

    `about` is the number of the notice that some have not confirmed, if it is about them.
    """

    incident: str | None
    policy: str
    question: str = ""
    options: tuple[str, ...] = ()
    about: int | None = None

    def inputs_hash(self) -> str:
        """Return a digest of all fields."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedEscalation:
    """An escalation that is ready for the preview and the ledger.

    `rounds` are what happens if no one answers.
    """

    incident: Incident
    facts: Facts
    policy: EscalationPolicy
    texts: Sequence[NoticeText]
    rendered: Sequence[Rendered]
    rounds: Sequence[PageRound]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStarter:
    """Starts escalations, which `job` then drives."""

    settings: Settings
    renderer: Renderer
    job: Escalate

    @classmethod
    def build(
        cls, settings: Settings, deliverer: Deliverer, catalogue: Catalogue, renderer: Renderer
    ) -> Self:
        """Return the starter for these settings."""
        return cls(settings=settings, renderer=renderer, job=Escalate.build(settings, deliverer, catalogue))

    def prepare(self, request: EscalationRequest, now: datetime) -> PreparedEscalation:
        """Return what would be started.

        Raises:
            UsageError: The policy, the incident or the options are invalid.
            NothingMatched: No person of any step can be reached.
            ConfigError: A channel of the policy is for everybody and asks no single person.
            TemplateError: A text cannot be written, or is too long.
        """
        policy = find_policy(self.settings, self.job.deliverer.channels.planned, request.policy)
        _check_question(request)
        incident = self.job.ledger.incidents.find(request.incident)
        if incident.phase.closed:
            raise UsageError(f"{incident.ref} is over", hint="escalate an incident that is open")
        rounds = list(simulate(policy, now, self.job.paging))
        if not any(one.sent for one in rounds):
            raise NothingMatched(
                f"{policy.name} reaches no one: {_why(rounds)}",
                hint=f"`broadcast escalate plan {policy.name}` shows every step",
            )
        facts = self._facts(incident, request, now)
        texts, rendered = self._texts(facts, policy)
        return PreparedEscalation(
            incident=incident,
            facts=facts,
            policy=policy,
            texts=texts,
            rendered=rendered,
            rounds=rounds,
            warnings=tuple(self._warnings(policy, rounds)),
        )

    def start(self, prepared: PreparedEscalation, request: EscalationRequest, now: datetime) -> Notice:
        """Record it with its first pages; they are not sent yet. Raises `Refused` and `LedgerError`."""
        first = self._first(prepared.policy, now)
        planned = self.job.deliverer.channels.planned
        new = NewNotice(
            incident=prepared.incident,
            facts=prepared.facts,
            kind=NoticeKind.ESCALATION,
            key=None,
            inputs_hash=request.inputs_hash(),
            author=author(),
            texts=prepared.texts,
            deliveries=first,
            kinds={name: channel.capabilities.kind for name, channel in planned.items()},
            question=NoticeQuestion(
                text=request.question,
                options=request.options,
                asked_at=now,
                answer_by=now + prepared.policy.lasts,
                wait=prepared.policy.lasts.total_seconds(),
            ),
        )
        return self.job.ledger.escalations.start(new, prepared.policy, now, request.about)

    def _first(self, policy: EscalationPolicy, now: datetime) -> list[Planned]:
        begun = Escalation.begin(policy, now)
        (first,) = page_rounds(begun, Climb(0, "start"), now, self.job.paging)
        return list(first.pages)

    def _facts(self, incident: Incident, request: EscalationRequest, now: datetime) -> Facts:
        """Return the state of the incident as its latest notice says it, without what was new in that."""
        latest = self.job.ledger.incidents.notices(incident)[-1].facts
        choices = _choices(request.options)
        asked: tuple[tuple[str, str], ...] = ()
        if choices:
            asked = (("question", request.question), ("choices", choices))
        if request.about is not None:
            about = self.job.ledger.incidents.notice(request.about)
            asked += (("unconfirmed", notice_mark(about.incident, about.sequence)),)
        if self.settings.serve.url:
            asked += (("has_link", "yes"),)
        return replace(
            latest,
            kind=NoticeKind.ESCALATION,
            sequence=self.job.ledger.escalations.next_number(incident),
            text_phase=TextPhase.INVESTIGATING,
            as_of=now.astimezone(self.settings.timezone),
            phase_before=None,
            severity_before=None,
            corrects=None,
            correction=None,
            former_starts=None,
            former_ends=None,
            confirm_by=None,
            variables=asked,
        )

    def _texts(self, facts: Facts, policy: EscalationPolicy) -> tuple[list[NoticeText], list[Rendered]]:
        planned = self.job.deliverer.channels.planned
        names = {name for step in policy.steps for name in step.channels if name in planned}
        kinds = {str(planned[name].capabilities.kind) for name in names}
        needed = {(PAGES, locale, kind) for locale in self.job.paging.locales for kind in kinds}
        texts, rendered = write_texts(facts, needed, self.renderer)
        for one in rendered:
            if f"/{PAGES}/" not in one.template:
                raise TemplateError(
                    f"there is no text for pages beside {one.template}",
                    hint=f"write templates/<locale>/{PAGES}/sms.txt.j2, as the shipped ones in de and en",
                )
        return texts, rendered

    def _warnings(self, policy: EscalationPolicy, rounds: Sequence[PageRound]) -> Iterator[str]:
        if self.settings.serve.url is None:
            yield "[serve] is missing, so no answer arrives by itself: enter it with `broadcast confirm`"
        begun = Escalation.begin(policy, rounds[0].at)
        for one in rounds:
            if one.position.round == 0 and (one.gaps or not one.sent):
                yield describe(begun, one)


def _choices(options: Sequence[str]) -> str:
    """Return `1 yes, 2 no`."""
    long = any(len(option) > _SHORT or "," in option for option in options)
    numbered = (f"{number} {option}" for number, option in enumerate(options, 1))
    return (_BETWEEN_LONG if long else _BETWEEN).join(numbered)


def _check_question(request: EscalationRequest) -> None:
    options, question = request.options, request.question
    if bool(options) != bool(question):
        missing = "--question" if options else "--options"
        raise UsageError(f"{missing} is missing", hint='ask like --question "Switch over?" --options yes,no')
    if len(question) > _LONGEST_QUESTION:
        raise UsageError(
            f"the question has {len(question)} characters, and an SMS has room for {_LONGEST_QUESTION}",
            hint="ask it in fewer words",
        )
    if options and not 1 < len(options) <= _MOST_OPTIONS:
        raise UsageError("a question has 2 to 9 options", hint="write them like --options yes,no")
    if len({option.casefold() for option in options}) < len(options) or not all(options):
        raise UsageError("the options must differ", hint="write them like --options yes,no")
    for option in options:
        if len(option) > _LONGEST_OPTION:
            raise UsageError(
                f"an option has {len(option)} characters, and at most {_LONGEST_OPTION} are possible",
                hint="say the details in the question",
            )
        if understand(option, options).option != option:
            raise UsageError(
                f'"{option}" would not be understood as an answer',
                hint="use words that do not unsubscribe, as stop does",
            )


def _why(rounds: Sequence[PageRound]) -> str:
    gaps = [gap for one in rounds for gap in one.gaps]
    reasons = [page.reason for one in rounds for page in one.pages if page.reason]
    return "; ".join(dict.fromkeys((*gaps, *reasons))) or "no step has people"
