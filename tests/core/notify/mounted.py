"""The product's addresses with a recipient's pages mounted, as a system would."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import include, path

from yakuba.core.notify.residents import Mount, urls
from yakuba.site.urls import (
    handler400,
    handler403,
    handler404,
    handler500,
)
from yakuba.site.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def recipient(request: HttpRequest) -> str | None:
    return request.COOKIES.get("who")


def sign_in(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect("/")


MOUNT = Mount(recipient=recipient, sign_in=sign_in, namespace="example_notices")
urlpatterns = [*product, path("example/notices/", include((urls(MOUNT), "example_notices")))]
