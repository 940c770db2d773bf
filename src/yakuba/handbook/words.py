"""How staff pages call statuses, reasons and tasks."""

from __future__ import annotations

from yakuba.handbook.domain.rules import Rulebook

STATUSES = {
    "not_yet": "時期の前",
    "due": "受けられる時期",
    "overdue": "標準の時期を過ぎた",
    "complete": "完了",
    "aged_out": "定期の期間を過ぎた",
    "contraindicated": "対象外（除外の事由）",
}
STATUS_CHIPS = {
    "not_yet": "",
    "due": "chip-run",
    "overdue": "chip-warn",
    "complete": "chip-ok",
    "aged_out": "",
    "contraindicated": "",
}
REASONS = {
    "within_rules": "規則のとおり",
    "allowed_interval": "規則が認める短い間隔",
    "grace_period": "猶予の範囲",
    "too_young": "対象の年齢になる前の接種",
    "too_old": "対象の年齢を過ぎた接種",
    "too_soon": "前の接種からの間隔が短い",
    "live_conflict": "注射生ワクチンとの間隔が短い",
    "vaccine_not_listed": "この回に使わないワクチンまたは製品",
    "product_not_in_use_then": "接種した日には使わないワクチンまたは製品（使い始める前か、終わった後）",
    "inadvertent_vaccine": "誤って使われやすいワクチン",
    "rule_not_in_force": "接種した日に、この規則はまだない（またはもうない）",
    "series_complete": "必要な回数を終えたあとの接種",
    "lot_expired": "有効期限を過ぎたロット",
    "dose_condition": "保管や手技の問題",
    "no_rule_for_person": "この方に当てはまる規則がない",
    "not_judged": "判定しないワクチン",
    "before_birth": "生年月日より前の接種日",
    "unknown_vaccine": "ワクチンの種類がわからない",
}
SHORT_STATUSES = {
    "complete": "完了",
    "due": "時期",
    "overdue": "遅れ",
    "aged_out": "期間後",
    "not_yet": "時期の前",
    "contraindicated": "対象外",
}
NO_MORE = {
    "too_old": "対象の年齢を過ぎた",
    "rule_not_in_force": "規則がない",
    "no_rule_for_person": "当てはまる規則がない",
    "series_complete": "",
}
DATES = {
    "legal_from": "定期の始め",
    "legal_until": "定期の期限",
    "recommended_from": "標準の始め",
    "recommended_until": "標準の期限",
}
TASK_KINDS = {
    "dose_outside_rules": "規則の範囲外の可能性がある接種",
    "unknown_vaccine": "種類の分からないワクチン",
    "register_mismatch": "家庭の記録と台帳の違い",
    "birth_of_pregnancy": "妊娠届の子の可能性",
}
SHARED = {
    "guardian": "保護者が同じ",
    "address": "住所が同じ",
    "postal_code": "郵便番号が同じ",
}
OUTCOMES = (
    ("confirmed", "規則の範囲外の接種であることを確認した"),
    ("corrected", "記録の誤りを直した"),
    ("consulted", "医療機関・家庭と相談した"),
    ("no_action", "対応は要らない"),
)
# What can come of the other kinds; a code means the same wherever it stands.
OUTCOMES_OF = {
    "unknown_vaccine": OUTCOMES[1:],
    "birth_of_pregnancy": OUTCOMES[2:],
    "register_mismatch": (("confirmed", "家庭の記録と台帳が違うことを確認した"), *OUTCOMES[1:]),
}
RESOLVED = "resolved"
OUTCOME_LABELS = {**dict(OUTCOMES), RESOLVED: "記録が変わり、確認の要がなくなった"}
LANGUAGES = {"ja": "日本語", "ja-x-easy": "やさしい日本語", "en": "英語"}
SEXES = {"F": "女", "M": "男", "": "—"}
SOURCES = {"office": "予診票", "family": "家庭の記録"}


def vaccine_title(book: Rulebook, code: str) -> str:
    """The vaccine as the rule book calls it; 「不明」 for what nobody could tell."""
    group = book.groups.get(code)
    if group is not None and group.title:
        return group.title
    return book.titles.get(code) or {"UNKNOWN": "不明", "DPT_IPV": "四種混合"}.get(code, code)


def outcomes_of(kind: str) -> tuple[tuple[str, str], ...]:
    """What can come of a task of a kind, as codes and words."""
    return OUTCOMES_OF.get(kind, OUTCOMES)


def outcome_text(kind: str, outcome: str) -> str:
    """What came of a task."""
    return dict(outcomes_of(kind)).get(outcome) or OUTCOME_LABELS.get(outcome, "")


def mailing_text(months: int | None, turning: int | None) -> str:
    """When a voucher goes out: 「生後2か月になる月の前月末」, 「6歳になる年度の4月」."""
    if turning is not None:
        return f"{turning}歳になる年度の4月"
    count = months or 0
    age = f"{count // 12}歳" if count >= 12 and count % 12 == 0 else f"生後{count}か月"
    return f"{age}になる月の前月末"


def dose_title(book: Rulebook, code: str, number: int | None, label: str = "") -> str:
    """「B型肝炎 2回目」, 「日本脳炎 第2期」."""
    what = label or (f"{number}回目" if number else "")
    return f"{vaccine_title(book, code)} {what}".strip()
