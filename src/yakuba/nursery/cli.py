"""``yakuba nursery …``: allocate, verify, explain. Exit 0 = done, 1 = checked and false, 2 = bad input."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Json = dict[str, Any]
_file = click.Path(path_type=Path)


@click.group()
def nursery() -> None:
    """保育所利用調整: nursery places, allocated with a proof and a reason per child."""


@nursery.command()
@click.argument("ledger", type=_file, required=False)
@click.option("--batch", type=_file, help="JSON Lines, one market a line with an id.")
@click.option("-o", "--output", type=_file, required=True, help="Folder (or, with --batch, a JSONL file).")
@click.option("--seed", type=int, help="Seed of the lottery that breaks ties of the ledger.")
def allocate(ledger: Path | None, batch: Path | None, output: Path, seed: int | None) -> None:
    """Allocate seats: LEDGER is an .xlsx workbook, a folder of CSVs, or a market.json."""
    from yakuba.nursery import runs

    if (ledger is None) == (batch is None):
        raise click.UsageError("LEDGER か --batch のどちらか1つを指定してください。")
    _guard(lambda: runs.batch(batch, output, seed) if batch else runs.single(_given(ledger), output, seed))


@nursery.command()
@click.argument("market", type=_file)
@click.argument("result", type=_file)
@click.option("--ledger", type=_file, help="Also compare the market with this ledger.")
@click.option("--explanations", type=_file, help="Also recompute the claims of this explanations.jsonl.")
def verify(market: Path, result: Path, ledger: Path | None, explanations: Path | None) -> None:
    """Check a result with the standard library only, apart from the engine."""
    from yakuba.nursery.domain import verify as verifier

    market_data, result_data = _load(market), _load(result)
    try:
        problems = verifier.verify(market_data, result_data)
        if ledger is not None:
            checker = importlib.import_module("yakuba.nursery.domain.verify_ledger")
            problems += checker.check(market_data, ledger)
        if explanations is not None and not problems:
            checker = importlib.import_module("yakuba.nursery.domain.verify_claims")
            problems += checker.check(market_data, result_data, _load_lines(explanations))
    except (KeyError, TypeError, AttributeError) as error:
        _stop([f"{market}：市場の形が正しくありません（{type(error).__name__}: {error}）。"])
    for problem in problems:
        click.echo(problem)
    click.echo(verifier.NOT_CHECKED)
    if problems:
        sys.exit(1)
    click.echo("OK：確かめた主張はすべて成り立っています。")


@nursery.command()
@click.argument("ledger", type=_file)
@click.argument("result", type=_file)
@click.argument("child")
@click.option("--for", "audience", type=click.Choice(["officer", "parent"]), required=True)
@click.option("--seed", type=int, help="Seed of the lottery that was used for the ledger.")
def explain(ledger: Path, result: Path, child: str, audience: str, seed: int | None) -> None:
    """Say for every wish of CHILD why it was or was not obtained."""
    from yakuba.nursery import runs

    _guard(lambda: click.echo(runs.explain(ledger, _load(result), result, child, audience, seed)))


def _given(path: Path | None) -> Path:
    if path is None:
        raise click.UsageError("LEDGER がありません。")
    return path


def _guard(act: Callable[[], object]) -> None:
    """Runs an act; faults of the input end the command with exit 2, one line each."""
    from yakuba.nursery.domain.market import BadInput

    try:
        act()
    except BadInput as bad:
        _stop([str(fault) for fault in bad.faults])


def _stop(lines: list[str]) -> None:
    for line in lines:
        click.echo(line, err=True)
    sys.exit(2)


def _load(path: Path) -> Json:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        _stop([f"{path}：ファイルを読めません（{error.strerror}）。パスを確かめてください。"])
    except ValueError as error:
        _stop([f"{path}：JSONとして読めません（{error}）。UTF-8のJSONが必要です。"])
    if not isinstance(data, dict):
        _stop([f"{path}：JSONのオブジェクトが必要です。"])
    loaded: Json = data
    return loaded


def _load_lines(path: Path) -> list[Json]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        return [json.loads(line) for line in lines if line.strip()]
    except OSError as error:
        _stop([f"{path}：ファイルを読めません（{error.strerror}）。パスを確かめてください。"])
    except ValueError as error:
        _stop([f"{path}：JSON Linesとして読めません（{error}）。"])
    return []
