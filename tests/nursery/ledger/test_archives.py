"""An archive is judged by its directory, before anything of it is unpacked."""

from __future__ import annotations

import zipfile

import pytest

from tests.nursery.ledger.helpers import faults_of, zipped
from yakuba.core.sheets import grid as limits


@pytest.mark.parametrize("name", ["台帳.zip", "台帳.xlsx"])
def test_an_archive_of_too_many_files_is_refused_before_one_is_unpacked(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpacked(*args: object, **kwargs: object) -> None:
        raise AssertionError("something was unpacked")

    most = {f"xl/parts/{number}.xml": b"" for number in range(limits.MAX_FILES)}
    data = zipped({**most, "申込.csv": b"x"})
    monkeypatch.setattr(zipfile.ZipFile, "open", unpacked)
    (fault,) = faults_of(name, data)
    assert f"{limits.MAX_FILES + 1:,}ファイル" in fault
    assert f"{limits.MAX_FILES:,}ファイルまで読めます" in fault
