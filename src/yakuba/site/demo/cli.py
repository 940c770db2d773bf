"""``yakuba demo``: the demo city 汐見区."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def demo() -> None:
    """The demo city 汐見区: invented data for trying every system."""


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
