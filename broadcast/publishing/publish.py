"""Publish a notice: compose the facts, plan, render, ask, record, deliver."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from broadcast.config.settings import Settings
from broadcast.dispatch.progress import Event, EventKind
from broadcast.dispatch.stop import Stop
from broadcast.errors import ConfigError, KeyReused, LedgerError, Overtaken, Refused, UnknownIncident
from broadcast.ledger.health import Watched
from broadcast.ledger.records import NewNotice, Notice
from broadcast.model.consent import Purpose
from broadcast.model.counted import counted
from broadcast.model.expiry import expires_at
from broadcast.model.health import FRESH
from broadcast.model.incident import Incident, Phase
from broadcast.model.notice import Facts
from broadcast.model.reach_level import ReachLevel
from broadcast.model.subscription import Subscriber
from broadcast.model.work import AutomaticWork
from broadcast.publishing import advisories
from broadcast.publishing.active_lines import lines_for, with_active_lines
from broadcast.publishing.approval import Release, check_approval, lacks_approval
from broadcast.publishing.author import author
from broadcast.publishing.compose import Composed, EarlierNotices, compose
from broadcast.publishing.deliver import Deliverer, Order
from broadcast.publishing.dependencies import dependencies
from broadcast.publishing.earlier_recipients import EarlierRecipients
from broadcast.publishing.escalation_policy import find_policy
from broadcast.publishing.hints import hints
from broadcast.publishing.observed_outages import found_down, proposals, takes_back
from broadcast.publishing.prepare import (
    PreparedNotice,
    check_personal,
    needed_texts,
    preview,
    write_texts,
    written_for,
)
from broadcast.publishing.preview import Preview, PreviewConsent
from broadcast.publishing.question import question, unheard
from broadcast.publishing.recipients import RecipientSelector
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.publishing.result import Result
from broadcast.publishing.work import with_work
from broadcast.rendering.render import Renderer
from broadcast.rendering.text_draft import OUTSIDE


@dataclass(frozen=True, slots=True)
class Subject:
    """The incident of a notice, once it is certain; `warnings` say why it changed.

    With `reserved`, `ref` is a new incident's number that no other command can take.
    """

    ref: str | None = None
    reserved: bool = False
    warnings: tuple[str, ...] = ()


def _check_same_target(request: Request, prepared: PreparedNotice, before: Facts | None) -> Facts:
    """Return the facts of the draft; raises `Overtaken` if they take back another notice than `before` did.

    A false alarm must not become "still down" because somebody else has just published the all-clear.
    """
    now = prepared.facts
    takes_back = request.verb is Verb.RETRACT or request.corrects
    if before and takes_back and (now.phase, now.corrects) != (before.phase, before.corrects):
        raise Overtaken(
            f"somebody else published {now.ref}/{now.sequence - 1}, so this would take back something else",
            hint=f"nothing was sent; read it with `broadcast log {now.ref}`, then say what is true now",
        )
    return now


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Publishes the notices of incidents: `notify`, `update`, `resolve`, `retract` and `maintenance`.

    Build it with `wiring.make_publisher`. It is used from one event loop.

    Attributes:
        settings: The whole configuration; all of it can matter for a notice.
        renderer: Renders the texts from templates.
        locales: The locales that have templates, such as `("de", "en")`.
        deliverer: Sends recorded notices; it has the ledger, the clock and the channels.
        recorded: Is called once a notice is recorded, before it is sent; returns warnings.
        author: Who publishes; empty for the person who runs the program.

    Example:
        publisher = make_publisher(settings, ledger, listener)
        request = Request(verb=Verb.NOTIFY, title="Checkout down", severity="sev2")
        result = await publisher.publish(request, Limits(deadline=120.0), consent, Stop())
        sys.exit(result.exit_code)
    """

    settings: Settings
    renderer: Renderer
    locales: tuple[str, ...]
    deliverer: Deliverer
    recorded: Callable[[], Sequence[str]] = tuple
    author: str = ""

    async def publish(
        self,
        request: Request,
        limits: Limits,
        consent: PreviewConsent,
        stop: Stop,
        release: Release | None = None,
    ) -> Result:
        """Publish a notice, and return when every message has an outcome or a limit was reached.

        If another command records a notice meanwhile, this one is prepared again and `consent` is asked
        again. That ends, because each time another notice was recorded, and a number that was lost once is
        reserved for the next time. With a key that was used before, nothing is sent twice.

        Args:
            request: The notice, as typed.
            limits: Deadline (seconds), most recipients, and what to do about unknown outcomes.
            consent: Is called with the preview before anything is recorded; raises `Refused` for a no.
            stop: Ends the run early once messages are being sent.
            release: The approved proposal that this is, if it is one; exactly that is sent.

        Returns:
            The result with its exit code, also if messages failed.

        Raises:
            UsageError: The request is invalid, or names something unknown.
            NothingMatched: There are no recipients.
            PhaseError: The incident cannot go to that phase.
            TemplateError: A text cannot be rendered, or does not fit.
            ConfigError: A channel's setting or secret is missing.
            Refused: The answer was no, there are too many recipients, `live` is false, or an approval is
                missing or void.
            KeyReused: The key belongs to a notice with other content.
            Overtaken: Another notice changed what this one takes back.
            LedgerError: The ledger cannot be read or written, and nothing was sent.
            Unfinished: The notice is recorded, but sending ended early; `retry` continues.
        """
        # Since the last notice, the name of a channel may have got another room or page (decision 23).
        self.deliverer.follow_targets()
        subject = Subject(release.ref, release.reserved) if release else Subject(request.incident)
        meant = None
        while not (known := self._notice_with_key(request)):
            prepared = self.prepare(request, subject, release.at if release else None)
            meant = _check_same_target(request, prepared, meant)
            check_approval(prepared, self.settings.approval, release)
            shown = self.checked_preview(prepared, limits)
            # Before the question: a missing secret must not be found after the yes.
            self.deliverer.channels.permit(prepared.recipients.channels)
            adapters = self.deliverer.channels.adapters(prepared.recipients.channels)
            order = Order(limits, adapters, prepared.warnings, prepared.suppressed)
            consent(shown)
            if release:
                prepared = replace(prepared, author=release.author)
            try:
                return await self._send(prepared, request, subject, order, stop)
            except Overtaken as overtaken:
                if not self._notice_with_key(request):
                    subject = self._next_subject(prepared, subject, overtaken)
        return await self._continue(known, limits, stop)

    async def _send(
        self, prepared: PreparedNotice, request: Request, subject: Subject, order: Order, stop: Stop
    ) -> Result:
        """Record the notice and deliver it; raises `Overtaken`."""
        # The run is registered first: if this machine cannot send, nothing may be recorded.
        with self.deliverer.started(stop) as started:
            notice = self._record(prepared, request, subject, order.limits)
            with self.deliverer.recorded(notice):
                warnings = (*order.warnings, *self._announce(prepared, request), *self.recorded())
                return await self.deliverer.deliver_new(notice, replace(order, warnings=warnings), started)

    def _next_subject(self, prepared: PreparedNotice, subject: Subject, overtaken: Overtaken) -> Subject:
        """Return the subject of the next attempt; a new incident gets a reserved number."""
        if prepared.incident.id:
            # By its reference: "the only open incident" may be another one by now.
            return Subject(prepared.incident.ref, warnings=(*subject.warnings, str(overtaken)))
        ref = self.deliverer.ledger.incidents.reserve_ref()
        return Subject(ref, reserved=True, warnings=(f"{overtaken}, the number is now {ref}",))

    def preview(self, request: Request, limits: Limits) -> Preview:
        """Return the preview of the notice; records and sends nothing."""
        if request.verb is not Verb.NOTIFY:
            self.deliverer.follow_targets()
        prepared = self.prepare(request, Subject(request.incident))
        shown = self.checked_preview(prepared, limits)
        if missing := lacks_approval(prepared, self.settings.approval):
            shown = replace(shown, warnings=(*shown.warnings, missing))
        try:
            self.deliverer.channels.permit(prepared.recipients.channels)
            self.deliverer.channels.adapters(prepared.recipients.summary.channels)
        except (Refused, ConfigError) as error:
            warning = f"it could not be sent: {error}; {error.hint}"
            live = not isinstance(error, Refused)
            return replace(shown, live=live, warnings=(*shown.warnings, warning))
        return shown

    def _notice_with_key(self, request: Request) -> Notice | None:
        """Return the notice that was recorded under the request's key; raises `KeyReused` if it differs."""
        if not request.key:
            return None
        notice = self.deliverer.ledger.incidents.notice_with_key(request.key)
        if notice and notice.inputs_hash != request.inputs_hash():
            raise KeyReused(
                f"the key {request.key} belongs to {notice.incident}/{notice.sequence}, "
                "which was published with another text or other options",
                hint="use a new key for a new notice; the earlier notice is unchanged",
            )
        return notice

    async def _continue(self, notice: Notice, limits: Limits, stop: Stop) -> Result:
        """Continue an interrupted notice, or return the stored result of a finished one."""
        if notice.result and not self.deliverer.owes(notice):
            stored = Result.from_json(json.loads(notice.result))
            if limits.until is ReachLevel.ACCEPTED or stored.reached:
                return self.deliverer.with_answers(notice, stored.replay())
        adapters = self.deliverer.needed_until(notice, limits.until)
        return await self.deliverer.deliver(notice, limits, adapters, stop)

    def prepare(self, request: Request, subject: Subject, at: datetime | None = None) -> PreparedNotice:
        """Return the notice as it is at that time, by default now; records and sends nothing."""
        if request.policy is not None:
            find_policy(self.settings, self.deliverer.channels.planned, request.policy)
        before = self._before(request, subject)
        now = at or self.deliverer.clock.now()
        watched = [] if takes_back(request) else self.deliverer.ledger.health.down(now)
        settings = self._with_lines(request, before)
        depends = dependencies(settings, found_down(settings, watched, now))
        composed = compose(request, before, settings, depends, now)
        # `request` stays as it was typed: a repeated key is compared with that.
        services = tuple(service.key for service in composed.facts.services)
        effective = replace(request, affects=composed.facts.affects, services=services)
        channels = self.deliverer.channels.planned
        earlier = EarlierRecipients.by(self.deliverer.ledger, before.incident)
        purpose = Purpose.of(drill=composed.facts.drill, maintenance=composed.incident.phase.maintenance)
        suppressed = self.deliverer.ledger.suppressions.suppressed()
        selector = RecipientSelector(
            settings=self.settings,
            channels=channels,
            locales=self.locales,
            suppressed=suppressed,
            depends=depends,
            failing=self.failing_channels(watched, now) if before.incident else frozenset(),
            subscribers=self._subscribers(),
        )
        recipients = selector.select(effective, earlier, purpose)
        facts = replace(composed.facts, audiences=written_for(recipients))
        needed = needed_texts(recipients.shares, channels, self.locales, earlier.texts)
        texts, rendered = write_texts(facts, needed, self.renderer)
        check_personal(texts, rendered, recipients.everybody)
        systems = depends.known(channels.values())
        spoken = {locale for _, locale, _ in needed}
        staff = {locale for audience, locale, _ in needed if audience not in OUTSIDE}
        said = self._earlier_warnings(before) if recipients.contacts else set()
        prepared = PreparedNotice(
            incident=composed.incident,
            facts=facts,
            recipients=recipients,
            texts=texts,
            rendered=rendered,
            suppressed=suppressed,
            warnings=(  # what matters most last: it stands right above the question
                *self.settings.warnings,
                *(one for one in recipients.contacts if one not in said),
                *composed.warnings,
                *proposals(effective, self.settings, watched, recipients.channels, now),
                *advisories.hard_words(effective, facts, effective.lang or self.settings.locale),
                *advisories.mistyped(effective, systems),
                *hints(facts, settings),
                *advisories.shortened(texts, rendered),
                *advisories.untranslated(effective, spoken, effective.lang or self.settings.locale, staff),
                *recipients.warnings,
                *subject.warnings,
                *self._same_title_warning(composed),
                *unheard(request, self.settings),
                *advisories.examples(self.settings),
            ),
        )
        ledger = self.deliverer.ledger
        automatic = ledger.work.automatic(before.incident) if before.incident else AutomaticWork()
        return with_work(prepared, request, automatic, self.settings, now)

    def _with_lines(self, request: Request, before: EarlierNotices) -> Settings:
        """Return the settings with the backup lines that stand in for the hotline."""
        active = lines_for(request, before.ref, self.deliverer.ledger.lines.active())
        return with_active_lines(self.settings, active)

    def _subscribers(self) -> Sequence[Subscriber]:
        return self.deliverer.ledger.subscriptions.subscribers() if self.settings.open_audience else ()

    def _earlier_warnings(self, before: EarlierNotices) -> set[str]:
        """Return every warning of the incident's earlier notices."""
        notices = self.deliverer.ledger.incidents.notices(before.incident) if before.incident else ()
        results = (Result.from_json(json.loads(one.result)) for one in notices if one.result)
        return {warning for result in results for warning in result.warnings}

    def failing_channels(self, watched: Sequence[Watched], now: datetime) -> frozenset[str]:
        """Return the channels that failed just now; others may work again."""
        ledger = self.deliverer.ledger
        broken = {one.channel for one in ledger.history.breakers() if abs(now - one.opened_at) < FRESH}
        return frozenset({*broken, *ledger.health.troubled(now - FRESH), *(one.system for one in watched)})

    def _same_title_warning(self, composed: Composed) -> list[str]:
        """Return a warning if an open incident has the same title: a second one is usually a mistake."""
        new = composed.incident
        same = [
            incident.ref
            for incident in self.deliverer.ledger.incidents.all()
            if not new.id and not incident.phase.closed and incident.title == new.title
        ]
        return (
            [f"{same[-1]} is open under the same title; to say more of it: update {same[-1]}"] if same else []
        )

    def _before(self, request: Request, subject: Subject) -> EarlierNotices:
        incidents = self.deliverer.ledger.incidents
        still_open = tuple(one for one in incidents.all() if not one.phase.closed)
        if request.verb is Verb.NOTIFY:
            return EarlierNotices(
                incident=None,
                latest=None,
                ref=subject.ref or incidents.next_ref(),
                sequence=1,
                beside=still_open,
            )
        incident = self._find_incident(request, subject)
        notices = incidents.notices(incident)
        latest = notices[-1] if notices else None
        beside = tuple(one for one in still_open if one.id != incident.id)
        number = incidents.next_sequence(incident)
        return EarlierNotices(
            incident=incident,
            latest=latest,
            ref=incident.ref,
            sequence=number,
            beside=beside,
            earlier=tuple(notices[:-1]),
            audiences=tuple(self.deliverer.ledger.history.audiences(incident)),
        )

    def _find_incident(self, request: Request, subject: Subject) -> Incident:
        """Return the incident of the request; raises `UnknownIncident` or `AmbiguousIncident`."""
        try:
            return self.deliverer.ledger.incidents.find(subject.ref, maintenance=request.maintenance)
        except UnknownIncident as error:
            over = [one for one in self.deliverer.ledger.incidents.all() if one.phase is Phase.RESOLVED]
            if request.verb is not Verb.RETRACT or request.maintenance or subject.ref or not over:
                raise
            hint = f'to take an all-clear back, name its incident: broadcast retract {over[-1].ref} -m "..."'
            raise UnknownIncident(str(error), hint=hint) from None

    def checked_preview(self, prepared: PreparedNotice, limits: Limits) -> Preview:
        """Return the preview; raises `Refused` if there are more recipients than allowed."""
        channels = self.deliverer.channels.planned
        shown = preview(prepared, channels, sandbox=self.settings.sandbox)
        most = self.settings.max_recipients if limits.max_recipients is None else limits.max_recipients
        if most is not None and shown.people > most:
            raise Refused(
                f"{counted(shown.people, 'person', 'people')} would be told, and at most {most} are allowed",
                hint=f"raise it with --max-recipients {shown.people}, or narrow --audience",
            )
        return shown

    def _record(self, prepared: PreparedNotice, request: Request, subject: Subject, limits: Limits) -> Notice:
        new = NewNotice(
            incident=prepared.incident,
            facts=prepared.facts,
            kind=prepared.facts.kind,
            key=request.key,
            inputs_hash=request.inputs_hash(),
            author=prepared.author or self.author or author(),
            texts=prepared.texts,
            deliveries=prepared.recipients.deliveries,
            latecomers=prepared.recipients.latecomers,
            reserved=subject.reserved,
            expires_at=_expires_at(request, prepared.facts, self.deliverer.clock.now()),
            on_unknown=limits.on_unknown,
            work=prepared.work and replace(prepared.work, max_recipients=limits.max_recipients),
            question=question(request, prepared.recipients.shares, self.deliverer.clock.now()),
            kinds={
                name: channel.capabilities.kind for name, channel in self.deliverer.channels.planned.items()
            },
        )
        return self.deliverer.ledger.incidents.record(new, self.deliverer.clock.now())

    def _announce(self, prepared: PreparedNotice, request: Request) -> Iterator[str]:
        """Report the plan to the listener; dismiss observed outages if asked, or yield a warning."""
        for name, people in prepared.recipients.summary.first.items():
            self.deliverer.listener(Event(kind=EventKind.PLANNED, channel=name, count=people))
        if takes_back(request):
            try:
                self.deliverer.ledger.health.dismiss()
            except LedgerError as error:
                yield f"systems that `watch` found down still count as down: {error}"


def _expires_at(request: Request, facts: Facts, now: datetime) -> datetime | None:
    asked = None if request.expires is None else timedelta(seconds=request.expires)
    return expires_at(facts, now, asked)
