"""AI-OCR on 汐見区: forms brought into use, simulated certificates, and one batch of made scans.

Everything that a certificate rests on here is simulated and says so: the labels are drawn from readings of
made slips (``ocr_labels.json``), and the watch starts as if its first audits had been done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from importlib.resources import files
from random import Random
from typing import Any

import cv2
import numpy as np
from django.db import transaction

from yakuba.core.border.domain.policy import Policy
from yakuba.core.border.domain.sampling import ALL_OF_FIRST
from yakuba.core.border.models import BorderTask, Certificate, Label, Watch
from yakuba.core.border.services import certify_pool, declare
from yakuba.core.jobs.models import Job
from yakuba.core.people.approval import decide
from yakuba.core.people.models import User
from yakuba.ocr.domain.form import MARKS, FieldPolicy, FormDefinition, Kind
from yakuba.ocr.models import Batch, FormVersion, PageState, ReadTestSample, ValueState, VersionState
from yakuba.ocr.services.approvals import ask_activation
from yakuba.ocr.services.border_names import SYSTEM, task_for
from yakuba.ocr.services.form_files import FormPackage
from yakuba.ocr.services.forms import content, import_form
from yakuba.ocr.services.intake import Incoming, Wanted, take_in
from yakuba.ocr.services.page_reading import open_engine
from yakuba.ocr.services.read_tests import RIGHT, WRONG, add_samples, fields_of, mark
from yakuba.ocr.services.words import KINDS
from yakuba.site.demo.ocr_forms import NAMES, blank, definition

OFFICER, SECOND, APPROVER = "40001", "40002", "40003"
TITLE = "合成画像（デモ）"
SCANNER = "合成画像"  # a made scan is no scanner's; certificates are given a scanner
NEW = "noen_kaisei"
LABELS = 1300  # a class; with ten classes a form a certificate at 0.5 % wants 1,102 without an error
TARGET = 0.005
CLEAN_PAGES = 12  # read in the demo; the other scans are there for whoever wants to hand them in
Work = Callable[[Job | None, str], None]


def run_ocr(work: Work) -> str:
    """Forms, certificates, batch; what is there already is left. ``work`` runs a job to its end."""
    officer, approver = User.objects.get(username=OFFICER), User.objects.get(username=APPROVER)
    _in_use(officer, approver, work)
    model = open_engine().model[:64]
    for name in NAMES:
        if name == NEW:
            continue  # a version just brought into use has no certificate yet
        _certify(definition(name), model, officer, approver)
    batch = Batch.objects.filter(title=TITLE).first()
    if batch is None:
        batch = take_in(_scans(), Wanted(TITLE, scanner=SCANNER, source="demo"), by=officer)
        work(batch.job, "帳票を読み取っています")
        batch.refresh_from_db()
    return _told(batch)


def truth() -> list[dict[str, Any]]:
    """What is truly on each scan of the batch."""
    text = files("yakuba.site.demo").joinpath("ocr_scans/truth.json").read_text("utf-8")
    found: list[dict[str, Any]] = json.loads(text)["scans"]
    return found


def _scan(name: str) -> bytes:
    return files("yakuba.site.demo").joinpath(f"ocr_scans/{name}").read_bytes()


def _scans() -> list[Incoming]:
    """Every scan with a trouble, and as many others as a newcomer has the patience for."""
    clean = [one["file"] for one in truth() if not one["trouble"]]
    left_out = set(clean[CLEAN_PAGES:])
    names = [one["file"] for one in truth() if one["file"] not in left_out]
    return [Incoming(name, _scan(name), "image/jpeg") for name in names]


def _in_use(officer: User, approver: User, work: Work) -> None:
    """Every version: imported, tried on one scan (one run of the worker), approved by a second person."""
    drafts = []
    for name in NAMES:
        form = definition(name)
        known = FormVersion.objects.filter(form__name=form.name, version=form.version).first()
        if known is None:
            picture = cv2.imdecode(np.frombuffer(blank(name), np.uint8), cv2.IMREAD_COLOR)
            package = FormPackage(form, blank(name), f"{name}.png")
            known = import_form(package, np.asarray(picture, np.uint8), by=officer)
        if known.state == VersionState.DRAFT:
            drafts.append((known, form, _sample(name)))
    for version, _, sample in drafts:
        if not version.samples.exists():
            add_samples(version, [Incoming(sample["file"], _scan(sample["file"]), "image/jpeg")], by=officer)
    if ReadTestSample.objects.filter(stamp="").exists():
        work(Job.objects.filter(kind="ocr.read_test").latest("created_at"), "帳票の見本を読んでいます")
    for version, form, sample in drafts:
        tried = version.samples.get()
        mark(tried, _verdicts(form, tried, sample["fields"]), by=officer)
        version.refresh_from_db()
        approval = ask_activation(version, by=officer, reason="見本の読取りを確かめました（デモ）。")
        decide(approval, by=approver, approve=True)


def _sample(layout: str) -> dict[str, Any]:
    """The first scan of a layout that has no trouble."""
    return next(one for one in truth() if one["layout"] == layout and one["trouble"] in ("", "revised"))


def _verdicts(form: FormDefinition, sample: ReadTestSample, known: dict[str, str]) -> dict[str, str]:
    """Right or wrong by what is truly on the scan; spaces do not count."""
    found = {one.name: one.text for one in fields_of(sample)}
    return {
        one.name: RIGHT if _plain(known[one.name]) == _plain(found.get(one.name, "")) else WRONG
        for one in form.fields
    }


def _plain(text: str) -> str:
    return "".join(text.split())


def _certify(form: FormDefinition, model: str, officer: User, approver: User) -> None:
    """A class for each kind of field on the form; each gets what its simulated labels allow."""
    classes: dict[str, str] = {}
    for field in form.fields:
        task = task_for(form, field, model=model, scanner=SCANNER)
        if field.policy is FieldPolicy.ALWAYS_STAFF or field.kind is Kind.FREE:
            declare(task, Policy.ALWAYS_STAFF, by=officer)
        else:
            pool = f"{form.name} {form.version} {KINDS[field.kind]}（模擬）"[:60]
            classes[pool] = f"{field.kind.value}/{field.writing.value}"
            declare(task, pool=pool, by=officer)
    for pool, name in classes.items():
        _certify_class(name, pool, model, officer, approver)


def _certify_class(name: str, pool: str, model: str, officer: User, approver: User) -> None:
    """Once a model; when it is refused every field of the class waits for staff, as it would in a town."""
    rows = BorderTask.objects.filter(system=SYSTEM, pool=pool, model=model).order_by("pk")
    row = rows.first()
    if row is None or Certificate.objects.filter(task__in=rows).exists():
        return
    _label(row, name, officer)
    made = certify_pool(
        SYSTEM, pool, by=officer, target=TARGET, reason="模擬のデータによる認定です（デモ）。"
    )
    approval = made[0].approval
    if approval is None:
        return
    decide(approval, by=approver, approve=True)
    _skip_first_audits([one.pk for one in made])


def _skip_first_audits(certificates: list[int]) -> int:
    """Let the watches start as if their first audits, of every decision, had been done without an error."""
    watches = list(
        Watch.objects.filter(certificates__in=certificates, automatic__lt=ALL_OF_FIRST).values_list(
            "pk", flat=True
        )
    )
    Watch.objects.filter(pk__in=watches).update(audited=ALL_OF_FIRST, automatic=ALL_OF_FIRST)
    return len(watches)


def simulate_audits(form: str, version: str, titles: Collection[str]) -> int:
    """The same for fields of a form under a simulated certificate; how many. ``LookupError`` for none."""
    rows = BorderTask.objects.filter(
        system=SYSTEM,
        kind__in=[f"{form}/{title}" for title in titles],
        version=version,
        certificate__simulated=True,
    )
    found = list(rows.values_list("certificate", flat=True))
    if not found:
        raise LookupError("模擬の証明書で認定された欄がありません。帳票、版、欄の見出しを確かめてください。")
    return _skip_first_audits(found)


def _label(row: BorderTask, name: str, officer: User) -> None:
    """Labels drawn from readings of made slips, each as a document of its own."""
    simulate_labels(row, name, officer, User.objects.get(username=SECOND))


def simulate_labels(row: BorderTask, name: str, first: User, second: User, count: int = LABELS) -> int:
    """``count`` simulated blind entries of two persons; none when ``name`` is no class of the slips.

    Every row is marked as simulated: whatever is certified on them is called so, and holds in a demo alone.
    """
    text = files("yakuba.site.demo").joinpath("ocr_labels.json").read_text("utf-8")
    outcomes = json.loads(text)["classes"].get(name, [])
    if not outcomes:
        return 0
    random = Random(row.kind + row.version)  # noqa: S311 - simulated data, not a secret
    drawn = random.choices(outcomes, k=count)
    with transaction.atomic():
        Label.objects.bulk_create(
            [
                Label(
                    task=row,
                    ref=f"simulated:{number}",
                    document=f"simulated:{number}",
                    score=score,
                    simulated=True,
                    correct=bool(right),
                    first_correct=bool(right),
                    first_by=first,
                    second_correct=bool(right),
                    second_by=second,
                    settled_by=second,
                )
                for number, (score, right) in enumerate(drawn)
            ],
            batch_size=500,
        )
    return count


def simulate_entries(form: str, version: str, first: str, second: str) -> dict[str, int]:
    """Simulated blind entries for every field of a form that pages were read with, by the field's title.

    ``first`` and ``second`` are the numbers of two officers. ``LookupError`` says what is missing.
    """
    found = FormVersion.objects.filter(form__name=form, version=version).first()
    if found is None:
        raise LookupError(f"帳票「{form}」の版「{version}」がありません。名称と版を確かめてください。")
    people = [User.objects.filter(username=number).first() for number in (first, second)]
    one, two = people
    if one is None or two is None or one == two:
        raise LookupError("入力する職員の番号を2人分、別々に指定してください。")
    counts: dict[str, int] = {}
    definition = content(found)
    for field in definition.fields:
        kind = task_for(definition, field, model="", scanner="").kind
        rows = BorderTask.objects.filter(system=SYSTEM, kind=kind, version=version).exclude(
            policy=Policy.ALWAYS_STAFF.value
        )
        for row in rows.order_by("pk"):
            if not row.labels.filter(simulated=True).exists():
                writing = "print" if field.kind in MARKS else field.writing.value
                made = simulate_labels(row, f"{field.kind.value}/{writing}", one, two)
                counts[field.title] = counts.get(field.title, 0) + made
    if not counts:
        raise LookupError("まだ読んでいない帳票です。束を1つ読んでから、もう一度実行してください。")
    return counts


def _told(batch: Batch) -> str:
    """How many pages were read and who decides their fields."""
    read = batch.pages.filter(state=PageState.READ)
    stuck = batch.pages.exclude(state__in=(PageState.READ, PageState.WAITING)).count()
    counts = dict.fromkeys(ValueState.values, 0)
    for page in read.prefetch_related("values"):
        for value in page.values.all():
            counts[value.state] += 1
    waiting = sum(counts.values()) - counts[ValueState.AUTO]
    return (
        f"{read.count()}枚を読取り、{stuck}枚は職員へ。"
        f"自動 {counts[ValueState.AUTO]:,}欄、確認待ち {waiting:,}欄（模擬の証明書）"
    )
