"""The hotline in the process that serves: what it knows, and its route."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import TypeVar

from broadcast.ai.answering_model import AnsweringModel
from broadcast.channels.base import Adapter, HoldsCalls
from broadcast.config.settings import Settings
from broadcast.crm.build import build_source
from broadcast.crm.caller_lookup import CallerLookup
from broadcast.errors import ConfigError, LedgerBusy
from broadcast.hotline.callers import LiveCalls
from broadcast.hotline.listening import prepare
from broadcast.hotline.recording import from_line, record_steps, to_line
from broadcast.hotline.snapshot import Agent, Snapshot
from broadcast.ledger.hotline_switches import OFF, ON, OVERLOAD, HotlineSwitch
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.spool import LedgerSpool, calls_spool
from broadcast.model.clock import Clock
from broadcast.server.caller_lookups import CallerLookups
from broadcast.server.calls import CALLS_A_MINUTE, CallsRoute
from broadcast.server.counters import Counters
from broadcast.server.ledger_writer import LedgerWriter
from broadcast.server.model_answers import ModelAnswers
from broadcast.server.pages.rate_limit import RateLimit
from broadcast.server.snapshots import Snapshots
from broadcast.wiring import make_snapshot_reader, open_ledger

#: So many documents are kept as they were written.
_DOCUMENTS = 256
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hotline:
    """The parts that live as long as the process."""

    route: CallsRoute
    snapshots: Snapshots
    lookups: CallerLookups
    answers: ModelAnswers

    def start(self) -> None:
        """Read what is known, then keep it current; raises `BroadcastError` if it cannot be read."""
        self.snapshots.start()
        for locale in self.snapshots.latest().locales:
            prepare(locale)

    async def close(self) -> None:
        """Stop reading and looking up."""
        await asyncio.to_thread(self.snapshots.close)
        await self.lookups.close()
        await self.answers.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class HotlineMaker:
    """What the hotline needs of the process; `planned` and `trouble` are those of `CallsRoute`."""

    settings: Settings
    origin: str
    adapters: Mapping[str, Adapter]
    writer: LedgerWriter
    clock: Clock
    counters: Counters
    planned: Callable[[], None]
    trouble: Callable[[str], None]

    def make(self) -> Hotline | None:
        """Return the hotline; None without `[hotline]`.

        Raises `ConfigError` if its channel holds no calls.
        """
        calls = self.settings.calls
        if calls is None:
            return None
        adapter = self._adapter(calls.channel)
        reader = make_snapshot_reader(self.settings, calls, lambda line: self.trouble(f"hotline: {line}"))
        spool = LedgerSpool(calls_spool(self.settings.ledger), to_line, from_line)
        spool.reserve()

        source = self._or_without(lambda: build_source(self.settings), "callers are strangers")
        lookups = CallerLookups(CallerLookup(source, self.clock) if source else None)
        model = self._or_without(
            lambda: AnsweringModel.from_settings(self.settings, self.clock), "no model is asked"
        )
        answers = ModelAnswers(model)

        def catch_up(ledger: Ledger) -> None:
            spool.replay(partial(record_steps, ledger))

        def read(ledger: Ledger, agents: Sequence[Agent] | None) -> Snapshot:
            if source and (wrong := source.refresh()):
                self.trouble(f"hotline: callers are strangers: {wrong}")
            snapshot = reader.read(ledger, self.clock.now(), agents)
            with suppress(LedgerBusy):  # it is noted later; what is new must be told now
                _note_overload(ledger, snapshot, self.clock.now())
            return snapshot

        snapshots = Snapshots(lambda: open_ledger(self.settings), catch_up, read, self.clock, self.trouble)
        route = CallsRoute(
            channel=calls.channel,
            adapter=adapter,
            # Most callers hear what others have heard before, and writing it is a tenth of an answer.
            write=lru_cache(_DOCUMENTS)(lambda document: adapter.write_call(document, self._url)),
            origin=self.origin,
            snapshot=snapshots.latest,
            writer=self.writer,
            spool=spool,
            live=LiveCalls(),
            lookups=lookups,
            answers=answers,
            limit=RateLimit(self.clock, CALLS_A_MINUTE),
            clock=self.clock,
            counters=self.counters,
            planned=self.planned,
            trouble=self.trouble,
            agent_page=calls.sms is not None,
        )
        return Hotline(route=route, snapshots=snapshots, lookups=lookups, answers=answers)

    def _url(self, path: str) -> str:
        return self.origin + path

    def _or_without(self, build: Callable[[], T | None], without: str) -> T | None:
        """Return what calls are answered without if it cannot be built: a missing key must not silence us."""
        try:
            return build()
        except ConfigError as error:
            self.trouble(f"hotline: {without}: {error}")
            return None

    def _adapter(self, channel: str) -> HoldsCalls:
        adapter: object = self.adapters.get(channel)
        if isinstance(adapter, HoldsCalls):
            return adapter
        raise ConfigError(
            f"[hotline] channel: {channel} cannot answer calls",
            hint='name a channel with adapter = "twilio-voice"',
        )


def _note_overload(ledger: Ledger, snapshot: Snapshot, now: datetime) -> None:
    """Record when overload begins and ends: its end depends on it, and `hotline status` says since when."""
    before = ledger.hotline.all().get(OVERLOAD)
    if snapshot.overloaded == (before is not None and before.value == ON):
        return
    value = ON if snapshot.overloaded else OFF
    switch = HotlineSwitch(name=OVERLOAD, value=value, note=snapshot.overload, author="serve", at=now)
    ledger.hotline.set(switch)
