"""The handbook from a birth in the resident register to a booked, reminded, recorded and printed visit.

Real Chromium, real worker, one browser; the clerk has a keyboard, the parent a phone. ``SHOTS=folder`` keeps
the pictures of every step.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, sync_playwright

from tests.core.installations import Installation, migrated
from tests.site.browser import launch
from tests.story.desk import PASSWORD, Portal
from tests.story.keys import Keys
from tests.story.phone import Phone, look_around
from tests.story.test_story import free_port, pdf_text

pytestmark = [pytest.mark.browser, pytest.mark.workers, pytest.mark.slow]

NUMBER, CHILD, MOTHER = "9500123", "浜野 つむぎ", "浜野 あかり"
LOT, CLINIC = "PV2611A", "汐浜こどもクリニック"
OFFER, OFFER_EN, OFFER_EASY = "2か月児の会", "Meeting at two months", "2かげつの あかちゃんの かい"
HEADS = ("宛名番号", "氏名", "フリガナ", "生年月日", "性別", "保護者", "郵便番号", "住所")
LOGIN, MAIL = "akari-h", "akari@example.jp"
TOKYO = ZoneInfo("Asia/Tokyo")
PEOPLE = """
from datetime import date
from yakuba.core.people.models import Assignment, Department, Role, User
town = Department.objects.create(code="310", name="健康推進課", systems=["handbook"])
for number, name, role in (
    ("31001", "佐々木 岬", "officer"), ("31002", "浜田 栞", "approver"),
):
    person = User.objects.create_user(number, {password!r}.format(number), name=name)
    Assignment.objects.create(user=person, department=town, role=Role(role), starts_on=date(2020, 4, 1))
"""


FAR = """e => {
  const all = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")];
  return Math.abs(all.indexOf(e) - all.indexOf(document.activeElement)) > 12;
}"""


def japan() -> datetime:
    """Now, at the town hall."""
    return datetime.now(TOKYO)


@dataclass(frozen=True)
class Files:
    """The resident register as the other system writes it, and the same with a slip of the pen."""

    good: Path
    faulty: Path
    birth: date


class Town(Installation):
    """A demo without a second factor, whose mail goes into a folder."""

    @property
    def environment(self) -> dict[str, str]:
        own = {"YAKUBA_DEMO": "1", "YAKUBA_REQUIRE_TOTP": "none"}
        mail = {"YAKUBA_MAIL_FROM": "handbook@city.example", "YAKUBA_MAIL_SPOOL": str(self.home / "spool")}
        return {**super().environment, **own, **mail}


class Clerk(Keys):
    """A person at the counter who has a keyboard and no mouse."""

    def reach(self, target: Locator) -> Locator:
        """With the tab key; what is far away on a long page gets the focus at once."""
        target.wait_for()
        if target.evaluate(FAR):
            target.focus()
        return super().reach(target)

    def enter_town(self, number: str) -> None:
        """Sign in with the password."""
        self.go("/staff/")
        self.type("#id_username, [name=login]", number)
        self.type("#id_password", PASSWORD.format(number))
        self.press("ログインする")

    def until(self, words: str) -> None:
        """The page leads on by itself; nothing is pressed."""
        self.page.wait_for_selector(f"text={words}", timeout=120_000)

    def stop(self, name: str, *, narrow: bool = True) -> None:
        """Look around."""
        look_around(self, name, back=(1280, 800))


def make_files(home: Path, today: date) -> Files:
    """A week's births and a family that moved in, in Shift_JIS as such systems write it."""
    birth = today - timedelta(days=64)
    street = "汐見区帆風町二丁目3-4"
    rows = [
        (NUMBER, CHILD, "ハマノ ツムギ", wareki(birth), "女", MOTHER, "9990001", street),
        ("9500124", "髙橋 蒼", "タカハシ アオ", wareki(today - timedelta(days=9)), "男", "髙橋 新",
         "9990002", "汐見区千鳥野町一丁目7-2"),
        ("9500125", "森 凛", "モリ リン", "令和5年6月1日", "女", "森 葵", "9990003", "汐見区汀町三丁目1-1"),
    ]  # fmt: skip
    good, faulty = home / "住民記録.csv", home / "住民記録（誤り）.csv"
    good.write_bytes(table(rows))
    wrong = [*rows[0][:3], "令和8年2月30日", *rows[0][4:]]
    faulty.write_bytes(table([wrong, *rows[1:]]))
    return Files(good, faulty, birth)


