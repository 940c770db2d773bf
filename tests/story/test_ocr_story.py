"""AI-OCR from an empty sheet to files: designed, sorted, checked, certified (simulated), exported.

Real Chromium, real worker, the shipped models, made scans. ``SHOTS=folder`` keeps the pictures of every step.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Locator, sync_playwright

from tests.core.installations import Installation
from tests.site.browser import PATIENCE_MS, launch
from tests.story.desk import PASSWORD, Portal
from tests.story.keys import Keys
from tests.story.test_story import free_port, pdf_text

pytestmark = [pytest.mark.browser, pytest.mark.workers, pytest.mark.slow]

DEMO = Path(__file__).parents[2] / "src" / "yakuba" / "site" / "demo"
FORM, VERSION = "給与支払報告書", "令和8年分"
OTHER, OTHER_VERSION = "区民農園利用申込書", "令和8年4月"
SCANNER = "税務課 複合機1"
TRULY = {
    one["file"]: one["fields"]
    for one in json.loads((DEMO / "ocr_scans" / "truth.json").read_text("utf-8"))["scans"]
}
# What the officer draws: kind, title, the field of the made scans, box in mm (left, top, width, height).
DRAWN = (
    ("person_name", "氏名", "payee_name", (46.5, 54.5, 145, 9)),
    ("amount", "支払金額", "paid", (18.5, 85.5, 42.5, 10)),
    ("amount", "源泉徴収税額", "tax_withheld", (149, 85.5, 42.5, 10)),
)
MARK = ("年末調整", "year_end", {"年調済み": (52, 151.4, 22.5, 7.2), "年調未済": (78.5, 151.4, 22.5, 7.2)})
AMOUNTS = ("支払金額", "源泉徴収税額")
NAMES = {title: name for _, title, name, _ in DRAWN} | {MARK[0]: MARK[1], "利用の決まりに同意": "agree"}
OTHER_FORM = {
    "format": "yakuba.ocr.form/1",
    "name": OTHER,
    "version": OTHER_VERSION,
    "page": {"width_mm": 210, "height_mm": 297},
    "blank": "noen.png",
    "fields": [
        {"name": "agree", "kind": "checkbox", "box": [22, 216, 4.4, 4.4], "label": "利用の決まりに同意"},
    ],
}
PEOPLE = """
from datetime import date
from yakuba.core.people.models import Assignment, Department, Role, User
town = Department.objects.create(code="310", name="税務課", systems=["ocr"])
for number, name, role in (
    ("40001", "潮見 岬", "officer"), ("40002", "沖 渚", "officer"), ("40003", "岸 千尋", "approver"),
):
    person = User.objects.create_user(number, {password!r}.format(number), name=name)
    Assignment.objects.create(user=person, department=town, role=Role(role), starts_on=date(2020, 4, 1))
