"""Labels from blind double entry: two persons, neither of whom saw the reading or the other's entry."""

from __future__ import annotations

import math
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.core.border.models import Label
from yakuba.core.border.services.tasks import locked
from yakuba.core.border.services.types import BorderError, Task


@transaction.atomic
def record_label(
    task: Task,
    ref: str,
    document: str,
    score: float,
    correct: bool,
    *,
    by: Any,
    blank: bool = False,
    simulated: bool = False,
) -> Label:
    """One person's word on whether a reading was right; call it once a person (or pass two as ``by``).

    The label settles when two persons agree. When they do not, a third settles it. The same person again
    corrects their own word until the label is settled; afterwards the same word changes nothing and another
    one is refused. ``BorderError`` for a score outside 0 to 1.
    """
    if math.isnan(score) or not 0.0 <= score <= 1.0:
        raise BorderError(f"点数は0から1の間です（{score}）。")
    row = locked([task])[task]
    persons = list(by) if isinstance(by, (tuple, list)) else [by]
    if len({person.pk for person in persons}) != len(persons):
        raise BorderError("二人の独立した入力には、別の二人が必要です。")
    label, _ = Label.objects.get_or_create(
        task=row,
        ref=ref,
        defaults={
            "document": document, "score": score, "blank": blank, "simulated": simulated,
            "first_correct": correct, "first_by": persons[0],
        },
    )  # fmt: skip
    if label.score != score or label.document != document:
        raise BorderError(
            f"対象「{ref}」：文書か点数が、1人目の入力と違います。対象の番号を確かめてください。"
        )
    for person in persons:
        _word(label, person, correct)
    label.simulated = label.simulated or simulated
    label.save()
    return label


@transaction.atomic
def withdraw_label(task: Task, ref: str, *, by: Any) -> bool:
    """Take one person's word back out of a label that is not settled; a label without a word goes.

    ``False`` when no word of theirs is in it. ``BorderError`` when the label rests on it: a settled label
    may already have proved something.
    """
    row = locked([task])[task]
    label = Label.objects.filter(task=row, ref=ref).first()
    if label is None or not has_word(label, by):
        return False
    if label.correct is not None:
        raise BorderError(f"対象「{label.ref}」：二人の入力で確定しています。取り消すことはできません。")
    if label.second_by_id == by.pk:
        label.second_by, label.second_correct = None, None
    elif label.second_by is None or label.second_correct is None:
        label.delete()
        return True
    else:
        label.first_by, label.first_correct = label.second_by, label.second_correct
        label.second_by, label.second_correct = None, None
    label.save()
    return True


def has_word(label: Label, person: Any) -> bool:
    """Whether the person's word is in the label."""
    return person.pk in (label.first_by_id, label.second_by_id, label.settled_by_id)


def _word(label: Label, person: Any, correct: bool) -> None:
    if label.correct is not None:
        _same_again(label, person, correct)
        return
    if person.pk == label.first_by_id:
        label.first_correct = correct
    elif label.second_by_id in (None, person.pk):
        label.second_by, label.second_correct = person, correct
    else:
        _settle(label, person, correct)
        return
    if label.second_correct is not None and label.second_correct == label.first_correct:
        _settle(label, person, correct)


def _same_again(label: Label, person: Any, correct: bool) -> None:
    said = {label.first_by_id: label.first_correct, label.second_by_id: label.second_correct}
    if label.settled_by_id not in said:
        said[label.settled_by_id] = label.correct
    if person.pk in said and said[person.pk] == correct:
        return
    raise BorderError(f"対象「{label.ref}」：二人の入力で確定しています。あとから変えることはできません。")


def _settle(label: Label, person: Any, correct: bool) -> None:
    label.correct, label.settled_by, label.settled_at = correct, person, timezone.now()
