"""A watched folder (監視フォルダー): files that stopped growing are taken in, one batch a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from yakuba.ocr.models import FormVersion
from yakuba.ocr.services.forms import active_versions
from yakuba.ocr.services.intake import MOST_FILE, Incoming, IntakeRefused, Wanted, take_in

DONE, FAILED = "done", "failed"
ACTOR = "system:ocr-watch"


class BadWish(ValueError):
    """The form that the folder is for does not exist or is not in use; the message says what to do."""


def wish_of(form: str, version: str, *, scanner: str, double_check: bool) -> Wanted:
    """How the folder's files are to be read. ``BadWish`` for a form that is not in use."""
    return Wanted(
        title="", version=_version(form, version), scanner=scanner, double_check=double_check, source="folder"
    )


def _version(form: str, version: str) -> FormVersion | None:
    if not form:
        if version:
            raise BadWish("--version は --form と一緒に指定してください。")
        return None
    rows = [one for one in active_versions() if one.form.name == form]
    if version:
        rows = [one for one in rows if one.version == version]
    if len(rows) != 1:
        known = "、".join(str(one) for one in active_versions()) or "なし"
        found = "使用中の版がありません" if not rows else "使用中の版が2つ以上あります（--version で選ぶ）"
        raise BadWish(f"「{form} {version}」：{found}。使用中の帳票：{known}")
    return rows[0]


@dataclass(frozen=True, slots=True)
class _Seen:
    size: int
    changed_ns: int
    since: float  # when it was first seen like this


class Watcher:
    """Looks at a folder now and then; a file is ready once it has not changed for ``still_s`` seconds."""

    def __init__(self, folder: Path, wanted: Wanted, *, still_s: float) -> None:
        self._folder = folder
        self._wanted = wanted
        self._still_s = still_s
        self._seen: dict[Path, _Seen] = {}

    @property
    def pending(self) -> bool:
        """Whether files are there that are not ready yet."""
        return bool(self._seen)

    def look(self, now: float) -> None:
        """Note what lies in the folder: hidden and temporary files, folders and links are left alone."""
        found = {}
        for path in sorted(self._folder.iterdir()):
            if path.name.startswith((".", "~")) or path.suffix.lower() in (".tmp", ".part", ".crdownload"):
                continue
            if path.is_symlink() or not path.is_file():
                continue
            facts = path.stat()
            seen = _Seen(facts.st_size, facts.st_mtime_ns, now)
            before = self._seen.get(path)
            same = before is not None and (before.size, before.changed_ns) == (seen.size, seen.changed_ns)
            found[path] = before if same and before is not None else seen
        self._seen = found

    def take_ready(self, now: float) -> Iterator[str]:
        """Take in every ready file; one line for people each."""
        for path, seen in list(self._seen.items()):
            if now - seen.since >= self._still_s:
                yield self._take(path)
                self._seen.pop(path, None)

    def _take(self, path: Path) -> str:
        name = readable(path.name)
        try:
            if path.stat().st_size > MOST_FILE:
                raise IntakeRefused([f"{name}：{MOST_FILE >> 20}MBを超えています。分けてください。"])
            file = Incoming(name, path.read_bytes())
            batch = take_in([file], replace(self._wanted, title=name[:100]), by=None, actor=ACTOR)
        except IntakeRefused as refused:
            moved = _move(path, self._folder / FAILED)
            reason = moved.with_name(f"{moved.name}.理由.txt")
            reason.write_text("\n".join(refused.problems) + "\n", encoding="utf-8")
            return f"{name}：受け付けられませんでした。{refused.problems[0]}"
        except OSError as error:
            return f"{name}：開けません（{type(error).__name__}）。次の回に、もう一度試します。"
        _move(path, self._folder / DONE)
        return f"{name}：束{batch.pk}として受け付けました（{batch.pages.count():,}ページ）。"


def readable(name: str) -> str:
    """The name of a file as people read it: scanners write Shift_JIS into shares that say UTF-8."""
    found = os.fsencode(name)
    for encoding in ("utf-8", "cp932"):
        try:
            return found.decode(encoding)
        except UnicodeDecodeError:
            continue
    return found.decode("utf-8", "replace")


def _move(path: Path, folder: Path) -> Path:
    """Into the folder under a free name; nothing is overwritten."""
    folder.mkdir(exist_ok=True)
    target, number = folder / path.name, 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem}-{number}{path.suffix}"
    os.replace(path, target)
    return target