"""


class DemoTown(Installation):
    """A demo: simulated certificates act, and no second factor is asked for."""

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "YAKUBA_DEMO": "1", "YAKUBA_REQUIRE_TOTP": "none"}


class Officer(Keys):
    """A person at the desk of AI-OCR, who draws with a mouse and checks with the keyboard alone."""

    def reach(self, target: Locator) -> Locator:
        """Go straight to the control: that the tab key gets everywhere is another story's part."""
        target.wait_for()
        target.focus()
        return target

    def enter_town(self, number: str) -> None:
        """Sign in with the password."""
        self.go("/staff/")
        self.type("#id_username, [name=login]", number)
        self.type("#id_password", PASSWORD.format(number))
        self.press("ログインする")

    def choose_files(self, where: str, *paths: Path) -> None:
        """Choose files for an upload."""
        self.reach(self.page.locator(where)).set_input_files(list(paths))

    def until(self, words: str) -> None:
        """The page leads on by itself; nothing is pressed."""
        self.page.wait_for_selector(f"text={words}", timeout=300_000)

    def draw(self, box: tuple[float, float, float, float], *, snap: float = 0.3) -> None:
        """Drag a box on the sheet, from a little outside of it: millimetres on A4."""
        canvas = self.page.locator("#canvas")
        frame = canvas.bounding_box()
        assert frame is not None
        scale = frame["width"] / 210
        x, y, width, height = box
        if frame["y"] + (y + height) * scale > 640:  # behind the bar for saving
            canvas.evaluate("(e, by) => { e.parentElement.scrollTop = by }", (y - 60) * scale)
            frame = canvas.bounding_box()
            assert frame is not None
        start, end = (x - snap, y - snap), (x + width + snap, y + height + snap)
        mouse = self.page.mouse
        mouse.move(frame["x"] + start[0] * scale, frame["y"] + start[1] * scale)
        mouse.down()
        mouse.move(frame["x"] + (x + width / 2) * scale, frame["y"] + (y + height / 2) * scale)
        mouse.move(frame["x"] + end[0] * scale, frame["y"] + end[1] * scale)
        mouse.up()

    def boxes(self) -> Locator:
        return self.page.locator("#canvas .box")

    # -- the check screen

    def check(self, files: list[str], *, blind: bool = False) -> list[str]:
        """Decide every field of one's own, keys alone, as what is truly written; the titles in order."""
        seen = []
        while True:
            form = self.page.locator("[data-ready] form[data-check]")
            form.wait_for()
            title = (self.page.locator("[data-title]").text_content() or "").strip()
            page = re.search(r"(\d+)ページ", form.locator("header").text_content() or "")
            assert page is not None
            number = form.get_attribute("data-check")
            seen.append(title)
            self._decide(str(TRULY[files[int(page[1]) - 1]][NAMES[title]]), blind=blind)
            gone = f'() => document.querySelector("form[data-check]")?.dataset.check !== "{number}"'
            self.page.wait_for_function(gone, timeout=PATIENCE_MS)
            self.page.wait_for_load_state("load")
            if self.page.locator("form[data-check]").count():
                continue
            follow = self.page.get_by_role("link", name=re.compile("^次は"))
            if not follow.count():
                return seen
            self.enter(follow.first)

    def _decide(self, text: str, *, blind: bool) -> None:
        """Enter when the reading is right, a number for a mark, F2 and letters otherwise."""
        keys, value = self.page.keyboard, self.page.locator("#v")
        mark = {"true": "✓ 印あり", "false": "印なし"}.get(text, text)
        picks = self.page.locator("[data-pick]").all_inner_texts()
        marks = [at for at, one in enumerate(picks, 1) if mark in one and "選択肢" in one]
        if not blind and plain(value.input_value()) == plain(
            {"true": "あり", "false": "なし"}.get(text, text)
        ):
            keys.press("Enter")
        elif marks:
            keys.press(str(marks[0]))
        else:
            if not blind:
                keys.press("F2")
            keys.type(text)
            keys.press("Enter")


def plain(text: str) -> str:
    return re.sub(r"[\s　,]", "", text)


def scan(name: str) -> Path:
    return DEMO / "ocr_scans" / name


def test_from_an_empty_sheet_to_certified_fields_and_files(tmp_path: Path) -> None:
    shots = Path(os.environ["SHOTS"]) if os.environ.get("SHOTS") else None
    if shots is not None:
        shots.mkdir(parents=True, exist_ok=True)
    town = DemoTown(tmp_path / "town")
    done = town.yakuba("migrate")
    assert done.returncode == 0, done.stderr
    town.python(PEOPLE.replace("{password!r}", repr(PASSWORD)))
    portal = Portal(town, free_port())
    try:
        portal.wait()
        # A thread of its own: other tests may keep a browser open in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(the_story, portal.origin, shots, town).result()
    finally:
        portal.stop()
    checked = town.yakuba("audit", "verify")
    assert checked.returncode == 0, checked.stderr


