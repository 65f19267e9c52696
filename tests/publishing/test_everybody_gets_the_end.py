"""Every channel that carried a notice carries the end, whatever happens; or the run says that it did not.

The planner and the ledger are ours, the dispatch is a few lines that make what a provider answers up.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.dispatch.decide import DeliverySituation, Policy, decide
from broadcast.dispatch.progress import Ending
from broadcast.dispatch.settlement import settlement
from broadcast.ledger.deliveries import Deliveries
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Claim, Notice, Settlement
from broadcast.ledger.store import Run
from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind, Contact
from broadcast.model.delivery import REACHED, DeliveryState
from broadcast.model.incident import Phase
from broadcast.model.notice import NoticeKind
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope, Thread, Unknown
from broadcast.planning.plan import Plan, Planner, Roster
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.planning.previous_deliveries import Usable
from broadcast.planning.shared_addresses import SharedAddresses
from broadcast.publishing.earlier_recipients import EarlierRecipients
from broadcast.publishing.result import exit_status
from broadcast.testing.ledger_samples import NOON, incident, notice

WAYS = {
    "mail": PlannedChannel(
        name="mail",
        adapter="smtp",
        capabilities=Capabilities(kind=ChannelKind.EMAIL, address=AddressKind.EMAIL),
    ),
    "mail2": PlannedChannel(
        name="mail2",
        adapter="sendgrid",
        capabilities=Capabilities(kind=ChannelKind.EMAIL, address=AddressKind.EMAIL),
    ),
    "sms": PlannedChannel(
        name="sms",
        adapter="twilio-sms",
        capabilities=Capabilities(kind=ChannelKind.SMS, address=AddressKind.PHONE),
    ),
    "room": PlannedChannel(
        name="room",
        adapter="slack",
        capabilities=Capabilities(kind=ChannelKind.CHAT, address=None, internal=True),
    ),
    "room2": PlannedChannel(
        name="room2",
        adapter="teams",
        capabilities=Capabilities(kind=ChannelKind.CHAT, address=None, internal=True),
    ),
    "page": PlannedChannel(
        name="page", adapter="statuspage", capabilities=Capabilities(kind=ChannelKind.PAGE, address=None)
    ),
    "x": PlannedChannel(
        name="x", adapter="x", capabilities=Capabilities(kind=ChannelKind.SOCIAL, address=None), optional=True
    ),
}
PERSONAL, PUBLIC = ["mail", "mail2", "sms"], ["room", "room2", "page", "x"]
ANNA = Contact(id="1", name="Anna", phone="+491511", email="anna@a.de")
BERT = Contact(id="2", name="Bert", phone="+491511", email="bert@a.de")  # a couple with one number
CARL = Contact(id="3", name="Carl", phone=None, email="anna@a.de")  # reads Anna's mail
DORA = Contact(id="1", name="Dora", phone="+491512", email=None)  # another list that counts from 1
PEOPLE = {"customers": (ANNA, BERT), "agents": (DORA, CARL, BERT)}
ANSWERS: Mapping[str, Outcome] = {
    "ok": Accepted("ref", Thread("root", "ref")),
    "refused": Rejected("no such receiver", Scope.RECIPIENT),
    "out": Rejected("wrong key", Scope.CHANNEL),
    "busy": NotSent("503"),
    "lost": Unknown("no answer"),
}
LEFT = (Accepted, Unknown)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A notice, and the state of the world at that time."""

    phase: Phase
    renamed: Collection[str]  # audiences that have another name now
    missing: Collection[str]  # channels that are not configured
    excluded: Collection[str]  # --not-channel
    answers: Mapping[str, str]  # by channel; the others are well
    reopens: bool = False  # takes an all-clear back

    @property
    def ends(self) -> bool:
        """Whether it goes to everybody who was told: an end, or the retraction of one."""
        return self.phase.closed or self.reopens


@dataclass
class World:
    """The messages that left this machine: notice, channel, address and answer."""

    sent: list[tuple[int, str, str, Outcome]] = field(default_factory=list)

    def got(self, sequences: Collection[int], channels: Collection[str]) -> set[tuple[str, str]]:
        """Return the channels and addresses that got one of these notices, or may have got it."""
        return {
            (channel, address)
            for sequence, channel, address, answer in self.sent
            if sequence in sequences and channel in channels and isinstance(answer, LEFT)
        }


def lane(channels: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(channels), min_size=1, max_size=3, unique=True).map(tuple)


lanes = st.lists(lane(PERSONAL) | lane(PUBLIC), min_size=1, max_size=4, unique=True).map(tuple)
few = st.sets(st.sampled_from(sorted(WAYS)), max_size=2)


