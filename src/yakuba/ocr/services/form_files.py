"""Form definitions as files: YAML in and out, and a zip of form.yaml with the blank sheet."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any

import yaml

from yakuba.ocr.domain.form import FormDefinition
from yakuba.ocr.domain.form_reading import BadForm, parse_form, render_form

MOST_YAML = 512 * 1024
MOST_ZIP = 40 * 1024 * 1024
MOST_ENTRIES = 20
MOST_DEPTH = 12
YAML_NAME = "form.yaml"


def load_yaml(data: bytes, where: str = YAML_NAME) -> Any:
    """Plain data of a YAML text. ``BadForm`` for anything that is not one plain document."""
    if len(data) > MOST_YAML:
        raise BadForm([f"{where}：{len(data):,}バイトです。{MOST_YAML // 1024}KB以下にしてください。"])
    try:
        text = data.decode("utf-8-sig")
        _refuse_clever(text, where)
        return yaml.load(text, Loader=_Plain)  # noqa: S506 - a safe loader without dates
    except BadForm:
        raise
    except UnicodeDecodeError as error:
        raise BadForm(
            [f"{where} {error.start}バイト目：UTF-8の文字ではありません。UTF-8で保存し直してください。"]
        ) from None
    except yaml.MarkedYAMLError as error:
        line = f" {error.problem_mark.line + 1}行" if error.problem_mark else ""
        raise BadForm(
            [
                f"{where}{line}：YAMLとして読めません。行頭の空白、「:」、同じ項目が2つないかを確かめてください。"
            ]
        ) from None
    except (yaml.YAMLError, ValueError):
        raise BadForm([f"{where}：YAMLとして読めない文字があります。取り除いてください。"]) from None


class _Plain(yaml.SafeLoader):
    """A safe loader that leaves dates and 「yes」 as words and refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        if len(set(map(str, keys))) < len(keys):
            raise yaml.MarkedYAMLError(problem="double key", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if not tag.endswith((":timestamp", ":bool"))]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def _refuse_clever(text: str, where: str) -> None:
    """Anchors, tags, second documents, deep nesting and double keys are refused before a tree is built."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = f" {event.start_mark.line + 1}行" if event.start_mark else ""
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if documents > 1:
            raise BadForm([f"{where}{line}：2つ目の文書があります。1つにしてください。"])
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise BadForm([f"{where}{line}：参照（& や *）は使えません。値を書いてください。"])
        if getattr(event, "tag", None) is not None:
            raise BadForm([f"{where}{line}：型の指定（!）は使えません。消してください。"])
        if depth > MOST_DEPTH:
            raise BadForm([f"{where}{line}：入れ子が深すぎます。{MOST_DEPTH}段までにしてください。"])


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
        return FormPackage(parse_form(load_yaml(data, name), name), None, "")
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
    definition = parse_form(load_yaml(_piece(archive, yamls[0]), place), place)
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
