"""Check what callers depend on: numbers at the provider, the static document, people, languages.

Calls nobody.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

from broadcast.channels import registry
from broadcast.channels.base import LeadsNumbers, SignsReceipts
from broadcast.channels.transport import NoReply, Reply, Transport
from broadcast.config.settings import HotlineSettings, Settings
from broadcast.contacts.rota import Period
from broadcast.errors import BroadcastError, ConfigError
from broadcast.hotline.call_state import CallState, Step
from broadcast.hotline.write_fallback import MOST_BYTES, FallbackFile
from broadcast.ledger.ledger import Ledger
from broadcast.model.channel import ChannelKind
from broadcast.model.check import Check, CheckVerdict
from broadcast.model.clock import SystemClock
from broadcast.model.number_route import NumberRoute
from broadcast.publishing.channels import Channels
from broadcast.publishing.on_duty import duty_report, read_rota

SUBJECT = "hotline"
_TIMEOUT = 10.0  # seconds
_OK, _WARN, _FAIL = CheckVerdict.OK, CheckVerdict.WARN, CheckVerdict.FAIL
_ANSWER, _HUNG_UP = "/voice/answer/0", "/voice/goodbye/1"
_XML = "xml"
_FORGED = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class HotlineCheck:
    """Checks the hotline `calls`.

    `fallback` makes what writes its static document, and `spoken` are the languages that have prompts.

    Example:
        >>> checks = await HotlineCheck(settings=settings, calls=settings.calls, ...).examine()
    """

    settings: Settings
    calls: HotlineSettings
    channels: Channels
    spoken: frozenset[str]
    fallback: Callable[[Ledger], FallbackFile]

    async def examine(self) -> list[Check]:
        """Return every check; one that fails does not stop the rest."""
        now = SystemClock().now()
        found: list[Check] = []
        for part in (self._languages, self._sms, self._people, self._static_document):
            try:
                found += part(now)
            except BroadcastError as error:
                found.append(Check(SUBJECT, _FAIL, str(error), error.hint or ""))
        found += [check async for check in self._provider()]
        return found or [Check(SUBJECT, _OK, "ready")]

    def _languages(self, now: datetime) -> Iterator[Check]:
        del now
        for line in self.calls.numbers:
            language = line.locale.partition("-")[0]
            if line.locale and line.locale not in self.spoken and language not in self.spoken:
                known = ", ".join(sorted(self.spoken))
                fix = f"write templates/{language}/_hotline.toml, or give the number one of: {known}"
                said = f"{line.number} speaks {line.locale}, which has no texts: callers hear English"
                yield Check(SUBJECT, _FAIL, said, fix)

    def _sms(self, now: datetime) -> Iterator[Check]:
        del now
        name = self.calls.sms
        if name is None:
            fix = 'add sms = "sms" to [hotline], the name of a channel'
            yield Check(SUBJECT, _WARN, "no channel for SMS: callers are offered no link", fix)
        elif registry.capabilities_of(self.settings.channels[name]).kind is not ChannelKind.SMS:
            yield Check(SUBJECT, _FAIL, f"{name} sends no SMS", "name an SMS channel: [hotline] sms")

    def _people(self, now: datetime) -> Iterator[Check]:
        if self.calls.rota is None:
            fix = 'add rota = "support" to [hotline]'
            yield Check(SUBJECT, _WARN, "no rota: callers can only leave a message", fix)
            return
        known = Ledger.exists(self.settings.ledger)
        if known:
            with closing(Ledger.open(self.settings.ledger)) as ledger:
                staffed = read_rota(self.settings, ledger, self.calls.rota, now)
        else:
            staffed = read_rota(self.settings, None, self.calls.rota, now)
        report, fix = duty_report(staffed, now), f"see: broadcast oncall {self.calls.rota}"
        named = (staffed.rota.names[who] for who in staffed.rota.people() if who in staffed.rota.names)
        for one in staffed.people(dict.fromkeys(named)):
            if not one.phone:
                said = f"{one.id} is in the rota and has no phone that may be used: callers do not reach them"
                yield Check(SUBJECT, _FAIL, said, "add the phone to the contacts file of the rota")
        if not report.turns:
            yield Check(SUBJECT, _WARN, "nobody is on duty now: callers can only leave a message", fix)
        if report.gaps:
            yield Check(SUBJECT, _WARN, f"nobody takes calls {self._shown(report.gaps[0])}", fix)

    def _shown(self, gap: Period) -> str:
        zone = self.settings.timezone
        return (
            f"from {gap.starts.astimezone(zone):%Y-%m-%d %H:%M} to {gap.ends.astimezone(zone):%Y-%m-%d %H:%M}"
        )

    def _static_document(self, now: datetime) -> Iterator[Check]:
        del now
        path, fix = self.calls.fallback, "broadcast hotline fallback"
        if path is None:
            said = "no static document: callers hear an error of the provider while this machine is off"
            yield Check(SUBJECT, _WARN, said, 'add fallback = "public/hotline.xml" to [hotline]')
            return
        if not path.is_file():
            yield Check(SUBJECT, _WARN, f"{path} is not written yet", fix)
            return
        try:
            document = path.read_bytes()
            root = ET.fromstring(document)  # noqa: S314 - our own file, and only its form is asked
        except OSError as error:
            yield Check(SUBJECT, _FAIL, f"{path} cannot be read: {error.strerror}", f"rm {path}; {fix}")
            return
        except ET.ParseError as error:
            yield Check(SUBJECT, _FAIL, f"{path} is no XML: {error}", fix)
            return
        if root.tag != "Response" or len(document) > MOST_BYTES:
            yield Check(SUBJECT, _FAIL, f"{path} is no document that a provider plays", fix)
            return
        with closing(Ledger.open(self.settings.ledger)) as ledger:
            if not self.fallback(ledger).current():
                said = f"{path} says something else than is true now; tick and serve write it anew"
                yield Check(SUBJECT, _WARN, said, fix)

    async def _provider(self) -> AsyncIterator[Check]:
        url = self.settings.serve.url
        if url is None:
            fix = 'add url = "https://notify.example.com" to [serve]'
            yield Check(SUBJECT, _FAIL, "[serve] url is not set: no call reaches this machine", fix)
            return
        if self.settings.sandbox:
            yield Check(SUBJECT, _OK, "skipped: a rehearsal has no number at the provider")
            return
        try:
            adapter: object = self.channels.adapters({self.calls.channel})[self.calls.channel]
        except ConfigError:
            return  # another check names the missing secret
        if isinstance(adapter, LeadsNumbers):
            try:
                for line in self.calls.numbers:
                    yield route_check(
                        line.number, await adapter.number_route(line.number), url, self._lines()
                    )
                if isinstance(adapter, SignsReceipts):
                    yield await self._round_trip(adapter, url)
            finally:
                await adapter.close()
        else:
            fix = 'name a channel with adapter = "twilio-voice"'
            yield Check(SUBJECT, _FAIL, f"{self.calls.channel} cannot answer calls", fix)

    def _lines(self) -> Mapping[str, str]:
        return {line.voice_url: line.name for line in self.calls.lines if line.voice_url}

    async def _round_trip(self, adapter: SignsReceipts, url: str) -> Check:
        """Post a signed request about a call that does not exist, at a step that records nothing."""
        path = CallState(step=Step.RECORDED, number=9, locale=self.settings.locale).path
        request = adapter.sample_receipt(url + path, SystemClock().now())
        transport = Transport(timeout=_TIMEOUT)
        try:
            answer = await transport.exchange(
                "POST", url + path, headers=request.headers, body=request.body, signing_in=True
            )
        finally:
            await transport.close()
        return round_trip_check(url, answer)


def route_check(number: str, found: object, url: str, lines: Mapping[str, str]) -> Check:
    """Return the finding about where a number leads; `lines` are backup lines by their addresses. Pure."""
    if not isinstance(found, NumberRoute):
        reason = getattr(found, "reason", "no answer")
        fix = "check the account of the channel in [hotline]"
        return Check(SUBJECT, _WARN, f"it is not known where {number} leads: {reason}", fix)
    wanted = url + _ANSWER
    fix = f"at the provider, open {number}: A call comes in = {wanted}, HTTP POST"
    if found.instead:
        said = f"{found.instead} takes the place of the address of {number}"
        return Check(SUBJECT, _FAIL, said, f"remove it; {fix}")
    if found.url in lines:
        said = f"{number} leads to the backup line {lines[found.url]}"
        return Check(SUBJECT, _WARN, said, "broadcast hotline lines deactivate")
    if (found.url, found.method) != (wanted, "POST"):
        where = f"{found.url} by {found.method}" if found.url else "nothing"
        return Check(SUBJECT, _FAIL, f"{number} leads to {where}, not to this machine", fix)
    return _completeness(found, url)


def _completeness(found: NumberRoute, url: str) -> Check:
    """Return the finding about a number that leads to us: what if we do not answer, or callers hang up?"""
    if not found.fallback:
        said = f"{found.number} leads to this machine, and nowhere if that does not answer"
        return Check(SUBJECT, _WARN, said, "Primary handler fails = the address of your static document")
    if found.status != url + _HUNG_UP:
        said = f"we do not hear when callers of {found.number} hang up: they count as waiting"
        return Check(SUBJECT, _WARN, said, f"Call status changes = {url}{_HUNG_UP}")
    return Check(SUBJECT, _OK, f"{found.number} leads to {found.url}, else to {found.fallback}")


def round_trip_check(url: str, answer: Reply | NoReply) -> Check:
    """Return whether a signed request about a call arrived. Pure."""
    if isinstance(answer, NoReply):
        fix = "start `broadcast serve`, and check the reverse proxy"
        return Check(SUBJECT, _WARN, f"{url} does not answer a call: {answer.reason}", fix)
    if answer.success and _XML in answer.headers.get("Content-Type", ""):
        return Check(SUBJECT, _OK, f"a signed request about a call is answered at {url}")
    if answer.status == _FORGED:
        fix = "correct [serve] url to the address that the provider calls, and restart `broadcast serve`"
        return Check(SUBJECT, _FAIL, f"the signature of a call is wrong at {url}: callers hear an error", fix)
    fix = "let the proxy pass POST requests to /voice/ on, and start `broadcast serve` with [hotline]"
    return Check(SUBJECT, _FAIL, f"a call is answered with HTTP {answer.status} at {url}", fix)
