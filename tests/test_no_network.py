"""No test connects to what is beyond this machine, so none passes or fails by what is out there."""

import socket

import pytest


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, ("192.0.2.1", 80)),
        (socket.AF_INET, ("example.invalid", 80)),
        (socket.AF_INET6, ("2001:db8::1", 80)),
    ],
)
def test_addresses_beyond_this_machine_are_refused(method, family, address):
    if family == socket.AF_INET6 and not socket.has_ipv6:
        pytest.skip("this machine knows no IPv6")
    with socket.socket(family) as it, pytest.raises(RuntimeError, match="reaches out"):
        getattr(it, method)(address)


def test_a_server_of_the_test_s_own_is_reached(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as there:
        socket.create_connection(there.getsockname()).close()
    with socket.socket(socket.AF_UNIX) as there, socket.socket(socket.AF_UNIX) as it:
        there.bind(str(tmp_path / "s"))
        there.listen()
        it.connect(str(tmp_path / "s"))
