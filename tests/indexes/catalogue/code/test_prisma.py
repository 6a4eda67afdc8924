"""What a Prisma schema declares comes out as a catalogue.

Tests `kampyn_perf/indexes/catalogue/code/prisma_schema.py` too.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.errors import ConfigError
from kampyn_perf.indexes.catalogue.code.prisma import catalogue_of_prisma
from kampyn_perf.indexes.catalogue.code.prisma_schema import SchemaError, parse_schema
from tests.indexes.catalogue.code.imported import indexes_of

SCHEMA = """
// comments, blocks without indexes and settings are passed over
generator client {
  provider        = "prisma-client-js"
  previewFeatures = ["fullTextIndex"]
}
datasource db {
  provider = "mongodb"
  url      = env("DATABASE_URL")
}
enum Role {
  ADMIN
  BUYER @map("buyer")
}
type Street {
  name   String  @map("n")
  number Int?
}
type Address {
  street  Street
  city    String?
  within  Address?
}
/* a block
   comment */
model User {
  id        String   @id @default(auto()) @map("_id") @db.ObjectId
  email     String   @unique /// kept apart
  phone     String?  @unique(map: "phone_once", sort: Desc)
  role      Role     @default(BUYER)
  tags      String[]
  home      Address?
  work      Address
  lastName  String   @map("last_name")
  orders    Order[]

  @@index([lastName, role(sort: Desc)], map: "by_name")
  @@index(fields: [work.street.name])
  @@index([
    home.city,
    tags,
  ])
  @@map("users")
}
model Order {
  id      String @id @map("_id") @db.ObjectId
  number  Int
  shop    String
  title   String
  text    String
  userId  String @db.ObjectId
  user    User   @relation(fields: [userId], references: [id], onDelete: Cascade)

  @@unique([shop, number], name: "shop_number")
  @@fulltext([title, text])
}
"""


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    path = tmp_path / "schema.prisma"
    path.write_text(SCHEMA)
    return path


def test_every_form_of_an_index(schema: Path) -> None:
    catalogue, notes = catalogue_of_prisma(schema)
    assert indexes_of(catalogue) == {
        "users": [
            ({"last_name": 1, "role": -1}, "by_name", {}),
            ({"work.street.n": 1}, "", {}),
            ({"home.city": 1, "tags": 1}, "", {}),
            ({"email": 1}, "", {"unique": True}),
            ({"phone": -1}, "phone_once", {"unique": True}),
        ],
        "Order": [
            ({"shop": 1, "number": 1}, "", {"unique": True}),
            ({"title": "text", "text": "text"}, "", {}),
        ],
    }
    assert notes == ()


def test_what_it_promises_of_fields(schema: Path) -> None:
    users, order = catalogue_of_prisma(schema)[0].collections
    assert users.required == {"email", "last_name", "role", "work.street.n"}
    assert users.optional == {"phone", "home.city"}
    assert users.arrays == {"tags"}
    assert order.required == {"shop", "number", "title", "text"}


def test_a_folder_of_schemas_is_one(schema: Path) -> None:
    (schema.parent / "models").mkdir()
    more = 'model Shop {\n  id String @id @map("_id")\n  at Address\n  @@index([at.city])\n}\n'
    (schema.parent / "models" / "shop.prisma").write_text(more)
    catalogue, _ = catalogue_of_prisma(schema.parent)
    assert indexes_of(catalogue)["Shop"] == [({"at.city": 1}, "", {})]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"mongodb"', '"postgresql"', r"line 7: .*provider is postgresql, not mongodb"),
        ("[shop, number]", "[shop, nummer]", r"line \d+: Order: there is no field nummer"),
        ("work.street.name", "work.street.name.x", r"User: there is no field work.street.name.x"),
        ("@@index([\n", "@@index([[\n", r"line 42: expected ,, not \)"),
        ("tags,\n", '"tags",\n', r"line \d+: User: 'tags' is no field"),
        ("enum Role {", "enum Role", r"line 12: expected \{, not ADMIN"),
        ('@map("n")', '@map("n)', r"line \d+: '\"' is no part of a Prisma schema"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    schema: Path, old: str, new: str, message: str
) -> None:
    assert old in SCHEMA
    schema.write_text(SCHEMA.replace(old, new))
    with pytest.raises(ConfigError, match=message):
        catalogue_of_prisma(schema)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no model in it"),
        ("model A {\n  id String @id\n}\n", r"no index is declared in it \(A\)"),
    ],
)
def test_a_schema_without_an_index_is_an_error(schema: Path, text: str, message: str) -> None:
    schema.write_text(text)
    with pytest.raises(ConfigError, match=message):
        catalogue_of_prisma(schema)


@given(st.text(alphabet='model {}[]()@?:,=."\n\\/*a1', max_size=60))
def test_any_text_is_a_schema_or_names_a_line(text: str) -> None:
    try:
        parse_schema(text)
    except SchemaError as error:
        assert 1 <= error.line <= text.count("\n") + 1
