"""Imported once by the fork server, so that each body starts within milliseconds."""

from __future__ import annotations

from yakuba.core.setup import start_django

start_django()

from yakuba.core.jobs.registry import load_kinds  # noqa: E402

load_kinds()
