"""Password hashing that leaves the processor to the pages.

A scrypt check costs a quarter of a second of processor time on purpose. When twenty people sign in within
five seconds, two processors are busy with it, and everybody's page would wait its turn. The hashes
therefore run in threads of their own, at most one a processor (16 MiB each), at a lower priority: pages come
first, and sign-ins use what is left.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from django.contrib.auth.hashers import ScryptPasswordHasher

from yakuba.core.turns import REQUESTS

NICENESS = 10  # beside a thread at 0 such a thread gets about a tenth of a processor


def _step_back() -> None:
    """Lower the priority of the calling thread; only Linux has one for each thread."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        nice = max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread))  # raising it again needs a privilege
        os.setpriority(os.PRIO_PROCESS, thread, nice)


@cache
def _pool() -> ThreadPoolExecutor:
    """Made at the first sign-in, and so in the serving process and not in the one that forks it."""
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="password", initializer=_step_back)


def slow_digests(secrets: Iterable[str], salt: bytes) -> list[str]:
    """scrypt digests (hexadecimal) of secrets that share a salt, with the cost of the passwords."""
    cost = {
        "n": ScryptPasswordHasher.work_factor,
        "r": ScryptPasswordHasher.block_size,
        "p": ScryptPasswordHasher.parallelism,
    }
    waiting = [_pool().submit(hashlib.scrypt, secret.encode(), salt=salt, **cost) for secret in secrets]
    with REQUESTS.away():
        return [one.result().hex() for one in waiting]


class PoliteScryptHasher(ScryptPasswordHasher):
    """Django's scrypt (N = 2^14, r = 8, p = 5: a row of OWASP's list), computed in the pool."""

    def encode(
        self, password: str, salt: str, n: int | None = None, r: int | None = None, p: int | None = None
    ) -> str:
        """As Django's, in another thread; what it raises is raised here."""
        waiting = _pool().submit(super().encode, password, salt, n, r, p)
        with REQUESTS.away():
            return waiting.result()
