"""The durable jobs of this package: one allocation run, and (``scoring_job``) the points of a round."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from django.urls import reverse

import yakuba.nursery.domain.solve  # noqa: F401 - the solver, loaded before a job's process is forked
from yakuba.core.jobs.models import Job
from yakuba.core.jobs.registry import JobContext, JobError, job
from yakuba.nursery import jobs_families, jobs_letters, jobs_pins
from yakuba.nursery.domain import explain
from yakuba.nursery.domain.market import BadInput, Labels
from yakuba.nursery.domain.summary import Summary, summarise
from yakuba.nursery.domain.verify import verify
from yakuba.nursery.domain.verify_pin_claims import check as check_claims
from yakuba.nursery.models import Allocation, ChildOutcome, ClassOutcome
from yakuba.nursery.runs import Loaded, output
from yakuba.nursery.scenario_job import run as run_scenario
from yakuba.nursery.scoring_job import run as run_scoring
from yakuba.nursery.services.allocations import keep_outcome
from yakuba.nursery.services.ledgers import Source, source_of
from yakuba.nursery.services.visibility import HIDDEN_LINE, mentions, protected_ids

# the worker finds every kind of job here
__all__ = [
    "figures_of",
    "jobs_families",
    "jobs_letters",
    "jobs_pins",
    "result_page",
    "run",
    "run_scenario",
    "run_scoring",
]

CONTENT_TYPES = {"json": "application/json", "jsonl": "application/jsonl"}


def result_page(finished: Job) -> str:
    """Where a finished run is seen."""
    return reverse("nursery:allocation", args=[finished.params["allocation"]])


@job("nursery.allocate", label="割り当てる", timeout_s=1800, shown=(BadInput,), url=result_page)
def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Read the ledger, allocate, verify on the second path, explain, and keep everything at once."""
    allocation = Allocation.objects.select_related("ledger", "ledger__file").get(pk=params["allocation"])
    started = time.monotonic()
    context.progress(0.02, "台帳を読んでいます")
    source = source_of(allocation.ledger)
    loaded = source.load(allocation.seed).pinned(allocation.pins or {})
    found = loaded.allocate(lambda share, text: context.progress(0.1 + 0.5 * share, text))
    context.progress(0.65, "理由を書いています")
    texts = output(loaded, found)
    claims = [json.loads(line) for line in texts["explanations.jsonl"].split("\n") if line]
    context.progress(0.75, "別の経路で検証しています")
    _verify(loaded, loaded.result_json(found.result), claims)
    seconds = time.monotonic() - started
    context.progress(0.85, "結果を記録しています")
    summary = summarise(loaded.market, found.result, loaded.pins)
    class_rows = _class_rows(allocation, loaded, source, summary)
    child_rows = _child_rows(allocation, loaded, source, summary, claims, found.result.blocking_families)
    figures = figures_of(summary)
    if loaded.pins:
        certificate = json.loads(texts["certificate.json"])
        figures |= {"pinned": len(loaded.pins), "envy_by_pins": len(certificate["envy_caused_by_pins"])}
    with context.finish() as outcome:
        keep_outcome(
            allocation,
            files={
                f"{name.split('.')[0]}_file": (
                    name,
                    text.encode(),
                    CONTENT_TYPES[name.rsplit(".", 1)[1]],
                )
                for name, text in texts.items()
            },
            fields={
                "seconds": seconds,
                "status": found.result.status,
                "unique": found.result.unique,
                "blocking_families": list(found.result.blocking_families),
                "blocking_lower_bound": found.result.blocking_lower_bound,
                "figures": figures,
            },
            class_rows=class_rows,
            child_rows=child_rows,
        )
        outcome.update({"allocation": allocation.pk, "status": found.result.status, **figures})
    return outcome


def _verify(loaded: Loaded, result: dict[str, Any], claims: list[dict[str, Any]]) -> None:
    market = loaded.market_json()
    problems = verify(market, result) or check_claims(market, result, claims)
    if problems:
        first = HIDDEN_LINE if mentions(problems[0], protected_ids()) else problems[0]
        raise JobError(
            "計算の結果が、別の経路の検証と合いませんでした。結果は保存していません。"
            f"保守の担当者に知らせてください。はじめの1件：{first}"
        )


def figures_of(summary: Summary) -> dict[str, Any]:
    """Counts for the pages and the audit log: placed children (moved ones included), waiting, free seats."""
    outcomes = summary.outcomes
    return {
        "placed": outcomes.get("placed", 0) + outcomes.get("moved", 0),
        "moved": outcomes.get("moved", 0),
        "held": outcomes.get("held", 0),
        "waiting": outcomes.get("waiting", 0),
        "free": summary.free_seats,
        "ranks": {str(rank): count for rank, count in summary.ranks.items()},
    }


def _first_key(keys: Mapping[str, Any], child: str, class_id: str | None = None) -> str:
    """The first key as the ledger writes it; an ascending one is stored negated."""
    own = keys.get("children", {}).get(child)
    if class_id is not None:
        own = keys.get("wishes", {}).get(child, {}).get(class_id, own)
    if not own:
        return ""
    text = str(own[0])
    if keys.get("ascending", [False])[0]:
        text = text.removeprefix("-") if text.startswith("-") else ("0" if text == "0" else f"-{text}")
    return text


def _class_rows(
    allocation: Allocation, loaded: Loaded, source: Source, summary: Summary
) -> list[ClassOutcome]:
    keys = loaded.extras.get("keys", {})
    drawn: dict[str, int] = {}
    for group in (loaded.extras.get("lottery") or {}).get("groups", ()):
        for child in group:
            drawn[child] = max(drawn.get(child, 0), len(group))
    rows = []
    for row in summary.classes:
        nursery, age, track = source.class_parts(row.class_id)
        cutoff = "" if row.cutoff_child is None else _first_key(keys, row.cutoff_child, row.class_id)
        rows.append(
            ClassOutcome(
                allocation=allocation,
                class_id=row.class_id,
                label=loaded.labels.classes.get(row.class_id, row.class_id),
                nursery=nursery,
                age=age,
                track=track,
                capacity=row.capacity,
                admitted=row.admitted,
                waiting=row.waiting,
                cutoff=cutoff,
                tied_at_cutoff=drawn.get(row.cutoff_child or "", 0),
            )
        )
    return rows


def _child_rows(
    allocation: Allocation,
    loaded: Loaded,
    source: Source,
    summary: Summary,
    claims: list[dict[str, Any]],
    blocking: tuple[str, ...],
) -> list[ChildOutcome]:
    keys = loaded.extras.get("keys", {})
    reasons = dict(explain.by_child(claims))
    labels: Labels = loaded.labels
    rows = []
    for row in summary.children:
        facts = source.facts(row.child)
        rows.append(
            ChildOutcome(
                allocation=allocation,
                child_id=row.child,
                family_id=row.family,
                name=facts.name,
                kana=facts.kana,
                age=facts.age,
                first_key=_first_key(keys, row.child),
                outcome=row.outcome,
                class_id=row.seat or "",
                class_name="" if row.seat is None else labels.classes.get(row.seat, row.seat),
                wish_number=row.wish_number,
                blocking=row.family in blocking,
                claims=reasons.get(row.child, []),
            )
        )
    return rows
