"""Opening the archive of supporting data without trusting it: few files, small files, plain XML."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]  # publishes no types
from defusedxml.ElementTree import ParseError, fromstring  # type: ignore[import-untyped]  # the same

from yakuba.handbook.cdsi.element import Element

MOST_FILES = 200
MOST_BYTES = 20 * 1024 * 1024
MOST_BYTES_TOGETHER = 100 * 1024 * 1024
SCHEDULE = "ScheduleSupportingData.xml"
_ANTIGEN = re.compile(r"AntigenSupportingData-\s*(.+?)(-508)?\.xml$")


class BadArchive(ValueError):
    """The supporting data cannot be used; the text names the file and what is wrong with it."""


def documents(path: Path) -> Iterator[tuple[str, Element]]:
    """Name («schedule» or the antigen file's own) and root of every supporting data file of an archive.

    Raises ``BadArchive``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = _wanted(path, archive.infolist())
            for entry in entries:
                yield _label(entry.filename), _root(path, entry, archive.read(entry))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise BadArchive(f"{path}: not a readable zip archive ({error})") from error


def _label(filename: str) -> str:
    if filename.endswith(SCHEDULE):
        return "schedule"
    found = _ANTIGEN.search(filename)
    return found[1] if found else ""


def _wanted(path: Path, entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    if len(entries) > MOST_FILES:
        raise BadArchive(f"{path}: {len(entries)} files, at most {MOST_FILES} are read")
    wanted = sorted((entry for entry in entries if _label(entry.filename)), key=lambda entry: entry.filename)
    for entry in wanted:
        if entry.file_size > MOST_BYTES:
            raise BadArchive(f"{path}: {entry.filename} unpacks to {entry.file_size} bytes, too many")
    if sum(entry.file_size for entry in wanted) > MOST_BYTES_TOGETHER:
        raise BadArchive(f"{path}: unpacks to more than {MOST_BYTES_TOGETHER} bytes")
    if "schedule" not in {_label(entry.filename) for entry in wanted}:
        raise BadArchive(f"{path}: holds no {SCHEDULE}; give the archive of supporting data (XML)")
    return wanted


def _root(path: Path, entry: zipfile.ZipInfo, content: bytes) -> Element:
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise BadArchive(f"{path}: {entry.filename} is not plain XML ({error})") from error
    return root
