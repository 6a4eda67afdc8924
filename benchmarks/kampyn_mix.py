"""The documented mix on KAMPYN's rules: `python -m benchmarks.kampyn_mix [--profile documented]`.

`kampyn-perf load --target kampyn` against the tests' stand-in for the real backend, over the whole
documented seven minutes; then what was planned, what the result counted and what the server itself
saw, endpoint by endpoint. Exit code 1 where two of the three differ.

`quick` takes a minute. The stand-in answers at once: what is measured is the mix, not a speed.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from pathlib import Path

from kampyn_perf import names
from kampyn_perf.results import io
from kampyn_perf.results.load import LoadResult

ROOT = Path(__file__).parent.parent
STAND_IN = ROOT / "tests" / "load" / "kampyn_stand_in.py"
USERS, VENDORS, ITEMS = 200, 10, 50
LOGIN = "POST /api/user/auth/login"
# Of 100 sessions 30 authenticate, 40 order, 30 are vendors.
SHARES = {
    LOGIN: 30,
    "GET /api/user/auth/check": 30,
    "GET /api/item/retail/uni/{uniId}": 40,
    "POST /cart/add/{userId}": 40,
    "POST /order-approval/submit/{userId}": 40,
    "GET /api/vendor/list/uni/{uniId}": 30,
    "GET /order/vendor/{vendorId}/active": 30,
}


def main() -> int:
    """Run, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="documented")
    asked = parser.parse_args()
    server = subprocess.Popen([sys.executable, str(STAND_IN)], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    url = f"http://127.0.0.1:{int(server.stdout.readline())}"
    try:
        with tempfile.TemporaryDirectory() as folder:
            result, code = _load(Path(folder), url, asked.profile)
            with urllib.request.urlopen(f"{url}/seen", timeout=60) as response:
                seen = json.load(response)
    finally:
        server.kill()
        server.wait()
    return _compare(result, seen, code)


def _load(folder: Path, url: str, profile: str) -> tuple[LoadResult, int]:
    data = {
        "schema": names.DATA_SCHEMA,
        "uniId": "1",
        "users": [
            {"id": f"u{n}", "email": f"u{n}@x", "password": f"pw-u{n}", "phone": "1"}
            for n in range(USERS)
        ],
        "vendors": [
            {"id": f"v{n}", "email": f"v{n}@x", "password": f"pw-v{n}"} for n in range(VENDORS)
        ],
        "items": [{"id": f"i{n}", "vendorId": f"v{n % VENDORS}"} for n in range(ITEMS)],
    }
    (folder / "data.json").write_text(json.dumps(data))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "kampyn_perf", "load", "--target", "kampyn"),
            *("--url", url, "--data", "data.json", "--profile", profile, "--out", "run"),
        ],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        check=False,
    )
    result = io.read(folder / "run" / "result.json", {names.LOAD_SCHEMA: LoadResult})
    return result, done.returncode


def _compare(result: LoadResult, seen: list[tuple[str, int]], code: int) -> int:
    sessions = result.sessions
    answered = Counter(_endpoint(path) for path, status in seen if status < 400)
    sent = {one.name: one.requests.count for one in result.endpoints}
    failed = {one.name: one.requests.failed for one in result.endpoints}
    apart = {one.name: one.count for one in result.apart}
    refused = Counter(status for path, status in seen if status >= 400 and "/health" not in path)
    print(f"load ended with {code}; valid: {not result.validity.reasons}")
    print(
        f"sessions: {sessions.planned} planned = {sessions.started} started + "
        f"{sessions.dropped} dropped; {sessions.completed} completed"
    )
    print(f"{'endpoint':42} {'planned':>8} {'sent':>8} {'failed':>7} {'apart':>6} {'server':>8}")
    agree = sessions.planned == sessions.completed and not refused
    for name in sorted(SHARES.keys() | apart.keys()):
        planned = sessions.planned * SHARES.get(name, 0) // 100
        row = (planned, sent.get(name, 0), failed.get(name, 0), apart.get(name, 0), answered[name])
        print(f"{name:42} {row[0]:8} {row[1]:8} {row[2]:7} {row[3]:6} {row[4]:8}")
        agree = agree and row[1] == row[0] and row[2] == 0 and row[4] == row[1] + row[3]
    print(f"refused by the server: {dict(refused) or 'none'}")
    print("planned, sent and seen agree" if agree else "THEY DIFFER")
    return 0 if agree else 1


def _endpoint(path: str) -> str:
    """`POST /cart/add/u7` as the target's file names it."""
    path = re.sub(r"(/cart/add|/cart/remove-item|/order-approval/submit)/.*", r"\1/{userId}", path)
    path = re.sub(r"/order/vendor/[^/]+/active", "/order/vendor/{vendorId}/active", path)
    return re.sub(r"/uni/.*", "/uni/{uniId}", path)


if __name__ == "__main__":
    sys.exit(main())
