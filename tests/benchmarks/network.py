"""A network between a client and a server on this machine: every packet is late by the same time."""

from __future__ import annotations

import multiprocessing
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

DELAY = 0.0005  # seconds, in each direction


@contextmanager
def late(path: str, delay: float = DELAY) -> Iterator[int]:
    """The port of a server that listens on the socket *path*, behind a network, for as long as the block lasts."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, path, delay), daemon=True)  # so that it shares no lock with us
    process.start()
    theirs.close()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


def _serve(pipe: Any, path: str, delay: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        pipe.send(server.getsockname()[1])
        while True:
            client, _ = server.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            behind = socket.socket(socket.AF_UNIX)
            behind.connect(path)
            for ends in ((client, behind), (behind, client)):
                Thread(target=_pass_on, args=(*ends, delay), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, delay: float) -> None:
    while packet := source.recv(65536):
        time.sleep(delay)
        target.sendall(packet)
    target.shutdown(socket.SHUT_WR)
