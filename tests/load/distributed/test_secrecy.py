"""With a secret nobody else joins, and nobody reads along; tried with real masters and workers."""

from __future__ import annotations

from tests import forked
from tests.cli import program
from tests.load.distributed.test_master_and_worker import free_port
from tests.load.distributed.wiretap import tapped

SECRET = {"KAMPYN_CLUSTER_SECRET": "of this run"}


def start_master(load, port, secret):
    flags = ("--role", "master", "--master-port", str(port), "--expect-workers", "1")
    process = load.start("{duration: 2, arrivalRate: 20}", more=flags, env=secret)
    while "Waiting for 1 worker " not in process.stderr.readline():
        assert process.poll() is None
    return process


def start_worker(folder, port, secret):
    join = ["load", "--role", "worker", "--master-port", str(port)]
    return forked.Started(join, folder, program.environment(secret), childless=True)


def test_without_a_secret_what_passes_can_be_read(load, tmp_path):
    port = free_port()
    master = start_master(load, port, {})
    with tapped(port) as tap:
        worker = start_worker(tmp_path, tap.port, {})
        run_to_its_end(load, master, worker)
    assert b"def run_flow" in tap.heard or b"spec" in tap.heard
    assert len(tap.heard) > 1000


def test_with_a_secret_it_cannot_and_who_does_not_know_it_is_not_counted_in(load, tmp_path):
    port = free_port()
    master = start_master(load, port, SECRET)
    strangers = [
        start_worker(tmp_path, port, theirs)
        for theirs in ({}, {"KAMPYN_CLUSTER_SECRET": "another"})
    ]
    for stranger in strangers:
        assert "looking for the master" in stranger.stderr.readline()
    with tapped(port) as tap:
        friend = start_worker(tmp_path, tap.port, SECRET)
        run_to_its_end(load, master, friend)
    assert b"def run_flow" not in tap.heard
    assert b"spec" not in tap.heard
    assert len(tap.heard) > 1000
    for stranger in strangers:
        stranger.terminate()
        _out, said = stranger.communicate(timeout=20)
        assert "joined" not in said
    assert [each.planned for each in load.result.validity.generators] == [40]


def run_to_its_end(load, master, worker):
    _out, err = master.communicate(timeout=60)
    assert master.returncode in (0, 1, 4), err
    _out, err = worker.communicate(timeout=20)
    assert worker.returncode == 0, err
    assert load.result.validity.reasons == []
    assert load.result.sessions.completed == 40
