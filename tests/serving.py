"""The program as its users start it: a `kdnx` process on a loopback port, waited for by its own health address."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 120.0  # seconds; a first start makes its database


def free_port() -> int:
    """A port of the loopback that nobody holds now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Come back as soon as it is true; AssertionError with `what` when it does not become so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def kdnx(data: Path, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """One command to its end."""
    command = [sys.executable, "-m", "kdnx", "--data", str(data), *words]
    env = {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@dataclass
class Serving:
    """A server process; `words` are what follows `kdnx`."""

    words: list[str]
    log: Path
    port: int = field(default_factory=free_port)
    environment: Mapping[str, str] = field(default_factory=dict)
    program: str = "kdnx"
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, seconds: float = PATIENCE) -> None:
        """Start and wait until it is ready; what it said stands in the failure."""
        env = {**os.environ, **self.environment, "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", self.program, *self.words, "--port", str(self.port)]
        with self.log.open("ab") as out:
            self.process = self._popen(command, env, out)
        wait_until(self._is_ready, "the server does not answer", seconds)

    def _popen(
        self, command: list[str], env: Mapping[str, str], out: IO[bytes]
    ) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            command, cwd=ROOT, env=dict(env), stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.said()
        try:
            return httpx.get(self.address + "/health/ready", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def said(self) -> str:
        """The end of what the process printed."""
        return self.log.read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        """End it as a person would; its database stops with it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(60)
