"""``yakuba handbook …``: forecast, plan, diff, cdsi, calendar.

Exit 0 = done, 2 = bad input (one message a problem on standard error, nothing written).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yakuba.handbook.cli_bookings import sweep_bookings
from yakuba.handbook.cli_common import (
    JAPAN,
    everyone,
    file_path,
    note,
    note_needs,
    overlay_of,
    progress,
    rulebook_of,
    stop,
    stopping_on_bad_input,
)
from yakuba.handbook.cli_diff import diff
from yakuba.handbook.cli_plan import plan

if TYPE_CHECKING:
    from yakuba.handbook.domain.rules import Rulebook
    from yakuba.handbook.domain.vouchers import Overlay


@click.group()
def handbook() -> None:
    """母子手帳・予防接種: vaccination verdicts, next doses, plans, legal dates."""


handbook.add_command(plan)
handbook.add_command(sweep_bookings)
handbook.add_command(diff)


@handbook.command()
@click.option("--batch", type=file_path, required=True, help="JSON Lines, one person a line.")
@click.option(
    "--on", "on_date", type=click.DateTime(["%Y-%m-%d"]), help="Day of assessment; today without it."
)
@click.option(
    "--rulebook", default="jp", show_default=True, help="Name of a shipped rule book, or a YAML file."
)
@click.option("--overlay", type=file_path, help="What a municipality adds (YAML).")
@click.option("-o", "--output", type=file_path, required=True, help="JSON Lines, one result a line.")
def forecast(
    batch: Path, on_date: datetime | None, rulebook: str, overlay: Path | None, output: Path
) -> None:
    """Judge the doses of every person and forecast the next ones."""
    from yakuba.handbook.files import write_lines

    day = on_date.date() if on_date else datetime.now(JAPAN).date()
    with stopping_on_bad_input():
        book = rulebook_of(rulebook)
        write_lines(output, _outlooks(batch, book, day, overlay_of(overlay, book)))


def _outlooks(
    batch: Path, rulebook: Rulebook, day: date, overlay: Overlay | None
) -> Iterator[dict[str, Any]]:
    """Every person's line, one at a time; first of all every problem of the file, together."""
    from yakuba.handbook import people
    from yakuba.handbook.domain.japan import JapaneseCalendar
    from yakuba.handbook.domain.outlook import outlook

    calendar = JapaneseCalendar()
    persons = everyone(batch, rulebook)
    needed: Counter[str] = Counter()
    with progress(persons) as bar:
        for asked in bar:
            found = outlook(rulebook, asked.person, asked.history, asked.observations, day, calendar)
            remarks = people.remarks(asked, rulebook, day)
            needed.update(remarks.get("needs_for", {}).get("sex", ()))
            yield people.result(asked, found, rulebook, day, overlay) | remarks
    note(persons, day, rulebook)
    note_needs(needed)


@handbook.command()
@click.option("--supporting-data", "archive", type=file_path, required=True, help="The CDC's archive (XML).")
@click.option("--cases", type=file_path, required=True, help="JSON Lines, one test case a line.")
@click.option("-o", "--output", type=file_path, required=True, help="JSON Lines, one result a line.")
def cdsi(archive: Path, cases: Path, output: Path) -> None:
    """Run CDSi test cases with the CDC's supporting data as the rule book."""
    from yakuba.handbook.cdsi.archive import BadArchive
    from yakuba.handbook.cdsi.load import load
    from yakuba.handbook.files import write_lines

    with stopping_on_bad_input():
        try:
            rulebook = load(archive)
        except BadArchive as error:
            stop([str(error)])
        write_lines(output, _cases(rulebook, cases))


def _cases(rulebook: Rulebook, path: Path) -> Iterator[dict[str, Any]]:
    from yakuba.handbook.cdsi.cases import BadCase, run_case
    from yakuba.handbook.files import BadInput, read_lines

    with progress(list(read_lines(path))) as bar:
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
        stop([str(error)])
