"""With a secret nobody else joins, and nobody reads along; tried with real masters and workers."""

from __future__ import annotations

import socket
import threading

import pytest

from tests.cli import program
from tests.load.distributed.test_master_and_worker import free_port

SECRET = {"KAMPYN_CLUSTER_SECRET": "of this run"}


class Wiretap:
    """Forwards a port to another, and keeps what passes."""

    def __init__(self, to: int) -> None:
        self._to = to
        self.heard = bytearray()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                one, _address = self._listener.accept()
            except OSError:
                return
            two = socket.create_connection(("127.0.0.1", self._to))
            for source, sink in ((one, two), (two, one)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self.heard += data
                sink.sendall(data)
        except OSError:
            pass
        finally:
            sink.close()

    def close(self) -> None:
        self._listener.close()


def start_master(load, port, secret):
    flags = ("--role", "master", "--master-port", str(port), "--expect-workers", "1")
    process = load.start("{duration: 2, arrivalRate: 20}", more=flags, env=secret)
    while "Waiting for 1 worker " not in process.stderr.readline():
        assert process.poll() is None
    return process


def start_worker(folder, port, secret):
    return program.start(folder, "load", "--role", "worker", "--master-port", str(port), env=secret)


@pytest.mark.parametrize(("secret", "readable"), [({}, True), (SECRET, False)])
def test_what_passes_can_be_read_without_a_secret_alone(load, tmp_path, secret, readable):
    port = free_port()
    master = start_master(load, port, secret)
    tap = Wiretap(port)
    worker = start_worker(tmp_path, tap.port, secret)
    _out, err = master.communicate(timeout=60)
    assert master.returncode in (0, 1, 4), err
    _out, err = worker.communicate(timeout=20)
    tap.close()
    assert worker.returncode == 0, err
    assert load.result.validity.reasons == []
    assert load.result.sessions.completed == 40
    assert (b"def run_flow" in tap.heard or b"spec" in tap.heard) is readable
    assert len(tap.heard) > 1000


@pytest.mark.parametrize("theirs", [{}, {"KAMPYN_CLUSTER_SECRET": "another"}])
def test_who_does_not_know_the_secret_is_not_counted_in(load, tmp_path, theirs):
    port = free_port()
    master = start_master(load, port, SECRET)
    stranger = start_worker(tmp_path, port, theirs)
    assert "looking for the master" in stranger.stderr.readline()
    friend = start_worker(tmp_path, port, SECRET)
    _out, err = master.communicate(timeout=60)
    friend.communicate(timeout=20)
    stranger.terminate()
    _out, said = stranger.communicate(timeout=20)
    assert "joined" not in said
    assert len(load.result.validity.generators) == 1, err
    assert load.result.validity.generators[0].planned == 40
