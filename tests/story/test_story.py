"""One day of a town hall, from an empty folder to an approved allocation: real processes, a real browser.

``SHOTS=folder`` keeps the pictures of every step.
"""

from __future__ import annotations

import io
import os
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.core.installations import Installation
from tests.site.browser import launch
from tests.story.desk import Desk, Portal

pytestmark = [pytest.mark.browser, pytest.mark.workers, pytest.mark.slow]

TITLE = "令和9年4月入所 一次選考"
NAMES = ("𠮷田 咲良", "髙橋 湊", "山﨑 凛", "葛\U000e0100西 颯")  # what old encodings lack
RARE = ("𠮷", "髙", "﨑", "葛\U000e0100")


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def make_ledgers(installation: Installation) -> tuple[Path, Path]:
    """The demo ledger with four rare names, and the same with two slips of the pen."""
    good, faulty = installation.home / "申込台帳.xlsx", installation.home / "申込台帳（誤り）.xlsx"
    done = installation.yakuba("demo", "ledger", "-o", str(good), "--children", "300", "--nurseries", "24")
    assert done.returncode == 0, done.stderr
    book = openpyxl.load_workbook(good)
    sheet = book["申込"]
    heads = [str(cell.value) for cell in sheet[1]]
    for row, name in enumerate(NAMES, start=3):
        sheet.cell(row, heads.index("児童氏名") + 1).value = name
    book.save(good)
    sheet.cell(12, heads.index("生年月日") + 1).value = "2025/2/30"
    sheet.cell(20, heads.index("第1希望") + 1).value = "9999"
    book.save(faulty)
    return good, faulty


