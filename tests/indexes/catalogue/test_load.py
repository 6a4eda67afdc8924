"""The catalogue's file: one known-good text, broken in one place at a time.

Tests `file.py`, `file_query.py` and `file_values.py` of `kampyn_perf/indexes/catalogue`, and
`kampyn_perf/indexes/model/catalogue.py` too.
"""

from __future__ import annotations

import datetime as dt

import pytest

from kampyn_perf import config
from kampyn_perf.errors import ConfigError, KampynError
from kampyn_perf.indexes.catalogue.load import (
    cluster_uri,
    load_catalogue,
    read_catalogue,
    resolved_queries,
)
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.model.query import Access, QueryKind

GOOD = """\
clusters:
  user: MONGO_URI_USER
  order: {variable: MONGO_URI_ORDER, database: shop}
parameters:
  email: test@example.com
  since: {$ago: 30d}
collections:
  users:
    cluster: user
    required: [email]
    queries:
      login:
        filter: {email: "{email}"}
        limit: 1
      recent:
        pipeline: [{$match: {at: {$gte: "{since}"}}}, {$count: n}]
        expect: {index: [at_-1], inMemorySort: true, maxExaminedPerResult: 2}
      all: {count: true, expect: {access: scan}}
    indexes:
      - key: {email: 1}
        unique: true
        serves: [login]
        reason: one account per address
      - key: {at: -1}
        expireAfterSeconds: 30d
        collation: {locale: en, strength: 2}
      - key: {name: text, $**: text}
        weights: {name: 5}
"""


def load(text: str) -> Catalogue:
    return load_catalogue(config.parse_yaml(text, "cat.yaml"))


