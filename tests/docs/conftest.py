from __future__ import annotations

import pytest


@pytest.fixture
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")
