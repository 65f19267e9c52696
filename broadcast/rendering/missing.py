"""What a template may ask for although it is missing: false in `{% if %}`, an error where it is shown.

Importing this module imports Jinja.
"""

from __future__ import annotations

from jinja2 import StrictUndefined

_OPTIONAL = "internal_"


class Missing(StrictUndefined):
    """A fact, a sentence or a variable that nobody gave; `{% if NAME is defined %}` is false, too."""

    def __bool__(self) -> bool:  # type: ignore[override]  # Jinja's own raises
        return False


class Strict(StrictUndefined):
    """A name that does not exist. Names of internal variables may be asked for before anybody gives them."""

    def __bool__(self) -> bool:  # type: ignore[override]  # Jinja's own raises
        if (self._undefined_name or "").startswith(_OPTIONAL):
            return False
        return bool(super().__bool__())