def wareki(day: date) -> str:
    return f"令和{day.year - 2018}年{day.month}月{day.day}日"


def table(rows: list[tuple[str, ...]] | list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADS, *rows])
    return out.getvalue().encode("cp932")


def test_from_a_birth_to_a_booked_reminded_recorded_and_printed_visit(tmp_path: Path) -> None:
    shots = Path(os.environ["SHOTS"]) if os.environ.get("SHOTS") else None
    if shots is not None:
        shots.mkdir(parents=True, exist_ok=True)
    town = Town(tmp_path / "town")
    migrated(town)
    town.python(PEOPLE.replace("{password!r}", repr(PASSWORD)))
    files = make_files(town.home, japan().date())
    portal = Portal(town, free_port())
    try:
        portal.wait()
        # A thread of its own: other tests may keep a browser open in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(the_story, portal.origin, shots, town, files).result()
    finally:
        portal.stop()
    checked = town.yakuba("audit", "verify")
    assert checked.returncode == 0, checked.stderr


def the_story(origin: str, shots: Path | None, town: Town, files: Files) -> None:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        officer, nurse = (Clerk(browser, origin, shots) for _ in range(2))
        officer.enter_town("31001")
        nurse.enter_town("31002")
        the_rules_are_confirmed_and_put_into_use(officer, nurse)
        the_register_brings_a_birth(officer, files)
        a_class_is_opened(officer)
        letters = the_letters_are_printed(officer)
        parent = Phone(browser, origin, shots)
        a_parent_opens_the_handbook(parent, code_of(letters), files.birth)
        the_parent_asks_why_and_plans(parent)
        the_parent_books_a_place(parent)
        the_parent_wants_mail(parent, town)
        the_reminder_comes(parent, town)
        the_parent_reads_in_other_languages(parent)
        the_parent_writes_a_dose_down(parent)
        everything_can_be_taken_along(parent)
        the_office_sees_it(officer)
        the_day_comes(officer, parent, town)
        for desk in (officer, nurse, parent):
            desk.close()
        browser.close()


def the_rules_are_confirmed_and_put_into_use(officer: Clerk, nurse: Clerk) -> None:
    officer.go("/staff/handbook/")
    officer.stop("01-staff-empty")
    officer.follow("規則")
    officer.press("付属の規則を登録する")
    officer.says("案として登録しました")
    version = officer.page.url.removeprefix(officer.origin)
    nurse.go(version)
    nurse.type("#id_name", "保健師 浜田 栞")
    nurse.mark("規則と出典、要確認（RECALLED）の項目、未解決の問いを確かめました")
    nurse.stop("02-rules-to-confirm")
    nurse.press("確認を記録する")
    nurse.says("責任者の確認を記録しました")
    officer.go(version)
    officer.type("#id_reason", "令和8年度の規則です。出典を確かめました。")
    officer.press("承認を依頼する")
    officer.says("適用の承認を依頼しました")
    nurse.go("/staff/people/approvals/")
    nurse.enter(nurse.page.locator("tr.is-ask").get_by_role("link").first)
    nurse.stop("03-rules-to-approve")
    nurse.press("承認する")
    nurse.says("承認しました")


