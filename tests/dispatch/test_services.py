"""What pages show of services is the worst of all open incidents, in whatever order they were told."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.request import Request as Call
from urllib.request import urlopen
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from broadcast.channels import registry
from broadcast.dispatch.progress import ignore_events
from broadcast.errors import NothingMatched
from broadcast.publishing.request import Request, Verb
from broadcast.sandbox.daemon import SandboxAddress
from broadcast.sandbox.settings import in_sandbox
from broadcast.wiring import make_publisher
from tests.harness.company import Company, consent, published

SERVICES = """
[channels.site]
adapter = "site"
path = "public"

[services.checkout]
en = "Checkout"
component = "cmp-checkout"

[services.support]
en = "Support"
component = "cmp-support"
"""
KEYS = ("checkout", "support")
OUTAGES = {"sev1": "major_outage", "sev2": "partial_outage", "sev3": "degraded_performance"}
#: Our page calls nothing partly down that nobody called so; Statuspage's word for sev2 is its own.
OUTAGES_ON_OUR_PAGE = OUTAGES | {"sev2": "major_outage"}
WORST_LAST = ("operational", "under_maintenance", "degraded_performance", "partial_outage", "major_outage")
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"

services = st.lists(st.sampled_from(KEYS), min_size=1, max_size=2, unique=True).map(tuple)
severities = st.sampled_from(tuple(OUTAGES))
actions = st.one_of(
    st.tuples(st.just("notify"), severities, services, st.booleans()),
    st.tuples(st.just("maintain"), st.sampled_from(("scheduled", "in_progress")), services),
    st.tuples(st.just("update"), st.integers(0, 5), severities, services),
    st.tuples(st.just("monitor"), st.integers(0, 5)),
    st.tuples(st.just("resolve"), st.integers(0, 5)),
    st.tuples(st.just("retract"), st.integers(0, 5)),
)


@dataclass
class Told:
    """What the test knows about one incident."""

    severity: str
    services: tuple[str, ...]
    phase: str = "investigating"
    drill: bool = False

    @property
    def open(self) -> bool:
        return self.phase not in {"resolved", "retracted", "completed", "cancelled"}

    @property
    def maintenance(self) -> bool:
        return self.phase in {"scheduled", "in_progress", "completed", "cancelled"}

    def condition(self, outages: dict[str, str], watched: str | None) -> str:
        """`watched` is what stands for an incident that is believed to be over."""
        if not self.open or self.phase == "scheduled":
            return "operational"
        if self.phase == "in_progress":
            return "under_maintenance"
        return watched if watched and self.phase == "monitoring" else outages[self.severity]


class Desk:
    """Publishes in the sandbox, and keeps count of its own."""

    def __init__(self, company: Company) -> None:
        address = SandboxAddress(company.url, company.smtp_port, started=False)
        self.settings = in_sandbox(company.settings, address)
        self.told: dict[str, Told] = {}
        self.company = company
        self.first = len(company.received())

    def publish(self, verb, **given):
        with self.company.ledger() as ledger:
            publisher = make_publisher(
                replace(self.settings, ledger=Path(ledger.name)), ledger, ignore_events
            )
            result = published(publisher, Request(verb=verb, **given), consent)
        assert result.exit_code == 0, result

    def do(self, action):
        name, *rest = action
        if name == "notify":
            severity, services, drill = rest
            self.told[f"INC-{len(self.told) + 1}"] = Told(severity, services, drill=drill)
            self.publish(Verb.NOTIFY, title="Fault", severity=severity, services=services, drill=drill)
        elif name == "maintain":
            phase, services = rest
            self.told[f"INC-{len(self.told) + 1}"] = Told("sev2", services, phase)
            started = "2099-01-01T10:00" if phase == "scheduled" else None
            self.publish(Verb.NOTIFY, title="Work", phase=phase, services=services, started=started)
        elif known := [(ref, told) for ref, told in self.told.items() if told.open]:
            ref, told = known[rest[0] % len(known)]
            self.follow_up(name, ref, told, rest[1:])

    def follow_up(self, name, ref, told, rest):
        if told.drill and name in {"update", "monitor"}:
            with pytest.raises(NothingMatched, match="first and its last notice"):
                self.publish(Verb.UPDATE, incident=ref, message="M.")
        elif name == "update":
            told.severity, told.services = rest
            self.publish(Verb.UPDATE, incident=ref, message="M.", severity=rest[0], services=rest[1])
        elif name == "monitor" and not told.maintenance:
            told.phase = "monitoring"
            self.publish(Verb.UPDATE, incident=ref, message="M.", phase="monitoring")
        elif name == "resolve":
            if told.phase == "scheduled":
                self.publish(Verb.UPDATE, incident=ref, message="M.", phase="in_progress")
            told.phase = "completed" if told.maintenance else "resolved"
            self.publish(Verb.RESOLVE, incident=ref, message="M.")
        elif name == "retract":
            told.phase = "cancelled" if told.maintenance else "retracted"
            self.publish(Verb.RETRACT, incident=ref, message="M.")

    def expected(self, service: str, outages: dict[str, str] = OUTAGES, watched: str | None = None) -> str:
        going_on = [t for t in self.told.values() if not t.drill and service in t.services]
        found = (told.condition(outages, watched) for told in going_on)
        return max(found, key=WORST_LAST.index, default="operational")


@pytest.fixture
def fresh(company, tmp_path_factory):
    def begin() -> Desk:
        inner = Company(
            folder=tmp_path_factory.mktemp("run"),
            url=company.url,
            smtp_port=company.smtp_port,
            received=company.received,
        )
        inner.configure([["page"], ["site"]], page="rate = 1000", extra=SERVICES)
        return Desk(inner)

    return begin


def on_statuspage(desk: Desk) -> dict[str, str]:
    shown: dict[str, str] = {}
    for one in desk.company.received()[desk.first :]:
        shown |= one.extra["components"]
    return shown


LESSER_ONE_ENDS = [
    ("notify", "sev1", ("checkout",), False),
    ("notify", "sev3", ("checkout",), False),
    ("resolve", 1),
]
OTHER_SERVICE_NAMED = [
    ("notify", "sev1", ("checkout",), False),
    ("update", 0, "sev2", ("support",)),
    ("resolve", 0),
]
EXERCISE_MEANWHILE = [
    ("notify", "sev2", ("checkout",), False),
    ("notify", "sev1", ("checkout",), True),
    ("monitor", 1),
    ("update", 1, "sev3", ("support",)),
]
WORK_ENDS = [("notify", "sev2", ("support",), False), ("maintain", "in_progress", KEYS), ("resolve", 1)]

WORK_BEGINS = [
    ("notify", "sev1", ("checkout",), False),
    ("monitor", 0),
    ("maintain", "in_progress", ("checkout",)),
]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(actions, min_size=2, max_size=8))
@example(LESSER_ONE_ENDS)
@example(OTHER_SERVICE_NAMED)
@example(EXERCISE_MEANWHILE)
@example(WORK_ENDS)
@example(WORK_BEGINS)
def test_components_equal_the_worst_open_state_after_any_interleaving(fresh, steps):
    desk = fresh()
    for step in steps:
        desk.do(step)

    shown = on_statuspage(desk)
    for key in KEYS:
        assert shown.get(f"cmp-{key}", "operational") == desk.expected(key), (steps, desk.told)
    check_site(desk)


def check_site(desk: Desk) -> None:
    real = {ref: told for ref, told in desk.told.items() if not told.drill}
    if not real:
        return
    pages = {path.parent for path in desk.settings.folder.rglob("state.json")}
    [public] = (page for page in pages if page.name != "drill")
    summary = json.loads((public / "api/v2/summary.json").read_text())
    shown = {one["id"]: one["status"] for one in summary["components"]}
    for key in KEYS:
        expected = desk.expected(key, OUTAGES_ON_OUR_PAGE, watched="operational")
        assert shown.get(f"cmp-{key}", "operational") == expected, desk.told
    check_banner(summary["status"]["indicator"], real)
    check_alerts(public, real)
    check_calendar((public / "maintenance.ics").read_text(), real)


def check_banner(indicator: str, real: dict[str, Told]) -> None:
    going_on = [told for told in real.values() if told.open and told.phase != "scheduled"]
    outages = [told for told in going_on if not told.maintenance]
    if not outages:
        assert indicator == ("maintenance" if going_on else "none")
        return
    worst = min(told.severity for told in outages)
    assert indicator == {"sev1": "critical", "sev2": "major", "sev3": "minor"}[worst]


def check_alerts(public, real):
    """The latest alert about each incident says whether it is over."""
    latest: dict[str, Any] = {}
    for file in (public / "cap").glob("*.xml"):
        alert = ET.parse(file).getroot()
        responses = {one.text for one in alert.iter(f"{CAP}responseType")}
        ref, earlier = alert.findtext(f"{CAP}incidents"), (alert.findtext(f"{CAP}references") or "").split()
        said = (len(earlier), *responses)
        ref = "-".join(str(ref).split("-")[:2])
        latest[ref] = max(latest.get(ref, said), said)
    assert {ref: said[1] == "AllClear" for ref, said in latest.items()} == {
        ref: not told.open for ref, told in real.items()
    }


def check_calendar(text: str, real: dict[str, Told]) -> None:
    events = re.findall(r"UID:(INC-\d+)[^@]*@.*?STATUS:(\w+)", text, re.DOTALL)
    assert dict(events) == {
        ref: "CANCELLED" if told.phase == "cancelled" else "CONFIRMED"
        for ref, told in real.items()
        if told.maintenance
    }


def test_two_commands_at_once_on_one_component_leave_the_worst(company, sandbox):
    """While the resolve of a lesser incident is on its way, another command opens a worse one."""
    company.configure([["page"]], page="rate = 1000", extra=SERVICES)
    company.notify("Slow", severity="sev3", services=("checkout",))

    class Overtaken:
        """Our adapter, behind which another command gets through before this one's request arrives."""

        def __init__(self):
            adapter: Any = registry.build(company.settings.channels["page"])
            self.adapter, self.capabilities = adapter, adapter.capabilities
            self.show_services, self.find = adapter.show_services, adapter.find
            self.close, self.probe = adapter.close, adapter.probe

        async def send(self, batch):
            await asyncio.to_thread(
                company.notify, "Down", severity="sev1", services=("checkout",), limits=None
            )
            return await self.adapter.send(batch)

    company.publish(
        Request(verb=Verb.RESOLVE, incident="INC-1", message="Fast again."), instead={"page": Overtaken}
    )

    assert component(company, "cmp-checkout") == "major_outage"


def component(company: Company, id_: str) -> str:
    """What the page says at last."""
    url = f"{company.url}/statuspage/v1/pages/kctbh9vrtdwd/components/{id_}"
    with urlopen(Call(url, headers={"Authorization": "OAuth somebody"}), timeout=5) as answer:
        return json.load(answer)["status"]
