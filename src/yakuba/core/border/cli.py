"""``yakuba border``: certify an automatic decision."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import click

from yakuba.core.border.domain.certify import GRID, Certificate, certify, certify_kinds
from yakuba.core.border.reading import OutcomeFaults, read_outcomes
from yakuba.core.border.writing import document
from yakuba.core.whole import write_json


class _Share(click.ParamType[float]):
    """A number strictly between 0 and 1."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            number = float(str(value))
        except ValueError:
            number = -1.0
        if not 0.0 < number < 1.0:
            self.fail(f"「{value}」とあります。0より大きく1より小さい数にしてください。", param, ctx)
        return number


class _GridPoint(click.ParamType[float]):
    """A threshold of the declared grid."""

    name = "threshold"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            number = float(str(value))
        except ValueError:
            number = -1.0
        if number not in GRID:
            shown = "、".join(f"{threshold:g}" for threshold in GRID)
            self.fail(
                f"「{value}」とあります。決まったしきい値（{shown}）のどれかにしてください。", param, ctx
            )
        return number


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def border() -> None:
    """AIと職員の境目: certify an automatic decision."""


@border.command("certify")
@click.argument("outcomes", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--target", type=_Share(), default=0.005, show_default=True, help="highest error rate allowed")
@click.option("--confidence", type=_Share(), default=0.95, show_default=True)
@click.option("--start", type=_GridPoint(), default=None, help="first threshold to test, named beforehand")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path))
def certify_command(
    outcomes: Path, target: float, confidence: float, start: float | None, output: Path
) -> None:
    """Find the loosest score threshold that keeps the promise.

    OUTCOMES is a CSV with the columns score (0 to 1), correct (1 or 0) and, if wanted, kind. Exit 0 means
    certified, 1 refused (the file says what is missing), 2 bad input (nothing is written).
    """
    if not output.parent.is_dir():
        raise click.BadParameter(
            f"フォルダー「{output.parent}」がありません。先に作ってください。", param_hint="-o"
        )
    try:
        items, has_kinds = read_outcomes(outcomes)
    except OutcomeFaults as problem:
        for fault in problem.faults:
            click.echo(str(fault), err=True)
        sys.exit(2)
    overall = certify(items, target, confidence, start=start)
    kinds = certify_kinds(items, target, confidence, start=start) if has_kinds else None
    digest = hashlib.sha256(outcomes.read_bytes()).hexdigest()
    write_json(output, document(overall, kinds, source_sha256=digest, start=start))
    for name, certificate in [("全体", overall), *(kinds or {}).items()]:
        click.echo(f"{name}：{_sentence(certificate)}", err=not certificate.certified)
    sys.exit(0 if overall.certified else 1)


def _sentence(certificate: Certificate) -> str:
    figures = f"受け入れ {certificate.accepted:,}件、誤り {certificate.errors:,}件"
    promise = f"誤り率 {certificate.target:.2%} 以下（信頼度 {certificate.confidence:.1%}）"
    if certificate.threshold is not None:
        return (
            f"証明できました。{promise}。しきい値 {certificate.threshold:g}、{figures}、"
            f"上限 {certificate.upper_bound:.4%}"
        )
    missing = certificate.missing
    assert missing is not None  # noqa: S101  # a refusal always says what is missing
    return (
        f"証明できません。すべて職員が確認してください。{promise}には、しきい値 {missing.threshold:g} で"
        f"誤りのない正解データがあと {missing.labels:,}件足りません"
        f"（{figures}、上限 {certificate.upper_bound:.4%}）。"
    )
