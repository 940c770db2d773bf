"""A form's YAML as the command line takes it: with anchors, but no key twice, and never a crash."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

from yakuba.ocr.domain.form_reading import BadForm


class _Twice(yaml.constructor.ConstructorError):
    """A mapping names a key twice: the second would silently win over, say, «policy: always_staff»."""


class _Loader(yaml.SafeLoader):
    """Plain data alone, and every key once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in seen:
                    raise _Twice(None, None, key.value, key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def load(text: str, where: str) -> Any:
    """The plain data of one YAML document. ``BadForm`` names ``where`` and the line."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  # a SafeLoader with one rule more
    except _Twice as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise BadForm(
            [f"{where}：{line}行目の『{error.problem}』が2つあります。1つにしてください。"]
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = f"{mark.line + 1}行目の" if mark is not None else ""
        raise BadForm(
            [f"{where}：{at}YAML の書き方に誤りがあります。字下げと記号を確かめてください。"]
        ) from None
    except RecursionError:
        raise BadForm([f"{where}：入れ子が深すぎます。見本のとおりの書き方にしてください。"]) from None
    except ValueError:  # a date like 2026-13-45, a number of 5,000 digits
        raise BadForm(
            [f"{where}：ない日付か、長すぎる数があります。文字列は引用符で囲んでください。"]
        ) from None
