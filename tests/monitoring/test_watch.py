"""Watch: one draft for each outage, closed at its end, and no message without a person."""

from __future__ import annotations

import pathlib
import shlex
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

import pytest

from broadcast.cli.output.watch import round_json, round_page
from broadcast.config.load import load
from broadcast.config.settings import Settings, WatchSettings
from broadcast.dispatch.progress import ignore_events
from broadcast.errors import Refused
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.sqlite.runs import watching_alone
from broadcast.model.clock import SystemClock
from broadcast.model.health import Condition
from broadcast.monitoring.outages import Seen, revised
from broadcast.monitoring.watch import Round, Watch
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.testing.ledger_samples import NOON, after
from broadcast.wiring import make_publisher, make_watch
from tests.harness.company import completed, published
from tests.monitoring.mail_provider import Provider, company, serving

ACTIVE = "activate = true\n"
BACKUP = """
[channels.backup]
adapter = "sendgrid"
api_key = "env:KEY"
from = "status@muster.example"
base_url = "{url}"
"""
MAIL = '\n[alternatives.mail]\nkind = "email"\nvalue = "hilfe@muster.example"\nfate = ["email"]\n'
PAGE = '\n[status_pages]\npost = "{url}/summary.json"\n'


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serving() as provider:
        yield provider


def drafts(folder):
    return sorted(path.name for path in (folder / "drafts").glob("*"))


def health(folder) -> list[tuple]:
    with closing(sqlite3.connect(folder / "broadcast.db")) as connection:
        return connection.execute("SELECT system, state, source FROM health ORDER BY system").fetchall()


@dataclass(frozen=True)
class Watching:
    """Return the watch, as its command runs it, round by round."""

    watch: Watch

    def round(self) -> Round:
        return completed(self.watch.round())


def watching(settings: Settings) -> Watching:
    return Watching(make_watch(settings))


def fallen(watch: Watching, provider: Provider) -> None:
    """Make two bad checks."""
    provider.status = 503
    watch.round()
    assert [one.system for one in watch.round().fallen] == ["email"]


def test_an_outage_is_drafted_once_and_closed_when_it_is_over(tmp_path, provider):
    watch = watching(company(tmp_path, provider))
    assert not watch.round().down

    provider.status = 503
    assert not watch.round().fallen, "one bad answer is none"
    second = watch.round()
    third = watch.round()

    assert [one.system for one in second.fallen] == ["email"]
    assert (third.fallen, third.opened, [one.system for one in third.down]) == ((), None, ["email"])
    assert drafts(tmp_path) == [second.opened.name]
    assert ("email", "down", "watch") in health(tmp_path)

    provider.status = 200
    assert not watch.round().recovered, "one good answer is none"
    last = watch.round()

    assert [one.system for one in last.recovered] == ["email"]
    assert drafts(tmp_path) == [second.opened.name.replace(".md", ".closed.md")]
    assert ("email", "up", "watch") in health(tmp_path)
    assert watch.round().closed == ()


def test_a_draft_is_private_and_has_no_names_but_the_plan_and_the_command(tmp_path, provider):
    watch = watching(company(tmp_path, provider))
    fallen(watch, provider)

    [draft] = (tmp_path / "drafts").iterdir()
    text = draft.read_text(encoding="utf-8")

    assert stat.S_IMODE(draft.stat().st_mode) == 0o600
    assert stat.S_IMODE(draft.parent.stat().st_mode) == 0o700
    assert "# Draft: E-Mail gestört" in text
    assert "- email: down since" in text
    assert "| customers | 2 | email |" in text, "it stays where a lane has nothing else"
    assert "Geheim" not in text
    assert "kunde.example" not in text
    [command] = {line.strip() for line in text.splitlines() if line.startswith("    broadcast")} - {
        line.strip() for line in text.splitlines() if line.endswith("--dry-run")
    }
    words = shlex.split(command)
    assert words[:5] == [
        "broadcast",
        "--config",
        str(tmp_path / "broadcast.toml"),
        "notify",
        "E-Mail gestört",
    ]
    assert words[5:10] == ["-v", "title.en=E-mail disrupted", "--affects", "email", "--key"]


def test_an_edited_draft_is_kept_and_a_deleted_one_does_not_return(tmp_path, provider):
    watch = watching(company(tmp_path, provider))
    fallen(watch, provider)
    [draft] = (tmp_path / "drafts").iterdir()
    draft.write_text("my words", encoding="utf-8")
    watch.round()
    assert draft.read_text(encoding="utf-8") == "my words"

    draft.unlink()
    watch.round()
    assert drafts(tmp_path) == []
    provider.status = 200
    watch.round()
    assert watch.round().closed == ()


def test_watching_sends_nothing(tmp_path, provider):
    watch = watching(company(tmp_path, provider, ACTIVE))
    fallen(watch, provider)
    watch.round()

    with closing(sqlite3.connect(tmp_path / "broadcast.db")) as connection:
        kept = [
            connection.execute(f"SELECT count(*) FROM {name}").fetchone() for name in ("notice", "attempt")
        ]
    assert kept == [(0,), (0,)]
    assert set(provider.asked) == {"/v3/scopes"}


