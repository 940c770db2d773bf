"""The town's own map layer in the database: districts to start from, lines to draw."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction

from yakuba.core.audit.services import record
from yakuba.core.facilities import crossing, keeping
from yakuba.core.facilities.domain.points import Point
from yakuba.core.facilities.domain.shapes import BadMap, Shape, shapes
from yakuba.core.facilities.models import MapShape

MOST_BYTES = 10 * 2**20


def import_map(data: bytes, *, by: Any, level: str = "district") -> int:
    """Draw this GeoJSON in place of the map before; how many districts it has. Raises ``BadMap``."""
    if len(data) > MOST_BYTES:
        raise BadMap(f"地図：{len(data):,}バイトあります。{MOST_BYTES:,}バイト以下にしてください。")
    try:
        found = shapes(json.loads(data.decode("utf-8-sig")), level)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise BadMap("地図：JSON として読めません。UTF-8 の GeoJSON にしてください。") from None
    with transaction.atomic():
        MapShape.objects.all().delete()
        MapShape.objects.bulk_create(
            [
                MapShape(
                    kind=one.kind,
                    code=one.code,
                    name=one.name,
                    lines=[list(map(list, line)) for line in one.lines],
                )
                for one in found
            ],
            batch_size=keeping.BATCH,
        )
        crossing.send_map()
        count = sum(one.kind == "district" for one in found)
        record(
            "facilities.map",
            actor=by,
            target="facilities:map",
            detail={"districts": count, "shapes": len(found)},
        )
    return count


def drawn() -> list[Shape]:
    """The map that is drawn; empty where none was imported."""
    return [
        Shape(row.kind, row.code, row.name, tuple(tuple(Point(*one) for one in line) for line in row.lines))
        for row in MapShape.objects.order_by("pk")
    ]
