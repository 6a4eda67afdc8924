"""A MongoDB stand-in on an ephemeral loopback port, ended when a process is gone, whose number is
the first argument: a test run that is killed leaves no server behind. Prints its URI on the first
line of stdout.

    python mongo_serve.py PID secantus PATH-OF-SECANTUSD [USER:PASSWORD ...]
    python-with-mongoeco mongo_serve.py PID mongoeco [USER:PASSWORD ...]   (only they may log in)

SecantusDB is a program of its own (and under the GPL): started, never imported.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading

POLL_SECONDS = 0.5


async def main(owner: int, arguments: list[str]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    # Ctrl-C in a terminal reaches the whole group; pytest is the one that answers it.
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    if arguments[0] == "mongoeco":
        from mongoeco.wire import AsyncMongoEcoProxyServer
        from mongoeco.wire.auth import WireAuthUser

        users = tuple(WireAuthUser(*pair.split(":")) for pair in arguments[1:])
        async with AsyncMongoEcoProxyServer(host="127.0.0.1", port=0, auth_users=users) as server:
            say(server.address.uri)
            await ended(stop, owner)
        return
    with tempfile.TemporaryDirectory() as folder:
        process = secantus_with_users(arguments[1], folder, arguments[2:])
        try:
            await ended(stop, owner)
        finally:
            process.kill()
            process.wait()


def secantus_with_users(program: str, folder: str, users: list[str]) -> subprocess.Popen[str]:
    """One that lets in these alone: they are made while it still lets in everybody."""
    if users:
        from pymongo import MongoClient

        process, address = secantus(program, folder)
        with MongoClient[dict[str, object]](address) as client:
            for name, _, password in (user.partition(":") for user in users):
                client.admin.command("createUser", name, pwd=password, roles=["root"])
        process.terminate()
        process.wait()
    process, address = secantus(program, folder, *(["--auth"] if users else []))
    say(address)
    return process


def secantus(program: str, folder: str, *flags: str) -> tuple[subprocess.Popen[str], str]:
    """Its data lie in `folder`; it logs the port that it got."""
    process = subprocess.Popen(
        [program, "--port", "0", "--storage-path", folder, "--cache-size", "256M", *flags],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        address = re.search(r"listening on (127\.0\.0\.1:\d+)", line)
        if address:
            break
    else:
        raise RuntimeError("SecantusDB ended before it listened")
    # What it goes on to log is read, or it would wait for somebody to do so.
    threading.Thread(target=process.stderr.read, daemon=True).start()
    return process, f"mongodb://{address[1]}"


async def ended(stop: asyncio.Event, owner: int) -> None:
    while not stop.is_set() and lives(owner):
        try:
            await asyncio.wait_for(stop.wait(), POLL_SECONDS)
        except TimeoutError:
            continue


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def say(uri: str) -> None:
    sys.stdout.write(uri + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2:]))
