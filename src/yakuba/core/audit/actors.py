"""Who acted, as people read it."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth import get_user_model

PERSON = "user:"


def actor_names(actors: Iterable[str]) -> dict[str, str]:
    """Names and staff numbers of the persons among actors («user:7»); one query for all of them."""
    numbers = {one.removeprefix(PERSON) for one in actors if one.startswith(PERSON)}
    people = get_user_model().objects.in_bulk([int(number) for number in numbers if number.isdigit()])
    return {f"{PERSON}{pk}": f"{person.name}（{person.username}）" for pk, person in people.items()}