def test_a_provider_that_says_so_itself_is_down_with_its_channel_and_never_without(tmp_path, provider):
    settings = company(tmp_path, provider, PAGE.format(url=provider.url))
    watch = watching(settings)

    watch.round()
    well = watch.round()
    assert well.down == ()
    assert well.channels[0].assessment.reason == "post says: Everything"

    provider.status = 503
    watch.round()
    assert [one.system for one in watch.round().down] == ["email", "post"]
    assert len(drafts(tmp_path)) == 1
    assert provider.asked.count("/summary.json") == 1, "asked once a minute"


def test_one_draft_for_joint_failures_is_closed_when_all_work_again(tmp_path, provider):
    with serving() as other:
        company(tmp_path, provider, BACKUP.format(url=other.url))
        path = tmp_path / "broadcast.toml"
        path.write_text(path.read_text().replace('["email"], ["site"]', '["email", "backup"], ["site"]'))
        watch = watching(load(None, {"KEY": "secret-key"}, tmp_path))
        provider.status = other.status = 503
        watch.round()
        assert {one.system for one in watch.round().fallen} == {"email", "backup"}
        [draft] = drafts(tmp_path)

        provider.status = 200
        watch.round()
        assert [one.system for one in watch.round().recovered] == ["email"]
        assert drafts(tmp_path) == [draft]
        other.status = 200
        watch.round()
        watch.round()

    assert drafts(tmp_path) == [draft.replace(".md", ".closed.md")]


def test_only_a_bad_check_prolongs_an_observed_outage():
    policy = WatchSettings(down_after=1, up_after=9, expires=60)
    down = revised(None, Seen("email", Condition.DOWN, "no answer"), policy, NOON)

    again = revised(down, Seen("email", Condition.DOWN, "refused"), policy, after(30))
    better = revised(again, Seen("email", Condition.WORKS, ""), policy, after(40))
    untold = revised(better, Seen("email", Condition.UNKNOWN, ""), policy, after(50))

    assert (down.expires_at, again.expires_at) == (after(60), after(90))
    assert (better.expires_at, untold.expires_at) == (after(90), after(90))
    assert (untold.down, untold.since, untold.reason) == (True, NOON, "refused")


def test_an_end_goes_by_other_ways_too_and_says_so(backed_up, provider):
    settings = backed_up(ACTIVE)
    ledger = Ledger.open(settings.ledger)
    request = Request(verb=Verb.NOTIFY, title="Kasse")
    assert published(make_publisher(settings, ledger, ignore_events), request, lambda _: None).exit_code == 0
    ledger.close()
    fallen(watching(settings), provider)

    preview = previewed(settings, verb=Verb.RESOLVE)

    assert first(preview) == ["backup"]
    assert any(remark.startswith("email comes last: down since") for remark in preview.warnings)


def test_an_observed_outage_expires_without_further_checks(tmp_path, provider):
    fallen(watching(company(tmp_path, provider, 'expires = "5m"\n')), provider)

    now = SystemClock().now()
    ledger = Ledger.open(tmp_path / "broadcast.db")
    assert ledger.health.down(now)
    assert not ledger.health.down(now + timedelta(minutes=6))
    ledger.close()