def the_story(origin: str, shots: Path | None, town: Installation) -> None:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        officer, second, approver = (Officer(browser, origin, shots) for _ in range(3))
        for desk, number in ((officer, "40001"), (second, "40002"), (approver, "40003")):
            desk.enter_town(number)
        the_officer_draws_a_form(officer)
        the_draft_is_tried(officer, "01.jpg")
        another_form_is_taken_over(officer, town.home)
        a_second_person_lets_them_read(approver)
        files = a_mixed_batch_is_sorted(officer)
        the_batch_is_checked(officer, files)
        two_persons_enter_what_they_see(officer, second)
        fields_are_certified_on_simulated_entries(officer, approver, town)
        fields_pass_and_some_are_audited(officer)
        everything_leaves(officer)
        for desk in (officer, second, approver):
            desk.close()
        browser.close()


def the_officer_draws_a_form(officer: Officer) -> None:
    officer.go("/staff/ocr/")
    officer.says("使用中の帳票がありません")
    officer.stop("01-home-empty")
    officer.follow("帳票を作る")
    officer.follow("未記入の用紙から作る")
    officer.type("#id_name", FORM)
    officer.type("#id_version", VERSION)
    officer.choose_files("#id_file", DEMO / "ocr_forms" / "kyuyo.png")
    officer.stop("02-form-new")
    officer.press("下書きを作る")
    page = officer.page
    for at, (kind, title, _, box) in enumerate(DRAWN, 1):
        page.select_option("#draw-kind", kind)
        officer.draw(box)
        assert officer.boxes().count() == at
        page.fill("#f-label", title)
        if kind == "person_name":
            page.select_option("#f-writing", "print")  # the next ones follow
            page.select_option("#f-policy", "always_staff")
    page.select_option("#draw-kind", "circle")
    for at, (word, box) in enumerate(MARK[2].items()):
        officer.draw(box, snap=0)
        page.fill(f"#o-{at}-value", word)
    page.fill("#f-label", MARK[0])
    assert officer.boxes().count() == len(DRAWN) + 2
    page.wait_for_selector("#design-status >> text=直すところはありません")
    officer.stop("03-design")
    officer.press("保存して読取りを試す")


def the_draft_is_tried(officer: Officer, sample: str) -> None:
    """One filled-in sheet is read; the officer says of each field whether it was right."""
    officer.says("見本はまだありません")
    officer.choose_files("#id_scans", scan(sample))
    officer.press("見本を読ませる")
    officer.until("見本1の正誤を記録する")
    officer.stop(f"04-read-test-{sample[:2]}")
    officer.reach(officer.named(re.compile("残りをすべて")))
    officer.page.keyboard.press("Enter")
    officer.press("見本1の正誤を記録する")
    officer.follow("承認の依頼へ進む")
    officer.type("#id_reason", "見本の読みを、用紙と見比べて確かめました。")
    officer.stop(f"05-version-{sample[:2]}")
    officer.press("使用開始の承認を依頼する")
    officer.says("承認を待っています")


def another_form_is_taken_over(officer: Officer, folder: Path) -> None:
    """A form of another town: its definition, and the empty sheet beside it."""
    definition = folder / "form.yaml"
    definition.write_text(yaml.safe_dump(OTHER_FORM, allow_unicode=True), "utf-8")
    officer.go("/staff/ocr/forms/")
    officer.follow("取り込む")
    officer.choose_files("#id_file", definition)
    officer.press("帳票を取り込む")
    officer.says("未記入の用紙も選んでください")
    officer.stop("06-import-refused")
    officer.choose_files("#id_file", definition)
    officer.choose_files("#id_blank", DEMO / "ocr_forms" / "noen.png")
    officer.press("帳票を取り込む")
    officer.follow("読取りを試す")
    the_draft_is_tried(officer, "21.jpg")