def test_everything_is_read() -> None:
    catalogue = load(GOOD)
    (users,) = catalogue.collections
    email, at, name = (entry.spec for entry in users.entries)
    assert (email.keys, email.unique) == ((("email", 1),), True)
    assert (at.ttl_seconds, at.collation) == (2_592_000, {"locale": "en", "strength": 2})
    assert (name.keys, name.weights) == ((("name", "text"), ("$**", "text")), {"name": 5})
    login, recent, count = users.queries
    assert (login.kind, login.limit, login.expect.indexes) == (QueryKind.FIND, 1, ("email_1",))
    assert (recent.kind, recent.expect.indexes) == (QueryKind.AGGREGATE, ("at_-1",))
    assert recent.expect.max_examined_per_result == 2
    assert (count.kind, count.expect.access) == (QueryKind.COUNT, Access.SCAN)
    assert users.required == {"email"}
    assert catalogue.clusters["order"].database == "shop"
    assert users.entries[1].path == ("collections", "users", "indexes", 1)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("cluster: user", "cluster: usr",
         "cat.yaml:9: collections.users.cluster: no such cluster: usr; known here: default, "
         "order, user"),
        ("serves: [login]", "serves: [logon]",
         "cat.yaml:22: collections.users.indexes[0].serves: no such query: logon; known here: "
         "all, login, recent"),
        ("unique: true", "uniq: true",
         "cat.yaml:21: collections.users.indexes[0].uniq: unknown key; did you mean unique?"),
        ("key: {at: -1}", "key: {at: down}",
         "cat.yaml:24: collections.users.indexes[1].key: at: 'down' is not 1, -1, text, hashed, "
         "2dsphere, 2d"),
        ("key: {at: -1}", "key: {}",
         "cat.yaml:24: collections.users.indexes[1].key: not a key: write for example "
         "{vendorId: 1, createdAt: -1}"),
        ("key: {at: -1}", "key: {$at: 1}",
         "cat.yaml:24: collections.users.indexes[1].key: not a field: '$at' (a dotted path; a "
         "part with $ is $id, $ref or $db of a reference, or $** at its end)"),
        ("Seconds: 30d", "Seconds: 1.5s",
         "cat.yaml:25: collections.users.indexes[1].expireAfterSeconds: not whole seconds: "
         "'1.5s'"),
        ("strength: 2", "strength: 6",
         "cat.yaml:26: collections.users.indexes[1].collation.strength: input should be 1, 2, 3, "
         "4 or 5 (got 6)"),
        ('"{email}"', '"{mail}"',
         "cat.yaml:12: collections.users.queries.login: parameter mail has no sample under "
         "parameters"),
        ("index: [at_-1]", "index: [at_1]",
         "cat.yaml:17: collections.users.queries.recent.expect.index: no such index here: at_1; "
         "known: at_-1, email_1, name_text_$**_text"),
        ("limit: 1", "limit: 0",
         "cat.yaml:14: collections.users.queries.login.limit: input should be greater than 0 "
         "(got 0)"),
        ("{count: true,", "{count: true, sort: {a: 1},",
         "cat.yaml:18: collections.users.queries.all: a count takes a filter alone: leave out "
         "sort"),
        ("required: [email]", "required: [email]\n    optional: [email]",
         "cat.yaml:8: collections.users: email is both required and optional"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_path(old: str, new: str, problem: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError) as caught:
        load(GOOD.replace(old, new, 1))
    assert [str(one) for one in caught.value.problems] == [problem]


def test_all_mistakes_come_at_once() -> None:
    text = GOOD.replace("cluster: user", "cluster: usr").replace("[login]", "[logon]")
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert len(caught.value.problems) == 2


NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def test_queries_get_their_parameters_of_any_type() -> None:
    login, recent, _ = resolved_queries(load(GOOD), now=NOW, parameters={"email": 7})
    assert login.filter == {"email": 7}
    since = dt.datetime(2026, 10, 24, tzinfo=dt.UTC)
    assert recent.pipeline[0] == {"$match": {"at": {"$gte": since}}}


def test_a_collection_lives_where_its_variable_says_else_at_the_default() -> None:
    catalogue = load(GOOD)
    users = catalogue.collections[0]
    both = {"MONGO_URI_USER": "mongodb://u/db", "MONGO_URI": "mongodb://d/db"}
    assert cluster_uri(catalogue, users, both) == "mongodb://u/db"
    assert cluster_uri(catalogue, users, {"MONGO_URI": "mongodb://d/db"}) == "mongodb://d/db"
    assert cluster_uri(catalogue, users, both, "sqlite:///x.db") == "sqlite:///x.db"
    with pytest.raises(KampynError, match="MONGO_URI_USER and MONGO_URI not set"):
        cluster_uri(catalogue, users, {"MONGO_URI_USER": ""})


def test_the_shipped_catalogue_has_kampyns_clusters() -> None:
    """Users live with the accounts, whatever the variable MONGO_URI_USER suggests."""
    catalogue = load_catalogue(config.read_yaml(config.shipped("configs") / "indexes.yaml"))
    assert {name: one.variable for name, one in catalogue.clusters.items()} == {
        "default": "MONGO_URI",
        "user": "MONGO_URI_USER",
        "order": "MONGO_URI_ORDER",
        "item": "MONGO_URI_ITEM",
        "inventory": "MONGO_URI_INVENTORY",
        "account": "MONGO_URI_ACCOUNT",
        "cache": "MONGO_URI_CACHE",
    }
    everywhere = {one.variable: one.variable.lower() for one in catalogue.clusters.values()}
    assert {
        part.name: cluster_uri(catalogue, part, everywhere) for part in catalogue.collections
    } == {
        "users": "mongo_uri_account",
        "orders": "mongo_uri_order",
        "retails": "mongo_uri_item",
        "produces": "mongo_uri_item",
    }


def test_the_shipped_catalogue_is_the_documents() -> None:
    catalogue, _ = read_catalogue()
    indexes = {
        part.name: [entry.spec.keys for entry in part.entries] for part in catalogue.collections
    }
    items = [(("uniId", 1), ("type", 1)), (("name", "text"), ("description", "text"))]
    assert indexes == {
        "users": [(("email", 1),), (("phone", 1),), (("collegeId", 1),)],
        "orders": [
            (("userId", 1),),
            (("vendorId", 1),),
            (("status", 1),),
            (("createdAt", -1),),
            (("vendorId", 1), ("status", 1), ("createdAt", -1)),
        ],
        "retails": items,
        "produces": items,
    }
    unique = [e.spec.fields for p in catalogue.collections for e in p.entries if e.spec.unique]
    assert unique == [("email",), ("phone",)]
    assert all(entry.serves for part in catalogue.collections for entry in part.entries)
    resolved_queries(catalogue, now=NOW)
