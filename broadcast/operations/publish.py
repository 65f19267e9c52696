"""Publishing a notice: compose the facts, plan, render, ask, record, deliver."""

from __future__ import annotations

import difflib
import getpass
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from broadcast.config.settings import AudienceSettings, Settings
from broadcast.contacts.book import Book, read_contacts
from broadcast.dispatch.happening import Happened, Happening
from broadcast.errors import KeyReused, NothingMatched, Refused, UsageError
from broadcast.ledger.records import NewNotice, Notice
from broadcast.model.delivery import DeliveryState
from broadcast.model.plan import Planned
from broadcast.operations.compose import Before, compose
from broadcast.operations.deliver import Delivery
from broadcast.operations.draft import Draft, needed_texts, preview, write_texts
from broadcast.operations.preview import Consent, Preview
from broadcast.operations.request import Limits, Request, Verb
from broadcast.operations.result import Result
from broadcast.planning.plan import Earlier, Planner, Roster
from broadcast.planning.ways import Way, open_lanes
from broadcast.rendering.render import Renderer

_CLOSING = frozenset({Verb.RESOLVE, Verb.RETRACT})


@dataclass(frozen=True, slots=True)
class Publisher:
    """Publishes notices. `locales` are the languages there are templates for."""

    settings: Settings
    renderer: Renderer
    locales: tuple[str, ...]
    delivery: Delivery

    def publish(self, request: Request, limits: Limits, consent: Consent) -> Result:
        """Publish a notice and return when it is delivered, as far as it can be.

        `consent` is asked once, before anything is recorded. Raises a `BroadcastError` where nothing
        was sent.
        """
        if request.key and (known := self._known(request)):
            return self._continue(known, limits)
        draft = self._draft(request)
        shown = preview(draft, self.delivery.channels.ways, sandbox=self.settings.sandbox)
        self._guard(shown, limits)
        adapters = self.delivery.channels.adapters(_channels_of(draft.deliveries))
        consent(shown)
        notice = self._record(draft, request)
        return self.delivery.deliver(notice, limits, adapters, draft.warnings)

    def preview(self, request: Request, limits: Limits) -> Preview:
        """The notice as it would go out; records and sends nothing."""
        draft = self._draft(request)
        shown = preview(draft, self.delivery.channels.ways, sandbox=self.settings.sandbox)
        self._guard(shown, limits)
        return shown

    def _known(self, request: Request) -> Notice | None:
        notice = self.delivery.ledger.incidents.notice_with_key(request.key or "")
        if notice and notice.inputs_hash != request.inputs_hash():
            raise KeyReused(
                f"the key {request.key} belongs to {notice.incident}/{notice.sequence}, which says something else",
                hint="use a new key for a new notice; the old one was left as it is",
            )
        return notice

    def _continue(self, notice: Notice, limits: Limits) -> Result:
        """Go on with an interrupted run, or give the stored result of a finished one again."""
        if notice.result and not self.delivery.owes(notice):
            return Result.from_json(json.loads(notice.result)).replay()
        return self.delivery.deliver(notice, limits, self.delivery.needed(notice))

    def _draft(self, request: Request) -> Draft:
        before = self._before(request)
        composed = compose(request, before, self.settings, self.delivery.clock.now())
        ways, warnings = self._ways(request, drill=composed.facts.drill)
        deliveries, remarks = self._plan(request, before, ways)
        self._check_matched(request, deliveries)
        needed = needed_texts(deliveries, ways, self.locales)
        texts, rendered = write_texts(composed.facts, needed, self.renderer)
        return Draft(
            incident=composed.incident,
            facts=composed.facts,
            deliveries=deliveries,
            texts=texts,
            rendered=rendered,
            warnings=(*self.settings.warnings, *composed.warnings, *warnings, *remarks),
        )

    def _before(self, request: Request) -> Before:
        incidents = self.delivery.ledger.incidents
        if request.verb is Verb.NOTIFY:
            return Before(None, None, incidents.next_ref(), 1)
        incident = incidents.find(request.incident)
        notices = incidents.notices(incident)
        latest = notices[-1] if notices else None
        return Before(incident, latest, incident.ref, incidents.next_sequence(incident))

    def _ways(self, request: Request, *, drill: bool) -> tuple[dict[str, Way], list[str]]:
        """The channels this notice may use, and what was left out."""
        ways = dict(self.delivery.channels.ways)
        for name in (*request.channels, *request.not_channels):
            if name not in ways:
                raise UsageError(f"there is no channel {name}", hint=_suggest(name, ways))
        if request.channels:
            ways = {name: way for name, way in ways.items() if name in request.channels}
        ways = {name: way for name, way in ways.items() if name not in request.not_channels}
        public = [name for name, way in ways.items() if way.capabilities.publishes and way.capabilities.networked]
        if drill and public and not self.settings.sandbox:
            for name in public:
                del ways[name]
            return ways, [f"a drill is not published to the world: left out {', '.join(public)}"]
        return ways, []

    def _plan(
        self, request: Request, before: Before, ways: dict[str, Way]
    ) -> tuple[list[Planned], list[str]]:
        incident = before.incident
        told = self.delivery.ledger.history.told(incident) if incident else []
        earlier = [
            Earlier(
                t.contact, t.receiver, t.audience, t.texts, t.locale, t.lane, t.channel, t.route, t.required, t.reached
            )
            for t in told
        ]
        default = request.lang or self.settings.locale
        planner = Planner(ways, self.locales, default, earlier, request.affects)
        if request.verb in _CLOSING:
            if request.audiences:
                raise UsageError(
                    f"a {request.verb} goes to everybody who was told", hint="leave out --audience"
                )
            deliveries = list(planner.remind())
            nobody = [] if deliveries else ["nobody had been told of it, so nobody is told now"]
            return deliveries, nobody
        audiences = self._audiences(request, [t.audience for t in told])
        rosters, warnings = self._rosters(audiences, ways, request)
        deliveries = list(planner.plan(rosters))
        return deliveries + list(planner.remind(audiences=[a.name for a in audiences])), warnings

    def _audiences(self, request: Request, told: Sequence[str]) -> list[AudienceSettings]:
        known = self.settings.audiences
        for name in request.audiences:
            if name not in known:
                raise UsageError(f"there is no audience {name}", hint=_suggest(name, known))
        names = request.audiences or tuple(dict.fromkeys(told)) or tuple(known)
        return [known[name] for name in dict.fromkeys(names) if name in known]

    def _rosters(
        self, audiences: Sequence[AudienceSettings], ways: dict[str, Way], request: Request
    ) -> tuple[list[Roster], list[str]]:
        rosters: list[Roster] = []
        warnings: list[str] = []
        for audience in audiences:
            lanes = open_lanes(audience.lanes, ways, request.affects)
            warnings += lanes.warnings
            book = self._book(audience) if _personal(lanes.lanes, ways) else None
            warnings += _remarks(book) if book else []
            contacts = book.contacts if book else ()
            rosters.append(Roster(audience.name, audience.texts, contacts, lanes.lanes))
        return rosters, warnings

    def _book(self, audience: AudienceSettings) -> Book | None:
        if not audience.contacts:
            return None
        return read_contacts(audience.contacts, self.settings.region)

    def _check_matched(self, request: Request, deliveries: Sequence[Planned]) -> None:
        going = any(delivery.state is DeliveryState.PLANNED for delivery in deliveries)
        if going or request.verb in _CLOSING:
            return
        if deliveries:
            raise NothingMatched(
                f"none of {len(deliveries)} people can be reached: {deliveries[0].reason}",
                hint="`broadcast contacts check` shows who has which address",
            )
        raise NothingMatched(
            "nobody to tell: no contact and no channel matches",
            hint="check --audience, --channel and the lanes in the configuration with `broadcast config show`",
        )

    def _guard(self, shown: Preview, limits: Limits) -> None:
        most = self.settings.max_recipients if limits.max_recipients is None else limits.max_recipients
        if most is not None and shown.people > most:
            raise Refused(
                f"{shown.people} people would be told, and at most {most} are allowed",
                hint=f"raise it with --max-recipients {shown.people}, or narrow --audience",
            )
        if self.settings.live or self.settings.sandbox:
            return
        ways = self.delivery.channels.ways
        used = {name for audience in shown.audiences for name, _ in audience.first} | set(shown.posts)
        if networked := sorted(name for name in used if ways[name].capabilities.networked):
            raise Refused(
                f"live = false, so {', '.join(networked)} may not send",
                hint="rehearse with --sandbox, or set live = true in the configuration",
            )

    def _record(self, draft: Draft, request: Request) -> Notice:
        new = NewNotice(
            incident=draft.incident,
            facts=draft.facts,
            kind=draft.facts.kind,
            key=request.key,
            inputs_hash=request.inputs_hash(),
            author=_author(),
            texts=draft.texts,
            deliveries=draft.deliveries,
        )
        notice = self.delivery.ledger.incidents.record(new, self.delivery.clock.now())
        for name in _channels_of(draft.deliveries):
            count = sum(1 for delivery in draft.deliveries if delivery.route[0] == name)
            if count:
                self.delivery.listener(Happening(Happened.PLANNED, name, count=count))
        return notice


def _channels_of(deliveries: Sequence[Planned]) -> list[str]:
    going = (delivery for delivery in deliveries if delivery.state is DeliveryState.PLANNED)
    return sorted({name for delivery in going for name in delivery.route})


def _personal(lanes: Sequence[Sequence[str]], ways: dict[str, Way]) -> bool:
    return any(not ways[lane[0]].capabilities.publishes for lane in lanes if lane)


def _remarks(book: Book) -> list[str]:
    remarks = list(book.warnings)
    if book.rejected:
        first = book.rejected[0]
        remarks.append(
            f"{len(book.rejected)} rows of the contacts were rejected and nobody in them is told "
            f"(first: {first.path.name}, line {first.line}: {first.reason})"
        )
    return remarks


def _suggest(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {close[0]}?" if close else "there are: " + (", ".join(names) or "none")


def _author() -> str:
    named = os.environ.get("BROADCAST_AUTHOR") or os.environ.get("GITHUB_ACTOR")
    try:
        return named or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
