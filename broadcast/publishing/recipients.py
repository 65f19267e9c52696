"""Select the recipients of a notice, from the configuration, the contacts and the earlier notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from broadcast.config.settings import AudienceSettings, Settings
from broadcast.config.shapes import likely_locale
from broadcast.contacts.book import Book, read_contacts
from broadcast.contacts.permission import Permission, Permitted
from broadcast.errors import NothingMatched, UsageError
from broadcast.model.channel import Capabilities
from broadcast.model.consent import ConsentRule, Purpose
from broadcast.model.contact import Contact
from broadcast.model.counted import counted
from broadcast.model.forgotten import Forgotten
from broadcast.model.nearest import suggest
from broadcast.model.plan import Planned
from broadcast.model.previous_delivery import PreviousDelivery
from broadcast.model.subscription import Subscriber
from broadcast.model.suppression import Suppressed
from broadcast.model.target import present_name, why_gone
from broadcast.planning.lanes import comes_last, open_lanes
from broadcast.planning.outage import Dependencies
from broadcast.planning.plan import Plan, Planner, Roster
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.planning.previous_deliveries import Usable
from broadcast.planning.shared_addresses import SharedAddresses
from broadcast.publishing.contact_advisories import contact_advisories
from broadcast.publishing.earlier_recipients import EarlierRecipients
from broadcast.publishing.outside_readers import OutsideReaders
from broadcast.publishing.plan_summary import NO_RECIPIENTS, PlanSummary, Share, count
from broadcast.publishing.request import CLOSING, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """The deliveries of a notice, and their counts.

    Attributes:
        deliveries: One `Planned` per message. It is planned again on each iteration, so that a million
            people are never in memory at once.
        summary: The counts of `deliveries`.
        warnings: What was left out, and why, one line each.
        latecomers: Messages for people whose earlier notice has not been sent yet. They are recorded only if
            it is sent before this notice is recorded.
        late: The counts of `latecomers`.
        contacts: What is wrong with the contacts files, in one line at most.

    Example:
        recipients = selector.select(request, EarlierRecipients(), Purpose.INCIDENT)
        people = sum(recipients.summary.people.values())
    """

    deliveries: Iterable[Planned]
    summary: PlanSummary
    warnings: tuple[str, ...]
    latecomers: Iterable[Planned] = ()
    late: PlanSummary = NO_RECIPIENTS
    contacts: tuple[str, ...] = ()

    @property
    def everybody(self) -> Iterator[Planned]:
        """All deliveries, with those of latecomers: texts must fit each of them."""
        return chain(self.deliveries, self.latecomers)

    @property
    def shares(self) -> list[Share]:
        """The shares of all these deliveries, also of held ones."""
        held = dict.fromkeys(share for count in (self.summary, self.late) for share, _ in count.held)
        return [*self.summary.shares, *self.late.shares, *held]

    @property
    def channels(self) -> list[str]:
        """The names of all channels that may be used, sorted."""
        return sorted({*self.summary.channels, *self.late.channels})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientSelector:
    """Selects the recipients of a request.

    `channels` are all configured channels, `locales` those with templates, and `failing` the channels that
    failed just now. `subscribers` are those of all audiences. With `by_hand`, the contacts of audiences whose
    channels all publish are read as well.
    """

    settings: Settings
    channels: Mapping[str, PlannedChannel]
    locales: tuple[str, ...]
    suppressed: Suppressed
    depends: Dependencies
    failing: frozenset[str] = frozenset()
    subscribers: Sequence[Subscriber] = ()
    by_hand: bool = False

    def select(self, request: Request, before: EarlierRecipients, purpose: Purpose) -> Recipients:
        """Return the recipients of the request.

        A resolve or a retraction goes to everybody who got an earlier notice or may have got one. Raises
        `UsageError` for unknown names, and `NothingMatched` if there are no recipients.
        """
        channels, left_out, withheld = self._open_channels(request, drill=purpose is Purpose.DRILL)
        # The end goes to the channel of the latest notice, because people look for it there.
        sound = frozenset() if request.verb in CLOSING else frozenset(channels) - self.failing
        usable = Usable(
            channels=channels,
            withheld=withheld,
            threads=before.threads,
            configured=self.channels,
            sound=sound,
        )
        default = self._language(request)
        previous, waiting = self._permitted(before.previous), self._permitted(before.waiting_deliveries())
        outage = self.depends.outage(request.affects)
        shared = SharedAddresses()
        if request.verb in CLOSING:
            planner = Planner(usable, self.locales, default, previous, outage, shared)
            late = Planner(usable, self.locales, default, waiting, outage, shared)
            found = {name: note for name, channel in channels.items() if (note := outage.found(channel))}
            plan, latecomers = planner.follow_up(waiting), late.follow_up(previous)
            recipients = _closing(request, plan, latecomers, left_out, found)
            return replace(
                recipients, warnings=(*recipients.warnings, *_still_owed(recipients.summary, self.channels))
            )
        audiences = self._audiences(request, before.audiences)
        spared = OutsideReaders(before.audiences if purpose is Purpose.DRILL else ())
        heard = spared.heard((*previous, *waiting))
        planner = Planner(usable, self.locales, default, heard, outage, shared)
        included = spared.others(audiences)
        rosters, warnings, contacts = self._rosters(included, channels, request, purpose, before.forgotten)
        gone = [name for name in before.audiences if name not in self.settings.audiences]
        # People of an audience that was removed from the configuration are told as before.
        further = [] if request.audiences else gone
        owed = spared.owed(planner.plan(rosters, further))
        summary = count(owed)
        _check_matched(summary, (*warnings, *contacts))
        advisories = (
            *left_out,
            *spared.advisories(audiences, previous),
            *_renamed(further),
            *self._not_updated(heard),
            *_still_owed(summary, self.channels),
            *warnings,
        )
        return Recipients(deliveries=owed, summary=summary, warnings=advisories, contacts=contacts)

    def _not_updated(self, previous: Sequence[PreviousDelivery]) -> list[str]:
        """Return a warning for each channel that published before and is gone: it shows the old notice."""
        gone = dict.fromkeys(
            one.channel for one in previous if not one.contact and one.channel not in self.channels
        )
        return [
            f"{name} published an earlier notice and {_gone(name, self.channels)}; "
            "its readers still see that notice"
            for name in gone
        ]

    def _open_channels(
        self, request: Request, *, drill: bool
    ) -> tuple[dict[str, PlannedChannel], list[str], dict[str, str]]:
        """Return the channels that this notice may use, a warning about others, and why each is withheld."""
        for name in (*request.channels, *request.not_channels):
            if name not in self.channels:
                raise UsageError(f"there is no channel {name}", hint=suggest(name, self.channels))
        wanted = set(request.channels or self.channels) - set(request.not_channels)
        channels = {name: channel for name, channel in self.channels.items() if name in wanted}
        withheld = {
            name: f"{name} is left out by --channel or --not-channel"
            for name in self.channels
            if name not in channels
        }
        if not drill or self.settings.sandbox:
            return channels, [], withheld
        public = [name for name, channel in channels.items() if channel.reaches_the_world]
        kept = {name: channel for name, channel in channels.items() if name not in public}
        notes = (
            [f"a drill is not published outside the organisation: left out {', '.join(public)}"]
            if public
            else []
        )
        withheld |= dict.fromkeys(public, "a drill is not published outside")
        return kept, notes, withheld

    def _language(self, request: Request) -> str:
        """Return the locale for readers whose language has no texts; raises `UsageError` if it has none."""
        wanted = request.lang or self.settings.locale
        for locale in (wanted, wanted.partition("-")[0]):
            if locale in self.locales:
                return locale
        if request.lang:
            meant = likely_locale(wanted) or wanted
            language = meant.partition("-")[0]
            hint = suggest(language if language in self.locales else meant, self.locales)
            raise UsageError(f"there are no texts in {wanted}", hint=hint)
        return wanted

    def _audiences(self, request: Request, previous: Sequence[str]) -> list[AudienceSettings]:
        """Return the audiences of the request, or else those told before, or else all."""
        known = self.settings.audiences
        for name in request.audiences:
            if name not in known:
                raise UsageError(f"there is no audience {name}", hint=suggest(name, known))
        names = request.audiences or tuple(previous) or tuple(known)
        return [known[name] for name in dict.fromkeys(names) if name in known]

    def rosters(self, request: Request) -> tuple[list[Roster], list[str]]:
        """Return the audiences of the request with their people and open lanes, and warnings about them."""
        channels, left_out, _ = self._open_channels(request, drill=False)
        audiences = self._audiences(request, ())
        rosters, warnings, contacts = self._rosters(audiences, channels, request, Purpose.INCIDENT)
        return rosters, [*left_out, *warnings, *contacts]

    def _rosters(
        self,
        audiences: Sequence[AudienceSettings],
        channels: Mapping[str, PlannedChannel],
        request: Request,
        purpose: Purpose,
        forgotten: Forgotten | None = None,
    ) -> tuple[list[Roster], list[str], tuple[str, ...]]:
        outage = self.depends.outage(request.affects)
        rosters: list[Roster] = []
        warnings: list[str] = []
        books: list[Book] = []
        for audience in audiences:
            lanes = open_lanes(audience.lanes, channels, outage)
            warnings += lanes.warnings
            personal = self.by_hand or _personal(lanes.lanes, channels)
            book = self._book(audience, request, warnings) if personal else Book()
            books.append(book)
            if personal and audience.contacts and not book.contacts:
                warnings.append(f"nobody in the contacts files of {audience.name} can be told")
            people = _Others(audience.name, book.contacts, forgotten) if forgotten else book.contacts
            permission = permission_for(audience, channels, self.suppressed, purpose)
            contacts = Permitted(people, permission)
            sharing = book.contacts.sharing
            rosters.append(
                Roster(
                    name=audience.name,
                    template_audience=audience.template_audience,
                    contacts=contacts,
                    lanes=lanes.lanes,
                    sharing=sharing,
                )
            )
        return rosters, list(dict.fromkeys(warnings)), contact_advisories(books)

    def _permitted(self, previous: Sequence[PreviousDelivery]) -> Sequence[PreviousDelivery]:
        """Return the deliveries with the addresses that may be used now; consents are as they were then."""
        if not self.suppressed:
            return previous
        duty, others = (
            Permission(suppressed=self.suppressed, internal=internal) for internal in (True, False)
        )
        internal = self.settings.internal
        return [
            replace(one, contact=(duty if one.audience in internal else others).permit(one.contact))
            if one.contact
            else one
            for one in previous
        ]

    def _book(self, audience: AudienceSettings, request: Request, warnings: list[str]) -> Book:
        """Return the people of the files, and the subscribers who want this notice."""
        mine = [one for one in self._subscribers(audience) if one.subscription.wants(request.services)]
        left_out = len(self._subscribers(audience)) - len(mine)
        if left_out and not request.services:
            people = counted(left_out, "subscriber")
            warnings.append(
                f"{people} of {audience.name} chose services, and this notice names none: add --service"
            )
        warnings += self._without_service(audience)
        if not (audience.contacts or mine):
            return Book()
        return read_contacts(audience.contacts, self.settings.region, (one.contact for one in mine))

    def _without_service(self, audience: AudienceSettings) -> list[str]:
        """Return a warning about subscribers whose services were all removed from the configuration."""
        gone = [
            one for one in self._subscribers(audience) if not one.subscription.wants(self.settings.services)
        ]
        people = counted(len(gone), "subscriber")
        what = "chose only services that are not in the configuration any more"
        return [f"{people} of {audience.name} {what}, and are not told"] if gone else []

    def _subscribers(self, audience: AudienceSettings) -> list[Subscriber]:
        everybody = self.subscribers if audience.subscribers else ()
        return [one for one in everybody if one.subscription.audience == audience.name]


@dataclass(frozen=True, slots=True)
class _Others:
    """The people of an audience without those who were erased but are still in the contacts files."""

    audience: str
    people: Iterable[Contact]
    forgotten: Forgotten

    def __iter__(self) -> Iterator[Contact]:
        return (contact for contact in self.people if not self.forgotten(contact, self.audience))


def permission_for(
    audience: AudienceSettings,
    channels: Mapping[str, PlannedChannel],
    suppressed: Suppressed,
    purpose: Purpose = Purpose.INCIDENT,
) -> Permission:
    """Return the rule for which addresses of an audience may be used for a purpose, on its channels."""
    able = [channels[name].capabilities for lane in audience.lanes for name in lane if name in channels]
    kinds = {str(one.kind): one.address for one in able if one.address}
    return Permission(
        suppressed=suppressed,
        internal=audience.internal,
        required=audience.consent is ConsentRule.REQUIRED,
        purpose=purpose,
        kinds=kinds,
    )


def personal(audience: AudienceSettings, able: Mapping[str, Capabilities]) -> list[Capabilities]:
    """Return what the channels can do that tell the people of an audience one by one; `able` is by name."""
    lanes = [[able[name] for name in lane if name in able] for lane in audience.lanes]
    return [one for lane in lanes if lane and not lane[0].publishes for one in lane]


def _closing(
    request: Request, plan: Plan, latecomers: Plan, left_out: Sequence[str], found: Mapping[str, str]
) -> Recipients:
    if request.audiences:
        raise UsageError(f"a {request.verb} goes to everybody who was told", hint="leave out --audience")
    summary = count(plan)
    previous = summary.shares or summary.held
    unreached = [] if previous else ["no earlier notice reached anybody, so there is nobody to tell now"]
    last = [comes_last(name, note) for name, note in found.items() if name in summary.channels]
    return Recipients(
        deliveries=plan,
        summary=summary,
        warnings=(*left_out, *last, *unreached),
        latecomers=latecomers,
        late=count(latecomers),
    )


def _renamed(audiences: Sequence[str]) -> list[str]:
    return [
        f"the audience {name} is not in the configuration any more; its people keep their channels"
        for name in audiences
    ]


def _gone(name: str, channels: Mapping[str, PlannedChannel]) -> str:
    return (
        why_gone(name, channels) if present_name(name, channels) else "is not in the configuration any more"
    )


def _still_owed(summary: PlanSummary, channels: Mapping[str, PlannedChannel]) -> Iterator[str]:
    """Yield a warning for each channel and reason that keeps messages of this notice back."""
    owed: Counter[tuple[str, str, bool]] = Counter()
    for (share, reason), messages in summary.held.items():
        owed[share.route[0], reason, share.posts] += messages
    for (name, reason, posts), messages in owed.items():
        what = "the end" if posts else counted(messages, "message")
        owing, it = ("is", "it") if posts or messages == 1 else ("are", "them")
        present = present_name(name, channels)
        when = f"when {present} leads there again" if present else f"when {name} may be used again"
        yield f"{what} on {name} {owing} still owed: {reason}; {when}, retry sends {it}"


def _check_matched(summary: PlanSummary, warnings: Sequence[str]) -> None:
    if summary.shares or summary.held:
        return
    if summary.suppressed:
        why = ", ".join(dict.fromkeys(str(barred) for _, barred in summary.barred))
        raise NothingMatched(
            f"nobody may be told: {why}",
            hint="`broadcast contacts suppress --list` shows what must not be used, and since when",
        )
    if summary.unreachable:
        people = counted(len(summary.unreachable), "person", "people")
        raise NothingMatched(
            f"none of {people} can be reached: {summary.unreachable[0].reason}",
            hint="`broadcast contacts check` shows who has which address",
        )
    raise NothingMatched(
        "\n".join(("nobody to tell: no contact and no channel matches", *warnings)),
        hint="check --audience, --channel, the lanes and the contacts: broadcast contacts check",
    )


def _personal(lanes: Sequence[Sequence[str]], channels: Mapping[str, PlannedChannel]) -> bool:
    return any(not channels[lane[0]].capabilities.publishes for lane in lanes if lane)
