"""The composition root: build the objects of the program from settings.

Heavy modules are imported where they are used, so that short commands start fast. Everything that is built
is imported from here.
"""

from broadcast.wiring.channels import channel_defaults, make_channels
from broadcast.wiring.configuration import load_settings, program
from broadcast.wiring.exercise import load_exercise, make_rehearsal
from broadcast.wiring.hotline import (
    make_call_adapter,
    make_fallback,
    make_snapshot_reader,
    make_written_incidents,
    rewrite_fallback,
)
from broadcast.wiring.ledger import incident_refs, open_ledger, read_found, read_subscribers, read_suppressed
from broadcast.wiring.publishing import make_deliverer, make_publisher, make_watch, make_what_if
from broadcast.wiring.texts import make_catalogue, make_renderer, post_limits

__all__ = [
    "channel_defaults",
    "incident_refs",
    "load_exercise",
    "load_settings",
    "make_call_adapter",
    "make_catalogue",
    "make_channels",
    "make_deliverer",
    "make_fallback",
    "make_publisher",
    "make_rehearsal",
    "make_renderer",
    "make_snapshot_reader",
    "make_watch",
    "make_what_if",
    "make_written_incidents",
    "open_ledger",
    "post_limits",
    "program",
    "read_found",
    "read_subscribers",
    "read_suppressed",
    "rewrite_fallback",
]
