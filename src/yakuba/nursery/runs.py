"""What the commands do: ledger in, folder of result, proof and explanations out."""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yakuba import __version__
from yakuba.nursery import files, strict_json
from yakuba.nursery.domain import pins
from yakuba.nursery.domain.market import BadInput, Fault, Labels, Market, Result, Seat
from yakuba.nursery.domain.market_json import dumps, market_dict, parse, result_dict, sibling_warnings

if TYPE_CHECKING:
    from yakuba.nursery.domain.solve import Allocation, Progress

Json = dict[str, Any]
SHOWN = 5  # warnings on the terminal; certificate.json holds them all
OUTPUTS = ("market.json", "result.json", "certificate.json", "explanations.jsonl")
CERTIFICATE_FORMAT = "yakuba.nursery.certificate/1"


@dataclass(slots=True)
class Loaded:
    """A market with what its ledger adds: top-level keys of market.json, warnings, names for people."""

    market: Market
    extras: Json
    warnings: list[str] = field(default_factory=list)
    labels: Labels = field(default_factory=Labels)

    @property
    def pins(self) -> dict[str, Seat]:
        """Pinned children and their classes (``None``: 保留)."""
        found: dict[str, Seat] = self.extras.get("pins", {})
        return found

    def pinned(self, fixed: Mapping[str, Seat]) -> Loaded:
        """The same with these pins and no others. Raises :class:`BadInput` for pins that can't be."""
        pins.check(self.market, fixed)
        extras = {key: value for key, value in self.extras.items() if key != "pins"}
        if fixed:
            extras["pins"] = {child: fixed[child] for child in sorted(fixed)}
        return Loaded(self.market, extras, list(self.warnings), self.labels)

    def market_json(self) -> Json:
        """The content of market.json."""
        return {**market_dict(self.market), **self.extras}

    def allocate(self, progress: Progress | None = None) -> Allocation:
        """The engine's answer for the market with its pins."""
        from yakuba.nursery.domain.solve import allocate  # the solver: half a second that few commands need

        return allocate(pins.apply(self.market, self.pins), progress=progress)

    def result_json(self, result: Result) -> Json:
        """The content of result.json; with pins also ``pins`` and ``envy_caused_by_pins``."""
        return {**result_dict(result), **pins.declared(self.market, result, self.pins)}


def load(path: Path, seed: int | None) -> Loaded:
    """Reads a ledger or a market.json. Raises :class:`BadInput`."""
    if not path.exists():
        raise _bad(path.name, str(path), "ファイルがありません", "パスを確かめてください")
    is_market = path.suffix.lower() == ".json" and not path.is_dir()
    loaded = load_market(path) if is_market else _load_ledger(path, seed)
    loaded.warnings += sibling_warnings(loaded.market)
    return loaded


def load_market(path: Path) -> Loaded:
    """Reads market.json; keys that a ledger left there are kept, else the file itself is the ledger."""
    return load_market_bytes(path.name, path.read_bytes())


def load_market_bytes(name: str, raw: bytes) -> Loaded:
    """The same for bytes that a person uploaded under a file name."""
    try:
        data = strict_json.loads(raw.decode("utf-8-sig"))
    except RecursionError as error:
        raise _bad(name, "深すぎる入れ子", "市場の形ではありません", "ファイルを確かめてください") from error
    except ValueError as error:
        raise _bad(name, str(error), "UTF-8のJSONとして読めません", "ファイルを確かめてください") from error
    market = parse(data, file=name)
    extras = {key: data[key] for key in ("ledger", "keys", "lottery") if key in data}
    if data.get("pins"):
        extras["pins"] = pins.read(data["pins"], market, file=name)
    extras.setdefault("ledger", {"name": name, "sha256": hashlib.sha256(raw).hexdigest()})
    return Loaded(market, extras)


def _load_ledger(path: Path, seed: int | None) -> Loaded:
    reader = importlib.import_module("yakuba.nursery.ledger")
    ledger = reader.read(path)
    try:
        market = ledger.market(seed)
    except reader.TiesFound as ties:
        advice = "同点を直すか、--seed で抽選の種を指定してください"
        raise BadInput(
            [Fault(file=path.name, found=str(tie), expected="同点です", advice=advice) for tie in ties.ties]
        ) from ties
    labels = getattr(ledger, "labels", None)
    return Loaded(market, ledger.market_extras(seed), list(ledger.warnings), labels or Labels())


def single(ledger: Path, folder: Path, seed: int | None) -> None:
    """Allocates one ledger into a folder. Raises :class:`BadInput`, and ``OSError`` for the folder."""
    files.check_folder(folder, OUTPUTS)
    loaded = load(ledger, seed)
    with progress() as report:
        allocation = loaded.allocate(report)
    texts = output(loaded, allocation)
    files.write_folder(folder, texts)
    for warning in loaded.warnings[:SHOWN]:
        click.echo(f"注意：{warning}", err=True)
    if len(loaded.warnings) > SHOWN:
        more = len(loaded.warnings) - SHOWN
        click.echo(f"注意：ほかに{more}件あります。certificate.json の warnings を見てください。", err=True)
    click.echo(summary(allocation))


