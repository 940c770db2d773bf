"""The nursery officer's desk, from an empty folder to printed letters and the parent's page: keyboard alone.

``SHOTS=folder`` keeps the pictures of every step.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook
from playwright.sync_api import sync_playwright

from tests.core.installations import Installation
from tests.site.browser import launch
from tests.story.desk import Portal
from tests.story.keys import Keys
from tests.story.test_story import free_port, pdf_text

pytestmark = [pytest.mark.browser, pytest.mark.workers, pytest.mark.slow]

TITLE = "令和9年4月入所 一次選考"
STARTS = date(2027, 4, 1)
CHILDREN = 200
TASKS = {
    f"nursery.{task}"
    for task in ("import", "score", "ties", "review", "explain", "letters", "withdrawals", "later")
}
MEASURED = """
from yakuba.effects.models import WorkSession
print(*WorkSession.objects.filter(user__username="20001").values_list("task", flat=True))
"""


@dataclass(frozen=True)
class Files:
    """Applications as they came, and the same with slips of the pen and a column of another name."""

    good: Path
    faulty: Path
    birth: dict[str, date]  # child → birth date


def make_files(installation: Installation) -> Files:
    """One question and one tie are planted in the good file; three slips of the pen in the other."""
    good, faulty = installation.home / "申込情報.xlsx", installation.home / "申込情報（誤り）.xlsx"
    size = ("--children", str(CHILDREN), "--nurseries", "12", "--wishes", "6")
    done = installation.yakuba("demo", "applications", "-o", str(good), *size)
    assert done.returncode == 0, done.stderr
    book = openpyxl.load_workbook(good)
    sheet = book["児童"]
    heads = [str(cell.value) for cell in sheet[1]]
    birth = heads.index("生年月日")
    plant_a_tie(book, heads)
    birth_of = {
        str(row[0]): row[birth].date() for row in sheet.iter_rows(min_row=2, values_only=True) if row[birth]
    }
    sheet.cell(sheet.max_row, heads.index("児童の加点") + 1).value = "SPECIAL"
    book.save(good)
    sheet.cell(1, birth + 1).value = "お子さんの生年月日"
    sheet.cell(12, birth + 1).value = "2025/2/30"
    sheet.cell(20, heads.index("第1希望") + 1).value = "9999"
    book.save(faulty)
    return Files(good, faulty, birth_of)


def plant_a_tie(book: Workbook, heads: list[str]) -> None:
    """Make two homes with one child of one age alike in everything but names and numbers."""
    sheet, homes, parents = book["児童"], book["世帯"], book["保護者"]
    home, age = heads.index("世帯番号"), heads.index("年齢")
    children = Counter(str(row[home]) for row in sheet.iter_rows(min_row=2, values_only=True))
    adults: dict[str, list[int]] = {}
    for at in range(2, parents.max_row + 1):
        adults.setdefault(str(parents.cell(at, 1).value), []).append(at)
    alone = [
        at
        for at in range(2, sheet.max_row + 1)
        if children[str(sheet.cell(at, home + 1).value)] == 1
        and len(adults[str(sheet.cell(at, home + 1).value)]) == 2
        and not sheet.cell(at, heads.index("在籍施設番号") + 1).value
        and sheet.cell(at, age + 1).value == 1
    ]
    one, other = alone[:2]
    for column in range(age + 1, len(heads) + 1):
        sheet.cell(other, column).value = sheet.cell(one, column).value
    numbers = [str(sheet.cell(at, home + 1).value) for at in (one, other)]
    rows = {str(homes.cell(at, 1).value): at for at in range(2, homes.max_row + 1)}
    for column in range(5, homes.max_column + 1):
        homes.cell(rows[numbers[1]], column).value = homes.cell(rows[numbers[0]], column).value
    for mine, theirs in zip(adults[numbers[1]], adults[numbers[0]], strict=True):
        for column in (2, *range(4, parents.max_column + 1)):
            parents.cell(mine, column).value = parents.cell(theirs, column).value


def test_from_an_empty_folder_to_printed_letters_and_the_parents_page(tmp_path: Path) -> None:
    shots = Path(os.environ["SHOTS"]) if os.environ.get("SHOTS") else None
    if shots is not None:
        shots.mkdir(parents=True, exist_ok=True)
    installation = Installation(tmp_path / "town")
    for arguments in (["migrate"], ["people", "add", "--admin", "10001", "--name", "中井 光"]):
        done = installation.yakuba(*arguments)
        assert done.returncode == 0, done.stderr
    code = re.search(r"：(\S+)$", done.stdout.strip())
    assert code is not None
    files = make_files(installation)
    portal = Portal(installation, free_port())
    try:
        portal.wait()
        # A thread of its own: other tests may keep a browser open in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(the_story, portal.origin, shots, code[1], files).result()
    finally:
        portal.stop()
    # The times of the work are in the ledger of effects, and every act is in the chain of the audit.
    assert set(installation.python(MEASURED).split()) >= TASKS
    checked = installation.yakuba("audit", "verify")
    assert checked.returncode == 0, checked.stderr


def the_story(origin: str, shots: Path | None, code: str, files: Files) -> None:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        admin, officer, approver = (Keys(browser, origin, shots) for _ in range(3))
        codes = the_admin_prepares(admin, code)
        officer.sign_in("20001", codes["20001"])
        approver.sign_in("20003", codes["20003"], second=True)
        the_rule_book_is_activated(officer, approver)
        the_officer_opens_a_round(officer)
        the_officer_takes_applications_in(officer, files)
        the_officer_scores(officer)
        the_officer_allocates(officer)
        the_officer_tries_one_seat_more(officer)
        the_pin_needs_a_second_person(officer, approver)
        the_result_is_approved(officer, approver)
        letters = the_letters_are_printed(officer)
        the_results_are_opened_to_families(officer)
        parent = Keys(browser, origin, shots)
        a_parent_looks(parent, *the_letter_of_a_waiting_child(letters, files))
        parent.close()
        a_family_gives_its_place_back(officer)
        the_second_round_begins(officer)
        for desk in (officer, approver, admin):
            desk.close()
        browser.close()


def the_admin_prepares(admin: Keys, code: str) -> dict[str, str]:
    admin.sign_in("10001", code, second=True)
    admin.stop("01-empty-home")
    admin.go("/staff/people/departments/")
    admin.follow("課を登録する")
    admin.type("#id_code", "210")
    admin.type("#id_name", "保育課")
    admin.type("#id_systems", "nursery")
    admin.press("課を保存する")
    admin.says("保育課を保存しました")
    codes = {}
    for number, name, kana, role in (
        ("20001", "前田 律", "マエダ リツ", "担当"),
        ("20003", "髙橋 新", "タカハシ アラタ", "承認"),
    ):
        admin.go("/staff/people/")
        admin.follow("職員を登録する")
        admin.type("#id_username", number)
        admin.type("#id_name", name)
        admin.type("#id_kana", kana)
        admin.choose("#id_department", "保育課")
        admin.choose("#id_role", f"^{role}")
        admin.press("職員を登録する")
        admin.says(f"{name}さんを登録しました")
        admin.press("再設定コードを発行する")
        codes[number] = (admin.page.locator("p.big").text_content() or "").strip()
        admin.stop("02-code")
    return codes


def approve(approver: Keys, title: str, name: str = "") -> None:
    """The second person finds the request on the home page, reads it and approves."""
    approver.go("/staff/people/approvals/")
    approver.follow(re.compile(title))
    if name:
        approver.stop(name)
    approver.press("承認する")
    approver.says("承認しました")


def the_rule_book_is_activated(officer: Keys, approver: Keys) -> None:
    officer.stop("03-officer-home")
    officer.follow(re.compile("^保育所利用調整"))
    officer.stop("04-nursery-empty")
    officer.follow("利用調整基準")
    officer.stop("05-rulebooks-empty")
    officer.press("汐見区（架空）の基準を登録する")
    officer.says("案として登録しました")
    officer.stop("06-rulebook")
    officer.follow(re.compile("適用に進む|変更点を見る"))
    officer.stop("07-activation")
    officer.type("#id_reason", "要綱と照らしました。計算例はすべて一致しています。")
    officer.press("適用の承認を依頼する")
    officer.says("承認を待っています")
    approve(approver, "基準", "08-approve-rulebook")


def the_officer_opens_a_round(officer: Keys) -> None:
    officer.go("/staff/nursery/")
    officer.follow("選考を作成する")
    officer.type("#id_title", TITLE)
    officer.day("#id_starts_on", STARTS)
    officer.choose("#id_rulebook", "適用中")
    officer.stop("09-round-new")
    officer.press("選考を作成する")
    officer.says("申込情報がまだありません")
    officer.stop("10-round-empty")


def the_officer_takes_applications_in(officer: Keys, files: Files) -> None:
    officer.follow("申込情報を取り込む")
    officer.stop("11-upload")
    officer.attach(files.faulty)
    officer.press("列の確認に進む")
    officer.stop("12-columns")
    officer.press("この対応で検査する")
    officer.says("取り込めません")
    officer.stop("13-faults")
    officer.follow("直したファイルを選ぶ")
    officer.attach(files.good)
    officer.press("列の確認に進む")
    officer.press("この対応で検査する")
    officer.says("直すところはありません")
    officer.stop("14-checked")
    officer.press("申込情報を取り込む")
    officer.stop("15-application")


def until(desk: Keys, words: str) -> None:
    """The page leads on by itself; nothing is pressed."""
    desk.page.wait_for_selector(f"text={words}", timeout=120_000)


def the_officer_scores(officer: Keys) -> None:
    officer.go("/staff/nursery/rounds/1/")
    officer.stop("16-round-imported")
    officer.press("採点する")
    until(officer, "未決の判断")
    officer.stop("17-scoring")
    officer.follow(re.compile("^職員の判断"))
    officer.stop("18-questions")
    officer.type("[id^=value-]", "6")
    officer.type("[id^=reason-]", "区長の決裁（8汐子保第77号）")
    officer.press("点数を決める")
    officer.follow(re.compile("^同点"))
    officer.stop("19-ties")
    officer.type("[id^=place-]", "1")
    officer.type("[id$='-2'][name^=place-]", "2")
    officer.type("[name=reason]", "選考会議で決定")
    officer.press("この順位に決める")
    officer.says("順位を記録しました")
    officer.stop("20-tie-ordered")
    officer.press("採点し直す")
    until(officer, "未決の判断")
    officer.follow("選考の画面に戻る")


def the_officer_allocates(officer: Keys) -> None:
    officer.says("同点と未決の判断はありません")
    officer.stop("21-round-scored")
    officer.press("割り当てる")
    until(officer, "入所最低指数")
    officer.stop("22-result")
    officer.follow("希望順位")
    officer.stop("23-ranks")
    officer.follow("児童別")
    officer.choose("#table-outcome", "保留")
    officer.press("絞り込む")
    officer.stop("24-children")
    officer.enter(officer.page.locator("tbody th a").first)
    officer.stop("25-child")
    officer.follow("ご家庭に示す文")
    officer.stop("26-parents-text")


def the_officer_tries_one_seat_more(officer: Keys) -> None:
    officer.follow("割当1")
    officer.follow("試算")
    officer.follow("試算する")
    officer.type("#title", "1席増やす")
    officer.type("#seats-search", "あさなぎ保育園 1歳")
    seats = officer.page.locator("[name^=seats-]:visible").first
    officer.type("[name^=seats-]:visible", str(int(seats.input_value()) + 1))
    officer.stop("27-scenario-new")
    officer.press("試算する")
    until(officer, "結果が変わる児童")
    officer.stop("28-scenario")


def the_pin_needs_a_second_person(officer: Keys, approver: Keys) -> None:
    """A pin whose consequences are shown first; asked for, approved, and taken away again."""
    officer.follow("児童別")
    officer.choose("#table-outcome", "保留")
    officer.press("絞り込む")
    officer.enter(officer.page.locator("tbody th a").nth(1))
    officer.follow("固定する")
    officer.choose("#class", "保育園|保育室")
    officer.type("#reason", "児童相談所からの要請（8児第12号）")
    officer.press("影響を確かめる")
    until(officer, "人の結果が変わります")
    officer.says("まだ何も依頼していません")
    officer.stop("29-pin-consequences")
    officer.press("固定の承認を依頼する")
    officer.stop("30-pin-asked")
    pin = officer.page.url.removeprefix(officer.origin)
    approve(approver, "固定", "31-approve-pin")
    officer.go(pin)
    officer.unfold("固定を解除する")
    officer.press("固定を解除する")
    officer.stop("32-pin-removed")


def the_result_is_approved(officer: Keys, approver: Keys) -> None:
    officer.go("/staff/nursery/rounds/1/")
    officer.follow("結果を確かめる")
    officer.follow("承認を依頼する")
    officer.stop("33-proof")
    officer.type("#id_reason", "保留の児童の理由を確かめました。")
    officer.press("承認を依頼する")
    officer.says("承認を依頼しました")
    approve(approver, "割当の結果", "34-approve-result")
    officer.go("/staff/nursery/rounds/1/")
    officer.press("この結果を採用する")
    officer.says("採用しました")
    officer.stop("35-adopted")


def the_letters_are_printed(officer: Keys) -> str:
    officer.follow("通知を作成する")
    officer.stop("36-letters", narrow=False)
    officer.type("#id_number", "8汐子保第1234号の{n}")
    officer.type("#id_page_address", f"{officer.origin}/nursery/result/")
    officer.press("通知を作る")
    until(officer, "PDFを受け取る")
    officer.stop("37-letter-batch")
    printed = officer.download("PDFを受け取る")
    word = officer.download("Wordを受け取る")
    assert word[:2] == b"PK"
    text = pdf_text(printed)
    assert "汐見区" in text
    assert "000-00" in text
    return text


def the_letter_of_a_waiting_child(letters: str, files: Files) -> tuple[str, date]:
    """The code on the first letter that tells of a waiting child, and the child's birth date."""
    told = re.search(r"(1\d{5}) 保留", letters)
    assert told is not None
    code = re.search(r"コード　?([2-9A-Z]{4}(?:-[2-9A-Z]{4}){3})", letters[told.end() :])
    assert code is not None
    return code[1], files.birth[told[1]]