def steps(phases: Sequence[Phase], *, reopens: bool = False) -> st.SearchStrategy[Step]:
    return st.builds(
        Step,
        phase=st.sampled_from(phases),
        renamed=st.sets(st.sampled_from(sorted(PEOPLE)), max_size=1),
        missing=few,
        excluded=few,
        answers=st.dictionaries(st.sampled_from(sorted(WAYS)), st.sampled_from(sorted(ANSWERS)), max_size=4),
        reopens=st.just(reopens),
    )


OPEN, CLOSED = [Phase.INVESTIGATING, Phase.MONITORING], [Phase.RESOLVED, Phase.RETRACTED]


AGAIN = steps([Phase.INVESTIGATING], reopens=True)


@settings(max_examples=50, deadline=None)
@given(
    st.fixed_dictionaries(dict.fromkeys(PEOPLE, lanes)),
    st.lists(steps(OPEN), min_size=1, max_size=3),
    st.lists(steps(CLOSED), min_size=1, max_size=2),
)
def test_every_channel_that_carried_a_notice_carries_the_end_or_is_named(lanes, opened, closing):
    check_the_last(lanes, opened, closing)


@settings(max_examples=50, deadline=None)
@given(
    st.fixed_dictionaries(dict.fromkeys(PEOPLE, lanes)),
    st.lists(steps(OPEN), min_size=1, max_size=2),
    st.lists(steps([Phase.RESOLVED]), min_size=1, max_size=1),
    AGAIN,
)
def test_every_channel_that_carried_an_all_clear_carries_its_retraction_or_is_named(
    lanes, opened, closing, again
):
    check_the_last(lanes, opened, [*closing, again])


def check_the_last(lanes, opened: Sequence[Step], closing: Sequence[Step]) -> None:
    """Check that every channel that may have carried a notice carries the last one, or is named."""
    world = World()
    with ledger() as (book, run):
        for step in opened:
            tell(book, run, world, lanes, step)
        last = [tell(book, run, world, lanes, step) for step in closing][-1]

        assert_once(world)
        code = exit_code(book, last)
        open_ends = still_open(world, last)
        for channel, _ in open_ends & world.got(range(last.sequence), PUBLIC):
            named = [
                one for one in book.history.lines(last) if channel in one.route and one.state not in REACHED
            ]
            assert named, f"{channel} stays open, and nobody says so"
            assert code != 0
        for person in told_before(book, last):
            lines = [one for one in book.history.lines(last) if one.name == person]
            assert any(one.state in REACHED for one in lines) or (lines and code != 0), person

        # Everything is well again, and somebody says `retry`.
        finish(book, run, world, last)
        assert_once(world)
        doubtful = {
            channel
            for one in book.history.lines(last)
            for channel in one.route
            if one.state in {DeliveryState.UNKNOWN, DeliveryState.FAILED}
        }
        assert {channel for channel, _ in still_open(world, last)} & set(PUBLIC) <= doubtful
        assert not [one for one in book.history.lines(last) if one.state in {"planned", "held", "sending"}]


def still_open(world: World, last: Notice) -> set[tuple[str, str]]:
    return world.got(range(last.sequence), WAYS) - world.got([last.sequence], WAYS)


def assert_once(world: World) -> None:
    """Check that no address got, or may have got, two messages of one notice on one channel."""
    copies = Counter(
        (sequence, channel, address)
        for sequence, channel, address, answer in world.sent
        if isinstance(answer, LEFT)
    )
    assert [place for place, count in copies.items() if count > 1] == []


def told_before(book: Ledger, last: Notice) -> set[str]:
    previous = book.history.previous_deliveries(book.incidents.all()[0])
    lines = {
        one.name
        for earlier in book.incidents.notices(book.incidents.all()[0])
        if earlier.id < last.id
        for one in book.history.lines(earlier)
        if one.state in REACHED
    }
    return {one.contact.name for one in previous if one.contact and one.contact.name in lines}


def exit_code(book: Ledger, last: Notice) -> int:
    return int(exit_status(book.history.delivery_counts(last.id), Ending.FINISHED))


def tell(
    book: Ledger, run: Run, world: World, lanes: Mapping[str, tuple[tuple[str, ...], ...]], step: Step
) -> Notice:
    """Plan, record and send one notice, as publishing does."""
    known = book.incidents.all()
    of = replace(known[0] if known else incident(), phase=step.phase)
    before = EarlierRecipients.by(book, known[0] if known else None)
    channels = {name: channel for name, channel in WAYS.items() if name not in step.missing}
    withheld = {name: f"{name} is left out" for name in channels if name in step.excluded}
    allowed = {name: channel for name, channel in channels.items() if name not in withheld}
    usable = Usable(channels=allowed, withheld=withheld, threads=before.threads, configured=channels)
    plan, late = planned(before, usable, lanes, step)
    new = notice(of, before_sequence(book, of), plan)
    if step.reopens:
        facts = replace(new.facts, kind=NoticeKind.RETRACTION)
        new = replace(new, kind=NoticeKind.RETRACTION, facts=facts)
    last = book.incidents.record(replace(new, latecomers=late), NOON)
    dispatch(
        book.deliveries(last.id, run, clock=SystemClock()), world, last, list(usable.channels), step.answers
    )
    return last


