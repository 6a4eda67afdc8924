from __future__ import annotations

import pytest

from kampyn_perf.redact import redact, redact_text, redact_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://localhost:5001/x", "http://localhost:5001/x"),
        ("mongodb://ann:s3cret@db:27017/k?w=1", "mongodb://ann:***@db:27017/k?w=1"),
        ("mongodb://ann:p%40ss@a:1,b:2/k", "mongodb://ann:***@a:1,b:2/k"),
        ("https://tok3n@host/", "https://***@host/"),
        ("redis://:s3cret@host:6379/0", "redis://:***@host:6379/0"),
        ("http://host/?api_key=s3cret&page=2", "http://host/?api_key=***&page=2"),
        ("http://[bad", "***"),
    ],
)
def test_urls(url, shown):
    assert redact_url(url) == shown


def test_urls_inside_a_text():
    text = "cannot connect to mongodb://ann:s3cret@db/k: refused (http://x:y@z)"
    assert redact_text(text) == "cannot connect to mongodb://ann:***@db/k: refused (http://x:***@z)"


def test_plain_data_is_hidden_by_name_and_in_urls():
    data = {
        "password": "s3cret",
        "token_secret": "",
        "users": [{"Authorization": "Bearer x", "email": "a@b"}],
        "url": "redis://:s3cret@h",
        "workers": 2,
    }
    shown = redact(data)
    assert shown == {
        "password": "***",
        "token_secret": "",
        "users": [{"Authorization": "***", "email": "a@b"}],
        "url": "redis://:***@h",
        "workers": 2,
    }
    assert data["password"] == "s3cret", "the original is untouched"
