"""What the exporter prints becomes a catalogue. `EXPORTED` is what it printed of the project in
`PROJECT` with Mongoose 8.24 on Node 20; the last test runs it again where `make mongoose`
could fetch a mongoose.

Tests `kampyn_perf/cli/indexes/exporter.py` too.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from kampyn_perf.errors import ConfigError
from kampyn_perf.indexes.catalogue.from_exporter import (
    SCHEMA,
    catalogue_of_export,
    exporter_text,
    is_export,
)
from kampyn_perf.indexes.model.catalogue import Cluster
from tests.indexes.catalogue.test_from_database import read_back
from tests.mongoose_setup import FOLDER

PROJECT = {
    "db.js": """
const mongoose = require('mongoose');
if (!process.env.MONGO_URI_ACCOUNT) throw new Error('Missing Mongo URI');
exports.account = mongoose.createConnection(process.env.MONGO_URI_ACCOUNT);
exports.order = mongoose.createConnection(process.env.SHOP_DATABASE_URL);
exports.audit = exports.order.useDb('audit');
""",
    "models/User.js": """
const { Schema } = require('mongoose');
const { account } = require('../db');
require('fs').writeSync(1, 'a logger that writes to the file itself');
const address = new Schema({ city: { type: String, index: true } }, { _id: false });
const user = new Schema({
  email: { type: String, required: true, unique: true },
  phone: { type: String, unique: true, sparse: true },
  nick: { type: String, required() { return this.public; } },
  session: { type: Date, expires: '30d' },
  addresses: [address],
  settings: { type: Map, of: new Schema({ key: { type: String, index: true } }) },
}, { timestamps: true, collation: { locale: 'en', strength: 2 } });
user.index({ email: 1 });
user.index({ nick: 'text' });
user.index({ createdAt: -1 }, { partialFilterExpression: { at: { $gt: new Date(0) } } });
module.exports = account.model('User', user);
""",
    "models/shop/Event.js": """
