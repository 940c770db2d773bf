"""Downloads. Each system mounts its own address, with its own rule on who may have the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO
from urllib.parse import quote

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from yakuba.core.audit.services import record
from yakuba.core.files import services
from yakuba.core.files.models import StoredFile

PIECE = 256 * 1024


def _pieces(reader: BinaryIO) -> Iterator[bytes]:
    with reader:
        while piece := reader.read(PIECE):
            yield piece


def attachment(stored: StoredFile) -> StreamingHttpResponse:
    """The file as a download that no browser opens in place."""
    response = StreamingHttpResponse(
        _pieces(services.open(stored)), content_type="application/octet-stream", status=200
    )
    response["Content-Length"] = str(stored.size)
    # RFC 6266: the Japanese name in the extended form, a plain one for old programmes
    response["Content-Disposition"] = (
        f"attachment; filename=\"file\"; filename*=UTF-8''{quote(stored.name, safe='')}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def download(may_have: Callable[[HttpRequest, StoredFile], bool]) -> Callable[..., HttpResponseBase]:
    """A view of ``<int:pk>`` that hands the file to whom ``may_have(request, stored)`` allows, on record.

    Sign-in comes first. A missing file and a forbidden one both answer 403, so that numbers can't be
    probed.
    """

    @require_safe
    def view(request: HttpRequest, pk: int) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        stored = StoredFile.objects.filter(pk=pk).first()
        if stored is None or not may_have(request, stored):
            raise PermissionDenied
        response = attachment(stored)
        record("files.download", actor=request.user, target=f"file:{stored.pk}")
        return response

    return view
