"""``yakuba handbook sweep-bookings``: the sweeper for an installation without a worker."""

from __future__ import annotations

import json
import time
from dataclasses import asdict

import click


@click.command("sweep-bookings")
@click.option(
    "--every",
    type=click.IntRange(1, 3600),
    help="go on for ever and look every so many seconds (a service of a residents' installation)",
)
def sweep_bookings(every: int | None) -> None:
    """Free holds whose time is over and offer free places to those in line; print what was done as JSON.

    With both faces on one machine the worker does so by itself.
    """
    from yakuba.core.setup import start_django

    start_django()
    from django.db import close_old_connections
    from django.utils import timezone

    from yakuba.handbook.services.bookings.sweeping import sweep

    while True:
        swept = asdict(sweep(timezone.now()))
        if every is None or any(swept.values()):
            click.echo(json.dumps(swept))
        if every is None:
            return
        close_old_connections()
        time.sleep(every)
