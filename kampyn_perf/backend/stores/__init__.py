"""The stores: one package per database, each behind the ports of `backend.ports`."""
