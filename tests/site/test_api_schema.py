"""Every operation of the API survives schemathesis: no 5xx, answers as documented, tokens enforced."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis.errors import Unsatisfiable
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from yakuba.core.tokens import scopes, services
from yakuba.site.wsgi import application

UPLOAD = "multipart/form-data"
BOUNDED = bounds(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bearer() -> str:
    """A token that may do everything."""
    cache.clear()
    account = services.account_named("試験", by="system:test")
    _, secret = services.issue(account, scopes.known(), days=1, by="system:test")
    return secret


def test_every_operation_answers_as_documented(bearer: str, settings: Any) -> None:
    settings.YAKUBA_API_RATE = 10**9
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    tried, uploads = [], set()
    for found in schema.get_all_operations():
        operation = found.ok()
        tried.append(operation.label)
        if takes_a_file(operation):
            uploads.add(operation.label)
        survives(operation, bearer)
    assert "GET /api/v1/health" in tried
    assert "GET /api/v1/me" in tried
    assert uploads == {
        "POST /api/v1/nursery/ledgers",
        "POST /api/v1/nursery/rounds/{round_id}/applications",
        "POST /api/v1/ocr/batches",
        "POST /api/v1/ocr/documents",
    }


def takes_a_file(operation: Any) -> bool:
    """No schema can say what a good file holds: any other one is answered with 422 and its faults."""
    return UPLOAD in operation.definition.raw.get("requestBody", {}).get("content", {})


def survives(operation: Any, bearer: str) -> None:
    for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):

        @given(case=operation.as_strategy(generation_mode=mode))
        @BOUNDED
        def answers(case: Any) -> None:
            # An unknown query parameter is ignored, as HTTP services do, and the token is always sent.
            excluded = [negative_data_rejection]
            if takes_a_file(operation):
                excluded.append(positive_data_acceptance)
            case.call_and_validate(headers={"Authorization": f"Bearer {bearer}"}, excluded_checks=excluded)

        try:
            answers()
        except Unsatisfiable:
            assert mode is schemathesis.GenerationMode.NEGATIVE  # an operation without input has no bad one
