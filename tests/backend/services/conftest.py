"""Services are tested on every store."""

from tests.backend.stores.conftest import case, stores

__all__ = ["case", "stores"]
