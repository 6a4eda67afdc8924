"""Services are tested on every store."""

from tests.backend.stores.conftest import case

__all__ = ["case"]
