"""What crosses to an installation of the residents' face alone: whole versions, and vacancies.

With both faces in one installation they read the same tables and nothing needs to cross.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings

from yakuba.core.exchange.batch_file import Item
from yakuba.core.exchange.errors import ExchangeError
from yakuba.core.exchange.registry import receiver
from yakuba.core.exchange.sending import post, revoke
from yakuba.core.facilities import keeping
from yakuba.core.facilities.domain.columns import KINDS
from yakuba.core.facilities.domain.records import as_json, place_of, scheme_of
from yakuba.core.facilities.models import Dataset, MapShape, Vacancy, VacancyNotice

DATASET, VACANCIES, MAP = "facilities.dataset", "facilities.vacancies", "facilities.map"
FORMAT = 1


def register() -> None:
    """Tell the exchange."""
    receiver(DATASET, "施設・支援制度の台帳")(take_dataset)
    receiver(VACANCIES, "保育所の空き状況")(take_vacancies)
    receiver(MAP, "地図の地区")(take_map)


def _apart() -> bool:
    return bool(settings.YAKUBA_FACE == "staff")


def send_dataset(kind: str, dataset: Dataset | None) -> None:
    """Have the other installation show this version, or none of the kind."""
    if not _apart():
        return
    if dataset is None:
        revoke(DATASET, kind)
        return
    content = {
        "format": FORMAT,
        "number": dataset.number,
        "source": dataset.source,
        "as_of": dataset.as_of.isoformat() if dataset.as_of else None,
        "sha256": dataset.sha256,
        "published_at": dataset.published_at.isoformat(),
        "records": [as_json(one) for one in keeping.records_of(dataset)],
    }
    post(DATASET, kind, content)


def take_dataset(item: Item) -> None:
    """Resident side: show a version in place of what is there. The same one again changes nothing."""
    kind = item.reference
    if kind not in KINDS:
        raise ExchangeError(
            f"施設の台帳に「{kind}」という種類はありません。両方の環境を同じ版にしてください。"
        )
    if item.action == "revoke":
        Dataset.objects.filter(kind=kind).delete()
        return
    try:
        content = item.content
        if content["format"] != FORMAT:
            raise ValueError(content["format"])
        make = scheme_of if KINDS[kind].schemes else place_of
        records = [make(one) for one in content["records"]]
        values: dict[str, Any] = {
            "number": int(content["number"]),
            "source": str(content["source"]),
            "as_of": date.fromisoformat(content["as_of"]) if content["as_of"] else None,
            "sha256": str(content["sha256"]),
            "at": datetime.fromisoformat(content["published_at"]),
        }
    except (KeyError, TypeError, ValueError):
        raise ExchangeError(
            "施設の台帳として読めない項目があります。両方の環境を同じ版にしてください。"
        ) from None
    shown = keeping.current(kind)
    if shown is not None and (shown.number, shown.sha256) == (values["number"], values["sha256"]):
        return
    Dataset.objects.filter(kind=kind).delete()
    keeping.keep(kind, records, **values)


def send_vacancies(notice: VacancyNotice) -> None:
    """Have the other installation show these vacancies."""
    if _apart():
        post(VACANCIES, notice.reference, vacancies_content(notice))


def revoke_vacancies(reference: str) -> None:
    """Have the other installation forget them."""
    if _apart():
        revoke(VACANCIES, reference)


def vacancies_content(notice: VacancyNotice) -> dict[str, Any]:
    """A notice as it crosses."""
    rows = notice.rows.order_by("pk").values("name", "name_key", "age", "track", "state", "seats")
    return {
        "format": FORMAT,
        "source": notice.source,
        "month": notice.month.isoformat(),
        "as_of": notice.as_of.isoformat(),
        "published_at": notice.published_at.isoformat(),
        "rows": list(rows),
    }


def take_vacancies(item: Item) -> None:
    """Resident side: keep a notice in place of an earlier one, or forget it."""
    VacancyNotice.objects.filter(reference=item.reference).delete()
    if item.action == "revoke":
        return
    try:
        content = item.content
        if content["format"] != FORMAT:
            raise ValueError(content["format"])
        notice = VacancyNotice(
            reference=item.reference,
            source=str(content["source"]),
            month=date.fromisoformat(content["month"]),
            as_of=date.fromisoformat(content["as_of"]),
            published_at=datetime.fromisoformat(content["published_at"]),
        )
        rows = [Vacancy(notice=notice, **row, **_no_more(row)) for row in content["rows"]]
    except (KeyError, TypeError, ValueError):
        raise ExchangeError(
            "空き状況として読めない項目があります。両方の環境を同じ版にしてください。"
        ) from None
    notice.save()
    Vacancy.objects.bulk_create(rows, batch_size=keeping.BATCH)


def _no_more(row: dict[str, Any]) -> dict[str, Any]:
    """Nothing; raises ``KeyError`` for a row with other fields than ours."""
    if (
        set(row) != {"name", "name_key", "age", "track", "state", "seats"}
        or row["state"] not in Vacancy.State
    ):
        raise KeyError(str(sorted(row)))
    return {}


def send_map() -> None:
    """Have the other installation draw this map."""
    if _apart():
        rows = list(MapShape.objects.order_by("pk").values("kind", "code", "name", "lines"))
        post(MAP, "map", {"format": FORMAT, "shapes": rows})


def take_map(item: Item) -> None:
    """Resident side: draw this map in place of the one before."""
    MapShape.objects.all().delete()
    if item.action == "revoke":
        return
    try:
        rows = [
            MapShape(**{name: row[name] for name in ("kind", "code", "name", "lines")})
            for row in item.content["shapes"]
        ]
    except (KeyError, TypeError):
        raise ExchangeError("地図として読めない項目があります。両方の環境を同じ版にしてください。") from None
    MapShape.objects.bulk_create(rows, batch_size=keeping.BATCH)
