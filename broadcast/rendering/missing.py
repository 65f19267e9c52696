"""Values that a template may test although they are missing: false in `{% if %}`, an error if shown.

This module imports Jinja.
"""

from __future__ import annotations

from jinja2 import StrictUndefined

_OPTIONAL = "internal_"


class Missing(StrictUndefined):
    """A fact, a sentence or a variable without a value; `{% if NAME is defined %}` is false, too."""

    def __bool__(self) -> bool:  # type: ignore[override]  # Jinja's own raises
        return False


class Strict(StrictUndefined):
    """A name that does not exist. Templates may test the names of internal variables that are not given."""

    def __bool__(self) -> bool:  # type: ignore[override]  # Jinja's own raises
        if (self._undefined_name or "").startswith(_OPTIONAL):
            return False
        return bool(super().__bool__())