def the_results_are_opened_to_families(officer: Keys) -> None:
    officer.follow(TITLE)
    officer.follow("家庭に公開する")
    officer.type("#id_office", "保育課 入所係")
    officer.type("#id_phone", "0X-XXXX-1234")
    officer.stop("38-families")
    officer.press(re.compile("世帯に公開する"))
    until(officer, "世帯に公開しました")
    officer.stop("39-published")


def a_parent_looks(parent: Keys, code: str, birth: date) -> None:
    """A telephone, one thumb on the keyboard: the page in three languages."""
    parent.go("/nursery/result/")
    parent.stop("40-family-entry")
    parent.type("#code", code.lower().replace("-", " "))
    parent.choose("#year", f"^{birth.year}|{birth.year}")
    parent.choose("#month", f"^{birth.month}$")
    parent.choose("#day", f"^{birth.day}$")
    parent.press("結果を見る")
    parent.stop("41-family-ja")
    for name, language in (("easy", "やさしい日本語"), ("en", "English")):
        parent.follow(language)
        parent.stop(f"42-family-{name}")


def a_family_gives_its_place_back(officer: Keys) -> None:
    officer.go("/staff/nursery/allocations/1/children/")
    officer.choose("#table-outcome", "内定")
    officer.press("絞り込む")
    child = (officer.page.locator("tbody th a").first.text_content() or "").strip()
    officer.go("/staff/nursery/rounds/1/")
    officer.follow("辞退・取下げを記録する")
    officer.type("#id_child_id", child)
    officer.mark("内定の辞退")
    officer.day("#id_told_on", date(2026, 11, 20))
    officer.press("辞退・取下げを記録する")
    officer.says("の内定の辞退を記録しました")
    officer.stop("43-withdrawn")


def the_second_round_begins(officer: Keys) -> None:
    officer.follow("次の選考を始める")
    officer.stop("44-second-new")
    officer.press(re.compile("始める"))
    officer.says("を始めました")
    officer.stop("45-second-round")
    officer.press("採点する")
    until(officer, "未決の判断")
    officer.follow("選考の画面に戻る")
    officer.stop("46-second-scored")
