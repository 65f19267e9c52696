from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities
from tests.harness.cases import for_every

ENTRY_POINTS = "[broadcast.adapters]\npigeon = pigeon:Pigeon\nlost = lost:Lost\n"
PIGEON = """
from broadcast.model.channel import Capabilities, ChannelKind
class Pigeon:
    name = "pigeon"
    capabilities = Capabilities(kind=ChannelKind.SMS, address=None)
    options = frozenset({"loft"})
"""


@for_every("name", registry.names())
def test_every_adapter_says_what_it_is(name):
    adapter: type[Adapter] = registry.adapter_class(name)

    assert adapter.name == name
    assert isinstance(adapter.capabilities, Capabilities)
    assert adapter.capabilities == registry.capabilities(name)
    assert isinstance(adapter.options, frozenset)


def test_a_misspelt_adapter_is_refused_with_the_right_one():
    settings = ChannelSettings(name="sms", adapter="twillio-sms", origin="broadcast.toml, [channels.sms]")

    with pytest.raises(ConfigError, match=r"\[channels\.sms\]: unknown adapter 'twillio-sms'") as raised:
        registry.build(settings)

    assert raised.value.hint == "did you mean twilio-sms?"


def test_a_strange_adapter_is_refused_with_all_of_them():
    with pytest.raises(ConfigError) as raised:
        registry.adapter_class("zzz")

    assert "sendgrid, smtp" in str(raised.value.hint)


def test_a_misspelt_option_is_refused_with_the_right_one():
    settings = ChannelSettings(name="sms", adapter="twilio-sms", origin="here", options={"auth_tokn": "x"})

    with pytest.raises(ConfigError, match="twilio-sms has no option auth_tokn") as raised:
        registry.build(settings)

    assert raised.value.hint == "did you mean auth_token?"


def test_another_package_may_bring_an_adapter(tmp_path: Path):
    (tmp_path / "pigeon.py").write_text(PIGEON)
    installed = tmp_path / "pigeon-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: pigeon\nVersion: 1\n")
    (installed / "entry_points.txt").write_text(
        "[broadcast.adapters]\npigeon = pigeon:Pigeon\nlost = lost:Lost\n"
    )
    code = (
        "from broadcast.channels import registry\n"
        "from broadcast.errors import ConfigError\n"
        "print(registry.names()[-2:], registry.capabilities('pigeon').kind)\n"
        "try: registry.adapter_class('lost')\n"
        "except ConfigError as error: print(error)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.append({str(tmp_path)!r})\n{code}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout.splitlines() == [
        "('pigeon', 'lost') sms",
        "the adapter lost (lost:Lost) cannot be loaded: No module named 'lost'",
    ]
