"""``yakuba effects``: measured working time from the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from yakuba.core.setup import start_django


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def effects() -> None:
    """事業効果: import measured working time."""


@effects.command("import")
@click.argument("events", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
def import_command(events: Path) -> None:
    """Import EVENTS.csv into the ledger: all rows, or none and exit 2.

    The column «event» is session, baseline, count or cost; docs/effects.md lists the columns of each. Rows
    imported before are recognised.
    """
    start_django()
    from django.core.management import call_command

    from yakuba.effects.importing import EventFaults, import_events

    call_command("migrate", verbosity=0)
    try:
        done = import_events(events, by="cli:effects-import")
    except EventFaults as problem:
        for fault in problem.faults:
            click.echo(str(fault), err=True)
        sys.exit(2)
    click.echo(f"{done.new:,}行を取り込みました。取り込み済みの行は{done.already:,}行です。")
