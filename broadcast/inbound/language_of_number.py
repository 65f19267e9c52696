"""The language that a stranger with a phone number most probably reads."""

from __future__ import annotations

#: By calling code (ITU-T E.164). Only countries in which nearly everybody reads the language: people in
#: Belgium or Luxembourg get an answer in two languages.
_LANGUAGES = {
    **dict.fromkeys(("+49", "+43", "+41", "+423"), "de"),
    **dict.fromkeys(("+44", "+353", "+1", "+61", "+64"), "en"),
}
_LONGEST = 4  # characters of the longest code in the table


def language_of(number: str) -> str:
    """Return the language of a number in E.164; empty if its country has none that we know of.

    Example:
        >>> language_of("+436641234567"), language_of("+33612345678")
        ('de', '')
    """
    codes = (number[:length] for length in range(_LONGEST, 1, -1))
    return next((_LANGUAGES[code] for code in codes if code in _LANGUAGES), "")
