"""``yakuba worker``."""

from __future__ import annotations

import socket

import click

from yakuba.core.setup import start_django


@click.command()
@click.option(
    "--executor-id", default=socket.gethostname, show_default="host name", help="処理係の名前（1台に1つ）"
)
@click.option(
    "--queue-concurrency",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="同時に動かす処理の数（1つの処理係あたり。最後に始めた処理係の値が全体に効きます）",
)
@click.option("--once", is_flag=True, help="待っている処理がすべて終わったら終了する")
@click.option(
    "--grace-seconds",
    default=20.0,
    show_default=True,
    type=click.FloatRange(0, 3600),
    help="停止の合図のあと、動いている処理を待つ秒数。過ぎた処理は順番待ちに戻します",
)
@click.option(
    "--lease-seconds",
    default=60.0,
    show_default=True,
    type=click.FloatRange(1, 3600),
    help="応答がないまま何秒たったら、止まった処理係とみなすか",
)
@click.option("--import", "modules", multiple=True, hidden=True, help="a module that declares more kinds")
def worker(
    executor_id: str,
    queue_concurrency: int,
    once: bool,
    grace_seconds: float,
    lease_seconds: float,
    modules: tuple[str, ...],
) -> None:
    """処理係：待っている処理（割り当て、取込みなど）を動かします。"""
    start_django()
    from yakuba.core.jobs.leases import LeaseHeld
    from yakuba.core.jobs.worker import Worker

    try:
        Worker(
            executor_id,
            concurrency=queue_concurrency,
            lease_s=lease_seconds,
            grace_s=grace_seconds,
            modules=modules,
            once=once,
        ).run()
    except LeaseHeld as held:
        raise click.ClickException(str(held)) from None
