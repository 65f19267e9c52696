"""Ask where callers are looked up for a number that nobody has."""

from __future__ import annotations

from broadcast.config.settings import Settings
from broadcast.crm.build import build_source
from broadcast.crm.caller_lookup import CallerFound, CallerLookup, LookupResult
from broadcast.crm.contact_list import ContactList
from broadcast.model.check import Check, CheckVerdict
from broadcast.model.clock import SystemClock
from broadcast.model.counted import counted

SUBJECT = "hotline crm"
#: 030 23125 000 to 999 belong to nobody: the Federal Network Agency keeps them free for films and books.
_NOBODY = "+493023125000"
_FIX = "callers are strangers until it answers: check address, credentials and the service itself"


async def check_crm(settings: Settings) -> list[Check]:
    """Return whether callers can be looked up; nothing without `crm`. Raises `ConfigError`."""
    source = build_source(settings)
    if source is None:
        return []
    try:
        if wrong := source.refresh():
            fix = "correct the file; callers are strangers until then"
            return [Check(SUBJECT, CheckVerdict.WARN, wrong, fix)]
        if isinstance(source, ContactList):
            people = counted(source.people, "person", "people")
            return [Check(SUBJECT, CheckVerdict.OK, f"something is known of {people} with a phone number")]
        found = await CallerLookup(source, SystemClock()).find(_NOBODY)
    finally:
        await source.close()
    return [Check(SUBJECT, *_finding(found, source.timeout))]


def _finding(found: CallerFound, timeout: float) -> tuple[CheckVerdict, str, str]:
    match found.result:
        case LookupResult.FOUND:
            fix = "let it answer 404 for a number that it does not know"
            return CheckVerdict.WARN, "it knows somebody under a number that nobody has", fix
        case LookupResult.NOBODY:
            return CheckVerdict.OK, f"it answers within {timeout:g} s", ""
        case LookupResult.LATE:
            return CheckVerdict.WARN, f"no answer within {timeout:g} s", _FIX
        case _:
            return CheckVerdict.WARN, f"it fails: {found.reason}", _FIX
