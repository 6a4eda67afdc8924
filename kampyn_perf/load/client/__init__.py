"""The lean HTTP/1.1 client: what Locust's users know as `self.client`, at a fraction of the cost.

    pool = ConnectionPool(allowed_hosts={"staging.example"})        # one per process
    client = Client(base_url="http://127.0.0.1:5001", pool=pool)    # one per user
    response = client.get("/api/vendor/list/uni/123", name="vendors")

The parser (`parser.py`), cookies, URLs and bodies are pure; sockets are in `connection.py` alone.
"""

from kampyn_perf.load.client.api import Options, RequestObserver, RequestSample, Timeouts
from kampyn_perf.load.client.caught import CaughtResponse, PendingResponse, ReportedAs
from kampyn_perf.load.client.client import Client
from kampyn_perf.load.client.connection_pool import ConnectionPool, PoolOptions
from kampyn_perf.load.client.cookies import CookieJar
from kampyn_perf.load.client.errors import (
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
from kampyn_perf.load.client.headers import Headers
from kampyn_perf.load.client.parser import Limits
from kampyn_perf.load.client.response import Request, Response
from kampyn_perf.load.client.set_cookie import Cookie
from kampyn_perf.load.client.support import STOCK_VARIABLE, unsupported_reason

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
    "PendingResponse",
    "PoolOptions",
    "ProtocolError",
    "ReportedAs",
    "Request",
    "RequestObserver",
    "RequestRefusedError",
    "RequestSample",
    "Response",
    "StatusError",
    "TimedOutError",
    "Timeouts",
    "unsupported_reason",
]
