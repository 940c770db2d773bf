"""``yakuba ocr watch``: take in what a scanner puts into a folder."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from yakuba.core.setup import start_django


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--form", "form_name", default="", help="帳票の名称。なければページごとに仕分けする")
@click.option("--version", "version_name", default="", help="帳票の版。なければ使用中のただ1つの版")
@click.option("--scanner", default="", help="読取機の名前（認定は読取機ごと）")
@click.option("--double-check", is_flag=True, help="二人で確認する")
@click.option("--once", is_flag=True, help="いま届いている分だけを受け付けて終わる")
@click.option(
    "--every", default=5.0, show_default=True, type=click.FloatRange(0.2, 3600), help="見に行く間隔（秒）"
)
@click.option(
    "--still",
    default=3.0,
    show_default=True,
    type=click.FloatRange(0, 3600),
    help="大きさと更新時刻が何秒変わらなければ、書き終わったとみなすか",
)
def watch(
    folder: Path,
    form_name: str,
    version_name: str,
    scanner: str,
    double_check: bool,
    once: bool,
    every: float,
    still: float,
) -> None:
    """Take in the scans that arrive in FOLDER; each file becomes a batch.

    A file that was taken in moves to done/, one that can't be to failed/ with a text file that says why.
    """
    start_django()
    from django.db import close_old_connections

    from yakuba.ocr.services.watched import BadWish, Watcher, wish_of

    try:
        wish = wish_of(form_name, version_name, scanner=scanner, double_check=double_check)
    except BadWish as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    watcher = Watcher(folder, wish, still_s=still)
    watcher.look(time.time())
    while True:
        for line in watcher.take_ready(time.time()):
            click.echo(line)
            sys.stdout.flush()
        if once and not watcher.pending:
            return
        time.sleep(min(every, max(still, 0.2)) if once else every)
        if not once:
            close_old_connections()  # it waits for days; the database may have gone and come back
        watcher.look(time.time())
