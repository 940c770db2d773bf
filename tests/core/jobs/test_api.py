"""``/api/v1/jobs``: a token sees and steers the jobs of the systems that its other scopes open."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.core.jobs import sample_jobs  # noqa: F401 - registers the kinds
from yakuba.core.jobs.models import Job
from yakuba.core.jobs.services import enqueue
from yakuba.core.jobs.testing import run_pending
from yakuba.core.tokens import services as tokens

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Any) -> None:
    settings.HOME = tmp_path


def client(*scopes: str) -> Client:
    account = tokens.account_named("基幹システム", by="system:test")
    _, secret = tokens.issue(account, scopes, days=1, by="system:test")
    return Client(headers={"Authorization": f"Bearer {secret}"})


def queued(system: str = "nursery", kind: str = "sample.add") -> Job:
    return enqueue(kind, {"numbers": [2, 2]}, by=None, system=system)


def ids(caller: Client, query: str = "") -> list[str]:
    return [item["id"] for item in caller.get(f"/api/v1/jobs?{query}").json()["items"]]


def test_the_list_holds_the_jobs_of_the_systems_that_the_token_may_read() -> None:
    job = queued()
    queued(system="minutes")
    assert ids(client("jobs:read", "nursery:read")) == [str(job.pk)]
    assert ids(client("jobs:read")) == []


def test_the_list_can_be_narrowed() -> None:
    done = queued()
    run_pending()
    waiting, caller = queued(), client("jobs:read", "nursery:read")
    assert ids(caller, "state=done") == [str(done.pk)]
    assert ids(caller, "state=queued") == [str(waiting.pk)]
    assert ids(caller, "kind=sample.other") == []
    assert caller.get("/api/v1/jobs?state=wrong").status_code == 422


def test_one_job_gives_its_result_and_no_technical_detail() -> None:
    job = queued()
    run_pending()
    answer = client("jobs:read", "nursery:read").get(f"/api/v1/jobs/{job.pk}").json()
    assert (answer["state"], answer["fraction"], answer["result"]) == ("done", 1.0, {"sum": 4})
    assert {"error_detail", "token", "params"}.isdisjoint(answer)


def test_a_job_of_another_system_is_not_found() -> None:
    job = queued(system="minutes")
    caller = client("jobs:read", "jobs:write", "nursery:read", "nursery:write")
    assert caller.get(f"/api/v1/jobs/{job.pk}").status_code == 404
    assert caller.post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 404


def test_cancelling_needs_the_right_to_write_jobs_and_the_system() -> None:
    job = queued()
    assert client("jobs:read", "nursery:write").post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 403
    assert client("jobs:write", "nursery:read").post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 404
    answer = client("jobs:write", "nursery:write").post(f"/api/v1/jobs/{job.pk}/cancel")
    assert answer.json()["state"] == "cancelled"


def test_somebody_without_a_token_is_refused() -> None:
    queued()
    assert Client().get("/api/v1/jobs").status_code == 401