def pdf_text(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    return text.replace("\r", "").replace("\n", "")


def test_an_officer_allocates_and_an_approver_approves(tmp_path: Path) -> None:
    shots = Path(os.environ["SHOTS"]) if os.environ.get("SHOTS") else None
    if shots is not None:
        shots.mkdir(parents=True, exist_ok=True)
    installation = Installation(tmp_path / "town")
    for arguments in (["migrate"], ["people", "add", "--admin", "10001", "--name", "中井 光"]):
        done = installation.yakuba(*arguments)
        assert done.returncode == 0, done.stderr
    code = re.search(r"：(\S+)$", done.stdout.strip())
    assert code is not None
    ledgers = make_ledgers(installation)
    portal = Portal(installation, free_port())
    try:
        portal.wait()
        # A thread of its own: other tests may keep a browser open in this one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(the_day, portal.origin, shots, code[1], ledgers).result()
    finally:
        portal.stop()
    checked = installation.yakuba("audit", "verify")
    assert checked.returncode == 0, checked.stderr
    assert "すべて書かれたときのままです" in checked.stdout


def the_day(origin: str, shots: Path | None, code: str, ledgers: tuple[Path, Path]) -> None:
    good, faulty = ledgers
    with sync_playwright() as playwright:
        browser = launch(playwright)
        admin = Desk(browser, origin, shots)
        codes = the_admin_prepares(admin, code)
        officer = Desk(browser, origin, shots)
        officer.set_password("20001", codes["20001"])
        the_officer_takes_the_ledger_in(officer, good, faulty)
        the_officer_allocates(officer)
        the_officer_explains(officer)
        the_officer_exports(officer)
        the_officer_asks_for_approval(officer)
        the_approver_approves(Desk(browser, origin, shots), codes["20003"])
        the_result_is_final(officer)
        the_audit_shows_it(admin)
        for desk in (officer, admin):
            desk.close()
        no_one_else_gets_in(browser, origin, shots)
        browser.close()


def the_admin_prepares(admin: Desk, code: str) -> dict[str, str]:
    admin.set_password("10001", code)
    admin.set_second_factor()
    admin.shot("01-empty-home", narrow=True)
    page = admin.go("/staff/people/departments/")
    admin.press("課を登録する", role="link")
    page.locator("#id_code").fill("210")
    page.locator("#id_name").fill("保育課")
    page.locator("#id_systems").fill("nursery")
    admin.shot("02-department")
    admin.press("課を保存する")
    admin.says("保育課を保存しました")
    codes = {}
    for number, name, kana, role in (
        ("20001", "前田 律", "マエダ リツ", "担当"),
        ("20003", "髙橋 新", "タカハシ アラタ", "承認"),
    ):
        admin.go("/staff/people/")
        admin.press("職員を登録する", role="link")
        page.locator("#id_username").fill(number)
        page.locator("#id_name").fill(name)
        page.locator("#id_kana").fill(kana)
        page.locator("#id_department").select_option(label="保育課")
        page.locator("#id_role").select_option(label=role)
        admin.shot("03-person", narrow=number == "20001")
        admin.press("職員を登録する")
        admin.says(f"{name}さんを登録しました")
        admin.press("再設定コードを発行する")
        codes[number] = (page.locator("p.big").text_content() or "").strip()
        admin.shot("04-code")
    return codes


def the_officer_takes_the_ledger_in(officer: Desk, good: Path, faulty: Path) -> None:
    officer.says("前田さん")
    officer.shot("05-officer-home", narrow=True)
    page = officer.page
    page.get_by_role("link", name="保育所利用調整").first.click()
    officer.shot("06-nursery-empty", narrow=True)
    officer.press("台帳を取り込む", role="link")
    page.locator("#id_title").fill(TITLE)
    page.locator("#id_file").set_input_files(faulty)
    officer.press("台帳を取り込む")
    officer.says("取り込めませんでした（2か所）")
    officer.says("2025/2/30")
    officer.says("9999")
    officer.shot("07-faults", narrow=True)
    officer.go("/staff/nursery/")
    officer.says("台帳はまだありません")
    officer.press("台帳を取り込む", role="link")
    page.locator("#id_title").fill(TITLE)
    page.locator("#id_file").set_input_files(good)
    officer.press("台帳を取り込む")
    officer.says("を取り込みました")
    officer.shot("08-ledger", narrow=True)


def the_officer_allocates(officer: Desk) -> None:
    page = officer.page
    officer.press("割り当てる")
    officer.says("割り当てています")
    officer.shot("09-progress", narrow=True)
    # The page leads on by itself; nothing is pressed here.
    page.wait_for_selector("text=入所最低指数", timeout=120_000)
    officer.shot("10-result", narrow=True)
    officer.press("希望順位", role="link")
    officer.shot("11-ranks", narrow=True)
    officer.press("証明", role="link")
    officer.says("別経路の検証")
    officer.shot("12-proof", narrow=True)


def the_officer_explains(officer: Desk) -> None:
    page = officer.page
    officer.press("児童別", role="link")
    officer.shot("13-children", narrow=True)
    page.locator("#table-outcome").select_option("waiting")
    officer.press("絞り込む")
    page.locator("tbody th a").first.click()
    officer.says("保留となりました")
    # the time an officer works on the case is measured
    expect(page.locator("html")).to_have_attribute("data-effects-state", "measuring")
    officer.shot("14-waiting-child", narrow=True)
    officer.press("ご家庭に示す文", role="link")
    officer.says("さんは、今回は保留となりました")
    officer.shot("15-parents-text")
    letter = page.get_by_role("link", name="印刷する（PDF）").get_attribute("href")
    assert letter is not None
    name = (page.locator("h1").text_content() or "").split("　")[1]
    assert name in pdf_text(officer.file(letter))
    for sign in RARE:
        officer.go(f"{page.url.removeprefix(officer.origin).split('children/')[0]}children/?q={sign}")
        link = page.locator("tbody th a").first
        name = page.locator("tbody tr").first.locator("td").first.text_content() or ""
        assert sign in name
        body = officer.file(f"{link.get_attribute('href')}print/")
        assert name in pdf_text(body)


def the_officer_exports(officer: Desk) -> None:
    page = officer.page
    officer.press("結果を書き出す", role="link")
    officer.shot("16-export", narrow=True)
    with page.expect_download() as download:
        officer.press("書き出す")
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    assert book.active is not None
    rows = list(book.active.iter_rows(values_only=True))
    assert len(rows) == 301
    written = "".join(str(row[2]) for row in rows)
    assert all(sign in written for sign in RARE)
    page.locator("#form-sjis").check()
    officer.press("書き出す")
    officer.says("Shift_JISで表せない文字が")
    expect(page.locator("table").first).to_contain_text("𠮷")
    officer.shot("17-cp932", narrow=True)
    with page.expect_download() as download:
        officer.press("〓に置き換えて書き出す")
    text = download.value.path().read_bytes().decode("cp932")
    assert "〓" in text
    assert len(text.splitlines()) == 301


def the_officer_asks_for_approval(officer: Desk) -> None:
    page = officer.page
    officer.press("証明", role="link")
    page.locator("#id_reason").fill("同点なし。保留の児童の説明文を確かめました。")
    officer.press("承認を依頼する")
    officer.says("承認を依頼しました")
    officer.shot("18-asked")


def the_approver_approves(approver: Desk, code: str) -> None:
    approver.set_password("20003", code)
    approver.set_second_factor()
    approver.shot("19-approver-home", narrow=True)
    page = approver.go("/staff/people/approvals/")
    approver.shot("20-approvals", narrow=True)
    page.locator("tbody a").first.click()
    approver.says("の結果を確定します")
    approver.shot("21-approval", narrow=True)
    approver.press("承認する")
    approver.says("承認しました")
    approver.close()


def the_result_is_final(officer: Desk) -> None:
    page = officer.go("/staff/nursery/")
    officer.says("承認済み")
    officer.shot("22-nursery-home", narrow=True)
    page.get_by_role("link", name="割当1", exact=True).click()
    officer.says("承認済みです。髙橋 新")
    officer.shot("23-approved", narrow=True)
    officer.go("/staff/jobs/")
    officer.says("完了")
    officer.shot("24-jobs", narrow=True)


def the_audit_shows_it(admin: Desk) -> None:
    page = admin.go("/staff/audit/")
    for act in ("取り込んだ", "依頼した", "計算した", "見た", "印刷した", "書き出した", "承認した"):
        admin.says(act)
    admin.press("全行を検証する")
    expect(page.locator("dl.stats")).to_contain_text("すべて一致")
    admin.shot("25-audit", narrow=True)
    assert admin.context.request.get(f"{admin.origin}/staff/nursery/").status == 403


def no_one_else_gets_in(browser: Browser, origin: str, shots: Path | None) -> None:
    stranger = Desk(browser, origin, shots)
    stranger.go("/staff/nursery/allocations/1/children/")
    assert "/staff/login/" in stranger.page.url
    stranger.close()
