"""A real MLflow server on loopback, with an artifact proxy, over sqlite or PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests

PATIENCE = 120.0
"""Seconds for a server to start."""


def free_port() -> int:
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return int(it.getsockname()[1])


class Server:
    """`mlflow server`; artifacts reach it through itself alone."""

    def __init__(self, place: Path, backend: str) -> None:
        self.place, self.backend, self.port = place, backend, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Until it answers."""
        command = [
            sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port),
            "--backend-store-uri", self.backend, "--artifacts-destination", str(self.place / "kept"),
            "--workers", "1",
        ]  # fmt: skip
        outer = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW")}
        with (self.place / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.place, stdout=log, stderr=log, start_new_session=True,
                env=outer | {"MLFLOW_DISABLE_TELEMETRY": "true"},
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            assert self.process.poll() is None, (self.place / "log").read_text()
            assert time.monotonic() < deadline, (self.place / "log").read_text()
            time.sleep(0.2)

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/health", timeout=2).ok
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """kill -9, and its workers."""
        if self.process is not None:
            with suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@contextmanager
def served(place: Path, backend: str) -> Iterator[Server]:
    server = Server(place, backend)
    try:
        server.start()
        yield server
    finally:
        server.kill()


@contextmanager
def postgres() -> Iterator[str]:
    """A data base of its own; its address. Skips, saying why, where it cannot be started."""
    if not (shutil.which("postgres") and shutil.which("initdb")):
        pytest.skip("postgres and initdb are not on the PATH")
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="reprogan-postgres-"))
    process = None
    try:
        if user:  # PostgreSQL refuses to be run by root
            try:
                shutil.chown(folder, "postgres")
            except LookupError:
                pytest.skip("PostgreSQL cannot be run by root, and there is no user postgres")
        base, port = folder / "base", free_port()
        words = [
            "initdb",
            "-D",
            str(base),
            "-U",
            "tester",
            "-A",
            "trust",
            "-N",
            "--no-locale",
            "-E",
            "UTF8",
        ]
        made = subprocess.run(
            words, cwd=folder, capture_output=True, text=True, check=False, **user
        )
        if made.returncode:
            pytest.skip(f"initdb: {made.stderr.strip()}")
        process = subprocess.Popen(
            ["postgres", "-D", str(base), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-F"],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user,
        )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while not ready(port):
            assert process.poll() is None and time.monotonic() < deadline, "postgres does not start"
            time.sleep(0.1)
        yield f"postgresql+psycopg2://tester@127.0.0.1:{port}/postgres"
    finally:
        if process is not None:
            process.send_signal(signal.SIGINT)  # its fast shutdown
            process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def ready(port: int) -> bool:
    import psycopg2

    try:
        psycopg2.connect(host="127.0.0.1", port=port, user="tester", dbname="postgres").close()
    except psycopg2.OperationalError:
        return False
    return True
