"""Group the events of a run by how they are shown."""

from __future__ import annotations

from broadcast.dispatch.progress import EventKind

PROBLEMS = frozenset({EventKind.FAILED, EventKind.FAILOVER, EventKind.UNKNOWN})
#: Events about the whole run; they have no channel.
WHOLE_RUN = frozenset({EventKind.WAITING, EventKind.STOPPING})
