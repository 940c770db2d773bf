"""Permissions as words."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from yakuba.core.people.models import Role
from yakuba.core.systems import all_systems

register = template.Library()


@register.filter
def power_words(pairs: Iterable[tuple[str, str]]) -> str:
    """(("nursery", "officer"),) as 「保育所利用調整の担当」; the installation's admin as 「全体の管理」."""
    names = {system.key: system.name for system in all_systems()} | {"": "全体", "protected": "支援措置"}
    return "、".join(f"{names.get(system, system)}の{Role(role).label}" for system, role in pairs)