const { Schema } = require('mongoose');
const { order, audit } = require('../../db');
const fields = { at: { type: Date, required: true, index: -1 } };
const event = new Schema(fields, { discriminatorKey: 'kind' });
const Event = order.model('Event', event);
Event.discriminator('Click', new Schema({ url: { type: String, index: true, required: true } }));
audit.model('Entry', new Schema({ by: { type: String, index: true } }));
console.log('models loaded');
""",
    "models/broken.js": "require('./nothing');\n",
}
ENGLISH = {"locale": "en", "strength": 2}
EXPORTED = {
    "schema": "kampyn-perf/mongoose-indexes",
    "version": 1,
    "clusters": {
        "account": {"variable": "MONGO_URI_ACCOUNT", "database": ""},
        "shop_database": {"variable": "SHOP_DATABASE_URL", "database": ""},
        "shop_database-audit": {"variable": "SHOP_DATABASE_URL", "database": "audit"},
    },
    "models": [
        {
            "model": "User",
            "collection": "users",
            "cluster": "account",
            "indexes": [
                [{"email": 1}, {"unique": True, "collation": ENGLISH}],
                [{"phone": 1}, {"unique": True, "sparse": True, "collation": ENGLISH}],
                [{"session": 1}, {"expireAfterSeconds": 2592000, "collation": ENGLISH}],
                [{"addresses.city": 1}, {"collation": ENGLISH}],
                [{"email": 1}, {"collation": ENGLISH}],
                [{"nick": "text"}, {}],
                [
                    {"createdAt": -1},
                    {
                        "partialFilterExpression": {
                            "at": {"$gt": {"$date": "1970-01-01T00:00:00.000Z"}}
                        },
                        "collation": ENGLISH,
                    },
                ],
            ],
            "required": ["email", "createdAt", "updatedAt"],
            "optional": [
                "phone", "nick", "session", "addresses.city", "settings", "settings.$*",
                "settings.$*.key",
            ],
            "arrays": ["addresses"],
        },
        {
            "model": "Event",
            "collection": "events",
            "cluster": "shop_database",
            "indexes": [[{"at": -1}, {}]],
            "required": ["at"],
            "optional": ["kind"],
            "arrays": [],
        },
        {
            "model": "Click",
            "collection": "events",
            "cluster": "shop_database",
            "indexes": [[{"url": 1}, {"partialFilterExpression": {"kind": "Click"}}]],
            "required": ["url", "at"],
            "optional": [],
            "arrays": [],
        },
        {
            "model": "Entry",
            "collection": "entries",
            "cluster": "shop_database-audit",
            "indexes": [[{"by": 1}, {}]],
            "required": [],
            "optional": ["by"],
            "arrays": [],
        },
    ],
    "problems": [
        "models/broken.js: cannot be loaded: Cannot find module './nothing'",
        "User: index on settings.$*.key: inside a Map, where Mongoose builds it on a field called "
        "$*; left out",
    ],
}  # fmt: skip


def test_a_project_of_two_connections():
    catalogue, notes = catalogue_of_export(EXPORTED, source="declared.json")
    again = read_back(catalogue)
    users, events, entries = again.collections
    assert [(p.name, p.cluster) for p in again.collections] == [
        ("users", "account"),
        ("events", "shop_database"),
        ("entries", "shop_database-audit"),
    ]
    assert again.clusters["shop_database-audit"] == Cluster(
        name="shop_database-audit", variable="SHOP_DATABASE_URL", database="audit"
    )
    specs = {entry.spec.effective_name: entry.spec for entry in users.entries}
    assert list(specs) == [
        "email_1", "phone_1", "session_1", "addresses.city_1", "nick_text", "createdAt_-1",
    ]  # fmt: skip
    assert specs["email_1"].unique
    assert specs["email_1"].collation == ENGLISH
    assert specs["nick_text"].collation is None
    assert specs["session_1"].ttl_seconds == 2_592_000
    assert specs["createdAt_-1"].partial == {"at": {"$gt": {"$date": "1970-01-01T00:00:00.000Z"}}}
    assert users.required == {"email", "createdAt"}
    assert users.optional == {"phone", "session", "nick", "addresses.city"}
    assert users.arrays == {"addresses"}
    assert [entry.spec.partial for entry in events.entries] == [None, {"kind": "Click"}]
    assert events.required == {"at"}  # `url` is demanded of a Click alone
    assert len(entries.entries) == 1
    assert notes == (
        *EXPORTED["problems"],
        "users: email_1 is declared unique and not unique; kept as unique",
    )


def test_a_collection_in_two_clusters_is_no_catalogue():
    models = [
        {"collection": "logs", "cluster": cluster, "indexes": [[{"a": 1}, {}]]} for cluster in "ab"
    ]
    with pytest.raises(ConfigError, match="logs is in the clusters a and b"):
        catalogue_of_export(EXPORTED | {"models": models}, source="declared.json")


def test_an_export_that_cannot_be_read_is_named():
    assert not is_export({"users": []})
    with pytest.raises(ConfigError, match="version"):
        catalogue_of_export(EXPORTED | {"version": 2}, source="declared.json")
    with pytest.raises(ConfigError, match=r"models\[0\].*not a model"):
        catalogue_of_export(EXPORTED | {"models": [{"model": "User"}]}, source="declared.json")
    with pytest.raises(ConfigError, match="no index is declared"):
        catalogue_of_export(EXPORTED | {"models": []}, source="declared.json")


def test_the_exporter_names_the_schema_that_is_read():
    assert f"'{SCHEMA}'" in exporter_text()


def test_the_program_prints_it(cli):
    assert cli("exporter").stdout == exporter_text()


MONGOOSE = Path(os.environ.get("KAMPYN_TEST_MONGOOSE", FOLDER))


@pytest.mark.skipif(
    not ((MONGOOSE / "node_modules" / "mongoose").is_dir() and shutil.which("node")),
    reason="run `make mongoose` (needs node and npm), or set KAMPYN_TEST_MONGOOSE",
)
def test_the_exporter_prints_it(tmp_path: Path):
    for name, text in PROJECT.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "node_modules").symlink_to(MONGOOSE / "node_modules")
    (tmp_path / "export-indexes.js").write_text(exporter_text())
    secret = {"SHOP_DATABASE_URL": "mongodb://ada:s3cret@h/shop"}
    done = subprocess.run(
        ["node", "export-indexes.js"],
        cwd=tmp_path,
        env=os.environ | secret,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout) == EXPORTED
    assert "models loaded" in done.stderr
    assert "s3cret" not in done.stdout + done.stderr
