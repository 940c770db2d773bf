"""Notices to residents: quiet hours, and the mail server or spool folder. None is named by default."""

from __future__ import annotations

from yakuba.core.notify.domain.schedule import parse_quiet
from yakuba.site.environment import setting


def _one_of(name: str, *choices: str) -> str:
    value = setting(name)
    if value not in choices:
        raise ValueError(f"{name}：「{value}」は使えません。{'、'.join(choices)} のどれかにしてください。")
    return value


def _port(name: str) -> int:
    text = setting(name)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise ValueError(f"{name}：「{text}」はポート番号ではありません。1から65535の整数にしてください。")
    return int(text)


def _quiet(name: str) -> str:
    text = setting(name)
    try:
        parse_quiet(text)
    except ValueError as error:
        raise ValueError(f"{name}：{error}") from None
    return text


YAKUBA_QUIET_HOURS = _quiet("YAKUBA_QUIET_HOURS")
YAKUBA_MAIL_FROM = setting("YAKUBA_MAIL_FROM")
YAKUBA_MAIL_HOST = setting("YAKUBA_MAIL_HOST")
YAKUBA_MAIL_PORT = _port("YAKUBA_MAIL_PORT")
YAKUBA_MAIL_USER = setting("YAKUBA_MAIL_USER")
YAKUBA_MAIL_PASSWORD = setting("YAKUBA_MAIL_PASSWORD")
YAKUBA_MAIL_TLS = _one_of("YAKUBA_MAIL_TLS", "starttls", "tls", "none")
YAKUBA_MAIL_SENT_LOG = setting("YAKUBA_MAIL_SENT_LOG")
YAKUBA_MAIL_UNKNOWN = _one_of("YAKUBA_MAIL_UNKNOWN", "again", "ask")
YAKUBA_MAIL_SPOOL = setting("YAKUBA_MAIL_SPOOL")
YAKUBA_PUBLIC_ADDRESS = setting("YAKUBA_PUBLIC_ADDRESS")
