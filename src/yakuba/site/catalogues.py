"""Compile translation catalogues without any outside program: ``python -m yakuba.site.catalogues``.

Both the ``.po`` files, which people edit, and the ``.mo`` files, which Django reads, are kept in the
repository; a test fails when they differ. The ``.mo`` layout is GNU gettext's (The Format of GNU MO Files).
"""

from __future__ import annotations

import ast
import struct
from pathlib import Path

MAGIC = 0x950412DE
SEPARATOR = "\4"  # between a context and a message


def parse(text: str) -> dict[str, str]:
    """Messages of a ``.po`` file: ``msgid``, ``msgctxt`` and ``msgstr``; plural forms are not used here.

    ``ValueError`` names the line that is not understood. Fuzzy entries are left out.
    """
    entries: list[dict[str, str]] = []
    current: dict[str, str] = {}
    field, fuzzy = "", False
    for number, raw in enumerate([*text.splitlines(), ""], start=1):
        line = raw.strip()
        if not line:
            if current and not fuzzy:
                entries.append(current)
            current, field, fuzzy = {}, "", False
        elif line.startswith("#"):
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
        elif line.startswith('"') and field:
            current[field] += _unquote(line, number)
        else:
            field, _, quoted = line.partition(" ")
            if field not in ("msgctxt", "msgid", "msgstr"):
                raise ValueError(f"{number}行：「{line}」は読めません。msgid か msgstr にしてください。")
            current[field] = _unquote(quoted.strip(), number)
    messages = {}
    for entry in entries:
        context = entry.get("msgctxt")
        key = entry.get("msgid", "")
        messages[f"{context}{SEPARATOR}{key}" if context is not None else key] = entry.get("msgstr", "")
    return messages


def _unquote(quoted: str, number: int) -> str:
    try:
        value = ast.literal_eval(quoted)
    except (SyntaxError, ValueError):
        value = None
    if not isinstance(value, str):
        raise ValueError(f"{number}行：「{quoted}」は引用符で囲んだ文ではありません。")
    return value


def compile_catalogue(text: str) -> bytes:
    """The ``.mo`` bytes of a ``.po`` text; untranslated messages are left out."""
    messages = {key: value for key, value in parse(text).items() if value}
    keys = sorted(messages)
    ids = [key.encode() for key in keys]
    strings = [messages[key].encode() for key in keys]
    count = len(keys)
    start = 28 + 16 * count
    tables: list[bytes] = []
    blob = b""
    for group in (ids, strings):
        for item in group:
            tables.append(struct.pack("<II", len(item), start + len(blob)))
            blob += item + b"\0"
    head = struct.pack("<7I", MAGIC, 0, count, 28, 28 + 8 * count, 0, start)
    return head + b"".join(tables) + blob


def catalogue_files() -> list[Path]:
    """Every ``.po`` file of the product."""
    return sorted(Path(__file__).resolve().parents[1].rglob("locale/*/LC_MESSAGES/*.po"))


def main() -> None:
    """Compile every catalogue beside its source."""
    for path in catalogue_files():
        path.with_suffix(".mo").write_bytes(compile_catalogue(path.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
