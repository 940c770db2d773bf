"""``yakuba migrate``, ``yakuba serve``, ``yakuba retention`` and ``yakuba manage``."""

from __future__ import annotations

import socket

import click

from yakuba.core.setup import start_django


@click.command()
def migrate() -> None:
    """Create or upgrade the database."""
    start_django()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    click.echo("データベースの用意ができました。")


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Django's own management commands."""
    start_django()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["yakuba manage", *arguments])


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="待ち受けるアドレス")
@click.option("--port", default=8000, show_default=True, help="待ち受けるポート")
@click.option("--workers", default=1, show_default=True, help="プロセスの数")
@click.option("--threads", default=16, show_default=True, help="1つのプロセスのスレッドの数")
@click.option("--with-worker", is_flag=True, help="処理の実行役（yakuba worker）も一緒に動かす")
@click.option("--quiet", is_flag=True, hidden=True)
def serve(host: str, port: int, workers: int, threads: int, with_worker: bool, quiet: bool) -> None:
    """Serve the portal."""
    from yakuba.site.serve import run

    _refuse_taken_port(host, port)
    shown = "127.0.0.1" if host in ("0.0.0.0", "") else host  # noqa: S104 - compared, not bound
    if not quiet:
        click.echo(f"http://{shown}:{port}/staff/ で開けます。止めるときは Ctrl+C を押してください。")
    run(host=host, port=port, workers=workers, threads=threads, with_worker=with_worker)


@click.command()
@click.option("--apply", "applied", is_flag=True, help="Delete; else only say what would be.")
def retention(applied: bool) -> None:
    """Delete what is past its time (docs/security/retention.md)."""
    start_django()
    from yakuba.site import retention as rules

    found = rules.apply() if applied else rules.survey()
    for one in found:
        click.echo(f"{one.label}（{one.days}日）：{one.count:,}件")
    if applied:
        click.echo("削除しました。")
    else:
        click.echo("まだ何も削除していません。削除するときは --apply を付けてください。")


def _refuse_taken_port(host: str, port: int) -> None:
    """Say it before gunicorn has retried five times."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            raise click.ClickException(
                f"{host}:{port} では待ち受けられません（{fault.strerror}）。"
                "動いているものを止めるか、--port で別の番号にしてください。"
            ) from fault
