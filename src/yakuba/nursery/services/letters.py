"""Letters of a result: ask for a printing, print all, print one again.

Letters of a protected family (支援措置) are never in the joined file: they are kept as held back, and each is
printed alone after a second person's release. A result that is not approved makes drafts without codes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, cast

from django.db import transaction
from django.utils import timezone

from yakuba.core import access_codes as code_rules
from yakuba.core.audit.services import record
from yakuba.core.files.services import read as read_file
from yakuba.core.files.services import store
from yakuba.core.jobs.models import ACTIVE_STATES
from yakuba.core.jobs.services import enqueue
from yakuba.core.people import protected
from yakuba.core.people.models import User
from yakuba.core.ui.wareki import wareki
from yakuba.nursery.domain.letter_words import Wording
from yakuba.nursery.domain.letters import FamilyFacts, Issue, Kind, LetterText, Order, in_order, letter
from yakuba.nursery.letters.docx import MIME as DOCX
from yakuba.nursery.letters.docx import to_docx
from yakuba.nursery.letters.load import from_json
from yakuba.nursery.letters.typeset import DRAFT, Sheet, pages, typeset
from yakuba.nursery.models import Allocation, Letter, LetterBatch, SelectionRound
from yakuba.nursery.printing import Missing, check_glyphs
from yakuba.nursery.services import codes
from yakuba.nursery.services.letter_facts import Facts, gather
from yakuba.nursery.services.visibility import SUBJECT, hidden_from, protected_ids, visible_children

OUTPUT = "nursery.letter"  # what a release of a protected child is asked for
PDF = "application/pdf"
TITLE = "利用調整結果通知書"


class NotPossible(ValueError):
    """The letters can't be made or handed out now; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the officer chose; kept with the batch as JSON."""

    issue: Issue
    page_address: str
    order: Order = "family"
    odd: bool = False
    missing: Missing = "refuse"


def may_be_final(allocation: Allocation) -> bool:
    """Whether letters of this result may be sent: it is approved, and no other is adopted in its round."""
    if allocation.approval is None or allocation.approval.state != "approved":
        return False
    scoring = getattr(allocation.ledger, "scoring", None)
    if scoring is None:
        return True
    adopted = SelectionRound.objects.filter(applications__scorings=scoring).values_list("adopted", flat=True)
    return all(other in (None, allocation.pk) for other in adopted)


def kept_settings(wording: Wording, choices: Choices, *, draft: bool) -> dict[str, Any]:
    """Everything that the letters of a batch are made with, as JSON."""
    words = {**asdict(wording), "checked_on": wording.checked_on.isoformat()}
    issue = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(choices.issue).items()
    }
    return {
        "wording": words,
        "issue": issue,
        "page_address": choices.page_address,
        "order": choices.order,
        "odd": choices.odd,
        "missing": choices.missing,
        "draft": draft,
    }


def read_settings(kept: Mapping[str, Any]) -> tuple[Wording, Choices, bool]:
    """The same, read again; the flag says whether it is a draft."""
    dates = {"issued_on", "starts_on", "decline_by", "papers_by", "health_by"}
    issue: dict[str, Any] = {
        name: date.fromisoformat(value) if name in dates and value else value
        for name, value in kept["issue"].items()
    }
    choices = Choices(Issue(**issue), kept["page_address"], kept["order"], kept["odd"], kept["missing"])
    return from_json(kept["wording"], "文面の設定"), choices, bool(kept["draft"])


def request_letters(allocation: Allocation, wording: Wording, choices: Choices, *, by: User) -> LetterBatch:
    """Queue the printing of all letters of a finished result; drafts while it is not approved.

    The same choices once more while the printing runs (a double click) are that printing: a second one would
    make the codes on the first worthless.
    """
    if not allocation.is_finished:
        raise NotPossible("計算が終わっていません。終わってから通知を作ってください。")
    draft = not may_be_final(allocation)
    kept = json.loads(json.dumps(kept_settings(wording, choices, draft=draft)))  # as it is read again
    with transaction.atomic():
        Allocation.objects.select_for_update(of=("self",)).get(pk=allocation.pk)
        running = LetterBatch.objects.filter(
            allocation=allocation, finished_at=None, job__state__in=ACTIVE_STATES
        )
        for batch in running:
            if batch.settings == kept:
                return batch
        batch = LetterBatch.objects.create(
            allocation=allocation,
            settings=kept,
            issued_on=choices.issue.issued_on,
            requested_by=by,
        )
        batch.job = enqueue(
            "nursery.letters", {"batch": batch.pk}, by=by, key=f"nursery.letters:{batch.pk}", system="nursery"
        )
        batch.save(update_fields=["job"])
        record(
            "nursery.letters.request",
            actor=by,
            target=f"nursery.letters:{batch.pk}",
            detail={"allocation": allocation.pk, "draft": draft},
        )
    return batch


