"""A small mail server that only counts: every mail it takes is one line of a file, its Message-ID.

The line is written after the whole mail has arrived and before the answer «250», as a mail server that keeps
a list of what it accepted would. ``python -m benchmarks.core.smtp_sink FILE [--port N]`` prints its port.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socketserver
import threading
from pathlib import Path
from typing import cast


class Sink(socketserver.ThreadingTCPServer):
    """The server. ``refuse``: addresses answered with a code of their own instead of 250."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, log: Path, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Session)
        self.log = log
        self.refuse: dict[str, int] = {}
        self.silent = False  # take a mail and never answer, as when the line breaks
        self.mails: list[bytes] = []
        self.lock = threading.Lock()
        self._stream = log.open("ab", buffering=0)

    @property
    def port(self) -> int:
        """Where it listens."""
        return cast(int, self.server_address[1])

    def server_close(self) -> None:
        """Close the list too."""
        super().server_close()
        self._stream.close()

    def take(self, text: bytes) -> None:
        """Count a mail."""
        head = text.split(b"\r\n\r\n", 1)[0].replace(b"\r\n ", b" ")
        found = [line for line in head.split(b"\r\n") if line.lower().startswith(b"message-id:")]
        name = found[0].split(b":", 1)[1].strip() if found else b"<none>"
        with self.lock:
            os.write(self._stream.fileno(), name + b"\n")
            self.mails.append(text)


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self) -> None:
        """Speak until the sender is done, or killed."""
        with contextlib.suppress(ConnectionError):
            self._speak()

    def finish(self) -> None:
        """Close, also what the other side has closed."""
        with contextlib.suppress(ConnectionError):
            super().finish()

    def _speak(self) -> None:
        """As much SMTP as a sender needs."""
        sink = cast(Sink, self.server)
        self._say(220, "sink")
        code = 250
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word.startswith(b"DATA"):
                self._say(354, "go on")
                text = self._text()
                if text is None:
                    return
                sink.take(text)
                if sink.silent:
                    return
                self._say(250, "taken")
            elif word.startswith(b"RCPT"):
                code = next((c for a, c in sink.refuse.items() if a.encode().upper() in word), 250)
                self._say(code, "recipient")
            elif word.startswith(b"QUIT"):
                self._say(221, "bye")
                return
            else:
                self._say(250, "yes")

    def _text(self) -> bytes | None:
        lines: list[bytes] = []
        while line := self.rfile.readline():
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b"..") else line)
        return None  # the sender died before the end: not taken

    def _say(self, code: int, text: str) -> None:
        self.wfile.write(f"{code} {text}\r\n".encode())


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description="count mails")
    parser.add_argument("log", type=Path)
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    with Sink(given.log, given.port) as sink:
        print(sink.port, flush=True)
        sink.serve_forever()


if __name__ == "__main__":
    main()
