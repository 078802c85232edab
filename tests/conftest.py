"""One thread and deterministic kernels for every test, as in training; a repository with results.

No test connects, in its own process, to what is beyond this machine. What was injected and survived is counted.
"""

import socket
from collections import Counter

import pytest
import torch
from campaign import KILLS, SEED

from reprogan.device import prepare


def pytest_report_header():
    return f"faults: seed {SEED} (REPROGAN_FAULTS_SEED), {KILLS} a stage (REPROGAN_FAULTS)"


def pytest_terminal_summary(terminalreporter):
    """Of tests that have passed alone."""
    counts = Counter()
    for report in terminalreporter.stats.get("passed", ()):
        for name, number in report.user_properties:
            counts[name] += number
    if counts:
        told = ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items()))
        terminalreporter.write_line(f"injected and survived: {told}")


@pytest.fixture(autouse=True)
def one_thread():
    prepare("cpu", threads=1)
    torch.manual_seed(0)


INTERNET = socket.AF_INET, socket.AF_INET6


def guarded(connect):
    """A method of sockets that raises for addresses beyond this machine."""

    def near(self, address):
        if self.family in INTERNET and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise RuntimeError(f"a test reaches out to {address}: serve it on 127.0.0.1")
        return connect(self, address)

    return near


@pytest.fixture(scope="session", autouse=True)
def no_network():
    """In this process and its forks; a RuntimeError, which no retry of an OSError swallows."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        yield


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """A small repository after `dvc repro`: for tests of one xdist_group, which leave it as it is."""
    from undisturbed import make

    return make(tmp_path_factory.mktemp("undisturbed"))
