"""Take the invented registers in through the real importer, as the ward's officers would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from yakuba.core.jobs.models import Job
from yakuba.core.people import protected
from yakuba.core.people.approval import decide
from yakuba.core.people.models import User
from yakuba.handbook.models import RegisteredChild, RulebookVersion, StaffTask
from yakuba.handbook.register.names import UNKNOWN
from yakuba.handbook.services import dose_imports, imports, observations, outlooks, rulebooks
from yakuba.handbook.services.visibility import SUBJECT
from yakuba.site.demo.handbook import FOREIGN, PROTECTED, DemoRegister, overlay
from yakuba.site.demo.handbook_families import THREE, with_families

LONG_ILLNESS_ENDED = timedelta(days=45)  # before today
OFFICER, NURSE, MANAGER = "21001", "21002", "21003"


def run_handbook(work: Callable[[Job | None, str], None]) -> str:
    """Rule book, registers, tasks and counts; what is there already is left as it is."""
    officer = User.objects.get(username=OFFICER)
    if not RulebookVersion.objects.filter(activated_at__isnull=False).exists():
        activate(officer)
    if not RegisteredChild.objects.exists():
        take(officer, with_families(timezone.localdate()))
    if not outlooks.is_fresh(outlooks.current()):
        work(outlooks.request_run(by=officer).job, "接種の記録を規則と照らしています")
    waiting = StaffTask.objects.filter(closed_at=None).count()
    return f"子ども {RegisteredChild.objects.count():,}人（妊娠届を含む）、職員の確認 {waiting:,}件"


def activate(officer: User) -> None:
    """The shipped rules with the ward's own mailing rules: confirmed, and activated by two persons."""
    manager = User.objects.get(username=MANAGER)
    version = rulebooks.install_shipped(overlay=overlay(), by=officer)
    rulebooks.sign(version, name="見本の責任者（架空）", by=manager)
    reason = "見本のための適用です。実際の業務では、出典と未解決の問いを確かめてから依頼します。"
    decide(rulebooks.ask_activation(version, by=officer, reason=reason), by=manager, approve=True)


def take(officer: User, made: DemoRegister) -> None:
    """Both registers, the names that nobody explains, and the child under protection."""
    held = imports.receive_children("汐見区住民記録.csv", made.children_csv(), whole=True, by=officer)
    imports.confirm_children(held, key=imports.key_of(imports.difference(held)), by=officer)
    nurse, manager = User.objects.get(username=NURSE), User.objects.get(username=MANAGER)
    protected.protect(SUBJECT, PROTECTED, officers=[nurse], by=manager)
    doses = dose_imports.receive_doses("汐見区予防接種台帳.csv", made.doses_csv(), by=officer)
    dose_imports.answer(doses, {FOREIGN: {"vaccine": UNKNOWN}})
    doses.refresh_from_db()
    dose_imports.confirm_doses(doses, by=officer)
    observe(nurse)


def observe(nurse: User) -> None:
    """A child who was ill for long (長期療養特例): its doses may be given later."""
    child = RegisteredChild.objects.get(number=THREE)
    ended = timezone.localdate() - LONG_ILLNESS_ENDED
    facts = observations.ObservationFacts("LONG_ILLNESS", ended, "主治医の意見書（見本）")
    observations.record(child, facts, by=nurse)
