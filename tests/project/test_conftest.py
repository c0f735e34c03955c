"""What tests/conftest.py promises to every test."""

from __future__ import annotations

import socket

import pytest

MISSING = "no-such-folder/no-such-file.csv"


def test_a_test_that_asks_for_the_network_is_stopped():
    with pytest.raises(RuntimeError, match="No test may need one"):
        socket.getaddrinfo("example.invalid", 443)


def test_loopback_is_open_for_kernels():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_real_data_that_are_not_at_hand_skip_a_test(shared_data, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="real data are not at hand"):
        shared_data(MISSING)


def test_real_data_that_are_not_at_hand_fail_a_test_in_ci(shared_data, monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="real data are not at hand"):
        shared_data(MISSING)
