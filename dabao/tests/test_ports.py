"""Which port the trial takes."""

import socket
from collections.abc import Iterator

import pytest

from dabao import ports


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_taken_default_port_moves_on(taken, monkeypatch):
    monkeypatch.setattr(ports, "DEFAULT", taken)
    assert taken < ports.choose("") < taken + ports.TRIES


def test_a_given_port_that_is_taken_is_refused(taken):
    with pytest.raises(ports.PortTakenError, match=f"端口 {taken} 已被占用"):
        ports.choose(str(taken))


def test_a_given_port_is_kept(taken):
    free = ports.choose("")
    assert ports.choose(str(free)) == free != taken


@pytest.mark.parametrize("given", ["0", "65536", "http", "-1", "８０００x"])
def test_a_port_that_is_none_is_refused_with_advice(given):
    with pytest.raises(ports.PortTakenError, match="1 至 65535"):
        ports.choose(given)
