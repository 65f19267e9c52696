"""`doctor`: check everything before it is needed."""

from __future__ import annotations

from dataclasses import asdict

from broadcast.cli.command import command
from broadcast.cli.event_loop import complete
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.checks import checks_page
from broadcast.cli.output.display import show, show_json
from broadcast.config.settings import HotlineSettings, Settings
from broadcast.errors import BroadcastError, ConfigError
from broadcast.hotline.check_hotline import HotlineCheck
from broadcast.model.check import Check, CheckVerdict
from broadcast.model.clock import SystemClock
from broadcast.monitoring.doctor import examine, failed
from broadcast.rendering.hotline_prompts import FILE
from broadcast.wiring import load_settings, make_catalogue, make_channels, make_fallback

SCHEMA = "broadcast.doctor/1"
_WRONG = 6


@command("broadcast doctor", "broadcast doctor -o json", "broadcast --sandbox doctor")
def doctor(common: Common, output: ListForm = OutputForm.HUMAN) -> int:
    """Check everything before it is needed. Sends no message.

    It checks configuration, secrets, file modes, ledger, contacts, templates, lanes, and every channel's
    reachability and credentials. With [serve] url it proves that requests to it arrive as they were sent,
    by a signed receipt about a message that does not exist. With [hotline] it asks the provider where our
    numbers lead, and compares the static document with what is true now. The exit code is 6 if something
    is wrong that a notice, its receipts or callers need.
    """
    checks = _examined(common)
    wrong = any(check.verdict is CheckVerdict.FAIL for check in checks)
    if output is OutputForm.JSON:
        show_json(
            {"schema": SCHEMA, "ok": not wrong, "checks": [asdict(check) for check in checks]}, common.out
        )
    else:
        show(checks_page(checks), common.out)
    return _WRONG if wrong else 0


def _examined(common: Common) -> list[Check]:
    try:
        settings = load_settings(common.config, sandbox=common.sandbox)
    except ConfigError as error:
        return [failed(error, "configuration")]
    return complete(_every_check(settings))


async def _every_check(settings: Settings) -> list[Check]:
    checks = await examine(settings)
    if settings.calls is None:
        return checks
    try:
        hotline = hotline_check(settings, settings.calls)
    except BroadcastError as error:
        return [*checks, failed(error, "hotline")]
    return [*checks, *await hotline.examine()]


def hotline_check(settings: Settings, calls: HotlineSettings) -> HotlineCheck:
    """Return what checks the hotline; raises `ConfigError` if a channel is wrong."""
    catalogue = make_catalogue(settings)
    return HotlineCheck(
        settings=settings,
        calls=calls,
        channels=make_channels(settings),
        spoken=frozenset(one for one in catalogue.locales() if catalogue.find(f"{one}/{FILE}")),
        fallback=lambda ledger: make_fallback(settings, calls, ledger, SystemClock()),
    )
