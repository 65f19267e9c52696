"""One person in a call: the caller, or a colleague who is dialled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.harness.telephone.clock import CallClock
from tests.harness.telephone.persons import HangUp, Script
from tests.harness.telephone.transcript import Exchange, Heard, Notification, Transcript
from tests.harness.telephone.webhooks import Answer, DocumentError, Request, Webhooks

CALLER = "caller"


@dataclass(kw_only=True)
class Leg:
    """What the platform knows of one side: its id, its fields, and what its person does and hears.

    `fields` are the parameters of every request (https://www.twilio.com/docs/voice/twiml#request-parameters,
    read 2026-11-30), without the status, which changes.
    """

    sid: str
    who: str
    script: Script
    clock: CallClock
    transcript: Transcript
    webhooks: Webhooks
    fields: Mapping[str, str]
    status: str = "in-progress"
    url: str = field(default="")

    def arm(self) -> None:
        """Let the person hang up if that is what they do next."""
        if isinstance(self.script.next, HangUp):
            action = self.script.take()
            assert isinstance(action, HangUp)
            self.clock.hang_ups[self.sid] = self.clock.now + action.after

    def hear(self, kind: str, seconds: float, text: str = "", **spoken: str | None) -> None:
        """Let the person hear something for so long; it is not whole if they hang up meanwhile."""
        self.hear_part(kind, seconds, seconds, text, **spoken)

    def hear_part(
        self, kind: str, seconds: float, listens: float, text: str = "", **spoken: str | None
    ) -> None:
        """Let the person hear the first `listens` seconds of something."""
        began, whole = self.clock.now, False
        try:
            self.clock.advance(min(seconds, listens))
            whole = listens >= seconds
        finally:
            self.transcript.heard.append(
                Heard(
                    at=began,
                    who=self.who,
                    kind=kind,
                    text=text,
                    seconds=self.clock.now - began,
                    whole=whole,
                    url=self.url,
                    **spoken,
                )
            )

    def note(self, text: str, code: int = 0, *, is_error: bool = False, url: str | None = None) -> None:
        """Write into the log of the platform."""
        self.transcript.notifications.append(
            Notification(at=self.clock.now, code=code, is_error=is_error, text=text, url=url or self.url)
        )

    async def ask(self, request: Request) -> Answer:
        """Ask for a document; raises `DocumentError`."""
        answers = await self._sent(request, is_callback=False)
        return answers[-1]

    async def tell(self, url: str, form: Mapping[str, str], method: str = "POST") -> None:
        """Tell something whose answer controls nothing; a failure is only logged."""
        request = Request(url, method, form)
        try:
            answers = await self._sent(request, is_callback=True)
        except DocumentError as error:
            self.note(error.text, error.code, is_error=True, url=error.url)
        else:
            if not 200 <= answers[-1].status < 300:
                self.note(f"HTTP status {answers[-1].status} to a callback", 11200, is_error=True, url=url)

    async def _sent(self, request: Request, *, is_callback: bool) -> list[Answer]:
        form = {**self.fields, "CallStatus": self.status, **request.form}
        full = Request(request.url, request.method, form)
        try:
            answers = await self.webhooks.send(full)
        except DocumentError as error:
            self.clock.advance(error.seconds)
            raise
        for answer in answers:
            self.transcript.exchanges.append(
                Exchange(
                    at=self.clock.now,
                    who=self.who,
                    method=request.method,
                    url=answer.url,
                    form=form,
                    headers=answer.headers,
                    status=answer.status,
                    body=answer.body,
                    content_type=answer.content_type,
                    took=answer.took,
                    is_callback=is_callback,
                )
            )
        return answers