@dataclass(slots=True)
class Prepared:
    """A printed batch before it is kept. ``merged``: family and kind of each letter in the file, in order."""

    merged: list[tuple[FamilyFacts, Kind]]
    held: list[tuple[FamilyFacts, Kind]]
    first_pages: tuple[int, ...]
    pages: int
    pdf: bytes
    docx: bytes
    drawn: dict[str, str]
    without: int  # families to whom nothing is to be told


def write_date(day: date) -> str:
    """令和9年1月19日."""
    return wareki(day, weekday=False)


def sheet_of(wording: Wording, choices: Choices, mark: str) -> Sheet:
    """How the letters of these choices are printed."""
    return Sheet(TITLE, wording.window, choices.page_address, mark, choices.odd, choices.missing)


def _texts(
    listed: Sequence[tuple[FamilyFacts, Kind]],
    facts: Facts,
    wording: Wording,
    issue: Issue,
    serials: Sequence[int],
) -> list[LetterText]:
    return [
        letter(kind, family, wording, issue, serial=serial, write=write_date, labels=facts.labels)
        for serial, (family, kind) in zip(serials, listed, strict=True)
    ]


def prepare(batch: LetterBatch, progress: Callable[[float, str], None]) -> Prepared:
    """Write and set every letter of the batch. Raises ``MissingGlyphs`` and ``Unfilled``."""
    wording, choices, draft = read_settings(batch.settings)
    progress(0.02, "結果を読んでいます")
    facts = gather(batch.allocation)
    listed = in_order(list(facts.families.values()), choices.order)
    merged = [entry for entry in listed if entry[0].id not in facts.protected]
    held = [entry for entry in listed if entry[0].id in facts.protected]
    if not merged:
        raise NotPossible("通知を送る世帯がありません。割当の結果を確かめてください。")
    progress(0.1, "文面を作っています")
    texts = _texts(merged, facts, wording, choices.issue, range(1, len(merged) + 1))
    drawn = {} if draft else codes.draw(family.id for family, _ in merged)
    shown = [code_rules.shown(drawn[family.id]) if drawn else "" for family, _ in merged]
    sheet = sheet_of(wording, choices, DRAFT if draft else "")
    printed = typeset(
        texts, shown, sheet, progress=lambda share: progress(0.15 + 0.65 * share, "PDFを作っています")
    )
    progress(0.85, "Wordのファイルを作っています")
    docx = to_docx(texts, shown, sheet)
    return Prepared(
        merged=merged,
        held=held,
        first_pages=printed.first_pages,
        pages=printed.pages,
        pdf=printed.pdf,
        docx=docx,
        drawn=drawn,
        without=len(facts.families) - len({family.id for family, _ in listed}),
    )


def keep(batch: LetterBatch, prepared: Prepared) -> dict[str, int]:
    """Files, rows and codes of a printed batch, in the caller's transaction. Returns the counts.

    Raises ``NotPossible`` when a family in the file was put under protection while it was printed.
    """
    merged_children = {child.id for family, _ in prepared.merged for child in family.children}
    if merged_children & protected_ids():
        raise NotPossible("作成中に支援措置の対象が変わりました。もう一度作ってください。")
    draft = bool(batch.settings["draft"])
    by = batch.requested_by
    name = f"letters-{batch.pk}{'-draft' if draft else ''}"
    batch.pdf = store(prepared.pdf, name=f"{name}.pdf", content_type=PDF, by=by)
    batch.docx = store(prepared.docx, name=f"{name}.docx", content_type=DOCX, by=by)
    kinds = [kind for _, kind in prepared.merged]
    # Nothing here tells of the held back: the counts are shown to every officer.
    batch.figures = {
        "placed": kinds.count("placed"),
        "waiting": kinds.count("waiting"),
        "families": len({family.id for family, _ in prepared.merged}),
        "pages": prepared.pages,
        "without": prepared.without,
    }
    batch.finished_at = timezone.now()
    batch.save()
    Letter.objects.bulk_create(_rows(batch, prepared), batch_size=500)
    codes.keep(batch.allocation, prepared.drawn, by=by)
    record(
        "nursery.letters.finish",
        actor="system:jobs",
        target=f"nursery.letters:{batch.pk}",
        detail=batch.figures,
    )
    return cast(dict[str, int], batch.figures)


def _rows(batch: LetterBatch, prepared: Prepared) -> list[Letter]:
    starts: list[int | None] = [*prepared.first_pages, *[None] * len(prepared.held)]
    return [
        Letter(
            batch=batch,
            number=number,
            family_id=family.id,
            kind=kind,
            children=[child.id for child in family.children],
            first_page=start,
            held_back=start is None,
        )
        for number, ((family, kind), start) in enumerate(
            zip([*prepared.merged, *prepared.held], starts, strict=True), start=1
        )
    ]


