"""``yakuba.handbook.overlay/1``: what a municipality adds to a rule book, read as strictly."""

from __future__ import annotations

from datetime import date
from importlib import resources
from pathlib import Path

from yakuba.handbook.domain.rules import Rulebook, Source
from yakuba.handbook.domain.vouchers import Mailing, Overlay, Subsidy
from yakuba.handbook.rulebooks.faults import BadRulebook, Fault
from yakuba.handbook.rulebooks.fields import Fields, Reader
from yakuba.handbook.rulebooks.strict_yaml import decode

FORMAT = "yakuba.handbook.overlay/1"


def load_overlay(path: Path, rulebook: Rulebook) -> Overlay:
    """Read an overlay file. Raises ``BadRulebook`` with every fault."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "読めません"
        raise BadRulebook([Fault(str(path), "", reason, "読めるファイルが必要です")]) from None
    return parse_overlay(path.name, content, rulebook)


def example(rulebook: Rulebook) -> Overlay:
    """The overlay that comes as an example: one ward's published mailing rules."""
    file = resources.files("yakuba.handbook.rulebooks") / "jp" / "overlay-minato.yaml"
    return parse_overlay("overlay-minato.yaml", file.read_bytes(), rulebook)


def parse_overlay(name: str, content: bytes, rulebook: Rulebook) -> Overlay:
    """Read an overlay from bytes; the vaccines it names must be those of the rule book."""
    data, lines = decode(name, content)
    reader = Reader(name, lines)
    fields = Fields(reader, data, "")
    if fields.text("format") != FORMAT:
        reader.fault("format", fields.text("format"), f"{FORMAT} が必要です")
    source = fields.sub("source")
    found = Overlay(
        name=fields.text("name"),
        municipality=fields.text("municipality"),
        as_of=fields.day("as_of") or date.min,
        source=Source("", "") if source is None else Source(source.text("url"), source.text("what")),
        mailings=tuple(_mailing(one, rulebook) for one in fields.each("vouchers")),
        on_request=fields.texts("on_request"),
        subsidies=tuple(_subsidy(one, rulebook) for one in fields.each("subsidies")),
        local_rules=fields.texts("local_rules"),
    )
    for vaccine in found.on_request:
        _known(fields, vaccine, rulebook)
    if found.as_of == date.min or source is None:
        reader.fault("", "as_of、source", "いつの、どこの規則かが必要です")
    fields.done()
    reader.raise_if_any()
    return found


def _mailing(fields: Fields, rulebook: Rulebook) -> Mailing:
    vaccine = _known(fields, fields.text("vaccine"), rulebook)
    before = fields.offset("month_end_before")
    turning = fields.read("april_of_turning", int, "年齢（整数）が必要です")
    if (before is None) == (turning is None):
        fields.reader.fault(
            fields.place, vaccine, "month_end_before か april_of_turning のどちらか1つが必要です"
        )
    doses = fields.texts("doses")
    if not all(dose.isdigit() for dose in doses):
        fields.reader.fault(f"{fields.place}.doses", doses, "回数の並びが必要です")
        doses = ()
    found = Mailing(
        vaccine,
        fields.text("title"),
        tuple(int(dose) for dose in doses),
        before.whole_months if before else None,
        turning,
    )
    fields.done()
    return found


def _subsidy(fields: Fields, rulebook: Rulebook) -> Subsidy:
    found = Subsidy(_known(fields, fields.text("vaccine"), rulebook), fields.text("what"))
    fields.done()
    return found


def _known(fields: Fields, vaccine: str, rulebook: Rulebook) -> str:
    if vaccine not in rulebook.vaccines:
        fields.reader.fault(fields.place, vaccine, f"{'、'.join(rulebook.vaccines)} のどれかが必要です")
    return vaccine