def before_sequence(book: Ledger, of) -> int:
    return book.incidents.next_sequence(of) if of.id else 1


def planned(before: EarlierRecipients, usable: Usable, lanes, step: Step) -> tuple[Plan, Plan | tuple[()]]:
    shared = SharedAddresses()
    if step.ends:
        main = Planner(usable, ("de",), "de", before.previous, shared=shared)
        return main.follow_up(), Planner(
            usable, ("de",), "de", before.waiting_deliveries(), shared=shared
        ).follow_up()
    planner = Planner(usable, ("de",), "de", (*before.previous, *before.waiting_deliveries()), shared=shared)
    names = {name: f"new-{name}" if name in step.renamed else name for name in PEOPLE}
    rosters = [
        Roster(
            name=names[name],
            template_audience=name,
            contacts=people,
            lanes=open_lanes(lanes[name], usable),
            sharing=True,
        )
        for name, people in PEOPLE.items()
    ]
    return planner.plan(rosters, [name for name in before.audiences if name not in names.values()]), ()


def open_lanes(lanes: Sequence[Sequence[str]], usable: Usable) -> tuple[tuple[str, ...], ...]:
    kept = [tuple(name for name in lane if name in usable.channels) for lane in lanes]
    return tuple(lane for lane in kept if lane)


def finish(book: Ledger, run: Run, world: World, last: Notice) -> None:
    for _ in range(3):
        work = book.deliveries(last.id, run, clock=SystemClock())
        work.unhold(
            NOON + timedelta(hours=1), {name: channel.capabilities.address for name, channel in WAYS.items()}
        )
        dispatch(work, world, last, list(WAYS), {})


def dispatch(
    work: Deliveries, world: World, of: Notice, channels: Sequence[str], answers: Mapping[str, str]
) -> None:
    """Send what is due, and what falls due, until nothing is left that can be sent."""
    now = NOON + timedelta(hours=2)
    settled: list[Settlement] = []
    for _ in range(200):
        hand_over(work, channels, now)
        turn = work.turn(settled, dict.fromkeys(channels, 3), now)
        claims = [claim for found in turn.claims.values() for claim in found]
        settled = [answered(claim, world, of, answers, now) for claim in claims]
        settled += looked_up(work, channels, now)
        if not settled and not any(one.state == "planned" and one.due < 9e9 for one in work.waiting()):
            return
        now += timedelta(seconds=30)
    raise AssertionError("it does not end")


def hand_over(work: Deliveries, channels: Sequence[str], now: datetime) -> None:
    for waiting in work.waiting():
        if waiting.channel not in channels and waiting.state is DeliveryState.PLANNED:
            work.reroute(waiting.channel, "not configured", now)
            work.hold(waiting.channel, "not configured", now)


def looked_up(work: Deliveries, channels: Sequence[str], now: datetime) -> list[Settlement]:
    """No provider can be asked: what is unknown stays so, or is told on the next channel."""
    asked = [
        claim for name in channels for claim in work.lookups(name, 9, now, now + timedelta(seconds=1))[0]
    ]
    return [stepped(claim, ANSWERS["lost"], now, lookup=True) for claim in asked]


def stepped(claim: Claim, outcome: Outcome, now: datetime, *, lookup: bool) -> Settlement:
    backup = claim.step + 1 < len(claim.route)
    situation = DeliverySituation(
        attempts=claim.attempts, backup=backup, reconciles=False, lookup_delay=1.0, jitter=0.5
    )
    step = decide(outcome, situation, Policy())
    return settlement([claim], [outcome], step, now.timestamp(), lookup=lookup)


def answered(claim: Claim, world: World, of: Notice, answers: Mapping[str, str], now: datetime) -> Settlement:
    name = claim.route[claim.step]
    outcome = ANSWERS[answers.get(name, "ok")]
    kind = WAYS[name].capabilities.address
    address = claim.contact.address(kind) if claim.contact and kind else name
    world.sent.append((of.sequence, name, str(address), outcome))
    return stepped(claim, outcome, now, lookup=False)


@contextmanager
def ledger() -> Iterator[tuple[Ledger, Run]]:
    """Yield a ledger, in memory if this machine has files in memory."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        book = Ledger.open(Path(folder) / "ledger.db")
        run = book.runs.begin()
        try:
            yield book, run
        finally:
            run.end()
            book.close()