def a_second_person_lets_them_read(approver: Officer) -> None:
    for title in (f"{FORM} {VERSION}", f"{OTHER} {OTHER_VERSION}"):
        approver.go("/staff/people/approvals/")
        approver.says(title)
        row = approver.page.locator("tr.is-ask", has_text=title)
        approver.enter(row.get_by_role("link"))
        approver.says("承認する内容を見る")
        approver.stop("07-approve-form")
        approver.press("承認する")
        approver.says("承認しました")


def a_mixed_batch_is_sorted(officer: Officer) -> list[str]:
    """Two forms, one of them upside down, and a covering letter that is no form."""
    files = ["05.jpg", "22.jpg", "19.jpg"]
    officer.go("/staff/ocr/")
    officer.follow("スキャンを受け付ける")
    officer.type("#id_title", "1月15日受付分")
    officer.choose_files("#id_scans", *map(scan, files))
    officer.type("#id_scanner", SCANNER)
    officer.stop("08-batch-new")
    officer.press("受け付けて読む")
    officer.until("仕分けできないページ")
    officer.stop("09-batch-sorted")
    cards = officer.page.locator(".page-card").all_inner_texts()
    assert any("1ページ" in one and "読取り済み" in one and FORM in one for one in cards), cards
    assert any("2ページ" in one and "読取り済み" in one and OTHER in one for one in cards), cards
    officer.press("選んだページを束から除く")
    officer.says("ページが選ばれていません")
    officer.mark("3ページ")
    officer.press("選んだページを束から除く")
    officer.says("3ページを束から除きました")
    return files


def the_batch_is_checked(officer: Officer, files: list[str]) -> None:
    officer.follow("確認を始める")
    officer.stop("10-what-to-check")
    officer.follow(re.compile("から確認する$"))
    officer.stop("11-check")
    assert sorted(officer.check(files)) == sorted(
        [*(title for _, title, *_ in DRAWN), MARK[0], "利用の決まりに同意"]
    )
    officer.says("この束の確認は、すべて終わりました")
    officer.stop("12-checked")


def two_persons_enter_what_they_see(officer: Officer, second: Officer) -> None:
    """A batch for the certificate: nobody sees what the AI read."""
    officer.go("/staff/ocr/batches/new/")
    officer.type("#id_title", "認定のための束")
    officer.choose_files("#id_scans", scan("06.jpg"))
    officer.choose("#id_version", FORM)
    assert officer.page.input_value("#id_scanner") == SCANNER
    officer.mark("AIの読みを見せずに入力する（認定のための束）")
    officer.press("受け付けて読む")
    officer.until("確認を始める")
    batch = officer.page.url.removeprefix(officer.origin)
    for desk in (officer, second):
        desk.go(f"{batch}check/")
        desk.follow(re.compile("から確認する$"))
        page = desk.page
        assert page.input_value("#v") == ""
        assert page.locator("[data-pick]").count() == 0
        if desk is officer:
            desk.stop("13-blind")
        assert len(desk.check(["06.jpg"], blind=True)) == len(DRAWN) + 1
    second.follow("認定の進み具合を見る")
    second.says(FORM)


