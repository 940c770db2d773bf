"""Write the page of permissions: ``python -m yakuba.site.permissions_page docs/security/permissions.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

HEAD = """# 誰がどの画面を使えるか

この表は、各画面の宣言（`yakuba_permission`）から作ります。直接は書き換えません
（`python -m yakuba.site.permissions_page docs/security/permissions.md`）。
宣言のない画面があると試験が失敗します。

- 役割は低いほうから 閲覧、担当、承認。高い役割は低い役割を含みます。
- 管理は別の役割で、業務の内容は見られません。
- 役割は、業務を受け持つ課への配属に付き、開始日と終了日があります。権限はこのときの日付で決まります。
- 「職員なら誰でも」の画面は、中に出す内容を、見る人の権限で画面自身が絞ります。
- 住民の画面は職員の表を読めません。結果の画面は、通知の番号と生年月日で開きます。
- 支援措置の対象者は、名指しされた職員だけが見られます。見たこと、出力したことは記録に残ります。

項目ごとの制限：支援措置の対象者の氏名と番号（名指しされた職員）、処理の技術情報（管理）、
個人番号（見るたびに記録。一覧と書き出しでは伏せる）、監査の記録（管理）。

| 画面のアドレス | 業務 | 要る役割 |
|---|---|---|
"""


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.callback


def permissions_page() -> str:
    """The page as Markdown: every guarded address, in order."""
    from yakuba.core.people.models import Role  # Django must have been started
    from yakuba.core.people.permissions import SIGNED_IN
    from yakuba.core.systems import all_systems

    names = {system.key: system.name for system in all_systems()}
    rows = []
    for path, view in _patterns(get_resolver()):
        permission = getattr(view, "yakuba_permission", None)
        if permission is None:
            continue
        system, role = permission
        if system == SIGNED_IN or role is None:
            who = ("—", "職員なら誰でも")
        elif system is None:
            who = ("全体", Role(role).label)
        else:
            who = (names.get(system, "受け持つ業務"), f"{Role(role).label}以上")
        rows.append(f"| `/{path}` | {who[0]} | {who[1]} |\n")
    return HEAD + "".join(sorted(rows))


if __name__ == "__main__":
    from yakuba.core.setup import start_django

    start_django()
    Path(sys.argv[1]).write_text(permissions_page(), encoding="utf-8")
