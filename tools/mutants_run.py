"""Runs of ``make mutants``: one fault at a time in a copy of the source, judged by the tests of its file."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import resource
import shutil
import signal
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".mutants"
_MEMORY = 12 * 2**30  # bytes of addresses; a fault that allocates without end is stopped here
_SECONDS = 600  # of processor time for one mutant; the plugin ends single tests much earlier


@cache
def tests_by_file() -> dict[str, tuple[str, ...]]:
    """The test files that speak for each domain file; ``mutants.toml`` beside this file."""
    groups = tomllib.loads((ROOT / "tools/mutants.toml").read_text("utf-8"))["files"]
    return {
        f"{group['folder']}/{name}.py": tuple(f"tests/{test}" for test in group["tests"])
        for group in groups
        for name in group["names"]
    }


def short_hash(text: str) -> str:
    """A short name of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def hash_of_tests(file: str, root: Path = ROOT) -> str:
    """Changes whenever a test file that speaks for ``file`` does."""
    return short_hash("".join((root / test).read_text("utf-8") for test in tests_by_file()[file]))


@dataclass
class Tree:
    """A worker's own copy of what the tests need, with byte code of its own for what never changes."""

    place: Path
    seconds: dict[tuple[str, ...], Path] = field(default_factory=dict)  # by tests: what each of them took

    @classmethod
    def make(cls, number: int) -> Tree:
        """A fresh copy."""
        place = STATE / f"tree{number}"
        shutil.rmtree(place, ignore_errors=True)
        for name in ("src", "tests", "docs", "tools"):
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        return cls(place)

    def write(self, file: str, text: str) -> None:
        """Puts a text in the place of a source file; its old byte code goes, whatever the clock says."""
        target = self.place / file
        target.write_text(text, encoding="utf-8")
        Path(importlib.util.cache_from_source(str(target))).unlink(missing_ok=True)

    def run(self, file: str, text: str) -> str:
        """killed, survived, or timeout (which counts as noticed), with ``text`` in the place of ``file``."""
        original = (self.place / file).read_text("utf-8")
        self.write(file, text)
        try:
            return self._tests(file)
        finally:
            self.write(file, original)

    def _tests(self, file: str) -> str:
        environment = {
            **os.environ, "MUTANTS_TIMES": str(self._seconds(file)), "YAKUBA_HOME": str(self.place / "home"),
            "PYTHONPATH": f"{self.place / 'src'}:{self.place}:{self.place / 'tools'}",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # nothing but what mutants.ini names
        }  # fmt: skip
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        command = [sys.executable, "-m", "pytest", "-c", "tools/mutants.ini", "--rootdir", ".",
                   *tests_by_file()[file]]  # fmt: skip

        def limits() -> None:
            resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))

        with subprocess.Popen(
            command, cwd=self.place, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, preexec_fn=limits,
        ) as process:  # fmt: skip
            try:
                code = process.wait(4 * _SECONDS)  # a fault that waits for ever uses no processor
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return "timeout"
        if code in (-signal.SIGPROF, -signal.SIGXCPU, -signal.SIGKILL):
            return "timeout"
        return "survived" if code == 0 else "killed"

    def _seconds(self, file: str) -> Path:
        """Where the seconds of its tests are kept; another place whenever the tests or the code change."""
        tests = tests_by_file()[file]
        if tests not in self.seconds:
            code = sorted(name for name, own in tests_by_file().items() if own == tests)
            texts = "".join((self.place / name).read_text("utf-8") for name in code)
            self.seconds[tests] = STATE / f"times-{short_hash(hash_of_tests(file, self.place) + texts)}.json"
        return self.seconds[tests]

    def passes(self, file: str) -> bool:
        """Whether the tests of ``file`` pass without any fault; how long each of them takes is kept."""
        return (
            self._seconds(file).exists()
            or self.run(file, (self.place / file).read_text("utf-8")) == "survived"
        )
