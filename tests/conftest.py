"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes depends on what else the machine does; nothing is asserted by it.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
