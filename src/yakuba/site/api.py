"""``/api/v1``: what other programmes of the town hall may ask.

Every failure is one shape, a problem document (RFC 9457, ``application/problem+json``); the schema at
``/api/v1/openapi.json`` says so for every operation.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Router, Schema
from ninja.errors import HttpError, Throttled, ValidationError
from ninja.openapi.schema import OpenAPISchema

from yakuba import __version__
from yakuba.core.jobs import api as jobs
from yakuba.core.tokens.auth import Token
from yakuba.handbook import api as handbook
from yakuba.nursery import api as nursery
from yakuba.ocr import api as ocr
from yakuba.site import errors

METHODS = frozenset({"get", "put", "post", "delete", "patch"})
ALWAYS = (400, 404, 405, 409, 413, 422, 429)
GUARDED = (401, 403)
ROUTERS: tuple[tuple[str, Router], ...] = (
    ("/nursery", nursery.router),
    ("/handbook", handbook.router),
    ("/ocr", ocr.router),
    ("/jobs", jobs.router),
)
PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "The standard phrase of the status."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was found and what to do, in Japanese."},
        "errors": {
            "type": "array",
            "description": "With 422: each place that can't be used.",
            "items": {
                "type": "object",
                "properties": {"where": {"type": "string"}, "found": {"type": "string"}},
                "required": ["where", "found"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
}


class YakubaAPI(NinjaAPI):
    """An API whose schema documents the problem documents of every operation."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """The schema, with every failure described."""
        schema = super().get_openapi_schema(**kwargs)
        schema["components"].setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        for path in schema["paths"].values():
            for method, operation in path.items():
                if method in METHODS:
                    _document_problems(operation)
        return schema


def _document_problems(operation: dict[str, Any]) -> None:
    statuses = (*ALWAYS, *GUARDED) if operation.get("security") else ALWAYS
    for status in statuses:
        operation["responses"].setdefault(
            status,
            {
                "description": HTTPStatus(status).phrase,
                "content": {errors.PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        )


api = YakubaAPI(
    title="Yakuba API",
    version=__version__,
    description="役場の業務システムのAPI。失敗はすべて problem document（RFC 9457）で返す。",
    urls_namespace="api-v1",
    auth=Token(),  # an operation that names no scope still asks for a valid token
    docs_url=None,
    openapi_url="/openapi.json",
)


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, fault: HttpError) -> HttpResponse:
    """The statuses that operations raise themselves."""
    response = errors.problem(fault.status_code, HTTPStatus(fault.status_code).phrase, str(fault))
    if fault.status_code == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(Throttled)
def on_throttled(request: HttpRequest, fault: Throttled) -> HttpResponse:
    """429, with the seconds to wait."""
    wait = max(1, fault.wait or 60)
    response = errors.problem(
        429, HTTPStatus.TOO_MANY_REQUESTS.phrase, f"短い時間に要求が集中しました。{wait}秒待ってください。"
    )
    response.headers["Retry-After"] = str(wait)
    return response


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    """422, naming each place; what was sent is not repeated, because it may be personal."""
    places = [
        {"where": ".".join(str(part) for part in one.get("loc", ())), "found": str(one.get("msg", ""))}
        for one in fault.errors
    ]
    return errors.problem(
        422,
        HTTPStatus.UNPROCESSABLE_ENTITY.phrase,
        "送られた内容の形が合いません。errors の場所を直してください。",
        errors=places,
    )


@api.exception_handler(Http404)
def on_not_found(request: HttpRequest, fault: Http404) -> HttpResponse:
    """404."""
    return errors.page(request, 404)


@api.exception_handler(PermissionDenied)
def on_forbidden(request: HttpRequest, fault: PermissionDenied) -> HttpResponse:
    """403."""
    return errors.page(request, 403)


class Health(Schema):
    """Whether this installation answers."""

    status: str


class Me(Schema):
    """What the token that asks may do."""

    account: str
    scopes: list[str]
    expires_at: str


own = Router(tags=["yakuba"])


@own.get("/health", response=Health, auth=None, summary="この設置が応答するか")
def health(request: HttpRequest) -> Health:
    """Public and without data."""
    return Health(status="ok")


@own.get("/me", response=Me, auth=Token(), summary="このトークンでできること")
def me(request: HttpRequest) -> Me:
    """The service account of the token, its scopes and its end."""
    token = request.auth  # type: ignore[attr-defined]  # set by Token
    return Me(account=token.account.name, scopes=token.scopes, expires_at=token.expires_at.isoformat())


api.add_router("", own)


for _prefix, _router in ROUTERS:
    api.add_router(_prefix, _router)
