"""``yakuba nursery rulebooks …``: list, check, examples. Exit 1: an example does not come out; 2: faults."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from yakuba.nursery.domain.scores.rulebook import Rulebook


@click.group()
def rulebooks() -> None:
    """利用調整基準: rule books as dated data with sources, and their worked examples."""


@rulebooks.command("list")
def list_() -> None:
    """List the rule books that come with the product."""
    from yakuba.nursery.rulebooks.load import builtin, load_builtin

    for id_ in builtin():
        book = load_builtin(id_)
        status = "完全" if book.status == "complete" else "ひな形"
        second = "・二次資料" if book.evidence == "SECOND" else "・架空" if book.invented else ""
        examples = len(book.examples) + len(book.tie_examples)
        click.echo(f"{id_}\t{book.municipality}\t{book.version}\t{status}{second}\t例{examples}件")


@rulebooks.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check the rule book FILE: its form first, then its own worked examples."""
    book = _load(str(file))
    _run(book)


@rulebooks.command()
@click.argument("book")
@click.option("--trace", is_flag=True, help="Also print the trace of every point example.")
def examples(book: str, trace: bool) -> None:
    """Work out the examples of BOOK: an id from «list», or a file."""
    found = _load(book)
    if trace:
        _trace(found)
    _run(found)


def _load(name: str) -> Rulebook:
    from yakuba.nursery.domain.market import BadInput
    from yakuba.nursery.rulebooks.load import builtin, load, load_builtin

    try:
        return load_builtin(name) if name in builtin() else load(Path(name))
    except BadInput as bad:
        _stop([str(fault) for fault in bad.faults])


def _trace(book: Rulebook) -> None:
    from yakuba.nursery.domain.scores.words import render
    from yakuba.nursery.rulebooks.examples import CHILD, run_example, scored

    for example in book.examples:
        if run_example(book, example).found:
            note = f"　{example.note}" if example.note else ""
            click.echo(f"■ {example.id}{note}\n{render(book, scored(book, example), CHILD)}\n")


def _run(book: Rulebook) -> None:
    from yakuba.nursery.rulebooks.examples import run_examples

    results = run_examples(book)
    for result in results:
        click.echo(str(result))
    failed = sum(not result.ok for result in results)
    click.echo(f"{book.municipality} {book.version}：例{len(results)}件、不一致{failed}件")
    if failed:
        sys.exit(1)


def _stop(lines: list[str]) -> NoReturn:
    for line in lines:
        click.echo(line, err=True)
    sys.exit(2)
