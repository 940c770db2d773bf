"""``yakuba effects``: measured working time from the command line."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import click

from yakuba.core.setup import start_django


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def effects() -> None:
    """事業効果: import measured working time, report what was saved."""


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


@effects.command("report")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day, included.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="REPORT.json"
)
@click.option(
    "--yen-per-hour", type=click.IntRange(0, 100_000), help="Labour cost; without it no net is given."
)
def report_command(first: datetime, last: datetime, output: Path, yen_per_hour: int | None) -> None:
    """Write each system's cases, medians, baseline, saved hours with a 95 % interval, cost and net.

    A system without a baseline says null (未測定), one with fewer than 20 cases or samples "reference".
    """
    days: tuple[date, date] = (first.date(), last.date())
    if days[0] > days[1]:
        raise click.BadParameter(
            f"--to（{days[1]}）が --from（{days[0]}）より前です。--from 以後の日にしてください。",
            param_hint="--to",
        )
    if not output.parent.is_dir():
        raise click.BadParameter(
            f"フォルダー「{output.parent}」がありません。先に作ってください。", param_hint="-o"
        )
    start_django()
    from django.core.management import call_command

    from yakuba.core.whole import write_json
    from yakuba.effects.report import as_json, figures

    call_command("migrate", verbosity=0)
    found = figures(*days)
    write_json(output, as_json(found, *days, yen_per_hour))
    known = sum(one.total is not None for one in found)
    click.echo(f"{output}：{len(found):,}業務の効果を書きました。導入前と比べられる業務は{known:,}です。")