def fields_are_certified_on_simulated_entries(
    officer: Officer, approver: Officer, town: Installation
) -> None:
    """A thousand more entries are simulated; every page that rests on them says so."""
    done = town.yakuba("demo", "entries", FORM, VERSION, "--by", "40001", "40002")
    assert done.returncode == 0, done.stderr
    border = f"/staff/border/forms/ocr/{FORM}/"
    for title in (*AMOUNTS, MARK[0]):
        officer.go(border)
        officer.says("模擬を含む")
        officer.follow(f"{FORM}「{title}」")
        officer.says("うち模擬 1,300件")
        if title == AMOUNTS[0]:
            officer.stop("14-certify")
        officer.press("認定を計算する")
        officer.says("認定の承認を依頼しました")
        approver.go("/staff/people/approvals/")
        approver.says(f"{FORM}「{title}」（模擬）")
        approver.follow("自動処理の認定")
        approver.says("模擬のデータによる証明書です")
        if title == AMOUNTS[0]:
            approver.stop("15-approve-certificate")
        approver.press("承認する")
        approver.says("承認しました")
    # The first 200 of a certificate are audited, every one; the amounts are put behind that.
    done = town.yakuba("demo", "audits", FORM, VERSION, *AMOUNTS)
    assert done.returncode == 0, done.stderr
    officer.go(border)
    assert officer.page.locator("td", has_text="認定（模擬）").count() == 3
    officer.stop("16-border-of-the-form")
    officer.follow(f"{FORM}「支払金額」")
    officer.says("模擬のデータによる証明書です")
    officer.says("監査の件数にも模擬を含む")
    officer.stop("17-certificate")


def fields_pass_and_some_are_audited(officer: Officer) -> None:
    files = ["07.jpg", "08.jpg"]
    officer.go("/staff/ocr/batches/new/")
    officer.type("#id_title", "1月16日受付分")
    officer.choose_files("#id_scans", *map(scan, files))
    officer.choose("#id_version", FORM)
    officer.press("受け付けて読む")
    officer.until("模擬の証明書で処理した欄が")
    officer.stop("18-second-batch")
    officer.enter(officer.page.locator(".page-card a").first)
    officer.says("証明書（模擬）のしきい値")
    officer.stop("19-page")
    officer.page.go_back()
    officer.follow("確認を始める")
    officer.follow(re.compile("から確認する$"))
    titles = officer.check(files)
    assert titles.count("氏名") == 2  # always staff
    assert titles.count(MARK[0]) == 2  # certified, and audited as one of the first 200
    assert sum(titles.count(one) for one in AMOUNTS) < 4  # some passed; each is audited by chance, 3 of 100
    officer.says("この束の確認は、すべて終わりました")


def everything_leaves(officer: Officer) -> None:
    """Every format, opened and compared with what is truly on the sheets."""
    officer.follow("結果を書き出す")
    officer.stop("20-export")
    page = officer.page.url.removeprefix(officer.origin)
    wanted = [
        [str(TRULY[name][field]) for _, _, field, _ in DRAWN] + [TRULY[name][MARK[1]]]
        for name in ("07.jpg", "08.jpg")
    ]
    heads = ["用紙の番号", *(title for _, title, *_ in DRAWN), MARK[0]]

    def leave(label: str) -> bytes:
        officer.go(page)
        officer.mark(label)
        return officer.download("結果を書き出す", role="button")

    for label, charset in (("CSV（UTF-8）", "utf-8-sig"), ("CSV（Shift_JIS、CP932）", "cp932")):
        rows = list(csv.reader(io.StringIO(leave(label).decode(charset))))
        assert rows[0] == heads
        assert [[plain(one) for one in row[1:]] for row in rows[1:]] == [
            [plain(one) for one in row] for row in wanted
        ]
    whole: dict[str, Any] = json.loads(leave("JSON（読み、確定した値、決めた人）"))
    decided = [field for one in whole["pages"] for field in one["fields"]]
    assert whole["complete"] is True
    assert {one["decision"] for one in decided} == {"auto", "staff"}
    assert any("証明書（模擬）" in one["because"] for one in decided if one["decision"] == "auto")
    rows_out = json.loads(leave("RPAに渡す行（件数と検査値つき）"))
    assert rows_out["counts"] == {"columns": 5, "rows": 2}
    assert len(rows_out["sha256"]) == len(hashlib.sha256(b"").hexdigest())
    assert rows_out["rows"][0][2] == TRULY["07.jpg"]["paid"]
    text = pdf_text(leave("文字を検索できるPDF"))
    assert plain(TRULY["08.jpg"]["payee_name"]) in plain(text)
    officer.go("/staff/ocr/")
    officer.stop("21-home")
