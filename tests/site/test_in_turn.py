"""The server's door: long uploads are read without a turn, everything else within one."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest

from yakuba.core.turns import Turns
from yakuba.site import wsgi
from yakuba.site.wsgi import AT_ONCE, InTurn, Upload


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    fresh = Turns(1)
    monkeypatch.setattr(wsgi, "REQUESTS", fresh)
    return fresh


def free(turns: Turns) -> bool:
    """Whether somebody else could have a turn now."""
    found = []

    def ask() -> None:
        got = turns._free.acquire(blocking=False)
        if got:
            turns._free.release()
        found.append(got)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return found[0]


class Body(io.BytesIO):
    """Notes whether a turn was free while it was read."""

    def __init__(self, content: bytes, turns: Turns) -> None:
        super().__init__(content)
        self.turns, self.seen = turns, list[bool]()

    def read(self, *size: Any) -> bytes:
        self.seen.append(free(self.turns))
        return super().read(*size)

    def readline(self, *size: Any) -> bytes:
        self.seen.append(free(self.turns))
        return super().readline(*size)


@pytest.mark.parametrize(
    ("length", "waits_outside"),
    [(str(AT_ONCE), False), ("", False), (str(AT_ONCE + 1), True), ("many", True), ("-1", True)],
)
def test_only_a_long_body_is_read_without_a_turn(length: str, waits_outside: bool, turns: Turns) -> None:
    body = Body(b"first\nsecond", turns)
    got: list[bytes] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        assert not free(turns)
        got.extend([environ["wsgi.input"].readline(), environ["wsgi.input"].read(100)])
        assert not free(turns)
        return [b"answer"]

    environ = {"CONTENT_LENGTH": length, "wsgi.input": body}
    assert InTurn(application)(environ, lambda *_: None) == [b"answer"]  # type: ignore[arg-type, list-item]
    assert got == [b"first\n", b"second"]
    assert body.seen == [waits_outside] * 2
    assert isinstance(environ["wsgi.input"], Upload) is waits_outside
    assert free(turns)


def test_a_fault_gives_the_turn_back(turns: Turns) -> None:
    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        raise RuntimeError("planted")

    with pytest.raises(RuntimeError, match="planted"):
        InTurn(application)({"wsgi.input": io.BytesIO()}, lambda *_: None)  # type: ignore[arg-type, list-item]
    assert free(turns)
