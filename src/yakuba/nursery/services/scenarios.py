"""Scenarios (試算) on a finished result: ask for one, and compute it. The base is never changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from yakuba.core.audit.services import record
from yakuba.core.files.services import store
from yakuba.core.jobs.services import enqueue
from yakuba.nursery.domain.market import BadInput, Fault, Market
from yakuba.nursery.domain.market_json import dumps
from yakuba.nursery.domain.verify import verify
from yakuba.nursery.domain.what_if import Side, document
from yakuba.nursery.models import Allocation, Ledger, Scenario
from yakuba.nursery.runs import Loaded
from yakuba.nursery.services.bases import Base, base_of, run_again
from yakuba.nursery.services.ledgers import source_of


class NoScenario(ValueError):
    """The scenario can't be asked for; the message says what to do."""


def other_ledgers(base: Allocation) -> QuerySet[Ledger]:
    """Ledgers that a scenario may take instead: of the same round, or other versions of the same title."""
    selection = Ledger.objects.filter(pk=base.ledger_id).values("scoring__applications__selection")
    same_round = Q(scoring__applications__selection__in=selection)
    return Ledger.objects.filter(same_round | Q(title=base.ledger.title)).exclude(pk=base.ledger_id)


def request_scenario(
    base: Allocation, *, title: str, capacity: Mapping[str, int], ledger: Ledger | None, by: Any
) -> Scenario:
    """Queue a scenario. ``capacity``: class → seats. ``NoScenario`` says why there can be none."""
    if not base.is_finished:
        raise NoScenario("計算が終わっていません。終わってから試算してください。")
    known = dict(base.class_rows.values_list("class_id", "capacity"))
    changed = {name: seats for name, seats in sorted(capacity.items()) if known.get(name) != seats}
    if not changed and ledger is None:
        raise NoScenario("変更がありません。定員を変えるか、別の台帳を選んでください。")
    if ledger is not None and ledger.ties and base.seed is None:
        raise NoScenario(
            f"「{ledger}」に同点が {len(ledger.ties)}組あり、この割当には抽選の種がありません。"
            "抽選の種を決めて割り当てた結果から試算してください。"
        )
    with transaction.atomic():
        scenario = Scenario.objects.create(
            base=base, title=title, changes={"capacity": changed}, ledger=ledger, requested_by=by
        )
        scenario.job = enqueue(
            "nursery.scenario",
            {"scenario": scenario.pk},
            by=by,
            key=f"nursery.scenario:{scenario.pk}",
            system="nursery",
        )
        scenario.save(update_fields=["job"])
        record(
            "nursery.scenario.request",
            actor=by,
            target=f"nursery.scenario:{scenario.pk}",
            detail={"base": base.pk, "classes": len(changed), "ledger": ledger.pk if ledger else None},
        )
    return scenario


def changed_market(scenario: Scenario, base: Base) -> Loaded:
    """The market of the scenario: the base's or another ledger's, with the pins and the changed seats.

    ``BadInput`` for a class that is not there, and where current and pinned children no longer fit.
    """
    loaded = base.loaded
    if scenario.ledger is not None:
        loaded = source_of(scenario.ledger).load(scenario.base.seed).pinned(base.loaded.pins)
    seats: Mapping[str, int] = scenario.changes.get("capacity", {})
    return with_seats(loaded, seats)


def with_seats(loaded: Loaded, seats: Mapping[str, int]) -> Loaded:
    """The same ledger with other seats in some classes. Raises ``BadInput``."""
    unknown = sorted(set(seats) - set(loaded.market.capacity))
    if unknown:
        expected, advice = "この台帳にないクラスです", "クラスを選び直してください"
        raise BadInput([Fault("試算", name, expected, advice=advice) for name in unknown])
    market = Market({**loaded.market.capacity, **seats}, loaded.market.priority, loaded.market.families)
    changed = Loaded(market, dict(loaded.extras), list(loaded.warnings), loaded.labels)
    _check_current(market, seats)
    return changed.pinned(loaded.pins)


def _check_current(market: Market, seats: Mapping[str, int]) -> None:
    """Children who hold a seat keep it: raises ``BadInput`` for classes that no longer hold them."""
    held = Counter(seat for family in market.families for seat in family.current if seat is not None)
    short = [name for name in sorted(seats) if held[name] > seats[name]]
    if short:
        advice = "在籍児の人数以上の定員にしてください"
        told = [(f"クラス{name} 定員{seats[name]}人", f"在籍児が{held[name]}人います") for name in short]
        raise BadInput([Fault("試算", found, expected, advice=advice) for found, expected in told])


def compute(scenario: Scenario) -> tuple[Side, dict[str, Any]]:
    """The scenario's run and its difference from the base; ``AssertionError`` if the verifier disagrees."""
    base = base_of(scenario.base)
    side = run_again(changed_market(scenario, base))
    problems = verify(side.market_json, side.result_json)
    if problems:
        raise AssertionError(problems[0])
    return side, document(base.side, side)


def keep(scenario: Scenario, side: Side, found: dict[str, Any]) -> None:
    """Write a computed scenario, in the caller's transaction."""
    text = json.dumps(found, ensure_ascii=False, sort_keys=True) + "\n"
    for field, name, content in (
        ("result_file", "result.json", dumps(side.result_json)),
        ("difference", "difference.json", text),
    ):
        kept = store(content.encode(), name=name, content_type="application/json", by=scenario.requested_by)
        setattr(scenario, field, kept)
    scenario.figures = {"totals": found["totals"], "counts": found["counts"]}
    scenario.finished_at = timezone.now()
    scenario.save()
    record(
        "nursery.scenario.finish",
        actor="system:jobs",
        target=f"nursery.scenario:{scenario.pk}",
        detail=found["counts"],
    )
