"""How the suite runs on several pytest workers: order, turns, byte code, and which tests are fast.

Loaded as pytest plugins by `tests/conftest.py`; knows nothing of the project under test.
"""
