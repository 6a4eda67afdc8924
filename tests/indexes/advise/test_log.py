import json

from kampyn_perf.indexes.advise.log import LogReader
from kampyn_perf.indexes.advise.operation import Kind
from tests.indexes.advise.workload import DEFECTS, Recorded, find, line, record

ONE = DEFECTS[0]


def read(*lines: bytes):
    reader = LogReader()
    return list(reader.read(lines)), reader


def slow(attr, **top) -> bytes:
    return json.dumps(
        {"t": {"$date": "2026-11-01T10:00:00.000+00:00"}, "s": "I", "c": "COMMAND", "id": 51803,
         "ctx": "conn1", "msg": "Slow query", "attr": attr, **top}, separators=(",", ":"),
    ).encode() + b"\n"  # fmt: skip


def test_what_carried_a_line_is_undone():
    plain = line(ONE)
    docker = json.dumps({"log": plain.decode(), "stream": "stdout", "time": "x"}).encode()
    kubernetes = b"2026-11-01T10:00:00.1Z stdout F " + plain
    syslog = b"Nov  1 10:00:00 db1 mongod.27017[77]: " + plain
    operations, reader = read(plain, docker, kubernetes, syslog)
    assert len(operations) == 4
    assert len(set(map(str, operations))) == 1
    assert (reader.lines, reader.slow, reader.unread) == (4, 4, 0)


def test_other_lines_and_torn_ones():
    other = b'{"t":{"$date":"2026-11-01"},"s":"I","c":"NETWORK","id":1,"msg":"Slow start"}\n'
    operations, reader = read(other, line(ONE)[:200], b"\xff\xfe Slow query \n", b"\n")
    assert operations == []
    assert (reader.lines, reader.slow, reader.unread) == (4, 2, 2)


def test_what_is_no_query_of_a_collection():
    hello = slow({"ns": "admin.$cmd", "command": {"hello": 1}, "durationMillis": 10_010})
    bulk = slow({"ns": "shop.$cmd", "command": {"update": "orders", "ordered": True}})
    stream = slow({"ns": "local.oplog.rs", "command": {"find": "oplog.rs", "filter": {}}})
    assert read(hello, bulk, stream)[0] == []


def test_get_more_counts_for_its_query():
    attr = record(ONE) | {
        "command": {"getMore": 77, "collection": "orders"},
        "originatingCommand": find("orders", {"couponCode": "X"}, skip=10),
    }
    ((operation,), _) = read(slow(attr))
    assert (operation.kind, operation.filter) == (Kind.FIND, {"couponCode": "X"})
    assert operation.skip == 0  # walked past by the first batch


def test_a_line_that_the_server_cut_is_marked():
    cut = {"command": {"filter": {"a": {"$in": {"155": {"type": "objectId", "size": 12}}}}}}
    ((operation,), _) = read(slow(record(ONE), truncated=cut, size={"command": 12_000}))
    assert operation.cut
    assert not read(slow(record(ONE)))[0][0].cut


def test_writes():
    update = Recorded(
        name="", command={"update": "orders", "q": {"a": 1}, "u": {"$set": {"status": 1}}},
        more={"nMatched": 7, "type": "update"}, returned=None,
    )  # fmt: skip
    modify = Recorded(
        name="",
        command={"findAndModify": "orders", "query": {"a": 1}, "update": {"$inc": {"n": 1}}},
        more={"nMatched": 1},
        returned=None,
    )
    in_command = Recorded(
        name="",
        command={"delete": "orders", "deletes": [{"q": {"b": 2}, "limit": 1}]},
        more={"ndeleted": 3},
        returned=None,
    )
    bare = {"ns": "shop.orders", "type": "update", "command": {"q": {"z": 1}, "u": {"z": 2}}}
    (one, two, three, four), _ = read(line(update), line(modify), line(in_command), slow(bare))
    assert (four.kind, four.filter, four.collection) == (Kind.UPDATE, {"z": 1}, "orders")
    assert (one.kind, one.filter, one.written, one.returned) == (
        Kind.UPDATE, {"a": 1}, {"status"}, 7,
    )  # fmt: skip
    assert (two.kind, two.filter, two.written, two.returned) == (
        Kind.FIND_AND_MODIFY, {"a": 1}, {"n"}, 1,
    )  # fmt: skip
    assert (three.kind, three.filter, three.returned) == (Kind.DELETE, {"b": 2}, 3)


def test_a_comment_is_the_sender():
    attr = record(ONE)
    assert read(slow(attr))[0][0].sender == "shop"
    attr["command"] = {**attr["command"], "comment": "vendor flow, active orders"}
    assert read(slow(attr))[0][0].sender == "vendor flow, active orders"


def test_the_log_of_a_mongod_before_4_4_is_seen():
    old = b"2019-06-09T17:30:10.759-0400 I COMMAND  [conn4] command test.foo ... 148ms\n"
    _, reader = read(old)
    assert reader.old
    assert not read(line(ONE))[1].old


def test_the_reference_backends_lines():
    detail = {
        "sql": "SELECT _id, status FROM orders WHERE vendorId = ? AND status IN (?, ?)"
        " ORDER BY createdAt DESC LIMIT ?",
        "plan": ["SCAN orders", "USE TEMP B-TREE FOR ORDER BY"],
        "returned": 20,
        "comment": "GET /order/vendor/{vendorId}/active",
    }
    head = b"2026-11-28T08:18:46.337Z 22414 WARNING kampyn.slow: Slow query: orders.find - 88 ms"
    (one,), reader = read(head + b" " + json.dumps(detail).encode() + b"\n", head + b"\n")
    assert reader.unread == 1  # of a line without the statement
    assert one.filter == {"vendorId": {"$eq": None}, "status": {"$in": [None, None]}}
    assert (one.sort, one.plan, one.returned) == ({"createdAt": -1}, "COLLSCAN", 20)
    assert one.sorted_in_memory
    assert (one.duration_us, one.limit) == (88_000, 1)
    assert one.sender == "GET /order/vendor/{vendorId}/active"
