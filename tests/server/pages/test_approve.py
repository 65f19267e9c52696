"""`/a/TOKEN`: a second person reads what would be sent, and approves or declines it, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.proposals import NewProposal, Proposal, ProposalDecision, ProposalState
from broadcast.ledger.side_notices import SideNotice
from broadcast.model.clock import SystemClock
from broadcast.model.confirm_token import confirm_token
from broadcast.model.incident import Phase
from broadcast.testing.ledger_samples import incident, notice, owed
from tests.harness.browser import CHROMIUM, CONTRAST, visit

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SHOWN = {
    "title": "Kasse <b>gestört</b>",
    "people": 1204,
    "posts": ["site"],
    "drill": False,
    "audiences": [["customers", 1200], ["agents", 4]],
    "texts": [
        {
            "audience": "customers",
            "locale": "de",
            "kind": "email",
            "subject": "Störung: Kasse",
            "text": "Guten Tag \ue000name\ue001,\n\nseit 14:00 Uhr ist die <b>Kasse</b> gestört.",
            "recipients": 1200,
        },
        {
            "audience": "customers",
            "locale": "de",
            "kind": "sms",
            "subject": None,
            "text": "Muster Handel: Kasse gestört. [INC-1/1]",
            "recipients": 0,
        },
    ],
}


class Case:
    """A proposal about which Ben is asked, and his link; its channel is not configured: nothing is sent."""

    def __init__(self, ledger: Ledger, **changes: Any) -> None:
        self.ledger = ledger
        at = SystemClock().now()
        values = {
            "incident": "INC-1",
            "sequence": 1,
            "key": "k",
            "inputs_hash": "i",
            "request": '{"verb": "notify", "title": "Kasse", "audiences": ["nobody"]}',
            "reserved": True,
            "digest": "d",
            "author": "Ada",
            "at": at,
            "shown": SHOWN,
            "valid_until": at + timedelta(minutes=30),
            **changes,
        }
        recorded = ledger.proposals.record(NewProposal(**values))
        new = notice(incident(), 1, owed("ben", route=("nowhere",)))
        side = SideNotice(facts=new.facts, texts=new.texts, deliveries=new.deliveries, kinds={})
        asking = ledger.proposals.ask(recorded, side, 300.0, at)
        assert asking is not None
        self.id = recorded.id
        self.path = f"/a/{confirm_token(ledger.secret(), 1, asking.identity or '')}"

    @property
    def proposal(self) -> Proposal:
        return next(one for one in self.ledger.proposals.all() if one.id == self.id)


async def get(served, path: str) -> tuple[int, str]:
    async with served.session.get(served.listening.public + path) as response:
        return response.status, await response.text()


async def post(served, path: str, form: str) -> tuple[int, str]:
    response = await served.post(path, form.encode(), **FORM)
    return response.status, await response.text()


async def test_opening_shows_every_text_and_changes_nothing(served, ledger):
    case = Case(ledger)

    status, page = await get(served, case.path)

    assert status == 200
    for part in ("Kasse &lt;b&gt;gestört&lt;/b&gt;", "1.204", "customers (1.200), agents (4)", "Ada"):
        assert part in page
    assert "Guten Tag &lt;name&gt;,\n\nseit 14:00 Uhr ist die &lt;b&gt;Kasse&lt;/b&gt; gestört." in page
    assert "Freigeben und jetzt senden" in page
    assert case.proposal.state is ProposalState.WAITING


async def test_posting_approves_once_and_records_who_and_how(served, ledger):
    case = Case(ledger)

    status, page = await post(served, case.path, "answer=approve")
    _, again = await post(served, case.path, "answer=decline&note=zu+sp%C3%A4t")

    assert (status, "Freigegeben" in page, "Freigegeben" in again) == (200, True, True)
    kept = case.proposal
    assert (kept.decided_by, kept.means) == ("ben", "link")
    assert kept.state in {
        ProposalState.APPROVED,
        ProposalState.VOID,
    }  # the clock has found nobody to send it to


async def test_a_person_declines_with_a_reason(served, ledger):
    case = Case(ledger)

    _, page = await post(served, case.path, "answer=decline&note=falscher+Dienst")

    assert "Abgelehnt von ben" in page
    assert "Begründung: falscher Dienst" in page
    assert (case.proposal.state, case.proposal.note) == (ProposalState.DECLINED, "falscher Dienst")


@pytest.mark.parametrize(
    ("what", "heading"),
    [
        ("replaced", "Es gibt einen neueren Vorschlag."),
        ("withdrawn", "Zurückgezogen."),
        ("outdated", "Dieser Vorschlag ist abgelaufen."),
        ("overtaken", "Dieser Vorschlag ist überholt."),
        ("over", "Der Vorgang ist beendet."),
        ("own", "Das ist Ihr eigener Vorschlag."),
    ],
)
async def test_what_cannot_be_approved_any_more_says_why_and_records_nothing(served, ledger, what, heading):
    now = SystemClock().now()
    changes: dict[str, dict[str, Any]] = {
        "outdated": {"valid_until": now - timedelta(minutes=1)},
        "own": {"author": "Ben"},
    }
    case = Case(ledger, **changes.get(what, {}))
    if what == "replaced":
        ledger.proposals.record(NewProposal(**{**_new(case.proposal), "digest": "e"}))
    elif what == "withdrawn":
        ledger.proposals.decide(case.id, ProposalDecision(state=ProposalState.WITHDRAWN, by="Ada", at=now))
    elif what in {"overtaken", "over"}:
        phase = Phase.RESOLVED if what == "over" else Phase.INVESTIGATING
        opened = replace(incident(), ref="INC-1", phase=phase)
        ledger.incidents.record(notice(opened, 1, owed("anna", route=("nowhere",))), now)
    before = case.proposal.state

    _, page = await get(served, case.path)
    _, after = await post(served, case.path, "answer=approve")

    assert f"<h1>{heading}</h1>" in page
    assert f"<h1>{heading}</h1>" in after
    assert "Freigeben und jetzt senden" not in page
    assert case.proposal.state is before


def _new(proposal: Proposal) -> dict[str, Any]:
    names = NewProposal.__dataclass_fields__
    return {name: getattr(proposal, name) for name in names}


async def test_other_links_forms_and_methods_release_nothing(served, ledger):
    case = Case(ledger)
    wrong = case.path[:-1] + ("a" if case.path[-1] != "a" else "b")

    statuses = [
        (await post(served, wrong, "answer=approve"))[0],
        (await post(served, case.path.replace("/a/", "/c/"), "answer=confirm"))[0],
        (await post(served, case.path, "answer=yes"))[0],
        (await post(served, case.path, "note=" + "x" * 20_000))[0],
        (await get(served, case.path + "?answer=approve"))[0],
    ]

    assert statuses == [404, 404, 400, 413, 200]
    assert case.proposal.state is ProposalState.WAITING


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed")
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
async def test_the_page_can_be_read_touched_and_used_by_keyboard(served, ledger, chromium, width, scheme):
    case = Case(ledger)
    size = {"width": width, "height": 740}
    page = await visit(chromium, served, case.path, viewport=size, color_scheme=scheme)

    texts = await page.evaluate(CONTRAST)
    assert [text for text in texts if text["size"] < 16] == []
    assert [text for text in texts if text["ratio"] < (3 if text["large"] else 4.5)] == []
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    heights = "[...document.querySelectorAll('button, summary')].map((e) => e.getBoundingClientRect().height)"
    assert all(height >= 44 for height in await page.evaluate(heights))
    await page.get_by_role("button", name="Ablehnen").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Abgelehnt.").wait_for()
    assert case.proposal.state is ProposalState.DECLINED
