"""Check everything that a notice needs: configuration, secrets, files, ledger, templates, channels.

Sends no message.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path

from broadcast.channels import registry
from broadcast.channels.clock_skew import skew_warnings
from broadcast.config.placeholders import is_placeholder, placeholders
from broadcast.config.secret import Reference
from broadcast.config.settings import AudienceSettings, ChannelSettings, Settings
from broadcast.contacts.book import Book, read_contacts
from broadcast.errors import BroadcastError, ConfigError
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.spool import start_anew, waiting
from broadcast.model.channel import ChannelKind, missing
from broadcast.model.check import Check, CheckVerdict
from broadcast.model.clock import SystemClock
from broadcast.model.counted import counted
from broadcast.model.outcome import Health, Probe
from broadcast.monitoring import ai_check, crm_check
from broadcast.monitoring.probe import probe
from broadcast.monitoring.public_address import check_public_address
from broadcast.monitoring.rota_check import rota_warnings
from broadcast.planning.outage import Dependencies
from broadcast.publishing.dependencies import dependencies, fates_of
from broadcast.publishing.recipients import personal
from broadcast.rendering.catalogue import PUBLIC, Catalogue, default_folders
from broadcast.rendering.lint import Gravity, lint, refused
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import Organisation
from broadcast.sandbox.daemon import find
from broadcast.sandbox.settings import sandbox_folder

_OTHERS = 0o077  # the permissions of group and others
_NAMED = 5  # the most broken templates that are listed one by one


async def examine(settings: Settings) -> list[Check]:
    """Return every check, the quick ones first, the network last; a failed check does not stop the rest."""
    found = [*_configuration(settings)]
    for part in _PARTS:
        found += _guarded(part(settings), part.__name__.strip("_"))
    locked = {name for name, channel in settings.channels.items() if any(_unreadable(channel))}
    answers = await probe(channel for name, channel in settings.channels.items() if name not in locked)
    found += _guarded(_channels(settings, answers), "channels")
    found += await _hotline(settings)
    return [*found, *await check_public_address(settings)]


async def _hotline(settings: Settings) -> list[Check]:
    """Return whether the services answer that are asked beside a call."""
    found: list[Check] = []
    for subject, check in ((crm_check.SUBJECT, crm_check.check_crm), (ai_check.SUBJECT, ai_check.check_ai)):
        try:
            found += await check(settings)
        except BroadcastError as error:
            found.append(failed(error, subject))
    return found


def _configuration(settings: Settings) -> Iterator[Check]:
    yield Check("configuration", CheckVerdict.OK, str(settings.path or "defaults"))
    for warning in settings.warnings:
        yield Check("configuration", CheckVerdict.WARN, warning)
    if not settings.live and not settings.sandbox:
        yield Check(
            "configuration",
            CheckVerdict.WARN,
            "live = false: nothing leaves this machine",
            "set live = true when it counts",
        )


def failed(error: BroadcastError, subject: str) -> Check:
    """Return the finding for an error."""
    return Check(subject, CheckVerdict.FAIL, str(error), error.hint or "")


def _guarded(checks: Iterator[Check], subject: str) -> Iterator[Check]:
    """Yield the checks; turn an error into a finding, so that the other parts are still checked."""
    try:
        yield from checks
    except BroadcastError as error:
        yield failed(error, subject)


def _placeholders(settings: Settings) -> Iterator[Check]:
    """Yield each example value of `init` that is still configured although messages leave this machine."""
    if settings.sandbox or not settings.live:
        return
    for one in placeholders(settings):
        key = f"{one.key} = {one.value!r}"
        yield Check("configuration", CheckVerdict.FAIL, f"{one.place}: {key} is an example", "write your own")


def _secrets(settings: Settings) -> Iterator[Check]:
    """Yield each secret that cannot be read, once even if several channels need it.

    Required channels come first, so a secret that a required and an optional channel share is a failure.
    """
    missing: dict[str, Check] = {}
    for channel in sorted(settings.channels.values(), key=lambda channel: channel.optional):
        for reference, error in _unreadable(channel):
            check = Check("secrets", _gravity(channel), str(error), error.hint or "")
            missing.setdefault(reference.spelled, check)
    yield from missing.values()
    if not missing:
        yield Check("secrets", CheckVerdict.OK, "every secret that is referred to is there")


def _unreadable(channel: ChannelSettings) -> Iterator[tuple[Reference, ConfigError]]:
    for key, reference in _references(channel.options):
        try:
            reference.resolve(f"{channel.origin}, {key}")
        except ConfigError as error:
            yield reference, error


def _references(options: Mapping[str, object]) -> Iterator[tuple[str, Reference]]:
    for key, value in options.items():
        if isinstance(value, Reference):
            yield key, value
        elif isinstance(value, Mapping):
            yield from _references(value)


def _gravity(channel: ChannelSettings) -> CheckVerdict:
    return CheckVerdict.WARN if channel.optional else CheckVerdict.FAIL


def _modes(settings: Settings) -> Iterator[Check]:
    people = (path for audience in settings.audiences.values() for path in audience.contacts)
    secrets = (
        reference.folder / reference.spelled.removeprefix("file:")
        for channel in settings.channels.values()
        for _, reference in _references(channel.options)
        if reference.spelled.startswith("file:")
    )
    private = dict.fromkeys([*secrets, *people, *Ledger.files(settings.ledger)])
    open_ones = [path for path in private if _open_to_others(path)]
    for path in open_ones:
        mode = stat.S_IMODE(path.stat().st_mode)
        yield Check(
            "file modes", CheckVerdict.WARN, f"others may read {path} (mode {mode:04o})", f"chmod 600 {path}"
        )
    if not open_ones:
        yield Check("file modes", CheckVerdict.OK, "only this user may read secrets, contacts and ledger")


def _open_to_others(path: Path) -> bool:
    return os.name == "posix" and path.is_file() and bool(stat.S_IMODE(path.stat().st_mode) & _OTHERS)


def _ledger(settings: Settings) -> Iterator[Check]:
    ledger = Ledger.open(settings.ledger)
    try:
        verdict = ledger.check()
        # As before every notice: a folder or a file system that cannot keep locks shows up here.
        ledger.runs.begin().end()
        ledger.secret()
    finally:
        ledger.close()
    if verdict == "ok":
        yield Check("ledger", CheckVerdict.OK, f"{settings.ledger} is intact")
    else:
        fix = start_anew(settings.ledger)
        yield Check("ledger", CheckVerdict.FAIL, f"{settings.ledger} is damaged: {verdict}", fix)


def _spooled(settings: Settings) -> Iterator[Check]:
    for path, count in waiting(settings.ledger).items():
        fix = "`broadcast tick` and `serve` record them once the ledger can be written"
        yield Check(
            "ledger", CheckVerdict.WARN, f"{counted(count, 'answer')} not recorded yet, in {path}", fix
        )


def _contacts(settings: Settings) -> Iterator[Check]:
    for audience in settings.audiences.values():
        if audience.contacts:
            yield _book(audience, settings)
            if settings.live and not settings.sandbox:
                yield from _examples(audience, settings.region)


def _rotas(settings: Settings) -> Iterator[Check]:
    """Yield a finding for each fault of a rota; OK if it has none."""
    if not settings.oncall:
        return
    with ExitStack() as closing_after:
        known = Ledger.exists(settings.ledger)
        ledger = closing_after.enter_context(closing(Ledger.open(settings.ledger))) if known else None
        faults = list(rota_warnings(settings, ledger, SystemClock().now()))
    for name in settings.oncall:
        found = [fault for rota, fault in faults if rota == name]
        fix = f"see: broadcast oncall {name}"
        yield from (Check(f"rota {name}", CheckVerdict.WARN, fault, fix) for fault in found)
        if not found:
            yield Check(
                f"rota {name}", CheckVerdict.OK, "somebody is on duty at every time of the next 7 days"
            )


def _book(audience: AudienceSettings, settings: Settings) -> Check:
    subject = f"contacts of {audience.name}"
    try:
        book = read_contacts(audience.contacts, settings.region)
        unreachable = _unreachable(book, audience, settings)
    except ConfigError as error:
        return failed(error, subject)
    if not book.contacts:
        return Check(subject, CheckVerdict.FAIL, "they name no people", "add some, or remove the audience")
    said = counted(len(book.contacts), "person", "people")
    lost = [f"{unreachable:,} of them whom no channel reaches"] if unreachable else []
    if book.rejected:
        lost.append(f"{counted(len(book.rejected), 'row')} without a usable address")
    if lost:
        fix = f"see: broadcast contacts check -a {audience.name}"
        return Check(subject, CheckVerdict.WARN, f"{said}, and {' and '.join(lost)}", fix)
    return Check(subject, CheckVerdict.OK, said)


def _unreachable(book: Book, audience: AudienceSettings, settings: Settings) -> int:
    """Return how many people no channel of the audience can reach, whatever they agreed to."""
    named = {name for lane in audience.lanes for name in lane} & settings.channels.keys()
    able = personal(audience, {name: registry.capabilities_of(settings.channels[name]) for name in named})
    return sum(bool(missing(person, able)) for person in book.contacts)


def _examples(audience: AudienceSettings, region: str) -> Iterator[Check]:
    """Yield a finding if a list that is really used still has made-up people of `init`."""
    with suppress(ConfigError):
        people = read_contacts(audience.contacts, region).contacts
        made_up = sum(any(map(is_placeholder, filter(None, (one.phone, one.email)))) for one in people)
        if made_up:
            said = f"{made_up:,} of {len(people):,} have an address that is only an example"
            yield Check(f"contacts of {audience.name}", CheckVerdict.FAIL, said, "put your own people there")


def _templates(settings: Settings) -> Iterator[Check]:
    catalogue = Catalogue(default_folders(settings.templates))
    locales = catalogue.locales()
    texts = f"{counted(len(catalogue.names()), 'text')} in {', '.join(locales)}"
    post = registry.limits(settings.channels.values(), ChannelKind.SOCIAL)
    organisation = Organisation(settings.organisation, settings.timezone, settings.letterhead)
    if settings.templates is None:
        # Tests prove the shipped templates, but with another organisation and time zone.
        texts += ", as they were delivered"
        renderer = Renderer(catalogue, settings.locale, post=post, letterhead=settings.letterhead)
        wrong = list(refused(renderer, [settings.locale], organisation, [PUBLIC]))
    else:
        audiences = [audience.template_audience for audience in settings.audiences.values()]
        found = lint(catalogue, locales, post, organisation, audiences)
        wrong = [one for one in found if one.severity is Gravity.ERROR]
    for finding in wrong[:_NAMED]:
        yield Check("templates", CheckVerdict.FAIL, f"{finding.template}: {finding.problem}", finding.hint)
    if len(wrong) > _NAMED:
        yield Check(
            "templates", CheckVerdict.FAIL, f"and {len(wrong) - _NAMED} more", "broadcast template lint"
        )
    if not wrong:
        yield Check("templates", CheckVerdict.OK, texts)


def _lanes(settings: Settings) -> Iterator[Check]:
    """Yield the lanes whose channels all share a dependency: such a lane has no real backup."""
    if not settings.audiences:
        yield Check(
            "audiences", CheckVerdict.FAIL, "there is no audience", "add [audiences.customers] with lanes"
        )
    depends = dependencies(settings)
    for audience in settings.audiences.values():
        for lane in audience.lanes:
            shared = _shared([settings.channels[name] for name in lane], depends)
            if len(lane) > 1 and shared:
                yield Check(
                    f"lanes of {audience.name}",
                    CheckVerdict.WARN,
                    f"{', '.join(lane)} all depend on {', '.join(sorted(shared))}",
                    "add a channel that does not",
                )


def _shared(lane: Sequence[ChannelSettings], depends: Dependencies) -> frozenset[str]:
    behind = [depends.behind(channel.name, channel.adapter, fates_of(channel)) for channel in lane]
    return frozenset.intersection(*behind) if behind else frozenset()


def _sandbox(settings: Settings) -> Iterator[Check]:
    found = find(sandbox_folder(settings))
    detail = f"running at {found.url}" if found else "not running; --sandbox starts it"
    yield Check("sandbox", CheckVerdict.OK, detail)


def _channels(settings: Settings, answers: Mapping[str, Probe]) -> Iterator[Check]:
    if not settings.channels:
        yield Check("channels", CheckVerdict.FAIL, "there is no channel", "add one: [channels.email]")
    for name, channel in settings.channels.items():
        if name in answers:
            yield channel_check(channel, answers[name])
        else:
            yield Check(f"channel {name}", _gravity(channel), "not asked: a secret is missing")
    for warning in skew_warnings({name: answer.ahead for name, answer in answers.items()}):
        yield Check(
            "clock", CheckVerdict.WARN, warning, "switch on its synchronisation: timedatectl set-ntp true"
        )


def channel_check(channel: ChannelSettings, answer: Probe) -> Check:
    """Return the finding for a channel's answer; an optional channel gets a warning, not a failure."""
    subject = f"channel {channel.name}"
    detail = answer.detail or str(answer.health)
    match answer.health:
        case Health.OK:
            return Check(subject, CheckVerdict.OK, detail)
        case Health.DEGRADED:
            return Check(subject, CheckVerdict.WARN, detail, "it may fail; check its provider's status page")
        case Health.UNAUTHORISED:
            return Check(subject, _gravity(channel), detail, f"check what is under [channels.{channel.name}]")
        case Health.UNREACHABLE:
            return Check(
                subject, _gravity(channel), detail, "check the network, base_url and the provider's status"
            )


#: In the order of the output: the quickest first.
_PARTS = (_placeholders, _secrets, _modes, _ledger, _spooled, _contacts, _rotas, _templates, _lanes, _sandbox)
