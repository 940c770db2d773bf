"""``yakuba exchange``: batches between the staff side and the resident side, as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from yakuba.core.crypto.errors import CryptoError
from yakuba.core.crypto.keyfile import replace_private
from yakuba.core.exchange.errors import ExchangeError
from yakuba.core.setup import start_django

T = TypeVar("T")
_file = click.Path(dir_okay=False, path_type=Path)
_existing = click.Path(exists=True, dir_okay=False, path_type=Path)
passphrase_file = click.option(
    "--passphrase-file", type=_existing, required=True, help="file whose first line is the passphrase"
)


@click.group()
def exchange() -> None:
    """住民側との受渡し: signed batches between the two faces."""


def _guard(act: Callable[[], T], where: object = "") -> T:
    try:
        return act()
    except (ExchangeError, CryptoError) as error:
        raise click.ClickException(f"{where}：{error}" if where else str(error)) from None


def _put(output: Path, data: bytes) -> None:
    if not output.absolute().parent.is_dir():
        raise click.UsageError(f"{output}：フォルダーがありません。あるフォルダーを指定してください。")
    try:
        replace_private(output.absolute(), data)
    except OSError as error:
        raise click.ClickException(
            f"{output}：書けません（{error.strerror}）。場所と権限を確かめてください。"
        ) from None


@exchange.command("export")
@click.option("-o", "output", required=True, type=_file, help="file to write, whole or not at all")
@click.option("--again", type=click.IntRange(min=1), help="write this earlier batch once more")
@click.option("--sequence", type=click.IntRange(min=1), help="go on with this number (restored backup)")
def export_command(output: Path, again: int | None, sequence: int | None) -> None:
    """Make the next batch of everything that waits, and write its file."""
    if not output.absolute().parent.is_dir():
        raise click.UsageError(f"{output}：フォルダーがありません。あるフォルダーを指定してください。")
    start_django()
    from django.conf import settings

    from yakuba.core.exchange.lanes import lanes_from
    from yakuba.core.exchange.models import Batch
    from yakuba.core.exchange.sending import send, write

    lane = lanes_from(settings.YAKUBA_FACE)[0]
    batch: Batch | None
    if again is not None:
        batch = Batch.objects.filter(side=Batch.Side.SENT, lane=lane, sequence=again).first()
        if batch is None:
            raise click.ClickException(
                f"第{again}号は作っていません。yakuba exchange list で番号を確かめてください。"
            )
    else:
        done = _guard(lambda: send(lane, sequence=sequence))
        if done.held:
            click.echo(
                f"支援措置のため保留にしているもの：{done.held}件（許可が出るまで書き出しません）。", err=True
            )
        batch = done.batch
    if batch is None:
        click.echo("書き出すものはありません。")
        return
    made = batch
    _put(output, _guard(lambda: write(made)))
    click.echo(f"{batch}（{batch.items:,}件、うち取消し {batch.revoked:,}件）を {output} に書き出しました。")
    if settings.YAKUBA_FACE == "both":
        click.echo("この環境は両方の面を動かしているため、住民側にはもう渡してあります。")


@exchange.command("import")
@click.argument("file", type=_existing)
def import_command(file: Path) -> None:
    """Take the batch in FILE: wholly, or not at all."""
    start_django()
    from yakuba.core.exchange.receiving import receive

    done = _guard(lambda: receive(file.read_bytes()), file)
    if done.new:
        click.echo(
            f"{done.batch}（{done.batch.items:,}件、うち取消し {done.batch.revoked:,}件）を取り込みました。"
        )
    else:
        click.echo(f"{done.batch}は取込み済みです。何も変えていません。")


@exchange.command("list")
def list_command() -> None:
    """Every batch that was made or taken here."""
    start_django()
    from django.utils import timezone

    from yakuba.core.exchange.models import Batch

    found = list(Batch.objects.all())
    for one in found:
        at = timezone.localtime(one.made_at)
        settled = "取込み済み" if one.settled_at else "取込み未確認"
        what = f"{one.get_side_display()}\t{one}\t{one.items:,}件\t{settled}\t{one.digest[:16]}"
        click.echo(f"{at:%Y-%m-%d %H:%M}\t{what}")
    if not found:
        click.echo("受渡しはまだありません。")


@exchange.group("key")
def key_group() -> None:
    """The key that both sides hold."""


@key_group.command("export")
@click.option("-o", "output", required=True, type=_file)
@passphrase_file
def key_export(output: Path, passphrase_file: Path) -> None:
    """Write the key for the resident side, under a passphrase."""
    from yakuba.core.exchange.keys import export_key

    start_django()
    from django.conf import settings

    if settings.YAKUBA_FACE == "resident":
        raise click.ClickException("鍵は職員側の環境で書き出してください。")
    from yakuba.core.audit.services import record

    _put(output, _guard(lambda: export_key(_first_line(passphrase_file))))
    record("exchange.key", actor="system:command", target="exchange:key")
    click.echo(f"受渡しの鍵を {output} に書き出しました。パスフレーズとは別の経路で住民側へ運んでください。")


@key_group.command("import")
@click.argument("file", type=_existing)
@click.option("--replace", is_flag=True, help="take the place of another key")
@passphrase_file
def key_import(file: Path, replace: bool, passphrase_file: Path) -> None:
    """Keep the key in FILE."""
    from yakuba.core.exchange.keys import import_key

    found = _guard(lambda: import_key(file.read_bytes(), _first_line(passphrase_file), replace=replace), file)
    click.echo(f"受渡しの鍵 {found} を読み込みました。")


def _first_line(file: Path) -> str:
    lines = file.read_text("utf-8").splitlines()
    if not lines or not lines[0].strip():
        raise click.UsageError(f"{file}：1行目にパスフレーズがありません。")
    return lines[0]
