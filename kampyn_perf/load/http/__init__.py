"""The lean HTTP/1.1 client: what Locust's users know as `self.client`, at a fraction of the cost.

    pool = ConnectionPool(allowed_hosts={"staging.example"})        # one per process
    client = Client(base_url="http://127.0.0.1:5001", pool=pool)    # one per user
    response = client.get("/api/vendor/list/uni/123", name="vendors")

The parser (`parser.py`), cookies, URLs and bodies are pure; sockets are in `connection.py` alone.
"""

from kampyn_perf.load.http.api import Options, RequestObserver, Timeouts
from kampyn_perf.load.http.caught import CaughtResponse
from kampyn_perf.load.http.client import Client
from kampyn_perf.load.http.cookies import Cookie, CookieJar
from kampyn_perf.load.http.errors import (
    CheckError,
    ConnectError,
    ConnectionLostError,
    DecodeError,
    HostNotAllowedError,
    HttpError,
    ProtocolError,
    RequestRefusedError,
    StatusError,
    TimedOutError,
)
from kampyn_perf.load.http.headers import Headers
from kampyn_perf.load.http.parser import Limits
from kampyn_perf.load.http.pool import ConnectionPool, PoolOptions
from kampyn_perf.load.http.response import Request, Response
from kampyn_perf.load.http.support import STOCK_VARIABLE, unsupported_reason

__all__ = [
    "STOCK_VARIABLE",
    "CaughtResponse",
    "CheckError",
    "Client",
    "ConnectError",
    "ConnectionLostError",
    "ConnectionPool",
    "Cookie",
    "CookieJar",
    "DecodeError",
    "Headers",
    "HostNotAllowedError",
    "HttpError",
    "Limits",
    "Options",
    "PoolOptions",
    "ProtocolError",
    "Request",
    "RequestObserver",
    "RequestRefusedError",
    "Response",
    "StatusError",
    "TimedOutError",
    "Timeouts",
    "unsupported_reason",
]
