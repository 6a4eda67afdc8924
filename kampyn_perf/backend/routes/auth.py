"""Logging in, and asking who one is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field, model_validator

from kampyn_perf.backend.domain import DOCUMENT_EMAIL, DOCUMENT_PASSWORD, Role
from kampyn_perf.backend.responses import BODY, JSON, Body, errors
from kampyn_perf.backend.routes.schemas import CheckedIn, LoggedIn, Message
from kampyn_perf.backend.tokens import COOKIE, unauthorised
from kampyn_perf.backend.wiring import Services

_NO_STORE = {"Cache-Control": "no-store"}
"""A token, or who has one, is for nobody's cache (RFC 6750, 5.3)."""


class Login(Body):
    """Credentials: `email`, or `identifier` (an email or a phone number)."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["email"]}, {"required": ["identifier"]}]}
    )

    email: str = Field(default="", min_length=1, max_length=254, examples=[DOCUMENT_EMAIL])
    identifier: str = Field(default="", min_length=1, max_length=254)
    password: str = Field(min_length=1, max_length=1024, repr=False, examples=[DOCUMENT_PASSWORD])

    @model_validator(mode="after")
    def _one(self) -> Login:
        if not (self.email or self.identifier):
            raise ValueError("email is missing")
        return self


def router(services: Services) -> APIRouter:
    """The routes under /api/user/auth and /api/vendor/auth."""
    routes = APIRouter(tags=["auth"])
    secure = services.settings.secure_cookies

    async def log_in(credentials: Login, *, vendor: bool) -> JSON:
        # E-mail addresses compare without case; they are stored in lower case.
        identifier = (credentials.email or credentials.identifier).lower()
        await services.logins.admit(identifier)
        account = await services.store.users.account(identifier, vendor=vendor)
        password_hash = account["passwordHash"] if account else None
        # One message and one duration, whether the user or only the password is wrong.
        if not await services.passwords.matches(password_hash, credentials.password) or not account:
            await services.logins.failed(identifier)
            raise unauthorised("The email or the password is wrong.")
        await services.logins.succeeded(identifier)
        issued = services.tokens.issue(account["_id"], Role(account["role"]))
        user: dict[str, Any] = {name: account[name] for name in ("_id", "name", "email", "role")}
        answer = JSON({"token": issued.token, "user": user}, headers=_NO_STORE)
        answer.set_cookie(
            COOKIE,
            issued.token,
            max_age=issued.seconds,
            httponly=True,
            samesite="lax",
            secure=secure,
        )
        return answer

    @routes.post("/api/user/auth/login", response_model=LoggedIn, responses=errors(*BODY, 401))
    async def user_login(credentials: Login) -> Any:
        """Log a user in: a token in the answer and in an http-only cookie."""
        return await log_in(credentials, vendor=False)

    @routes.post("/api/vendor/auth/login", response_model=LoggedIn, responses=errors(*BODY, 401))
    async def vendor_login(credentials: Login) -> Any:
        """Log a vendor in."""
        return await log_in(credentials, vendor=True)

    @routes.get("/api/user/auth/check", response_model=CheckedIn, responses=errors(401))
    async def check(request: Request) -> Any:
        """Who the token belongs to."""
        caller = services.tokens.require(request.scope["headers"])
        if caller.role is Role.VENDOR:
            vendor = await services.store.vendors.get(caller.id)
            profile: Any = vendor and {**vendor, "role": Role.VENDOR}
        else:
            profile = await services.store.users.get(caller.id)
        if profile is None:
            raise unauthorised("The token's user is no more.")
        return JSON({"user": profile}, headers=_NO_STORE)

    @routes.post("/api/user/auth/logout", response_model=Message, responses=errors())
    async def logout() -> Any:
        """Let go of the cookie. The token itself stays good until it expires."""
        answer = JSON({"message": "Logged out."}, headers=_NO_STORE)
        answer.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=secure)
        return answer

    return routes
