"""``yakuba handbook diff``: who is affected by a change of the rule book."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yakuba.handbook.cli_common import (
    JAPAN,
    everyone,
    file_path,
    note,
    progress,
    rulebook_of,
    stop,
    stopping_on_bad_input,
)

if TYPE_CHECKING:
    from yakuba.handbook.domain.rule_diff import Affected, Change
    from yakuba.handbook.domain.rules import Rulebook
    from yakuba.handbook.people import Asked


@click.command()
@click.option("--before", required=True, help="The rule book in force: a shipped one's name, or a file.")
@click.option("--after", required=True, help="The changed rule book.")
@click.option("--batch", type=file_path, required=True, help="JSON Lines, one person a line.")
@click.option(
    "--on", "on_date", type=click.DateTime(["%Y-%m-%d"]), help="Day of assessment; today without it."
)
@click.option("-o", "--output", type=file_path, required=True, help="JSON Lines, one affected person a line.")
def diff(before: str, after: str, batch: Path, on_date: datetime | None, output: Path) -> None:
    """Compare two rule books for the people of a file: whom a change affects, in what, from which day."""
    from yakuba.handbook.domain.rule_diff import summary
    from yakuba.handbook.files import write_lines

    day = on_date.date() if on_date else datetime.now(JAPAN).date()
    with stopping_on_bad_input():
        old, new = rulebook_of(before), rulebook_of(after)
        people = everyone(batch, old)
        unknown = _unknown(people, new)
        if unknown:
            stop([f"{after}：履歴にある {'、'.join(unknown)} がありません。"])
        note(people, day, old, new)
        found: list[Affected] = []
        write_lines(output, _lines(old, new, people, day, found))
    click.echo(f"対象 {len(people)}人のうち、変わる人 {len(found)}人")
    for vaccine, counts in summary(found).items():
        rest = "、".join(f"{name} {count}" for name, count in counts.items() if name != "people")
        click.echo(f"{vaccine} {counts['people']}人（{rest}）")


def _unknown(people: list[Asked], book: Rulebook) -> list[str]:
    return sorted({dose.vaccine for one in people for dose in one.history} - set(book.vaccines))


def _lines(
    old: Rulebook, new: Rulebook, people: list[Asked], day: date, found: list[Affected]
) -> Iterator[dict[str, Any]]:
    from yakuba.handbook.domain.japan import JapaneseCalendar
    from yakuba.handbook.domain.rule_diff import Subject, compare

    calendar = JapaneseCalendar()
    with progress(people) as bar:
        subjects = (Subject(one.id, one.person, one.history, one.observations) for one in bar)
        for affected in compare(old, new, subjects, day, calendar):
            found.append(affected)
            yield {
                "id": affected.id,
                "on": affected.on.isoformat(),
                "changes": [_change(change) for change in affected.changes],
                "rulebook_before": f"{old.name} {old.version}",
                "rulebook_after": f"{new.name} {new.version}",
            }


def _change(change: Change) -> dict[str, Any]:
    return {
        "what": change.what,
        "vaccine": change.vaccine,
        "dose": change.dose,
        "field": change.field,
        "before": _plain(change.before),
        "after": _plain(change.after),
    }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
