"""``yakuba handbook …``: forecast, cdsi, calendar.

Exit 0 = done, 2 = bad input (one message a problem on standard error, nothing written).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from yakuba.handbook.domain.rules import Rulebook

T = TypeVar("T")
_file = click.Path(path_type=Path)
_JAPAN = timezone(timedelta(hours=9))


@click.group()
def handbook() -> None:
    """母子手帳・予防接種: vaccination verdicts, next doses, legal dates."""


@handbook.command()
@click.option("--batch", type=_file, required=True, help="JSON Lines, one person a line.")
@click.option(
    "--on", "on_date", type=click.DateTime(["%Y-%m-%d"]), help="Day of assessment; today without it."
)
@click.option(
    "--rulebook", default="jp", show_default=True, help="Name of a shipped rule book, or a YAML file."
)
@click.option("-o", "--output", type=_file, required=True, help="JSON Lines, one result a line.")
def forecast(batch: Path, on_date: datetime | None, rulebook: str, output: Path) -> None:
    """Judge the doses of every person and forecast the next ones."""
    from yakuba.handbook.files import BadInput, write_lines
    from yakuba.handbook.rulebooks.faults import BadRulebook

    day = on_date.date() if on_date else datetime.now(_JAPAN).date()
    try:
        write_lines(output, _outlooks(batch, _rulebook(rulebook), day))
    except BadInput as error:
        _stop(error.problems)
    except BadRulebook as error:
        _stop([str(fault) for fault in error.faults])


def _outlooks(batch: Path, rulebook: Rulebook, day: date) -> Iterator[dict[str, Any]]:
    """Every person's line, one at a time; first of all every problem of the file, together."""
    from yakuba.handbook import people
    from yakuba.handbook.domain.japan import JapaneseCalendar
    from yakuba.handbook.domain.outlook import outlook
    from yakuba.handbook.files import BadInput, read_lines

    everyone: list[people.Asked] = []
    problems: list[str] = []
    for place, row in read_lines(batch):
        try:
            everyone.append(people.read_person(place, row, rulebook))
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    calendar = JapaneseCalendar()
    with _progress(everyone) as bar:
        for asked in bar:
            found = outlook(rulebook, asked.person, asked.history, asked.observations, day, calendar)
            yield people.result(asked, found, rulebook, day)


def _rulebook(name: str) -> Rulebook:
    from yakuba.handbook.rulebooks import load

    path = Path(name)
    return load.load(path) if path.suffix or path.exists() else load.builtin(name)


@handbook.command()
@click.option("--supporting-data", "archive", type=_file, required=True, help="The CDC's archive (XML).")
@click.option("--cases", type=_file, required=True, help="JSON Lines, one test case a line.")
@click.option("-o", "--output", type=_file, required=True, help="JSON Lines, one result a line.")
def cdsi(archive: Path, cases: Path, output: Path) -> None:
    """Run CDSi test cases with the CDC's supporting data as the rule book."""
    from yakuba.handbook.cdsi.archive import BadArchive
    from yakuba.handbook.cdsi.load import load
    from yakuba.handbook.files import BadInput, write_lines

    try:
        rulebook = load(archive)
        write_lines(output, _cases(rulebook, cases))
    except BadArchive as error:
        _stop([str(error)])
    except BadInput as error:
        _stop(error.problems)


def _cases(rulebook: Rulebook, path: Path) -> Iterator[dict[str, Any]]:
    from yakuba.handbook.cdsi.cases import BadCase, run_case
    from yakuba.handbook.files import BadInput, read_lines

    with _progress(list(read_lines(path))) as bar:
        for place, case in bar:
            try:
                yield run_case(rulebook, case)
            except BadCase as error:
                raise BadInput([f"{place}: {error}"]) from error


@handbook.command()
@click.argument("function")
@click.argument("pairs", nargs=-1)
def calendar(function: str, pairs: tuple[str, ...]) -> None:
    """Print one legal date: yakuba handbook calendar interval_days prev=2026-11-02 days=27."""
    from yakuba.handbook.cli_calendar import answer

    try:
        click.echo(answer(function, pairs))
    except ValueError as error:
        _stop([str(error)])


def _progress(items: Sequence[T]) -> AbstractContextManager[Iterable[T]]:
    """A bar on a terminal, nothing elsewhere."""
    return click.progressbar(items, file=sys.stderr, hidden=not sys.stderr.isatty())


def _stop(problems: list[str]) -> NoReturn:
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(2)
