"""``yakuba notify``: send what is due without a worker, and count what waits."""

from __future__ import annotations

import json
import time

import click

from yakuba.core.setup import start_django


@click.group()
def notify() -> None:
    """通知: reminders to residents."""


@notify.command("send")
@click.option(
    "--every",
    type=click.IntRange(1, 3600),
    help="go on for ever and look every so many seconds (a service of a residents' installation)",
)
def send_command(every: int | None) -> None:
    """Send what is due now, and print what became of it as JSON.

    With both faces on one machine the worker does so by itself; a residents' installation has no worker.
    """
    start_django()
    from django.db import close_old_connections

    from yakuba.core.notify.services.sending import send_due

    while True:
        counts = send_due().counts
        if counts or every is None:
            click.echo(json.dumps(dict(sorted(counts.items()))))
        if every is None:
            return
        close_old_connections()
        time.sleep(every)


@notify.command("status")
def status_command() -> None:
    """How many notices are in each state, as JSON."""
    start_django()
    from django.db.models import Count

    from yakuba.core.notify.models import Message

    rows = Message.objects.order_by().values_list("channel", "state").annotate(n=Count("pk"))
    found: dict[str, dict[str, int]] = {}
    for channel, state, count in sorted(rows):
        found.setdefault(channel, {})[state] = count
    click.echo(json.dumps(found))