def output(loaded: Loaded, allocation: Allocation) -> dict[str, str]:
    """File name -> content, the same bytes for the same input."""
    market, result = loaded.market_json(), loaded.result_json(allocation.result)
    texts = {"market.json": dumps(market), "result.json": dumps(result)}
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    declared: Json = {key: result[key] for key in ("pins", "envy_caused_by_pins") if key in result}
    certificate = {
        "format": CERTIFICATE_FORMAT,
        "product": {"name": "yakuba", "version": __version__},
        "sha256": digests,
        "warnings": loaded.warnings,
        **allocation.proof,
        **declared,
    }
    texts["certificate.json"] = dumps(certificate)
    claims = _explainer().claims(market, result)
    lines = (json.dumps(claim, ensure_ascii=False, sort_keys=True) for claim in claims)
    texts["explanations.jsonl"] = "".join(line + "\n" for line in lines)
    return texts


def _explainer() -> Any:
    """The writer of claims, loaded when it is needed."""
    return importlib.import_module("yakuba.nursery.domain.pin_claims")


def summary(allocation: Allocation) -> str:
    """One or two lines for the officer."""
    result = allocation.result
    placed = sum(seat is not None for seat in result.assignment.values())
    head = f"{len(result.assignment)}人のうち{placed}人に席を割り当てました（在籍のままの子を含みます）。"
    if result.status == "stable":
        proof = {
            True: "安定な割当てはこれだけです",
            False: "安定な割当てはほかにもあります",
            None: "唯一かは未確定です",
        }
        return f"{head}\n不満のある世帯はありません。{proof[result.unique]}。"
    names = "、".join(result.blocking_families)
    sure = "これより少なくできないことを証明しました" if result.status == "minimal" else "下限は"
    sure += "" if result.status == "minimal" else f"{result.blocking_lower_bound}世帯です"
    lines = [head, f"安定な割当ては{'ありません' if result.blocking_lower_bound else '見つかりません'}。"]
    lines.append(f"不満の残る世帯：{names}（{len(result.blocking_families)}世帯。{sure}）。")
    extra = allocation.proof.get("extra_seats") or {}
    if extra.get("seats"):
        seats = "、".join(f"クラス{name}に{count}席" for name, count in sorted(extra["seats"].items()))
        fewest = "これより少ない席では解消しないことを証明しました"
        known = fewest if extra["proven_fewest"] else f"必要な席数の下限は{extra['lower_bound']}席です"
        lines.append(f"弾力運用で席を増やせば解消します：{seats}（{known}）。")
    return "\n".join(lines)


def batch(source: Path, target: Path, seed: int | None) -> None:
    """One market a line in, one result a line out, in the same order; nothing is written on a fault."""
    del seed  # a market has no ties to draw
    files.check_file(target)
    entries = list(_batch_lines(source))
    lines = []
    with progress() as report:
        for at, (identity, loaded) in enumerate(entries):
            result = loaded.result_json(loaded.allocate().result)
            lines.append(json.dumps({"id": identity, **result}, ensure_ascii=False) + "\n")
            report((at + 1) / len(entries), f"{at + 1}/{len(entries)}")
    files.write(target, "".join(lines))


def _batch_lines(source: Path) -> Iterator[tuple[Any, Loaded]]:
    if not source.exists():
        raise _bad(source.name, str(source), "ファイルがありません", "パスを確かめてください")
    faults: list[Fault] = []
    entries: list[tuple[Any, Loaded]] = []
    try:
        lines = strict_json.read_lines(source)
    except UnicodeDecodeError as error:
        raise _bad(
            source.name, str(error), "UTF-8のJSON Linesが必要です", "ファイルを確かめてください"
        ) from error
    for row, line in lines:
        try:
            data = strict_json.loads(line)
            where = f"{source.name} {row}行"
            market = parse(data, file=where, format_required=False)
            given = data.get("pins")
            fixed = {"pins": pins.read(given, market, file=where)} if given else {}
            if "id" not in data:
                expected = "市場ごとにidが必要です"
                faults.append(Fault(source.name, "idなし", expected, row=row, advice='例 "id": "m1"'))
            entries.append((data.get("id"), Loaded(market, fixed)))
        except BadInput as bad:
            faults += bad.faults
        except ValueError as error:
            advice = "1行に1つのJSONを書いてください"
            faults.append(Fault(source.name, str(error), "JSONとして読めません", row=row, advice=advice))
    if faults:
        raise BadInput(faults)
    yield from entries


def explain(
    ledger: Path, result: Json, result_path: Path, child: str, audience: str, seed: int | None
) -> str:
    """The text of one child's reasons, after the result was checked against the market."""
    from yakuba.nursery.domain.verify import verify

    loaded = load(ledger, seed)
    market = loaded.market_json()
    problems = verify(market, result)
    if problems:
        expected = "この台帳の結果ではありません"
        raise BadInput(
            [Fault(result_path.name, text, expected, advice="結果を作り直してください") for text in problems]
        )
    if child not in result["assignment"]:
        raise _bad(ledger.name, child, "その番号の子はいません", "子の番号を確かめてください")
    explainer = importlib.import_module("yakuba.nursery.domain.explain")
    claims = explainer.of_child(_explainer().claims(market, result), child)
    return str(explainer.text(claims, audience, loaded.labels))


@contextmanager
def progress() -> Iterator[Callable[[float, str], None]]:
    """A progress bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda fraction, text: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("割当て", total=1.0)
        yield lambda fraction, text: bar.update(task, completed=fraction, description=text)


def _bad(file: str, found: str, expected: str, advice: str) -> BadInput:
    return BadInput([Fault(file=file, found=found, expected=expected, advice=advice)])
