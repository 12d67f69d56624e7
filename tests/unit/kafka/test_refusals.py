"""Brokers that refuse how somebody speaks are told apart from those that do not answer."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from reconcile.clock import SystemClock
from reconcile.kafka.client import BrokerError
from reconcile.kafka.compacted_topic import CompactedTopic

_HANDSHAKE, _VERSIONS = 17, 18
_ILLEGAL_SASL_STATE = 34


def _read(connection: socket.socket, length: int) -> bytes:
    found = connection.recv(length, socket.MSG_WAITALL)
    if len(found) < length:
        raise EOFError
    return found


def _answer(connection: socket.socket) -> None:
    """Speak as much of the protocol as it takes to refuse SASL: a listener without it does that."""
    with connection, suppress(OSError, EOFError):
        while True:
            (length,) = struct.unpack("!i", _read(connection, 4))
            key, _, number = struct.unpack("!hhi", _read(connection, length)[:8])
            if key == _VERSIONS:
                known = [(_VERSIONS, 3), (_HANDSHAKE, 1), (36, 2), (3, 12)]
                listed = b"".join(struct.pack("!hhhb", each, 0, most, 0) for each, most in known)
                body = struct.pack("!hb", 0, len(known) + 1) + listed + bytes(5)
            elif key == _HANDSHAKE:
                body = struct.pack("!hi", _ILLEGAL_SASL_STATE, 0)
            else:
                raise EOFError
            connection.sendall(struct.pack("!ii", len(body) + 4, number) + body)


@contextmanager
def plain_listener() -> Iterator[str]:
    """Serve a listener that knows no SASL; yield its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    _answer(listener.accept()[0])

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_port_without_sasl_is_named_as_what_it_is():
    pytest.importorskip("confluent_kafka")
    with plain_listener() as address:
        settings = {
            "bootstrap.servers": address,
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "PLAIN",
            "sasl.username": "ada",
            "sasl.password": "lovelace",
        }
        topic = CompactedTopic(settings, "t", transactional_id="t", clock=SystemClock())

        with pytest.raises(BrokerError) as caught:
            topic.read()
        topic.close()
        del topic, settings

    assert "SASL PLAIN mechanism handshake failed" in str(caught.value)
    assert "lovelace" not in str(caught.value)
