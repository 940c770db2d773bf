"""Jobs over REST, on an API of the tests' own (the site attaches the router and the tokens)."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from ninja import NinjaAPI
from ninja.testing import TestClient

from tests.core.jobs import sample_jobs  # noqa: F401 - registers the kinds
from yakuba.core.jobs import api
from yakuba.core.jobs.models import Job
from yakuba.core.jobs.services import enqueue
from yakuba.core.jobs.testing import run_pending
from yakuba.core.people.models import Assignment, Department, Role, User

pytestmark = pytest.mark.django_db
_api = NinjaAPI(urls_namespace="jobs-test")
_api.add_router("", api.router)


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Any) -> None:
    settings.HOME = tmp_path


def person(role: Role) -> User:
    user = User.objects.create_user(f"{role}", name="職員")
    department = Department.objects.create(code=f"{role}", name="保育課", systems=["nursery"])
    Assignment.objects.create(user=user, department=department, role=role, starts_on=date(2020, 4, 1))
    return user


def queued(system: str = "nursery", kind: str = "sample.add") -> Job:
    return enqueue(kind, {"numbers": [2, 2]}, by=None, system=system)


def test_the_list_holds_the_jobs_that_the_person_may_see() -> None:
    job = queued()
    queued(system="minutes")
    answer = TestClient(_api).get("/jobs", user=person(Role.VIEWER)).json()
    assert [item["id"] for item in answer["items"]] == [str(job.pk)]


def test_the_list_can_be_narrowed() -> None:
    done = queued()
    run_pending()
    waiting, user = queued(), person(Role.VIEWER)

    def ids(query: str) -> list[str]:
        return [item["id"] for item in TestClient(_api).get(f"/jobs?{query}", user=user).json()["items"]]

    assert ids("state=done") == [str(done.pk)]
    assert ids("state=queued") == [str(waiting.pk)]
    assert ids("kind=sample.other") == []
    assert TestClient(_api).get("/jobs?state=wrong", user=user).status_code == 422


def test_one_job_gives_its_result_and_no_technical_detail() -> None:
    job = queued()
    run_pending()
    answer = TestClient(_api).get(f"/jobs/{job.pk}", user=person(Role.VIEWER)).json()
    assert (answer["state"], answer["fraction"], answer["result"]) == ("done", 1.0, {"sum": 4})
    assert {"error_detail", "token", "params"}.isdisjoint(answer)


def test_a_job_of_another_system_is_not_found() -> None:
    job = queued(system="minutes")
    user = person(Role.OFFICER)
    assert TestClient(_api).get(f"/jobs/{job.pk}", user=user).status_code == 404
    assert TestClient(_api).post(f"/jobs/{job.pk}/cancel", user=user).status_code == 404


def test_an_officer_cancels_and_a_viewer_does_not() -> None:
    job = queued()
    assert TestClient(_api).post(f"/jobs/{job.pk}/cancel", user=person(Role.VIEWER)).status_code == 403
    answer = TestClient(_api).post(f"/jobs/{job.pk}/cancel", user=person(Role.OFFICER))
    assert answer.json()["state"] == "cancelled"


def test_each_operation_names_its_scope() -> None:
    scopes = {
        operation.view_func.__name__: getattr(operation.view_func, "yakuba_scope", None)
        for view in api.router.path_operations.values()
        for operation in view.operations
    }
    assert scopes == {"list_jobs": "jobs:read", "get_job": "jobs:read", "cancel_job": "jobs:write"}


def test_somebody_who_is_not_signed_in_sees_nothing() -> None:
    queued()
    stranger = SimpleNamespace(is_authenticated=False)
    assert TestClient(_api).get("/jobs", user=stranger).json()["items"] == []