def the_register_brings_a_birth(officer: Clerk, files: Files) -> None:
    """A file with a day that does not exist is refused whole; the right one is looked at, then taken over."""
    officer.go("/staff/handbook/")
    officer.follow("住民記録を取り込む")
    officer.attach(files.faulty)
    officer.press("変わる内容を確かめる")
    officer.says("令和8年2月30日")
    officer.stop("04-register-faults")
    officer.attach(files.good)
    officer.press("変わる内容を確かめる")
    officer.says(CHILD)
    officer.stop("05-register-difference")
    officer.press("台帳に反映する")
    officer.follow("対象の子どもを見る")
    officer.says(NUMBER)
    officer.stop("06-children")


def a_class_is_opened(officer: Clerk) -> None:
    """A class for babies of two months, three days of places."""
    first = japan().date() + timedelta(days=10)
    officer.go("/staff/handbook/bookings/offers/")
    officer.follow("予約できるものを登録する")
    officer.choose("#id_kind", "教室")
    for field, text in (
        ("title", OFFER), ("title_en", OFFER_EN), ("title_easy", OFFER_EASY),
        ("text", "同じころに生まれた赤ちゃんと集まり、予防接種と毎日の世話を保健師に聞けます。"),
        ("bring", "母子健康手帳"), ("bring_en", "Handbook"), ("bring_easy", "ぼしてちょう"),
        ("place", "汐見区保健センター"), ("place_en", "Shiomi Health Centre"),
        ("place_easy", "しおみく ほけんセンター"), ("phone", "0X-XXXX-3150"),
        ("age_from", "2か月"), ("age_until", "6か月"),
    ):  # fmt: skip
        officer.type(f"#id_{field}", text)
    officer.stop("07-offer")
    officer.press("登録する")
    officer.says(f"「{OFFER}」を登録しました")
    officer.day("#id_first", first)
    officer.day("#id_last", first + timedelta(days=2))
    for label in ("月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日"):
        officer.mark(label)
    officer.time("#id_begin", "10:00")
    officer.time("#id_end", "11:00")
    officer.type("#id_minutes", "60")
    officer.type("#id_capacity", "2")
    officer.mark("祝日も開く")
    officer.press("作る枠を見る")
    officer.says("3枠を登録する")
    officer.stop("08-slots")
    officer.press("3枠を登録する")
    officer.says("3枠を作りました")


def the_letters_are_printed(officer: Clerk) -> str:
    officer.go("/staff/handbook/letters/")
    officer.type("#id_page_address", f"{officer.origin}/handbook/")
    officer.type("#id_office", "健康推進課　電話 0X-XXXX-3150")
    officer.stop("09-letters")
    officer.press("通知を作る")
    officer.until("PDFを受け取る")
    officer.stop("10-letters-made")
    return pdf_text(officer.download("PDFを受け取る"))


def code_of(letters: str) -> str:
    """The registration code on the letter of the child."""
    sheets = letters.split(MOTHER)
    assert len(sheets) > 1
    code = re.search(r"[2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){3}", sheets[1])
    assert code is not None, sheets[1]
    return code[0]


def a_parent_opens_the_handbook(parent: Phone, code: str, birth: date) -> None:
    """The code typed as people type: small letters, spaces; the first time with a wrong day."""
    parent.go("/")
    parent.open(re.compile("^母子手帳"))
    parent.stop("11-entrance")
    parent.open("登録コードを入力する")
    wrong = birth - timedelta(days=1)
    for day in (wrong, birth):
        parent.write("#code", code.lower().replace("-", " "))
        for part, value in (("year", day.year), ("month", day.month), ("day", day.day)):
            parent.pick(f"#{part}", str(value))
        parent.tap("手帳を開く")
        if day == wrong:
            parent.says("コードと日付が、通知と合いません")
            parent.stop("12-code-wrong")
    parent.says("手帳を開きました")
    parent.write("#login", LOGIN)
    parent.write("#password", PASSWORD.format("帆"))
    parent.write("#again", PASSWORD.format("帆"))
    parent.stop("13-password")
    parent.tap("決める")
    parent.says("予防接種と健診")
    parent.says("保健師 浜田 栞")


