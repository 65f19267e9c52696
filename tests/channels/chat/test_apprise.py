from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter, Reconciles
from broadcast.config.load import load
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.channel import Idempotency, Threading
from broadcast.model.outcome import Accepted, Health, Outcome, Rejected, Scope, Unknown
from broadcast.model.text import WORD_JOINER
from broadcast.sandbox.faults import Fault
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import NASTY, outgoing
from broadcast.testing.stub import never, serving

#: What Apprise's own code uses is not ours to correct.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def build(url: str, timeout: float = 20) -> Adapter:
    options = {"apprise_url": url}
    return registry.build(
        ChannelSettings(name="other", adapter="apprise", origin="here", timeout=timeout, options=options)
    )


def address(sandbox: Sandbox) -> str:
    return sandbox.base_url("apprise").replace("http:", "json:")


async def sent(url: str, text: str = "[INC-7/1] Text") -> Outcome:
    async with using(build(url)) as adapter:
        (outcome,) = await adapter.send([outgoing(None, text=text)])
    return outcome


def test_it_promises_nothing_that_apprise_cannot_keep():
    can = registry.capabilities("apprise")

    assert (can.threading, can.idempotency) == (Threading.NONE, Idempotency.NONE)
    assert not isinstance(build("json://127.0.0.1"), Reconciles)


@pytest.mark.parametrize(
    "text", [*NASTY[:5], "{{ x }} ${HOME} \\n \\u0041 :smile: **fett** <@U1> <!channel>"]
)
async def test_a_text_arrives_once_and_as_it_was_written_but_calls_nobody(text):
    async with Sandbox() as sandbox:
        outcome = await sent(address(sandbox), text)

        assert isinstance(outcome, Accepted)
        assert outcome.thread is None
        assert "no id" in (outcome.detail or "")
        arrived = text.replace("<@U1>", f"<@{WORD_JOINER}U1>")
        assert [(one.subject, one.text) for one in sandbox.received] == [(None, arrived)]


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "truncated"])
async def test_nobody_knows_what_a_failure_means(fault):
    async with Sandbox() as sandbox:
        sandbox.fault(Fault(kind=fault, provider="apprise"))

        assert isinstance(await sent(address(sandbox)), Unknown)
        assert len(sandbox.requests) == 1


async def test_nobody_waits_longer_than_the_deadline():
    async with serving(never) as stub, using(build(f"json://127.0.0.1:{stub.port}/", 0.5)) as adapter:
        await adapter.probe()  # to load Apprise takes longer
        begun = time.monotonic()
        (outcome,) = await adapter.send([outgoing(None)])

        assert outcome == Unknown("no answer within 0.5 s")
        assert time.monotonic() - begun < 2


@pytest.mark.slow
async def test_a_thread_left_behind_keeps_the_program_no_longer_than_apprise_waits_for_an_answer():
    program = (
        "import asyncio, sys\n"
        "from broadcast.channels import registry\n"
        "from broadcast.config.settings import ChannelSettings\n"
        "from broadcast.testing.samples import outgoing\n"
        "options = {'apprise_url': sys.argv[1]}\n"
        "settings = ChannelSettings(\n"
        "    name='other', adapter='apprise', origin='here', timeout=0.5, options=options\n"
        ")\n"
        "print(asyncio.run(registry.build(settings).send([outgoing(None)])))\n"
    )
    async with serving(never) as stub:
        url = f"json://127.0.0.1:{stub.port}/"
        command = [sys.executable, "-c", program, url]
        done = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, timeout=15, check=True
        )

    assert "no answer within 0.5 s" in done.stdout
    assert done.stderr == ""


async def test_an_url_that_means_nothing_is_a_channel_of_no_use():
    url = "nosuchservice://s3cret/token"
    async with using(build(url)) as adapter:
        probe = await adapter.probe()
    outcome = await sent(url)

    assert isinstance(outcome, Rejected)
    assert outcome.scope is Scope.CHANNEL
    assert probe.health is Health.DEGRADED
    assert "s3cret" not in f"{outcome} {probe} {adapter!r}"


async def test_a_probe_sends_no_message():
    async with Sandbox() as sandbox, using(build(address(sandbox))) as adapter:
        probe = await adapter.probe()

        assert probe.health is Health.OK
        assert sandbox.requests == []


def test_the_url_is_a_secret_and_must_not_stand_in_the_file(tmp_path: Path):
    path = tmp_path / "broadcast.toml"
    path.write_text(
        '[broadcast]\norganisation = "M"\n[channels.other]\nadapter = "apprise"\n'
        'apprise_url = "tgram://s3cret/1"\n'
    )

    with pytest.raises(ConfigError, match="a secret must not be in the file") as raised:
        load(path, {}, tmp_path)
    assert "s3cret" not in f"{raised.value} {raised.value.hint}"


def test_without_the_package_the_error_says_what_to_install():
    program = (
        "import sys\n"
        "sys.modules['apprise'] = None\n"
        "from broadcast.channels import registry\n"
        "from broadcast.config.settings import ChannelSettings\n"
        "from broadcast.errors import ConfigError\n"
        "options = {'apprise_url': 'json://localhost'}\n"
        "settings = ChannelSettings(\n"
        "    name='other', adapter='apprise', origin='[channels.other]', options=options\n"
        ")\n"
        "try: registry.build(settings)\n"
        "except ConfigError as error: print(error, error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == (
        '[channels.other]: the package apprise is not installed pip install "broadcast-cli[apprise]"\n'
    )
