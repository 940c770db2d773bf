"""Every setting an operator can make: one environment variable a line, documented here and only here.

``docs/settings.md`` is written from this table; a test fails when the two differ or when code reads a
``YAKUBA_*`` variable that the table does not list.
"""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable."""

    name: str
    default: str
    meaning: str  # Japanese, for the operator


SETTINGS: tuple[Setting, ...] = (
    Setting("YAKUBA_HOME", "var", "状態（データベース、ファイル、鍵）を置くフォルダー"),
    Setting("YAKUBA_FACE", "both", "動かす面。staff（職員）、resident（区民）、both（両方）"),
    Setting("YAKUBA_DATABASE_URL", "", "postgresql:// で始まる接続先。空なら YAKUBA_HOME の SQLite"),
    Setting("YAKUBA_SECRET_KEY", "", "署名の鍵。空なら YAKUBA_HOME/keys に作って使う"),
    Setting("YAKUBA_ALLOWED_HOSTS", "127.0.0.1,localhost", "受け付けるホスト名（コンマ区切り）"),
    Setting("YAKUBA_DEBUG", "0", "1 なら開発用の詳しいエラー画面を出す。本番では使わない"),
    Setting("YAKUBA_HTTPS", "0", "1 なら HTTPS だけで使う（安全な Cookie、HSTS）"),
    Setting("YAKUBA_BEHIND_PROXY", "0", "1 なら手前のプロキシーが付ける X-Forwarded-Proto を信じる"),
    Setting(
        "YAKUBA_TRUSTED_ORIGINS", "", "プロキシーの後ろで使うときの https:// の公開アドレス（コンマ区切り）"
    ),
    Setting("YAKUBA_UPLOAD_MB", "100", "1回に送れる大きさの上限（MB）"),
    Setting(
        "YAKUBA_LISTS_KEPT_S",
        "1",
        "住民に見せる空き状況の一覧を使い回す秒数（0から60）。予約できるかどうかは、申込みのときに必ず確かめる",
    ),
    Setting("YAKUBA_API_RATE", "600", "APIの1つのトークンが1分に送れる要求の数（おおよそ）"),
    Setting("YAKUBA_CITY", "汐見区", "画面に出す自治体名"),
    Setting(
        "YAKUBA_REQUIRE_TOTP",
        "approvers",
        "確認コード（二段階認証）を必ず求める職員。none（求めない）、approvers（承認・管理の権限を持つ職員）、all（全員）",
    ),
    Setting("YAKUBA_SESSION_IDLE_MINUTES", "30", "操作がないときにログアウトするまでの分数"),
    Setting(
        "YAKUBA_OIDC_SERVER_URL", "", "シングルサインオン（OpenID Connect）の発行者の URL。空なら使わない"
    ),
    Setting("YAKUBA_OIDC_CLIENT_ID", "", "シングルサインオンのクライアントID"),
    Setting("YAKUBA_OIDC_CLIENT_SECRET", "", "シングルサインオンのクライアントの秘密"),
    Setting("YAKUBA_OIDC_NAME", "庁内の共通認証", "ログイン画面のボタンに出すシングルサインオンの名前"),
    Setting("YAKUBA_OIDC_CLAIM", "preferred_username", "職員番号が入っている項目（クレーム）の名前"),
    Setting("YAKUBA_FILE_LIMIT_MIB", "200", "1ファイルの大きさの上限（MiB）"),
    Setting("YAKUBA_BACKUP_PASSPHRASE", "", "バックアップのパスフレーズ。--passphrase-file でも指定できる"),
    Setting(
        "YAKUBA_FAMILY_PAGE",
        "",
        "通知に印刷する、家庭の結果画面のアドレス（例：https://…/nursery/result/）。空なら通知を作るときに入力する",
    ),
    Setting(
        "YAKUBA_HANDBOOK_PAGE",
        "",
        "登録コードの通知に印刷する、母子手帳の画面のアドレス（例：https://…/handbook/）。空なら通知を作るときに入力する",
    ),
    Setting("YAKUBA_CITY_EN", "Shiomi", "英語の画面に出す自治体名"),
    Setting(
        "YAKUBA_OCR_NUMBER_DAYS",
        "90",
        "AI-OCR の個人番号を、欄の確定から何日で消すか（封じた値、入力の控え、用紙の画像の番号）",
    ),
    Setting(
        "YAKUBA_OCR_OPEN_NUMBER_DAYS",
        "180",
        "確認の終わらない AI-OCR の個人番号を、受付から何日で消すか。14日前に AI-OCR の画面で予告する",
    ),
    Setting(
        "YAKUBA_QUIET_HOURS",
        "21:00-08:00",
        "住民への通知を送らない時間帯（日本時間）。00:00-00:00 なら設けない",
    ),
    Setting("YAKUBA_MAIL_FROM", "", "住民へのメールの差出人のアドレス。空ならメールを送らない"),
    Setting("YAKUBA_MAIL_HOST", "", "メールサーバーのホスト名。空ならメールサーバーを使わない"),
    Setting("YAKUBA_MAIL_PORT", "25", "メールサーバーのポート番号"),
    Setting("YAKUBA_MAIL_USER", "", "メールサーバーの利用者名。空なら認証しない"),
    Setting("YAKUBA_MAIL_PASSWORD", "", "メールサーバーのパスワード"),
    Setting("YAKUBA_MAIL_TLS", "starttls", "メールサーバーとの暗号化。starttls、tls、none のどれか"),
    Setting(
        "YAKUBA_MAIL_SENT_LOG",
        "",
        "メールサーバーが受け付けたメールの Message-ID を、受け付けた後に書き足すファイル。"
        "送信中に途切れたメールが届いたかを、これで確かめる",
    ),
    Setting(
        "YAKUBA_MAIL_UNKNOWN",
        "again",
        "届いたか分からないメールの扱い。again（もう一度送る）、ask（職員に確かめる）",
    ),
    Setting(
        "YAKUBA_MAIL_SPOOL",
        "",
        "メールを渡すフォルダー。指定すると、メールサーバーにつながず、new に1通ずつ置く",
    ),
    Setting("YAKUBA_PUBLIC_ADDRESS", "", "住民の画面のアドレス（例：https://…/）。メールに書く"),
    Setting("YAKUBA_DEMO", "0", "1 なら、架空のデータであることを区民の画面に表示する"),
)


def setting(name: str) -> str:
    """The value of a documented setting; ``KeyError`` for one that is not in the table."""
    for entry in SETTINGS:
        if entry.name == name:
            return os.environ.get(name) or entry.default
    raise KeyError(f"{name} is not in yakuba.site.environment.SETTINGS")


def flag(name: str) -> bool:
    """A setting that is 1 or 0."""
    return setting(name) == "1"
