"""What the commands of ``yakuba handbook`` share."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yakuba.handbook.domain.rules import Rulebook
    from yakuba.handbook.domain.vouchers import Overlay
    from yakuba.handbook.people import Asked

T = TypeVar("T")
JAPAN = timezone(timedelta(hours=9))
file_path = click.Path(path_type=Path)


@contextmanager
def stopping_on_bad_input() -> Iterator[None]:
    """End with 2 and every problem a line on standard error."""
    from yakuba.handbook.files import BadInput
    from yakuba.handbook.rulebooks.faults import BadRulebook

    try:
        yield
    except BadInput as error:
        stop(error.problems)
    except BadRulebook as error:
        stop([str(fault) for fault in error.faults])


def stop(problems: list[str]) -> NoReturn:
    """End with 2."""
    for problem in problems:
        click.echo(problem, err=True)
    sys.exit(2)


def rulebook_of(name: str) -> Rulebook:
    """A shipped rule book by its name, another by its path. Raises ``BadRulebook``."""
    from yakuba.handbook.rulebooks import load

    path = Path(name)
    return load.load(path) if path.suffix or path.exists() else load.builtin(name)


def overlay_of(path: Path | None, rulebook: Rulebook) -> Overlay | None:
    """A municipality's overlay, if one is named. Raises ``BadRulebook``."""
    from yakuba.handbook.rulebooks.overlay import load_overlay

    return None if path is None else load_overlay(path, rulebook)


def everyone(path: Path, rulebook: Rulebook) -> list[Asked]:
    """The people of a file. Raises ``BadInput`` with every problem of every row."""
    from yakuba.handbook import people
    from yakuba.handbook.files import BadInput, read_lines

    found: list[people.Asked] = []
    problems: list[str] = []
    for place, row in read_lines(path):
        try:
            found.append(people.read_person(place, row, rulebook))
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    return found


def note(people: Collection[Asked], day: date, *rulebooks: Rulebook) -> None:
    """Say on standard error what was passed over, and what can only be a plan or a slip of the pen."""
    from yakuba.handbook.domain.observed import codes_of, dated_codes_of
    from yakuba.handbook.domain.rules import products_of
    from yakuba.handbook.people import after, undated, unknown_products

    known = {code for book in rulebooks for code in codes_of(book)}
    dated = {code for book in rulebooks for code in dated_codes_of(book)}
    counts = Counter(code for one in people for code in {seen.code for seen in one.observations})
    for code, count in sorted(counts.items()):
        if code not in known:
            click.echo(
                f"history の「{code}」をたずねる規則はありません（{count}人）。日程には使いませんでした。"
                f"誤りなら直してください。使える記号：{'、'.join(sorted(known)) or 'なし'}",
                err=True,
            )
    for code, count in sorted(Counter(code for one in people for code in undated(one, dated)).items()):
        click.echo(
            f"history の「{code}」に date がありません（{count}人）。日から数える規則なので、"
            "日程には使いませんでした。",
            err=True,
        )
    products = Counter(name for one in people for name in unknown_products(one, rulebooks[0]))
    for name, count in sorted(products.items()):
        vaccine, _, product = name.partition(" ")
        listed = "、".join(products_of(rulebooks[0])[vaccine])
        click.echo(
            f"{vaccine} の product「{product}」は規則にない製品です（{count}人）。"
            f"誤りなら直してください。規則の製品：{listed}",
            err=True,
        )
    later = sum(bool(after(one, day)) for one in people)
    if later:
        click.echo(
            f"判定する日 {day} より後の日の接種があります（{later}人）。接種したものとして判定しました。"
            "誤りなら直してください。",
            err=True,
        )


def note_needs(vaccines: Counter[str]) -> None:
    """Say on standard error which vaccines were left open for want of the sex, and for how many persons."""
    for vaccine, count in sorted(vaccines.items()):
        click.echo(
            f"sex がないため、{vaccine} を判定できません（{count}人）。F か M を書くと判定します。", err=True
        )


def progress(items: Sequence[T]) -> AbstractContextManager[Iterable[T]]:
    """A bar on a terminal, nothing elsewhere."""
    return click.progressbar(items, file=sys.stderr, hidden=not sys.stderr.isatty())
