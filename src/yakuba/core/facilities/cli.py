"""``yakuba facilities``: published tables of places and support schemes from the command line."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from yakuba.core.facilities.domain.columns import KINDS
from yakuba.core.setup import start_django
from yakuba.core.tables import TableFaults

NOTES_SHOWN = 20


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def facilities() -> None:
    """施設の台帳: import what the town publishes of its places and support schemes."""


@facilities.command("import")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
)
@click.option("--kind", type=click.Choice(list(KINDS)), help="Which table; otherwise its headers tell.")
@click.option("--source", default="", help="Where the data come from; otherwise the file's name.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day that the data describe.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
def import_command(
    files: tuple[Path, ...], kind: str | None, source: str, as_of: datetime | None, dry_run: bool
) -> None:
    """Take FILES in (自治体標準オープンデータセットの CSV, a registry JSON): all, or none and exit 2.

    Each takes the place of the version of its kind that is shown. Faults: one a line on standard error.
    """
    start_django()
    from django.core.management import call_command

    from yakuba.core.facilities.services import Given, import_files, look

    call_command("migrate", verbosity=0)
    day = as_of.date() if as_of else None
    given = [Given(one.name, one.read_bytes(), kind or "", source, day) for one in files]
    try:
        if dry_run:
            for one in given:
                reading, found = look(one)
                _say(one.name, reading.kind, len(found.added), len(found.changed), len(found.removed))
                for note in reading.notes[:NOTES_SHOWN]:
                    click.echo(f"  確認：{note}")
            return
        done = import_files(given, actor="cli:facilities-import")
    except TableFaults as problem:
        for fault in problem.faults:
            click.echo(str(fault), err=True)
        sys.exit(2)
    for dataset, made in done:
        counts = made.figures
        _say(made.file_name, dataset.kind, counts["added"], counts["changed"], counts["removed"])


def _say(name: str, kind: str, added: int, changed: int, removed: int) -> None:
    label = KINDS[kind].label
    click.echo(f"{name}（{label}）：追加 {added:,}件、変更 {changed:,}件、削除 {removed:,}件")


@facilities.command("list")
def list_command() -> None:
    """The versions that are shown."""
    start_django()
    from yakuba.core.facilities.models import Dataset

    shown = list(Dataset.objects.filter(current=True))
    for one in shown:
        day = one.as_of.isoformat() if one.as_of else "時点不明"
        click.echo(
            f"{one.kind}\t{KINDS[one.kind].label}\t第{one.number}版\t{one.rows:,}件\t{day}\t{one.source}"
        )
    if not shown:
        click.echo("台帳はまだありません。yakuba facilities import で取り込みます。")


@facilities.command("undo")
@click.argument("kind", type=click.Choice(list(KINDS)))
def undo_command(kind: str) -> None:
    """Take the shown version of KIND back and show the one before it."""
    start_django()
    from yakuba.core.facilities.services import ImportRefused, undo

    try:
        before = undo(kind, by="cli:facilities-import")
    except ImportRefused as refused:
        raise click.ClickException(str(refused)) from None
    label = KINDS[kind].label
    click.echo(
        f"{label}：第{before.number}版に戻しました。"
        if before
        else f"{label}：何も表示しない状態に戻しました。"
    )


@facilities.command("map")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--level", default="district", show_default=True, help="«kind» of the polygons to take.")
def map_command(file: Path, level: str) -> None:
    """Draw the districts and streets of FILE (GeoJSON) on the residents' map."""
    start_django()
    from django.core.management import call_command

    from yakuba.core.facilities.domain.shapes import BadMap
    from yakuba.core.facilities.maps import import_map

    call_command("migrate", verbosity=0)
    try:
        count = import_map(file.read_bytes(), by="cli:facilities-map", level=level)
    except BadMap as bad:
        click.echo(f"{file.name}：{bad}", err=True)
        sys.exit(2)
    click.echo(f"{count:,}地区の地図を取り込みました。")
