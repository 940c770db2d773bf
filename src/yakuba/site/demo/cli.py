"""``yakuba demo``: the demo city 汐見区."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType

import click

from yakuba.core.setup import start_django


@click.group(invoke_without_command=True)
@click.option("--port", default=8000, show_default=True, help="Port of the portal.")
@click.pass_context
def demo(context: click.Context, port: int) -> None:
    """The demo city 汐見区: invented data for trying every system.

    Without a sub-command: load the city, run every system on its sample, then serve the portal.
    """
    if context.invoked_subcommand is None:
        context.invoke(load)
        from yakuba.site.serve import run

        run(host="127.0.0.1", port=port, workers=1, threads=16, with_worker=True)


@demo.command()
@click.option("--children", type=click.IntRange(1, 50_000), default=2500, show_default=True)
@click.option("--nurseries", type=click.IntRange(1, 360), default=80, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.pass_context
def load(context: click.Context, children: int, nurseries: int, seed: int) -> None:
    """Create the database, load the city and run every built system on its sample."""
    # An invented city: say so on its pages, and let people in without a second factor.
    os.environ.setdefault("YAKUBA_DEMO", "1")
    os.environ.setdefault("YAKUBA_REQUIRE_TOTP", "none")
    port = context.parent.params.get("port", 8000) if context.parent else 8000
    os.environ.setdefault("YAKUBA_HANDBOOK_PAGE", f"http://127.0.0.1:{port}/handbook/")  # on letters
    start_django()
    from django.core.management import call_command

    from yakuba.site.demo import load as loading

    call_command("migrate", verbosity=0)
    try:
        lines = loading.load(children=children, nurseries=nurseries, seed=seed)
    except loading.DemoFailed as failed:
        raise click.ClickException(str(failed)) from failed
    loading.note_loaded()
    click.echo(loading.closing_table(lines))
    click.echo(f"職員の画面：http://127.0.0.1:{port}/staff/　区民の画面：http://127.0.0.1:{port}/")
    click.echo("\n".join(loading.login_lines()))
    click.echo(f"母子手帳（家庭）：http://127.0.0.1:{port}/handbook/")
    click.echo("\n".join(loading.family_lines()))
    click.echo("見本の人物・施設・数値は、すべて架空のものです。止めるときは Ctrl+C を押してください。")


@demo.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="FILE.xlsx"
)
@click.option("--children", type=click.IntRange(1, 50_000), default=2500, show_default=True)
@click.option("--nurseries", type=click.IntRange(1, 360), default=80, show_default=True)
@click.option(
    "--wishes", type=click.IntRange(1, 50), default=20, show_default=True, help="At most so many wishes."
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--ties", is_flag=True, help="Leave ties, as in a town without a last key.")
def ledger(output: Path, children: int, nurseries: int, wishes: int, seed: int, ties: bool) -> None:
    """Write an invented nursery ledger as an Excel workbook."""
    from yakuba.nursery.ledger.write import write_workbook
    from yakuba.site.demo.nursery import make_ledger

    write_workbook(make_ledger(children, nurseries, wishes, seed, ties=ties), output)
    click.echo(f"{output}：児童 {children:,}人、施設 {nurseries:,}園の台帳を書きました。")


@demo.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="FILE.xlsx"
)
@click.option("--children", type=click.IntRange(1, 50_000), default=2500, show_default=True)
@click.option("--nurseries", type=click.IntRange(1, 360), default=80, show_default=True)
@click.option("--wishes", type=click.IntRange(1, 50), default=20, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def applications(output: Path, children: int, nurseries: int, wishes: int, seed: int) -> None:
    """Write invented nursery applications (facts, no points yet) as an Excel workbook."""
    from yakuba.nursery.applications.export import to_workbook
    from yakuba.nursery.files import write_bytes
    from yakuba.site.demo.nursery_applications import make_applications

    write_bytes(output, to_workbook(make_applications(children, nurseries, wishes, seed)))
    click.echo(f"{output}：児童 {children:,}人、施設 {nurseries:,}園の申込情報を書きました。")


@demo.command()
@click.argument("form")
@click.argument("version")
@click.option("--by", "officers", nargs=2, required=True, help="Numbers of the two officers who «enter».")
def entries(form: str, version: str, officers: tuple[str, str]) -> None:
    """Simulate the blind entries that a certificate for FORM (its name) and VERSION wants.

    Only in a demo (YAKUBA_DEMO=1). Every page that rests on them says 模擬.
    """
    ocr = _simulation()
    try:
        counts = ocr.simulate_entries(form, version, *officers)
    except LookupError as missing:
        raise click.ClickException(str(missing.args[0])) from missing
    for title, count in counts.items():
        click.echo(f"{title}：模擬の入力 {count:,}件")


@demo.command()
@click.argument("form")
@click.argument("version")
@click.argument("fields", nargs=-1, required=True)
def audits(form: str, version: str, fields: tuple[str, ...]) -> None:
    """Simulate the first audits (of every decision) of FIELDS under a simulated certificate."""
    ocr = _simulation()
    try:
        count = ocr.simulate_audits(form, version, fields)
    except LookupError as missing:
        raise click.ClickException(str(missing.args[0])) from missing
    click.echo(f"{count:,}種類の、はじめの監査を済んだことにしました（模擬）。")


def _simulation() -> ModuleType:
    """What simulates; refused outside of a demo."""
    start_django()
    from django.conf import settings

    if not settings.YAKUBA_DEMO:
        raise click.ClickException("模擬の入力と監査は、見本の環境（YAKUBA_DEMO=1）でだけ作れます。")
    from yakuba.site.demo import ocr

    return ocr
