"""The phones of simulated agents: how each behaves, and who is on the phone now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from broadcast.hotline.snapshot import Agent, Snapshot


class PhoneBehaviour(StrEnum):
    """What happens when an agent is rung."""

    ACCEPT = "accept"  # the agent answers and presses 1
    DECLINE = "decline"  # the agent answers, and hangs up without a key
    NO_ANSWER = "no-answer"
    MAILBOX = "mailbox"  # a machine answers, and speaks
    BUSY = "busy"
    OFF = "off"  # the phone is not in the network


@dataclass(slots=True, kw_only=True)
class AgentPhones:
    """The phones by the id of their agent; an agent without a behaviour of their own accepts.

    Attributes:
        behaviours: How each phone behaves.
        talk: How long a conversation lasts.
        in_use: Until when each phone is in use, in UTC.
        talking: Until when each agent talks, in UTC.
    """

    behaviours: Mapping[str, PhoneBehaviour] = field(default_factory=dict)
    talk: timedelta = timedelta(minutes=2)
    in_use: dict[str, datetime] = field(default_factory=dict)
    talking: dict[str, datetime] = field(default_factory=dict)

    def behaviour(self, agent: str, at: datetime) -> PhoneBehaviour:
        """Return what happens if this agent is rung at that time."""
        if self.in_use.get(agent, at) > at:
            return PhoneBehaviour.BUSY
        return self.behaviours.get(agent, PhoneBehaviour.ACCEPT)

    def occupy(self, agent: str, until: datetime) -> None:
        """Note that this phone rings or is listened to until then."""
        self.in_use[agent] = until

    def connect(self, agent: str, until: datetime) -> None:
        """Note that this agent talks to a caller until then."""
        self.in_use[agent] = self.talking[agent] = until

    def known(self, snapshot: Snapshot, at: datetime) -> Snapshot:
        """Return the snapshot as it is at that time: agents who talk are busy."""
        if not any(until > at for until in self.talking.values()):
            return snapshot
        agents = tuple(
            replace(one, busy=True) if self.talking.get(one.id, at) > at else one for one in snapshot.agents
        )
        return replace(snapshot, agents=agents)


def staffed(snapshot: Snapshot, ids: Iterable[str]) -> Snapshot:
    """Return the snapshot with these agents: those on duty as they are, others with made-up phones."""
    on_duty = {one.id: one for one in snapshot.agents}
    wanted = (
        on_duty.get(id, Agent(id=id, name=id, number=f"simulated:{number}")) for number, id in enumerate(ids)
    )
    return replace(snapshot, agents=tuple(wanted))
