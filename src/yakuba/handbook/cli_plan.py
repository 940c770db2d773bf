"""``yakuba handbook plan``: visits for what is left, and the same again after a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import click

from yakuba.handbook.cli_common import (
    JAPAN,
    file_path,
    note,
    note_needs,
    overlay_of,
    rulebook_of,
    stopping_on_bad_input,
)
from yakuba.handbook.cli_wishes import Days, bookings, closed_days, pairs, ranges, weekdays

LAST_YEAR = 9900
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("person", type=file_path)
@click.option("-o", "--output", type=file_path, required=True, help="The plan, JSON.")
@click.option("--on", "on_date", type=_DAY, help="Day of planning; today without it.")
@click.option(
    "--closed", multiple=True, metavar="DAYS",
    help="Days without visits: sat,sun,holidays,2026-12-29..2027-01-03",
)  # fmt: skip
@click.option("--blocked", multiple=True, metavar="DAYS", help="Illness or travel: 2026-08-01..2026-08-14")
@click.option("--not-before", type=_DAY, help="First possible day.")
@click.option("--until", type=_DAY, help="Plan doses due by this day; 28 months of age without it.")
@click.option("--max-shots", type=click.IntRange(min=1), help="At most so many shots a visit.")
@click.option("--prefer", multiple=True, metavar="WEEKDAYS", help="Weekdays wished for: sat,wed")
@click.option("--booked", multiple=True, metavar="DATE[=VACCINE+…]", help="A visit that is booked already.")
@click.option("--vaccine", "vaccines", multiple=True, help="Plan these alone.")
@click.option("--no-optional", is_flag=True, help="Leave vaccines outside the law (任意接種) out.")
@click.option("--product", "products", multiple=True, metavar="VACCINE=PRODUCT", help="ROTA=RV5")
@click.option(
    "--within", type=click.Choice(["standard", "legal"]), default="standard", show_default=True,
    help="Keep the standard windows, or only the legal ones (fewer visits, later doses).",
)  # fmt: skip
@click.option("--previous", type=file_path, help="An earlier plan: change as little of it as possible.")
@click.option("--rulebook", default="jp", show_default=True, help="A shipped rule book, or a YAML file.")
@click.option("--overlay", type=file_path, help="What a municipality adds (YAML).")
def plan(
    person: Path,
    output: Path,
    on_date: datetime | None,
    closed: tuple[str, ...],
    blocked: tuple[str, ...],
    not_before: datetime | None,
    until: datetime | None,
    max_shots: int | None,
    prefer: tuple[str, ...],
    booked: tuple[str, ...],
    vaccines: tuple[str, ...],
    no_optional: bool,
    products: tuple[str, ...],
    within: str,
    previous: Path | None,
    rulebook: str,
    overlay: Path | None,
) -> None:
    """Plan the visits of one PERSON (JSON): few, in the standard windows, each day with its reason."""
    from yakuba.handbook import plans
    from yakuba.handbook.domain.japan import JapaneseCalendar
    from yakuba.handbook.domain.planner.plan import plan_from
    from yakuba.handbook.domain.planner.wishes import Wishes
    from yakuba.handbook.files import read_object, write_object
    from yakuba.handbook.people import read_person, remarks

    day = on_date.date() if on_date else datetime.now(JAPAN).date()
    with stopping_on_bad_input():
        book = rulebook_of(rulebook)
        days: Days = closed_days(closed)
        wishes = Wishes(
            not_before=_date(not_before),
            until=_date(until),
            max_shots=max_shots,
            closed_weekdays=days.weekdays,
            closed=days.closed,
            blocked=ranges("--blocked", blocked),
            preferred_weekdays=weekdays("--prefer", prefer),
            booked=bookings(booked, book),
            vaccines=frozenset(pairs("--vaccine", vaccines, book)),
            optional=not no_optional,
            products=pairs("--product", products, book),
            within=within,
        )
        asked = read_person(str(person), {"id": None} | read_object(person), book)
        _before_the_end({"--on": day, "--not-before": _date(not_before)})
        town = overlay_of(overlay, book)
        earlier = None if previous is None else plans.read_previous(previous, read_object(previous))
        found = plan_from(
            earlier, book, asked.person, asked.history, asked.observations, day, JapaneseCalendar(), wishes
        )
        noted = remarks(asked, book, day)
        write_object(output, plans.result(asked, found, book, day, town) | noted)
        note([asked], day, book)
        note_needs(Counter(noted.get("needs_for", {}).get("sex", ())))
    shots = sum(len(visit.shots) for visit in found.visits)
    click.echo(f"来院 {len(found.visits)}回、接種 {shots}回、計画できなかった接種 {len(found.not_planned)}回")


def _before_the_end(named: Mapping[str, date | None]) -> None:
    """A plan looks decades ahead, and no date lies behind the year 9999. Raises ``BadInput``."""
    from yakuba.handbook.files import BadInput

    problems = [
        f"{name}：{day} です。{LAST_YEAR}年までの日付が必要です。"
        for name, day in named.items()
        if day is not None and day.year > LAST_YEAR
    ]
    if problems:
        raise BadInput(problems)


def _date(value: datetime | None) -> date | None:
    return value.date() if value else None
