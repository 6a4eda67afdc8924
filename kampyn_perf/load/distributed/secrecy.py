"""The connection of master and workers kept to those who have its secret, by ZeroMQ's CURVE.

The master's key pair is made from the secret, which never travels. A worker has to know the
master's public key to speak with it at all, and so the secret; everything is encrypted between
them. Locust makes the sockets and has no place for keys, so they are put in where it makes them.
"""

from __future__ import annotations

import hashlib
from typing import Any

import zmq
from locust.rpc import zmqrpc
from zmq.utils import z85

_SALT = b"kampyn-perf/cluster"
_WORK = {"n": 2**15, "r": 8, "p": 1, "maxmem": 64 * 1024 * 1024}
"""scrypt's cost: some tens of milliseconds, so that a recorded connection is no way to guess it."""


def keys_of(secret: str) -> tuple[bytes, bytes]:
    """(public, private) key of the master, in ZeroMQ's printable form."""
    raw = hashlib.scrypt(secret.encode(), salt=_SALT, dklen=32, **_WORK)
    private = z85.encode(raw)
    return zmq.curve_public(private), private


def protect(secret: str, *, master: bool) -> None:
    """Let every socket that Locust makes in this process speak by `secret`, as master or worker."""
    public, private = keys_of(secret)
    plain = zmqrpc.BaseSocket.__init__

    def init(self: Any, *arguments: Any) -> None:
        plain(self, *arguments)
        if master:
            self.socket.curve_secretkey = private
            self.socket.curve_publickey = public
            self.socket.curve_server = True
        else:
            own_public, own_private = zmq.curve_keypair()
            self.socket.curve_serverkey = public
            self.socket.curve_publickey = own_public
            self.socket.curve_secretkey = own_private

    zmqrpc.BaseSocket.__init__ = init