def test_trouble_with_the_ledger_or_the_folder_is_told_and_outlived(tmp_path, provider):
    settings = company(tmp_path, provider)
    watch = watching(settings)
    watch.round()
    with closing(sqlite3.connect(settings.ledger)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "locked" in watch.round().trouble[0]
    (tmp_path / "drafts").write_text("a file, not a folder")
    provider.status = 503
    watch.round()
    blocked = watch.round()
    assert [one.system for one in blocked.fallen] == ["email"]
    assert "cannot write in" in blocked.trouble[0]

    pathlib.Path(tmp_path / "drafts").unlink()
    assert watch.round().opened is not None


def test_one_watch_is_enough(tmp_path):
    path = tmp_path / "broadcast.db"
    with watching_alone(path), pytest.raises(Refused, match="`broadcast watch` is"), watching_alone(path):
        pass
    with watching_alone(tmp_path / "broadcast.db"):
        pass


def previewed(settings, *affects: str, verb: Verb = Verb.NOTIFY):
    ledger = Ledger.open(settings.ledger)
    request = Request(verb=verb, title="Kasse gestört", affects=affects)
    try:
        return make_publisher(settings, ledger, ignore_events).preview(request, Limits())
    finally:
        ledger.close()


@pytest.fixture
def backed_up(tmp_path, provider) -> Iterator[Callable[[str], Settings]]:
    """A company with a second mail provider, which works."""
    with serving() as other:

        def configured(more: str) -> Settings:
            company(tmp_path, provider, more + MAIL + BACKUP.format(url=other.url))
            path = tmp_path / "broadcast.toml"
            path.write_text(path.read_text().replace('["email"], ["site"]', '["email", "backup"], ["site"]'))
            return load(None, {"KEY": "secret-key"}, tmp_path)

        yield configured


def first(preview) -> list[str]:
    return [name for audience in preview.audiences for name, _ in audience.first]


def test_with_activate_a_channel_that_is_down_comes_last_and_the_preview_says_so(backed_up, provider):
    settings = backed_up(ACTIVE)
    assert first(previewed(settings)) == ["email"]
    fallen(watching(settings), provider)

    preview = previewed(settings)

    assert first(preview) == ["backup"]
    assert any(remark.startswith("email comes last: down since") for remark in preview.warnings)
    assert not any("hilfe@muster.example" in text.text for text in preview.texts)
    taken_back = previewed(settings, "none")
    assert first(taken_back) == ["email"]
    assert any("hilfe@muster.example" in text.text for text in taken_back.texts)


def test_without_activation_the_preview_only_proposes(backed_up, provider):
    settings = backed_up("")
    fallen(watching(settings), provider)

    preview = previewed(settings)

    assert first(preview) == ["email"]
    assert any(remark.endswith("avoid it with --affects email") for remark in preview.warnings)
    assert first(previewed(settings, "email")) == ["backup"]


def test_affects_none_dismisses_an_observed_outage_until_the_channel_was_up_again(tmp_path, provider):
    settings = company(tmp_path, provider, ACTIVE)
    watch = watching(settings)
    fallen(watch, provider)
    ledger = Ledger.open(settings.ledger)
    request = Request(verb=Verb.NOTIFY, title="Kasse", channels=("site",), affects=("none",))
    published(make_publisher(settings, ledger, ignore_events), request, lambda _: None)
    ledger.close()

    assert watch.round().down == ()
    provider.status = 200
    watch.round()
    watch.round()
    fallen(watch, provider)
    assert watch.round().down != ()


def test_a_channel_that_was_renamed_while_it_was_down_is_over_and_takes_nothing_with_it(tmp_path, provider):
    settings = company(tmp_path, provider, ACTIVE + MAIL + PAGE.format(url=provider.url))
    watch = watching(settings)
    fallen_with_its_provider(watch, provider)
    [draft] = drafts(tmp_path)
    path = tmp_path / "broadcast.toml"
    text = (
        path.read_text()
        .replace("[channels.email]", "[channels.letters]")
        .replace('["email"], ', '["letters"], ')
    )
    path.write_text(text.replace(PAGE.format(url=provider.url), ""))
    renamed = load(None, {"KEY": "secret-key"}, tmp_path)
    assert not any("comes last" in remark for remark in previewed(renamed).warnings)
    provider.status = 200

    found = watching(renamed).round()

    assert {one.system for one in found.unwatched} >= {"email"}
    assert (found.down, found.recovered) == ((), ())
    assert [path.name for path in found.closed] == [draft.replace(".md", ".closed.md")]
    assert any("email is no longer watched" in str(block) for block in round_page(found, renamed))
    assert watching(renamed).round().unwatched == ()


def fallen_with_its_provider(watch, provider):
    provider.status = 503
    watch.round()
    assert {one.system for one in watch.round().fallen} == {"email", "post"}


def test_a_doubtful_channel_is_not_reported_as_working_again(tmp_path, provider):
    settings = company(tmp_path, provider, PAGE.format(url=provider.url))
    watch = watching(settings)
    fallen_with_its_provider(watch, provider)
    provider.status = 200
    watch.round()

    found = watch.round()

    said = " ".join(map(str, round_page(found, settings)))
    assert {one.system for one in found.recovered} == {"email", "post"}
    assert "works again" not in said
    assert "email is no longer down, but doubtful:" in said
    assert {change["state"] for change in round_json(found, settings)["changes"]} == {"doubtful"}


def test_the_command_of_a_draft_names_the_link_to_the_configuration(tmp_path, provider):
    (tmp_path / "site-a").mkdir()
    company(tmp_path / "site-a", provider)
    shared = tmp_path / "shared.toml"
    (tmp_path / "site-a" / "broadcast.toml").rename(shared)
    (tmp_path / "site-a" / "broadcast.toml").symlink_to(shared)
    watch = watching(load(None, {"KEY": "secret-key"}, tmp_path / "site-a"))
    fallen(watch, provider)

    [draft] = (tmp_path / "site-a" / "drafts").iterdir()

    assert f"--config {tmp_path / 'site-a' / 'broadcast.toml'} notify" in draft.read_text(encoding="utf-8")


def test_a_status_page_speaks_for_channels_that_depend_on_it_by_a_chain(tmp_path, provider):
    company(tmp_path, provider, PAGE.format(url=provider.url).replace("post =", "Post ="))
    path = tmp_path / "broadcast.toml"
    text = path.read_text().replace('fate = ["post"]', 'fate = ["Letters"]')
    path.write_text(f'{text}\n[fates]\nletters = ["sorting"]\nSorting = ["post", "letters"]\n')
    watch = watching(load(None, {"KEY": "secret-key"}, tmp_path))

    found = watch.round()
    assert found.channels[0].assessment.reason == "post says: Everything"
    assert found.channels[0].fates == ("letters", "post", "sorting")

    provider.status = 503
    watch.round()
    assert {one.system for one in watch.round().fallen} == {"email", "post"}
