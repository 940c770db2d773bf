"""``yakuba nursery …``: allocate, verify, explain, score.

Exit 0 = done, 1 = checked and false, 2 = bad input.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from yakuba.nursery import strict_json
from yakuba.nursery.cli_applications import applications
from yakuba.nursery.cli_rulebooks import rulebooks

Json = dict[str, Any]
_file = click.Path(path_type=Path)


@click.group()
def nursery() -> None:
    """保育所利用調整: nursery places, allocated with a proof and a reason per child."""


nursery.add_command(applications)
nursery.add_command(rulebooks)


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
    claims = None if explanations is None else _load_lines(explanations)
    malformed = verifier.market_problems(market_data)
    if malformed:
        _stop([f"{market}：{problem}" for problem in malformed])
    problems = verifier.verify(market_data, result_data)
    if ledger is not None:
        problems += _against_ledger(market_data, ledger)
    if claims is not None and not problems:
        checker = importlib.import_module("yakuba.nursery.domain.verify_pin_claims")
        problems += checker.check(market_data, result_data, claims)
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


@nursery.command()
@click.argument("applications", type=_file)
@click.option("--rulebook", required=True, help="Id of a shipped rule book, or the path of a YAML file.")
@click.option("-o", "--output", type=_file, help="Folder for ledger.zip and trace.jsonl.")
@click.option("--mapping", type=_file, help="Column mapping (JSON) for a file with other column names.")
@click.option("--sheet", "sheets", multiple=True, help="Read only this sheet; may be repeated.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Start of care; else as the file says.")
def score(
    applications: Path,
    rulebook: str,
    output: Path | None,
    mapping: Path | None,
    sheets: tuple[str, ...],
    on: datetime | None,
) -> None:
    """Work out the points of APPLICATIONS by a rule book: a ledger with keys, and a trace per child.

    A shipped rule book is named by its id (urasoe), a town's own by its path.
    """
    from yakuba.nursery import scoring_run

    asked = scoring_run.Asked(applications, rulebook, mapping, sheets or None, on.date() if on else None)
    _guard(lambda: scoring_run.write(asked, output))


def _against_ledger(market: Json, ledger: Path) -> list[str]:
    """Compares with the ledger; a market.json that served as the ledger is compared by its content."""
    if not ledger.exists():
        _stop([f"{ledger}：ファイルがありません。パスを確かめてください。"])
    if ledger.suffix.lower() == ".json" and ledger.is_file():
        from yakuba.nursery.domain import verify as verifier

        given = _load(ledger)
        malformed = verifier.market_problems(given)
        if malformed:
            _stop([f"{ledger}：{problem}" for problem in malformed])
        return verifier.differences(market, given)
    checker = importlib.import_module("yakuba.nursery.domain.verify_ledger")
    found: list[str] = checker.check(market, ledger)
    return found


def _given(path: Path | None) -> Path:
    if path is None:
        raise click.UsageError("LEDGER がありません。")
    return path


def _guard(act: Callable[[], object]) -> None:
    """Runs an act; faults of the input end the command with exit 2, one line each."""
    from yakuba.nursery.domain.explain_view import NotExplained
    from yakuba.nursery.domain.market import BadInput

    try:
        act()
    except BadInput as bad:
        _stop([str(fault) for fault in bad.faults])
    except NotExplained as error:
        _stop([str(error)])
    except OSError as error:
        _stop([f"{error.filename}：読み書きできません（{error.strerror}）。場所と権限を確かめてください。"])


def _stop(lines: list[str]) -> NoReturn:
    for line in lines:
        click.echo(line, err=True)
    sys.exit(2)


def _load(path: Path) -> Json:
    try:
        data = strict_json.read(path)
    except OSError as error:
        _stop([f"{path}：ファイルを読めません（{error.strerror}）。パスを確かめてください。"])
    except ValueError as error:
        _stop([f"{path}：JSONとして読めません（{error}）。UTF-8のJSONが必要です。"])
    if not isinstance(data, dict):
        _stop([f"{path}：JSONのオブジェクトが必要です。"])
    loaded: Json = data
    return loaded


def _load_lines(path: Path) -> list[Any]:
    row = 0
    try:
        claims = []
        for row, line in strict_json.read_lines(path):  # noqa: B007 - ``row`` is told when a line fails
            claims.append(strict_json.loads(line))
    except OSError as error:
        _stop([f"{path}：ファイルを読めません（{error.strerror}）。パスを確かめてください。"])
    except ValueError as error:
        _stop([f"{path} {row}行：JSON Linesとして読めません（{error}）。"])
    return claims
