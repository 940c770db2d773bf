"""Write the page of settings: ``python -m yakuba.site.settings_page docs/settings.md``."""

from __future__ import annotations

import sys
from pathlib import Path

from yakuba.site.environment import SETTINGS

HEAD = """# 設定

環境変数で設定します。この表は `src/yakuba/site/environment.py` から作ります。直接は書き換えません
（`python -m yakuba.site.settings_page docs/settings.md`）。

| 環境変数 | 既定値 | 意味 |
|---|---|---|
"""


def settings_page() -> str:
    """The page as Markdown."""
    return HEAD + "".join(
        f"| `{one.name}` | {f'`{one.default}`' if one.default else '（空）'} | {one.meaning} |\n"
        for one in SETTINGS
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(settings_page(), encoding="utf-8")
