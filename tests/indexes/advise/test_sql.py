import pytest

from kampyn_perf.indexes.advise.operation import Kind
from kampyn_perf.indexes.advise.sql import operation_of_sql


def read(sql, plan=("SCAN orders",)):
    return operation_of_sql(
        collection="orders", at="", duration_us=1, detail={"sql": sql, "plan": list(plan)}
    )


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "DELETE FROM orders",
        "SELECT a FROM orders WHERE a = ? OR b = ?",
        "SELECT a FROM orders WHERE a IN (SELECT b FROM c)",
        "SELECT a FROM orders WHERE lower(a) = ?",
        "SELECT a FROM orders ORDER BY lower(a)",
    ],
)
def test_what_has_no_shape(sql):
    assert read(sql) is None


def test_a_range_between_two():
    one = read("SELECT count(*) FROM orders WHERE v = ? AND createdAt BETWEEN ? AND ?")
    assert one.kind is Kind.COUNT
    assert one.filter == {"v": {"$eq": None}, "createdAt": {"$gte": None}}


def test_the_order_of_groups_is_no_sort_of_rows():
    plan = ("SEARCH orders USING INDEX x (v=?)", "USE TEMP B-TREE FOR ORDER BY")
    one = read("SELECT day, sum(x) FROM orders WHERE v = ? GROUP BY day ORDER BY day", plan)
    assert one.kind is Kind.AGGREGATE
    assert not one.sorted_in_memory
    assert one.plan == "; ".join(plan)


def test_an_index_that_is_walked_is_no_scan_of_the_table():
    assert read("SELECT a FROM orders", ("SCAN orders USING INDEX a_1",)).plan != "COLLSCAN"
    assert read("SELECT a FROM orders").plan == "COLLSCAN"
