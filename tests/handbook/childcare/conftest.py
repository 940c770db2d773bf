"""The demo city's register, through the real importer."""

from __future__ import annotations

import pytest

from yakuba.site.demo.city import make_city
from yakuba.site.demo.facilities import load_facilities


@pytest.fixture
def register(db: None) -> str:
    return load_facilities(make_city(1))
