"""Whose token opens what, in both modes; and what a login gives away.

Tests `kampyn_perf/backend/tokens.py`, `kampyn_perf/backend/routes/auth.py` and
`kampyn_perf/backend/routes/operations.py`.
"""

from __future__ import annotations

import base64
import time
from pathlib import Path

import jwt
import orjson
import pytest
from argon2 import PasswordHasher

from kampyn_perf.backend.launcher import RunningBackend
from kampyn_perf.backend.passwords import Passwords, hasher
from kampyn_perf.backend.settings import MetricsAccess
from tests.backend.conftest import CHEAP, SETTINGS, Client, start

ADD = {"itemId": "item123", "quantity": 1}
ORDER = {"vendorId": "vendor123", "items": [{"itemId": "item123", "quantity": 1}]}


@pytest.fixture(params=["documented", "strict"])
def url(request: pytest.FixtureRequest, backend: RunningBackend, strict: RunningBackend) -> str:
    """Of a backend in each mode."""
    return backend.url if request.param == "documented" else strict.url


def test_the_owner_and_admins_may(url: str) -> None:
    for email in ("test@example.com", "admin@example.com"):
        client = Client(url).log_in(email)
        assert client.post("/cart/add/user123", ADD).status == 200
        assert client.get("/cart/user123").status == 200
        assert client.post("/order/user123", ORDER).status == 201
    vendor = Client(url).log_in("vendor123@example.com", who="vendor")
    assert vendor.get("/order/vendor/vendor123/active").status == 200


def test_somebody_elses_token_is_refused_in_both_modes(url: str) -> None:
    client = Client(url).log_in("user3@example.com")
    order = Client(url).log_in("test@example.com").post("/order/user123", ORDER).json["order"]
    for answer in (
        client.post("/cart/add/user123", ADD),
        client.get("/cart/user123"),
        client.post("/order/user123", ORDER),
        client.get(f"/order/{order['_id']}"),
        client.get("/order/vendor/vendor123/active"),
        client.get("/api/vendor/vendor123/analytics"),
        client.get("/api/vendor/vendor123/export"),
        client.post("/api/admin/orders/process"),
        client.get("/api/admin/memory"),
    ):
        assert (answer.status, answer.json["error"]) == (403, "forbidden")
    vendor = Client(url).log_in("vendor1000@example.com", who="vendor")
    assert vendor.get("/order/vendor/vendor123/active").status == 403
    assert vendor.get(f"/order/{order['_id']}").status == 403
    assert vendor.post("/cart/add/user123", ADD).status == 403


def test_a_vendor_with_a_users_id_is_not_that_user(url: str, backend: RunningBackend) -> None:
    """The role is part of who one is."""
    secret = (backend.data_file.parent / "token.secret").read_text()
    claims = {"sub": "user123", "role": "vendor", "iat": 0, "exp": int(time.time()) + 60}
    token = jwt.encode(claims, secret, algorithm="HS256")
    client = Client(backend.url, headers={"Authorization": f"Bearer {token}"})
    assert client.get("/cart/user123").status == 403


def test_nobody_may_in_strict_mode_and_as_the_document_does_otherwise(
    backend: RunningBackend, strict: RunningBackend
) -> None:
    for running, expected in ((strict, [401, 401, 401, 401]), (backend, [200, 200, 201, 200])):
        client = Client(running.url)
        assert [
            client.post("/cart/add/user123", ADD).status,
            client.get("/cart/user123").status,
            client.post("/order/user123", ORDER).status,
            client.get("/order/vendor/vendor123/active").status,
        ] == expected


def _forged() -> dict[str, str]:
    now = int(time.time())
    good = {"sub": "user123", "role": "user", "iat": now, "exp": now + 60}

    def unsigned(header: dict[str, str]) -> str:
        parts = (base64.urlsafe_b64encode(orjson.dumps(p)).rstrip(b"=") for p in (header, good))
        return b".".join((*parts, b"")).decode()

    return {
        "another secret": jwt.encode(good, "x" * 48, algorithm="HS256"),
        "no signature": unsigned({"alg": "none", "typ": "JWT"}),
        "none, in capitals": unsigned({"alg": "NONE", "typ": "JWT"}),
        "nonsense": "abc.def.ghi",
        "empty parts": "..",
        "not ascii": "\xff\xfe",
        "long": "a" * 6000,
    }


@pytest.mark.parametrize("kind", _forged())
def test_forged_tokens_are_401_even_where_none_is_needed(url: str, kind: str) -> None:
    token = _forged()[kind]
    for headers in ({"Authorization": f"Bearer {token}"}, {"Cookie": f"token={token}"}):
        client = Client(url, headers=headers)
        for answer in (client.get("/cart/user123"), client.get("/api/user/auth/check")):
            assert answer.status == 401
            assert answer.headers["www-authenticate"] == "Bearer"


