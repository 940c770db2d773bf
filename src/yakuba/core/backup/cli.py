"""``yakuba backup`` and ``yakuba restore``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from yakuba.core.backup.errors import BackupError
from yakuba.core.crypto import CryptoError
from yakuba.core.setup import start_django

VARIABLE = "YAKUBA_BACKUP_PASSPHRASE"

passphrase_option = click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"file whose first line is the passphrase (otherwise {VARIABLE})",
)


def _passphrase(file: Path | None) -> str:
    try:
        text = file.read_text("utf-8") if file is not None else os.environ.get(VARIABLE, "")
    except UnicodeDecodeError:
        raise click.UsageError(f"{file}：UTF-8 として読めません。UTF-8 で保存してください。") from None
    first = text.splitlines()[0] if text.strip() else ""
    if not first:
        raise click.UsageError(
            f"パスフレーズがありません。--passphrase-file か {VARIABLE} で指定してください。"
        )
    return first


@click.command()
@click.option("-o", "output", required=True, type=click.Path(file_okay=False, path_type=Path), help="folder")
@click.option("--keep", type=click.IntRange(min=1), help="keep this many newest [7 days, 4 weeks, 6 months]")
@passphrase_option
def backup(output: Path, keep: int | None, passphrase_file: Path | None) -> None:
    """Write an encrypted backup into a folder and rotate the older ones."""
    passphrase = _passphrase(passphrase_file)
    start_django()
    from yakuba.core.backup.services import create

    try:
        done = create(output, passphrase, keep=keep)
    except (BackupError, CryptoError) as error:
        raise click.UsageError(str(error)) from None
    click.echo(f"{done.path}（{done.size:,}バイト、{done.parts}件）を書き、読み返して確かめました。")
    for name in done.removed:
        click.echo(f"古いバックアップを消しました：{name}")


@click.command()
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@passphrase_option
def restore(archive: Path, passphrase_file: Path | None) -> None:
    """Restore ARCHIVE onto an empty installation (an empty YAKUBA_HOME and database)."""
    from yakuba.core.backup.restoring import restore as put_back

    passphrase = _passphrase(passphrase_file)
    home = Path(os.environ.get("YAKUBA_HOME") or "var").resolve()
    try:
        done = put_back(archive, home, passphrase, os.environ.get("YAKUBA_DATABASE_URL", ""))
    except (BackupError, CryptoError) as error:
        raise click.UsageError(f"{archive}：{error}") from None
    click.echo(f"{done.made_at} のバックアップ（{done.parts}件）を {home} に戻しました。")
    for name in done.models:
        click.echo(f"モデル {name} の本体は入っていません。yakuba models add で入れ直してください。")
    click.echo("yakuba audit verify で監査の記録を確かめてください。")
