"""Who calls: signed tokens in a cookie or a header, and what they entitle to."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from kampyn_perf import files
from kampyn_perf.backend.domain import Role, ShopError
from kampyn_perf.backend.settings import AuthMode
from kampyn_perf.backend.starting import imports_without

with imports_without("cryptography"):  # it is for signatures with two keys, and dear to import
    import jwt

COOKIE = "token"
_ALGORITHM = "HS256"
_BEARER = re.compile(r"bearer +([^\s]+)\s*", re.I)


@dataclass(frozen=True)
class Caller:
    """Somebody whose token was good."""

    id: str
    role: Role


@dataclass(frozen=True)
class Issued:
    """A token and for how many seconds it is good."""

    token: str
    seconds: int


class Tokens:
    """Issues and checks tokens with one secret."""

    def __init__(self, *, secret: str, lifetime: int, mode: AuthMode) -> None:
        self._secret = secret
        self._seconds = lifetime // 1_000_000
        self._mode = mode

    def issue(self, user_id: str, role: Role) -> Issued:
        """A token for this user."""
        now = int(time.time())
        claims = {"sub": user_id, "role": role.value, "iat": now, "exp": now + self._seconds}
        return Issued(jwt.encode(claims, self._secret, algorithm=_ALGORITHM), self._seconds)

    def caller(self, headers: list[tuple[bytes, bytes]]) -> Caller | None:
        """Who sent these headers; None without a token. Raises 401 for a token that is not good."""
        token = _token(headers)
        if not token:
            return None
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                options={"require": ["exp", "sub", "role"]},
            )
            return Caller(str(claims["sub"]), Role(claims["role"]))
        except (jwt.PyJWTError, ValueError, UnicodeError) as error:
            raise unauthorised("The token is not valid.") from error

    def require(self, headers: list[tuple[bytes, bytes]], *roles: Role) -> Caller:
        """The caller, who must be one of `roles` (any, if none is named). Raises 401 or 403."""
        caller = self.caller(headers)
        if caller is None:
            raise unauthorised("A token is needed.")
        if roles and caller.role not in roles:
            raise forbidden()
        return caller

    def allow(self, headers: list[tuple[bytes, bytes]], owner: str, role: Role) -> Caller | None:
        """Let the owner in, and admins; nobody else's token; anonymous only in documented mode."""
        caller = self.caller(headers)
        if caller is None:
            if self._mode is AuthMode.STRICT:
                raise unauthorised("A token is needed.")
            return None
        if caller.role is not Role.ADMIN and (caller.id, caller.role) != (owner, role):
            raise forbidden()
        return caller


def forbidden() -> ShopError:
    """A 403 that does not say whether the thing exists."""
    return ShopError(403, "forbidden", "This token does not entitle to that.")


def unauthorised(message: str) -> ShopError:
    """A 401, with the header that belongs to it."""
    return ShopError(401, "unauthorised", message, headers={"WWW-Authenticate": "Bearer"})


def _token(headers: list[tuple[bytes, bytes]]) -> str:
    """From `Authorization: Bearer`, or from the cookie; the header is the stronger one."""
    cookie_token = ""
    for name, value in headers:
        if name == b"authorization":
            match = _BEARER.fullmatch(value.decode("latin-1"))
            if not match:
                raise unauthorised("The Authorization header is not `Bearer <token>`.")
            return match[1]
        if name == b"cookie" and not cookie_token:
            cookie_token = _cookie(value.decode("latin-1"))
    return cookie_token


def _cookie(header: str) -> str:
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value.strip('"')
    return ""


def secret_of(configured: str, path: Path) -> str:
    """The configured secret, or one made once and kept at `path`, for its owner's eyes only."""
    if configured:
        return configured
    try:
        kept = path.read_text(encoding="ascii").strip()
    except OSError:
        kept = ""
    if not kept:
        kept = secrets.token_urlsafe(48)
        files.write_whole(path, kept, mode=0o600)
    return kept