def newly_protected(batch: LetterBatch) -> bool:
    """Whether the joined file holds a child who has been put under protection since."""
    guarded = protected_ids()
    if not guarded:
        return False
    return any(
        guarded.intersection(children)
        for children in batch.letters.filter(held_back=False).values_list("children", flat=True)
    )


def whole_file(batch: LetterBatch, form: str, *, by: User) -> tuple[bytes, str]:
    """The joined PDF or docx with its file name. ``NotPossible`` when it may not leave."""
    stored = batch.pdf if form == "pdf" else batch.docx
    if stored is None:
        raise NotPossible("通知はまだできていません。できるまで待ってください。")
    if newly_protected(batch):
        raise NotPossible(
            "作ったあとに支援措置の対象になった世帯が含まれるため、渡せません。通知を作り直してください。"
        )
    record("nursery.letters.export", actor=by, target=f"nursery.letters:{batch.pk}", detail={"form": form})
    return read_file(stored), stored.name


def one_from_file(found: Letter, *, by: User) -> bytes:
    """The pages of one letter, cut out of the joined PDF: with the code that was printed there."""
    batch = found.batch
    if batch.pdf is None or found.first_page is None or protected_ids().intersection(found.children):
        raise NotPossible("この通知は、まとめたPDFにありません。")
    following = batch.letters.filter(number__gt=found.number, first_page__isnull=False).first()
    last = batch.figures["pages"] if following is None else cast(int, following.first_page) - 1
    record("nursery.letter.view", actor=by, target=f"nursery.letter:{found.pk}")
    return pages(read_file(batch.pdf), found.first_page, last)


@transaction.atomic
def print_again(found: Letter, *, by: User) -> bytes:
    """All letters of one family on their own, with a new code; the code printed before ends.

    For a protected family it uses up the leave of a second person for every protected child
    (``ReleaseRequired`` without one, or when ``by`` is not named). Drafts carry no code.
    """
    batch = LetterBatch.objects.select_related("allocation__ledger", "allocation__approval").get(
        pk=found.batch_id
    )
    if batch.allocation.letter_batches.filter(pk__gt=batch.pk, finished_at__isnull=False).exists():
        raise NotPossible("新しい通知が作られています。新しいほうの一覧から印刷してください。")
    for child in sorted(found.children):
        protected.require_release(SUBJECT, child, OUTPUT, by=by)
    wording, choices, draft = read_settings(batch.settings)
    facts = gather(batch.allocation, found.family_id)
    own = list(batch.letters.filter(family_id=found.family_id).order_by("number"))
    family = facts.families[found.family_id]
    listed = [(family, cast(Kind, row.kind)) for row in own]
    texts = _texts(listed, facts, wording, choices.issue, [row.number for row in own])
    code = None if draft else codes.issue(batch.allocation, [family.id], by=by)[family.id]
    shown = "" if code is None else code_rules.shown(code)
    sheet = sheet_of(wording, choices, DRAFT if draft else "")
    printed = typeset(texts, [shown] * len(texts), sheet)
    Letter.objects.filter(pk__in=[row.pk for row in own]).update(released_at=timezone.now(), released_by=by)
    record(
        "nursery.letter.print",
        actor=by,
        target=f"nursery.letter:{found.pk}",
        detail={"batch": batch.pk, "letters": len(own), "draft": draft},
    )
    return printed.pdf


@dataclass(frozen=True, slots=True)
class Listed:
    """A letter in a list of one officer, with the names that the officer searches."""

    pk: int
    number: int
    family_id: str
    kind: str
    children: str
    page: int | None


def listed_for(batch: LetterBatch, user: User) -> tuple[list[Listed], list[Listed], set[str]]:
    """The letters of the file and the held back ones that the officer may know of; the children shown.

    A letter of a protected family is in either list only for officers who are named for every protected
    child of it.
    """
    hidden = hidden_from(user)
    names = dict(batch.allocation.child_rows.values_list("child_id", "name"))
    merged: list[Listed] = []
    held: list[Listed] = []
    seen: set[str] = set()
    for row in batch.letters.all():
        if hidden.intersection(row.children):
            continue
        told = "、".join(f"{child} {names.get(child, '')}".strip() for child in row.children)
        one = Listed(row.pk, row.number, row.family_id, row.get_kind_display(), told, row.first_page)
        (held if row.held_back else merged).append(one)
        seen.update(row.children)
    return merged, held, seen


def unprintable(allocation: Allocation, user: User) -> list[tuple[str, str, str]]:
    """受付番号, name and the characters of it that the print font lacks, as far as the officer may see."""
    rows = visible_children(user, allocation.child_rows.all()).values_list("child_id", "name")
    return [(child, name, "、".join(lost)) for child, name in rows if (lost := check_glyphs(name))]
