"""``yakuba migrate``, ``yakuba serve`` and ``yakuba manage``."""

from __future__ import annotations

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
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve the portal."""
    raise click.ClickException("not built yet")
