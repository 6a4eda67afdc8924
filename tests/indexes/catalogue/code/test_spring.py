"""What Spring Data's annotations declare comes out as a catalogue.

Tests `java_classes.py` and `spring_index.py` of `kampyn_perf/indexes/catalogue/code` too.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kampyn_perf.errors import ConfigError
from kampyn_perf.indexes.catalogue.code.spring import catalogue_of_spring
from tests.indexes.catalogue.code.imported import indexes_of

USER = """
package app;

import org.springframework.data.mongodb.core.mapping.Document;

/** A user. */
@Data
@Document(collection = "users", language = "spanish")
@CompoundIndexes({
    // the list of a vendor
    @CompoundIndex(name = "by_age", def = "{'age': -1, \\"name\\" : 1}", unique = true),
    @CompoundIndex(def = "{city:1," + " at : 1}", partialFilter = "{'open': {'$gt': 5}}")
})
@WildcardIndexed
public class User extends Dated {
    private static final String KIND = "user";

    @Id
    private String key;

    @Indexed(unique = true)
    @NotNull
    private String email;

    @Field("last_name") @Indexed(direction = IndexDirection.DESCENDING, sparse = true)
    private String lastName;

    @Indexed(name = "gone", expireAfterSeconds = 0)
    private Date expires;

    @Indexed(expireAfter = "P1DT1H")
    private Date seen;

    @Indexed(expireAfter = "10d", useGeneratedName = true)
    private Date left;

    @HashIndexed
    private String shard;

    @GeoSpatialIndexed(type = GeoSpatialIndexType.GEO_2DSPHERE)
    private GeoJsonPoint place;

    @TextIndexed(weight = 3) private String title;
    @TextIndexed private String body;
    @Language private String lang;

    @Transient @Indexed private String cached;

    private List<Address> addresses;
    private Address home;
    private long version;
}
"""
REST = """
class Names { static final String ITEMS = "items"; }

class Dated { @Indexed private Instant created; }

class Address {
    @Indexed private String zip;
    private Address within;
    @DBRef private User owner;
}

@Document(Names.ITEMS)
record ShopItem(@Id String id, @Indexed long price) {}

@Document("#{@names.of('x')}") class Evaluated { @Indexed int a; }
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Rest.java").write_text(REST)
    (tmp_path / "app" / "User.java").write_text(USER)
    return tmp_path


def test_every_annotation(project: Path) -> None:
    catalogue, notes = catalogue_of_spring(project)
    assert indexes_of(catalogue) == {
        "users": [
            ({"age": -1, "name": 1}, "by_age", {"unique": True}),
            ({"city": 1, "at": 1}, "", {"partialFilterExpression": {"open": {"$gt": 5}}}),
            ({"$**": 1}, "", {}),
            ({"email": 1}, "email", {"unique": True}),
            ({"last_name": -1}, "last_name", {"sparse": True}),
            ({"expires": 1}, "gone", {"expireAfterSeconds": 0}),
            ({"seen": 1}, "seen", {"expireAfterSeconds": 90_000}),
            ({"left": 1}, "", {"expireAfterSeconds": 864_000}),
            ({"shard": "hashed"}, "", {}),
            ({"place": "2dsphere"}, "place", {}),
            ({"addresses.zip": 1}, "addresses.zip", {}),
            ({"addresses.within.zip": 1}, "addresses.within.zip", {}),
            ({"home.zip": 1}, "home.zip", {}),
            ({"home.within.zip": 1}, "home.within.zip", {}),
            ({"created": 1}, "created", {}),
            (
                {"title": "text", "body": "text"},
                "User_TextIndex",
                {
                    "weights": {"title": 3},
                    "default_language": "spanish",
                    "language_override": "lang",
                },
            ),
        ],
        "items": [({"price": 1}, "price", {})],
    }
    (note,) = notes
    assert "Rest.java, line 15: Evaluated: the name of its collection is #{@names" in note
    items, users = catalogue.collections
    assert (users.required, items.required) == ({"email"}, {"price"})
    assert users.arrays == {"addresses"}


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ('"{\'age\': -1, \\"name\\" : 1}"', "DEFINITION", r"line 11: .*its def is not written out"),
        ("expireAfterSeconds = 0", "expireAfterSeconds = DAY", "its expireAfterSeconds is DAY, wh"),
        ("GEO_2DSPHERE", "GEO_HAYSTACK", "no haystack indexes"),
        ('"10d"', '"#{config.days}"', r"@Indexed is left out: .*days"),
        ("{'open': {'$gt': 5}}", "{'open'", "@CompoundIndex is left out"),
    ],
)
def test_what_cannot_be_read_is_told(project: Path, old: str, new: str, note: str) -> None:
    assert old in USER
    (project / "app" / "User.java").write_text(USER.replace(old, new))
    _, notes = catalogue_of_spring(project)
    assert any(re.search(note, one) for one in notes), notes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("class A { int b; }", "no class with Spring Data's @Document"),
        ("nothing of Java {{{", "line 1: not Java"),
        ("@Document class A { int b; }", r"no index is declared in it \(a\)"),
    ],
)
def test_what_declares_nothing_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "A.java").write_text(text)
    with pytest.raises(ConfigError, match=message):
        catalogue_of_spring(tmp_path)


def test_a_folder_without_java(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Kotlin is not read"):
        catalogue_of_spring(tmp_path)
