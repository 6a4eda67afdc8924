"""What may be shown of a URI, and what errors of the driver become."""

from __future__ import annotations

import pytest
from pymongo.errors import AutoReconnect, NotPrimaryError, OperationFailure

from kampyn_perf import mongo
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.mongo import FailureKind

URI = "mongodb://ada:s3cret@one:1,two:2/kampyn?replicaSet=r&authSource=admin&tls=true"


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        (URI, "mongodb://one:1,two:2/kampyn"),
        ("mongodb+srv://ada:s3cret@cluster.example/kampyn", "mongodb+srv://cluster.example/kampyn"),
        ("mongodb://ada:s3/cr@et@host/kampyn", "mongodb://host/kampyn"),
        ("mongodb://host:1/", "mongodb://host:1/"),
        ("s3cret", "***"),
    ],
)
def test_label_shows_no_secret_however_it_is_written(uri: str, shown: str) -> None:
    assert mongo.label(uri) == shown


def test_clean_hides_a_password_wherever_it_stands() -> None:
    text = mongo.clean(
        "bad: 'p%40ss word' (p@ss word) in mongodb://u:other@h/", _uri("p%40ss word")
    )
    assert "p@ss" not in text
    assert "p%40ss" not in text
    assert "other" not in text


def test_a_text_that_is_no_uri_is_refused_without_being_shown() -> None:
    with pytest.raises(KampynError) as caught:
        mongo.connect("hunter2hunter2")
    assert "hunter2" not in caught.value.message + caught.value.hint


def test_a_uri_the_driver_refuses_is_a_usage_error_without_its_password() -> None:
    with pytest.raises(KampynError) as caught:
        mongo.connect("mongodb://ada:s3cr/et@host/kampyn")
    assert caught.value.code == ExitCode.USAGE
    assert "s3cr" not in caught.value.message


def test_the_options_of_a_uri_win_over_ours() -> None:
    with mongo.connect("mongodb://h/?serverSelectionTimeoutMS=123", appname="x") as client:
        assert client.options.server_selection_timeout == 0.123
        assert client.options.pool_options.appname == "x"


def test_a_member_is_asked_with_the_credentials_of_its_set() -> None:
    with mongo.connect_member(URI, host="127.0.0.1", port=2) as client:
        options = client.options
        assert options.direct_connection is True
        assert options.replica_set_name is None
        credentials = options.pool_options._credentials
        assert (credentials.username, credentials.password) == ("ada", "s3cret")
        assert credentials.source == "admin"
        assert options.pool_options._ssl_context is not None


def test_a_member_waits_as_long_as_the_uri_says() -> None:
    uri = "mongodb://a%40b:p%3Aw@one:1/kampyn?serverSelectionTimeoutMS=250"
    with mongo.connect_member(uri, host="127.0.0.1", port=2) as client:
        assert client.options.server_selection_timeout == 0.25
        credentials = client.options.pool_options._credentials
        assert (credentials.username, credentials.password) == ("a@b", "p:w")
        assert credentials.source == "kampyn"


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (AutoReconnect("connection closed"), FailureKind.UNREACHABLE, 0),
        (NotPrimaryError("not primary", {"code": 189}), FailureKind.REFUSED, 189),
        (OperationFailure("no", 18), FailureKind.AUTHENTICATION, 18),
        (OperationFailure("no", 85, {"code": 85}), FailureKind.REFUSED, 85),
    ],
)
def test_errors_of_the_driver_have_a_kind_and_a_code(
    error: Exception, kind: FailureKind, code: int
) -> None:
    failure = mongo.failure_of(error, URI)
    assert (failure.kind, failure.code) == (kind, code)


def test_no_server_is_unreachable_and_wrong_credentials_are_usage() -> None:
    down = mongo.as_error(mongo.failure_of(AutoReconnect("refused"), URI), URI)
    wrong = mongo.as_error(mongo.failure_of(OperationFailure("s3cret", 18), URI), URI)
    assert (down.code, wrong.code) == (ExitCode.UNREACHABLE, ExitCode.USAGE)
    assert "s3cret" not in wrong.message + wrong.hint


def _uri(password: str) -> str:
    return f"mongodb://ada:{password}@host/kampyn"
