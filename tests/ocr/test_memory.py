"""Memory that the engines freed goes back to the system; where it can't, nothing happens."""

from __future__ import annotations

import subprocess
import sys

import pytest

from yakuba.ocr import memory

THREADS = """
import threading
from yakuba.ocr import memory

memory.keep_small()

def work():
    parts = [bytearray(60_000) for _ in range(2_000)]  # below the size that malloc maps by itself
    del parts[::2]

def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

threads = [threading.Thread(target=work) for _ in range(4)]
[one.start() for one in threads]
[one.join() for one in threads]
kept = [bytearray(60_000) for _ in range(3_000)]
del kept[:-1]  # the last one keeps the heap from shrinking by itself
before = held()
memory.give_back()
print(before - held())
"""


@pytest.mark.skipif(memory._glibc() is None, reason="only glibc keeps and trims")
def test_what_was_freed_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", THREADS], check=True, capture_output=True, text=True)
    assert int(done.stdout) > 50_000_000


def test_without_glibc_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_glibc", lambda: None)
    memory.keep_small()
    memory.give_back()
