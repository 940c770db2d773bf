"""``yakuba audit``: verify, seal and export the audit chain."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from yakuba.core.setup import start_django


@click.group()
def audit() -> None:
    """監査の記録: verify, seal and export the audit chain."""


@audit.command("verify")
def verify_command() -> None:
    """Check every line and every sealed head; exit 1 names the first bad line and why."""
    start_django()
    from yakuba.core.audit import services

    verdict = services.verify_chain()
    if verdict.good:
        click.echo(f"監査の記録 {verdict.lines:,}行：すべて書かれたときのままです。")
        return
    where = "" if verdict.sequence is None else f" 連番 {verdict.sequence}"
    click.echo(f"監査の記録{where}：{verdict.reason}。[{verdict.flaw}]", err=True)
    sys.exit(1)


@audit.command("seal")
def seal_command() -> None:
    """Write today's sealed head to YAKUBA_HOME/audit-heads."""
    start_django()
    from yakuba.core.audit import heads, services

    head = services.seal_head()
    if head is None:
        click.echo("監査の記録はまだありません。")
        return
    click.echo(f"{head.sequence:,}行目まで封印しました：{heads.heads_folder() / head.name}")
    click.echo(f"指紋 {head.entry_hash}")


@audit.command("export")
@click.option(
    "-o", "output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="JSON Lines"
)
def export_command(output: Path) -> None:
    """Write every line as JSON Lines."""
    if not output.absolute().parent.is_dir():
        raise click.UsageError(f"{output}：フォルダーがありません。あるフォルダーを指定してください。")
    start_django()
    from yakuba.core.audit.export import write_jsonl
    from yakuba.core.audit.models import AuditEntry, lines_of

    count = write_jsonl(lines_of(AuditEntry.objects.order_by("sequence").iterator(2000)), output)
    click.echo(f"{count:,}行を {output} に書き出しました。")