def the_parent_asks_why_and_plans(parent: Phone) -> None:
    parent.stop("14-timeline")
    parent.page.locator("details.why summary").first.click()
    assert parent.page.locator("details.why[open] .steps-why li").count() >= 1
    parent.stop("15-why")
    parent.open("受診の予定を立てる")
    parent.stop("16-plan")
    parent.tap("この予定にする")
    parent.says("新しい予定にしました")
    parent.stop("17-planned")
    parent.open("カレンダー")
    parent.stop("18-month")


def the_parent_books_a_place(parent: Phone) -> None:
    """Held for five minutes, then confirmed; the same answer however often the button is pressed."""
    parent.open("予約")
    parent.open(re.compile(f"^{CHILD}"))
    parent.stop("19-offers")
    parent.open(re.compile(OFFER))
    parent.stop("20-times")
    parent.tap(re.compile("10:00 選ぶ$"))
    parent.says("まだ予約は済んでいません")
    parent.stop("21-held")
    parent.tap("予約を確定する")
    parent.says("予約済み")
    parent.stop("22-booked")


def the_parent_wants_mail(parent: Phone, town: Town) -> None:
    """An address counts once the code that was mailed to it came back."""
    parent.go("/handbook/")
    parent.open("お知らせの設定")
    parent.write("#address", MAIL)
    parent.tap("このアドレスに確認コードを送る")
    parent.says("確認コードを送りました")
    parent.stop("23-mail-code")
    done = town.yakuba("notify", "send")
    assert done.returncode == 0, done.stderr
    code = re.search(r"\b(\d{6})\b", mails(town)[-1][1])
    assert code is not None
    parent.write("#code", code[1])
    parent.tap("確認する")
    parent.says("アドレスを確認しました")
    parent.stop("24-choices")


def the_reminder_comes(parent: Phone, town: Town) -> None:
    """A week before: in the inbox with everything, by mail without a word of what it is about."""
    sent = len(mails(town))
    week_before = datetime.combine(japan().date() + timedelta(days=3), time(10, 5), TOKYO)
    town.python(
        "from datetime import datetime\n"
        "from yakuba.core.notify.services.sending import send_due\n"
        f"send_due(clock=lambda: datetime.fromisoformat({week_before.isoformat()!r}))"
    )
    new = mails(town)[sent:]
    assert len(new) == 1
    subject, whole = new[0]
    assert subject == "予定の日が近づいています"
    for word in (CHILD, CHILD.split()[1], OFFER, "接種", "ワクチン", "肺炎", "保健センター"):
        assert word not in whole, word
    parent.go("/handbook/")
    parent.open("読んでいないお知らせが1件あります")
    parent.stop("25-inbox")
    parent.open("予定の日が近づいています")
    parent.says(CHILD)
    parent.says(OFFER)
    parent.stop("26-reminder")


def mails(town: Town) -> list[tuple[str, str]]:
    """Subject and whole text of every mail that left, oldest first."""
    found = []
    for path in sorted((town.home / "spool" / "new").glob("*.eml"), key=lambda one: one.stat().st_mtime_ns):
        mail = message_from_bytes(path.read_bytes(), policy=default)
        body = mail.get_body(("plain",))
        assert body is not None
        found.append((str(mail["Subject"]), f"{mail.items()} {body.get_content()}"))
    return found


