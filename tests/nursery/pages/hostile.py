"""What the tests of a hostile or careless person share: addresses, a way to send a file, what was kept."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.nursery.conftest import TITLE
from yakuba.core.audit.models import AuditEntry
from yakuba.core.files.models import StoredFile
from yakuba.nursery.models import Ledger

NEW = "/staff/nursery/ledgers/new/"
HUGE = 10**25
ADDRESSES = (
    "ledgers/{}/",
    "allocations/{}/",
    "allocations/{}/children/",
    "allocations/{}/ranks/",
    "allocations/{}/proof/",
    "allocations/{}/export/",
    "allocations/{}/files/result/",
    "allocations/{}/print/classes/",
    "allocations/{}/children/7001/",
    "allocations/{}/children/7001/print/",
)


def send(client: Client, name: str, data: bytes, title: str = TITLE) -> Any:
    return client.post(NEW, {"title": title, "file": SimpleUploadedFile(name, data)})


def nothing_kept() -> bool:
    return not (
        Ledger.objects.exists()
        or StoredFile.objects.exists()
        or AuditEntry.objects.filter(action__startswith="nursery.").exists()
    )
