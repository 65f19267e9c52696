from __future__ import annotations

import json
import shutil
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.programs import STORE, free_ports, npm, pypi, running

ACCOUNT = {"sid": "AC00000000000000000000000000000000", "auth_token": "geheim"}
NUMBER = "+15551234567"
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.interop)


@pytest.fixture(scope="session")
def emulate() -> Iterator[dict[str, str]]:
    """The roots of Twilio and Slack."""
    folder = npm("emulate@0.11.2")
    seed = STORE / "emulate.json"
    seed.write_text(
        json.dumps(
            {
                "slack": {"channels": [{"name": "incidents"}]},
                "twilio": {"account": ACCOUNT, "phone_numbers": [{"phone_number": NUMBER}]},
            }
        )
    )
    first, program = free_ports(2), folder / "node_modules/emulate/dist/index.js"
    services = ["--service", "twilio,slack", "--port", str(first), "--seed", str(seed)]
    with running(["node", str(program), "start", *services], first + 1) as slack:
        yield {"twilio": f"http://127.0.0.1:{first}", "slack": slack}


@pytest.fixture(scope="session")
def mastodon() -> Iterator[str]:
    """The root of an instance."""
    folder, port = pypi("mastodon_mock==0.6.1"), free_ports()
    command = [sys.executable, "-m", "mastodon_mock", "serve", "--in-memory", "--port", str(port)]
    with running(command, port, PYTHONPATH=str(folder)) as root:
        yield root


@pytest.fixture(scope="session")
def personal_data_server() -> Iterator[str]:
    """The root of a server for Bluesky's accounts, with a directory of identities beside it."""
    # Version 12 is compiled for Node 20 and later; 13 needs Node 22, and the server's own 10 an older one.
    folder = npm("@atproto/dev-env@0.3.215", {"better-sqlite3": "12.11.1"})
    port = free_ports()
    with running(["node", str(HERE / "personal_data_server.cjs"), str(folder), str(port)], port) as root:
        yield root


@pytest.fixture(scope="session")
def home_server() -> Iterator[str]:
    """The root of a Matrix home server, which lets anybody have an account."""
    folder, port = pypi("matrix-synapse==1.163.2"), free_ports()
    data = STORE / "synapse"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    listener = {"type": "http", "port": port, "bind_addresses": ["127.0.0.1"], "tls": False}
    settings = {
        "server_name": "muster.example",
        "listeners": [{**listener, "resources": [{"names": ["client"]}]}],
        "database": {"name": "sqlite3", "args": {"database": ":memory:"}},
        "media_store_path": str(data),
        "signing_key": f"ed25519 a_1 {b64encode(bytes(range(32))).decode().rstrip('=')}",
        "macaroon_secret_key": "geheim",
        "report_stats": False,
        "trusted_key_servers": [],
        "enable_registration": True,
        "enable_registration_without_verification": True,
    }
    config = data / "homeserver.yaml"
    config.write_text(json.dumps(settings))  # which is YAML too
    command = [sys.executable, "-m", "synapse.app.homeserver", "-c", str(config)]
    with running(command, port, PYTHONPATH=str(folder)) as root:
        yield root