def test_expired_tokens_and_missing_claims_are_401(strict: RunningBackend) -> None:
    secret = (strict.data_file.parent / "token.secret").read_text()
    now = int(time.time())
    good = {"sub": "user123", "role": "user", "iat": now, "exp": now + 60}
    for wrong in (
        {"exp": now - 1}, {"exp": None}, {"role": "root"}, {"role": {"$ne": 1}}, {"sub": None},
    ):  # fmt: skip
        claims = {name: value for name, value in (good | wrong).items() if value is not None}
        token = jwt.encode(claims, secret, algorithm="HS256")
        client = Client(strict.url, headers={"Authorization": f"Bearer {token}"})
        assert client.get("/cart/user123").status == 401, wrong
    other = jwt.encode(good, secret, algorithm="HS512")
    assert (
        Client(strict.url, headers={"Cookie": f"token={other}"}).get("/cart/user123").status == 401
    )


@pytest.mark.parametrize(
    "scheme", ["Basic dXNlcg==", "Bearer", "bearer  ", "Token x", "Bearer a b"]
)
def test_another_scheme_is_401(url: str, scheme: str) -> None:
    answer = Client(url, headers={"Authorization": scheme}).get("/cart/user123")
    assert answer.status == 401


def test_an_email_address_has_no_case(client: Client) -> None:
    for email in ("TEST@Example.com", "test@EXAMPLE.COM"):
        answer = client.post("/api/user/auth/login", {"email": email, "password": "password"})
        assert (answer.status, answer.json["user"]["email"]) == (200, "test@example.com")


def test_a_login_does_not_say_who_exists(client: Client) -> None:
    known = client.post("/api/user/auth/login", {"email": "test@example.com", "password": "no"})
    unknown = client.post("/api/user/auth/login", {"email": "nobody@x.y", "password": "no"})
    vendors = client.post("/api/vendor/auth/login", {"email": "test@example.com", "password": "no"})
    assert known.status == unknown.status == vendors.status == 401
    assert known.body == unknown.body == vendors.body
    changing = {"date"}
    assert {k: v for k, v in known.headers.items() if k not in changing} == {
        k: v for k, v in unknown.headers.items() if k not in changing
    }


def test_an_unknown_user_costs_a_hash_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same work, so the same time: one verification at the same cost for either."""
    import asyncio

    checked: list[str] = []
    verify = PasswordHasher.verify

    def counting(own: PasswordHasher, password_hash: str, password: str) -> bool:
        checked.append(password_hash)
        return bool(verify(own, password_hash, password))

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    hashed = hasher(CHEAP).hash("right")
    passwords = Passwords(settings=CHEAP)

    async def check() -> list[bool]:
        outcomes = [("right", hashed), ("wrong", hashed), ("right", None)]
        return [await passwords.matches(known, word) for word, known in outcomes]

    assert asyncio.run(check()) == [True, False, False]
    assert len(checked) == 3
    parameters = {password_hash.rsplit("$", 2)[0] for password_hash in checked}
    assert len(parameters) == 1  # algorithm, version, memory, time and lanes
    assert asyncio.run(_none_matches_the_dummy()) is False
    passwords.close()


async def _none_matches_the_dummy() -> bool:
    passwords = Passwords(settings=CHEAP)
    try:
        return await passwords.matches(None, "nobody has this password")
    finally:
        passwords.close()


def test_metrics_are_for_callers_on_this_machine_and_for_admins(
    client: Client, strict: RunningBackend, state: Path
) -> None:
    elsewhere = {"X-Forwarded-For": "203.0.113.7"}
    assert client.get("/metrics").status == 200
    assert client.get("/metrics", headers=elsewhere).status == 401
    user = Client(client.url).log_in("test@example.com")
    assert user.get("/metrics", headers=elsewhere).status == 403
    admin = Client(client.url).log_in("admin@example.com")
    assert admin.get("/metrics", headers=elsewhere).status == 200
    everybody = Client(strict.url)
    assert everybody.get("/metrics").status == 200
    assert everybody.get("/metrics", headers=elsewhere).status == 200
    off = SETTINGS.model_copy(update={"metrics": MetricsAccess.OFF, "workers": 1})
    with start(off, state_dir=state) as running:
        nobody = Client(running.url)
        assert nobody.get("/metrics").status == 404
        assert nobody.get("/metrics", headers=elsewhere).status == 404


def test_answers_with_tokens_are_for_no_cache(client: Client) -> None:
    login = client.post(
        "/api/user/auth/login", {"email": "test@example.com", "password": "password"}
    )
    for answer in (login, client.get("/api/user/auth/check"), client.post("/api/user/auth/logout")):
        assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
