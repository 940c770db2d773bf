"""Form definitions as files: YAML in and out, and a zip of form.yaml with the blank sheet."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any

import yaml

from yakuba.core import strict_yaml
from yakuba.ocr.domain.form import FormDefinition
from yakuba.ocr.domain.form_reading import BadForm, parse_form, render_form

MOST_YAML = 512 * 1024
MOST_ZIP = 40 * 1024 * 1024
MOST_ENTRIES = 20
MOST_DEPTH = 12
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,12})?")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
YAML_NAME = "form.yaml"


def load_yaml(data: bytes, where: str = YAML_NAME) -> Any:
    """Plain data of a YAML text. ``BadForm`` for anything that is not one plain document."""
    try:
        return strict_yaml.decode(data, scalar=_scalar, most_bytes=MOST_YAML, most_depth=MOST_DEPTH).data
    except strict_yaml.Refused as refused:
        line = f" {refused.line}行" if refused.line else ""
        raise BadForm([f"{where}{line}：「{refused.found}」。{refused.expected}。"]) from None


def _scalar(node: yaml.ScalarNode) -> Any:
    """Plain numbers, true, false and null; dates, 「yes」 and numbers with leading zeros stay words."""
    text: str = node.value
    if node.style:  # quoted or a block; plain is None or "", by the loader
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def dump_yaml(data: dict[str, Any]) -> bytes:
    """A definition as YAML that people can read and ``load_yaml`` reads back."""
    lines = []
    for key, value in data.items():
        if key in ("fields", "rules") and isinstance(value, list):
            lines.append(f"{key}:\n")
            lines += [f"  - {_flow(one)}\n" for one in value]
        elif isinstance(value, (dict, list)):
            lines.append(f"{key}: {_flow(value)}\n")
        else:
            lines.append(yaml.safe_dump({key: value}, allow_unicode=True, width=10_000))
    return "".join(lines).encode()


def _flow(value: Any) -> str:
    text: str = yaml.safe_dump(
        value, allow_unicode=True, default_flow_style=True, sort_keys=False, width=1_000_000
    )
    return text.strip()


@dataclass(frozen=True, slots=True)
class FormPackage:
    """A definition with the picture of its blank sheet; ``blank`` is ``None`` when it came alone."""

    definition: FormDefinition
    blank: bytes | None
    blank_name: str


def read_package(data: bytes, name: str) -> FormPackage:
    """A zip with form.yaml and the blank, or YAML alone. ``BadForm`` with every fault."""
    if not data.startswith(b"PK\x03\x04"):
        return FormPackage(parse_form(load_yaml(data, name), name, bounded=True), None, "")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _unpacked(archive, name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise BadForm([f"{name}：zipとして開けません。書き出し直したファイルを選んでください。"]) from None


def _unpacked(archive: zipfile.ZipFile, name: str) -> FormPackage:
    entries = [one for one in archive.infolist() if not one.is_dir()]
    if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > MOST_ZIP:
        raise BadForm(
            [f"{name}：中身が多すぎます。form.yaml と未記入の用紙の2つだけを、zipに入れてください。"]
        )
    yamls = [one for one in entries if one.filename.rsplit("/", 1)[-1] in (YAML_NAME, "form.yml")]
    if len(yamls) != 1:
        raise BadForm([f"{name}：form.yaml が{len(yamls)}個あります。1個だけ入れてください。"])
    place = yamls[0].filename
    definition = parse_form(load_yaml(_piece(archive, yamls[0]), place), place, bounded=True)
    folder = place.rpartition("/")[0]
    wanted = f"{folder}/{definition.blank}" if folder else definition.blank
    blanks = [one for one in entries if one.filename == wanted]
    if not blanks:
        raise BadForm([f"{place}『blank』：zipの中に「{definition.blank}」がありません。入れてください。"])
    return FormPackage(definition, _piece(archive, blanks[0]), definition.blank)


def _piece(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One entry; the stream is cut, because a header may lie about the size."""
    with archive.open(entry) as stream:
        data = stream.read(MOST_ZIP + 1)
    if len(data) > MOST_ZIP:
        raise BadForm([f"{entry.filename}：大きすぎます。{MOST_ZIP >> 20}MB以下にしてください。"])
    return data


def write_package(definition: FormDefinition, blank: bytes) -> bytes:
    """The zip that ``read_package`` reads; the same input gives the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in ((YAML_NAME, dump_yaml(render_form(definition))), (definition.blank, blank)):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return stream.getvalue()