def the_parent_reads_in_other_languages(parent: Phone) -> None:
    parent.go("/handbook/bookings/")
    parent.open(re.compile("10:00"))
    booking = parent.page.url.removeprefix(parent.origin)
    parent.open("English")
    parent.says(OFFER_EN)
    parent.says("Booked")
    parent.says("Shiomi Health Centre")
    parent.stop("27-booked-en")
    assert parent.page.pdf(format="A4")[:5] == b"%PDF-"
    parent.open("やさしい日本語")
    parent.says(OFFER_EASY)
    parent.stop("28-booked-easy")
    parent.go("/handbook/")
    parent.stop("29-timeline-easy")
    parent.open("English")
    parent.says("Vaccinations and health checks")
    parent.stop("30-timeline-en")
    parent.open("日本語")
    parent.go(booking)
    parent.says("予約済み")


def the_parent_writes_a_dose_down(parent: Phone) -> None:
    parent.go("/handbook/")
    parent.open("接種を記録する")
    parent.pick("#vaccine", "PCV")
    parent.pick("#product", "PCV:PCV20")
    parent.write("#lot", LOT)
    parent.write("#clinic", CLINIC)
    parent.stop("31-dose")
    parent.tap("記録する")
    parent.says("小児用肺炎球菌")
    parent.says(LOT)
    parent.stop("32-doses")


def the_office_sees_it(officer: Clerk) -> None:
    """The dose stands in the register's page of the child, and is counted."""
    officer.go("/staff/handbook/children/")
    officer.follow(CHILD)
    for _ in range(60):  # what families write down is fetched by the clock
        if LOT in (officer.page.text_content("main") or ""):
            break
        officer.page.wait_for_timeout(1000)
        officer.page.reload()
    officer.says(LOT)
    officer.says("家庭の記録")
    officer.stop("33-staff-child")
    officer.go("/staff/handbook/cohorts/")
    officer.press(re.compile("計算する"))
    officer.until("未接種者の一覧を開く")
    officer.choose("#vaccine", "^小児用肺炎球菌$")
    officer.press("表示する")
    officer.stop("34-cohorts")


def the_day_comes(officer: Clerk, parent: Phone, town: Town) -> None:
    """Time passes: the slot that was to come has begun. The counter writes down who came."""
    moved = town.python(
        "from datetime import timedelta\n"
        "from django.utils import timezone\n"
        "from yakuba.handbook.models import Slot\n"
        "slot = Slot.objects.get(used=1)\n"
        "begun = timezone.now() - timedelta(minutes=10)\n"
        "Slot.objects.filter(pk=slot.pk).update(start=begun, end=begun + timedelta(hours=1))\n"
        "print(slot.pk)"
    )
    officer.go(f"/staff/handbook/bookings/slots/{moved.strip()}/")
    officer.says(CHILD)
    officer.press("来所")
    officer.stop("35-attended")
    officer.go("/staff/handbook/bookings/")
    officer.stop("36-week")
    parent.go("/handbook/bookings/")
    parent.says("来所済み")
    parent.stop("37-you-came")
    parent.go("/handbook/")
    parent.tap("ログアウトする")
    parent.says("この端末でログアウトしました")
    parent.page.go_back()
    assert CHILD not in parent.page.content()


def everything_can_be_taken_along(parent: Phone) -> None:
    parent.go("/handbook/")
    parent.open("書き出し")
    parent.stop("38-export")
    whole = json.loads(parent.take("すべての記録（JSON）"))
    assert LOT in json.dumps(whole, ensure_ascii=False)
    bundle = json.loads(parent.take("予防接種の記録（FHIR R4）"))
    kinds = {one["resource"]["resourceType"] for one in bundle["entry"]}
    assert {"Patient", "Immunization", "ImmunizationRecommendation"} <= kinds
    dates = parent.take("カレンダー用ファイル（ICS）").decode()
    assert dates.startswith("BEGIN:VCALENDAR")
    assert "BEGIN:VEVENT" in dates
    assert CHILD not in dates
    assert "肺炎" not in dates
    parent.open(re.compile("^印刷用の画面"))
    parent.says(LOT)
    parent.says(CLINIC)
    parent.stop("39-print")
    assert parent.page.pdf(format="A4")[:5] == b"%PDF-"
