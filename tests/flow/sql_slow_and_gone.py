# SPDX-License-Identifier: Apache-2.0
"""What a few bad clients may not do to the others."""
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import steelthread as st  # noqa: E402
from sql_service import Sql  # noqa: E402

ROWS = 200_000
PAYLOAD = "x" * 100
ENDLESS = "select count(*) from big a cross join big b cross join big c where a.n + b.n + c.n = -1"


def answers_others(sql):
    start = time.monotonic()
    assert sql.rows("select count(*) from big") == [[ROWS]]
    assert time.monotonic() - start < 10


def a_slow_reader_costs_little(sql):
    before = sql.memory_mb()
    page = sql.post("select a.n, a.s from big a cross join (values 1, 2, 3, 4, 5) as v(x)")
    rows = 0
    for _ in range(10):
        page, _ = sql.follow(page)
        rows += len(page.get("data") or [])
        time.sleep(0.2)
    assert "nextUri" in page and 0 < rows < 5 * ROWS / 4, rows
    grown = sql.memory_mb() - before
    assert grown < 300, "%d MB more for one slow reader of 100 MB" % grown
    answers_others(sql)
    while "nextUri" in page:
        page, _ = sql.follow(page)
        rows += len(page.get("data") or [])
    assert rows == 5 * ROWS, rows


def a_cancel_is_quick(sql):
    page = sql.post(ENDLESS)
    path = "/" + page["nextUri"].split("/", 3)[3]
    st.wait_for("it runs", 10, lambda: sql.counters()["running"] > 0)
    start = time.monotonic()
    assert sql.request("DELETE", path)[0] == 204
    st.wait_for("it has ended", 5, lambda: sql.counters()["running"] == 0, 0.01)
    took = time.monotonic() - start
    assert took < 2, took
    page, _ = sql.follow(page)
    assert page["error"]["errorName"] == "USER_CANCELED", page
    print("cancelled in %d ms" % (took * 1000))


def a_long_poll_ends(sql):
    page = sql.post(ENDLESS)
    start = time.monotonic()
    page, _ = sql.follow(page)
    took = time.monotonic() - start
    assert 0.5 < took < 5 and page["stats"]["state"] == "RUNNING" and "nextUri" in page, (took, page)
    assert sql.request("DELETE", "/" + page["nextUri"].split("/", 3)[3])[0] == 204
    st.wait_for("it has ended", 5, lambda: sql.counters()["running"] == 0, 0.01)


def two_hundred_vanish(sql):
    pages = [sql.post("select n, s from big") for _ in range(200)]
    for page in pages[:20]:
        sql.follow(page)
    start = time.monotonic()
    answers_others(sql)
    print("a newcomer waited %.2f s behind 200 that vanished" % (time.monotonic() - start))
    assert sql.counters()["kept_bytes"] < 300e6, sql.counters()
    for page in pages:  # what the service would do itself after five minutes; tests/unit/sql has that
        sql.request("DELETE", "/" + page["nextUri"].split("/", 3)[3])
    st.wait_for("all have ended", 30, lambda: sql.counters()["running"] == 0)


def long_statements_leave_little(sql):
    """A ticket stays for a while after its last reply; its text and its plan go at once."""
    before = sql.memory_mb()
    kept = sql.counters()["kept_bytes"]
    for _ in range(100):
        error = sql.error("select '%s' from nosuch" % ("x" * 1_000_000))
        assert error["errorName"] == "TABLE_NOT_FOUND", error
    assert sql.counters()["kept_bytes"] - kept < 10e6, sql.counters()
    grown = sql.memory_mb() - before
    assert grown < 60, "%d MB more for 100 statements of 1 MB that have ended" % grown


def columns_too_large_for_a_reply(sql):
    """Presto's signature of a type names each child twice, so that each level doubles it."""
    sql.create("deep", "a %sint%s" % ("array<" * 15, ">" * 15))
    assert sql.rows("select a from deep", "Presto") == []
    error = sql.error("select %s from deep" % ", ".join(["a"] * 30), "Presto")
    assert error["errorName"] == "GENERIC_INSUFFICIENT_RESOURCES", error
    assert sql.rows("select %s from deep" % ", ".join(["a"] * 30)) == []


def a_long_condition_is_refused(sql):
    """The engine would plan it for an hour, and hear no cancel."""
    condition = " or ".join("n = %d" % n for n in range(4096))
    assert sql.rows("select n from (values 7, -7) v(n) where " + condition) == [[7]]
    error = sql.error("select count(*) from big where " + condition + " or n = %d" % ROWS)
    assert error["errorName"] == "GENERIC_USER_ERROR" and "4096 terms" in error["message"], error
    error = sql.error("select count(*) from big where " + " and ".join(["n > 1"] * 100000))
    assert error["errorName"] == "GENERIC_USER_ERROR", error
    answers_others(sql)


def texts_do_not_grow_without_end(sql):
    before = sql.memory_mb()
    text = "x" * 30_000
    for statement in ("select length(replace('%s', '', '%s'))" % (text, text),
                      "select sum(length(replace(v, 'y', ''))) from (select replace('%s' || s, 'x', '%s') v from big)"
                      % (text, "y" * 100)):
        error = sql.error(statement)
        assert error["errorName"] == "NUMERIC_VALUE_OUT_OF_RANGE", error
    grown = sql.memory_mb() - before
    assert grown < 1000, "%d MB more" % grown
    answers_others(sql)


def joined_texts_end_alone():
    """`||` is the engine's own, and its limit of memory does not count texts: the process has one."""
    with Sql(config="sql: {query.max-memory: 64MB}\n") as sql:
        write_big(sql)
        doubled = "select '%s' || s as v, n from big where n < 2000" % ("x" * 10_000)
        for _ in range(9):
            doubled = "select v || v as v, n from (%s) d" % doubled
        pid = sql.processes["sql"].pid
        for _ in range(3):
            error = sql.error("select max(length(v || cast(n as varchar))) from (%s) d" % doubled)
            assert error["errorName"] == "EXCEEDED_LOCAL_MEMORY_LIMIT", error
            answers_others(sql)
        with open("/proc/%d/status" % pid, encoding="ascii") as f:
            peak = [int(line.split()[1]) / 1024 for line in f if line.startswith("VmHWM:")][0]
        assert sql.processes["sql"].poll() is None and peak < 1700, peak
        print("texts of 10 GB failed 3 times; the service had %d MB at most" % peak)


def without_a_catalog(sql):
    sql.stop("catalog")
    error = sql.error("select * from big")
    assert error["errorName"] == "HIVE_METASTORE_ERROR", error
    assert str(sql.base + st.OFFSET["catalog"]) in error["message"], error
    assert sql.rows("select 1") == [[1]]
    sql.start("catalog")
    answers_others(sql)


def one_that_wants_too_much_memory_fails_alone():
    """`query.max-memory`: others ask on while one after the other asks for more than there is."""
    with Sql(config="sql: {query.max-memory: 64MB}\n") as sql:
        write_big(sql)
        stop = threading.Event()
        answers = []

        def ask_on():
            while not stop.is_set():
                answers.append(sql.ask("select count(*), max(n) from big where s like 'x%'"))
        others = [threading.Thread(target=ask_on) for _ in range(2)]
        for other in others:
            other.start()
        try:
            for prefix in ("Trino", "Presto") * 3:
                error = sql.error("select cardinality(array_agg(a.s)) from big a cross join (values %s) v(x)"
                                  % ", ".join(str(i) for i in range(20)), prefix)
                assert error["errorName"] == "EXCEEDED_LOCAL_MEMORY_LIMIT", error
                assert error["errorType"] == "INSUFFICIENT_RESOURCES", error
                assert error["errorCode"] == 131079 and "SET " not in error["message"], error
        finally:
            stop.set()
            for other in others:
                other.join()
        assert len(answers) > 10, len(answers)
        for answer in answers:
            assert answer.error is None and answer.rows == [[ROWS, ROWS - 1]], answer.error
        assert sql.rows("select n from big order by s, n limit 1") == [[0]]
        print("a query that wants too much memory failed 6 times; %d others were answered" % len(answers))


def write_big(sql):
    sql.write("big/a.parquet", {"n": list(range(ROWS)), "s": [PAYLOAD] * ROWS})
    sql.create("big", "n bigint, s string")


def main():
    one_that_wants_too_much_memory_fails_alone()
    joined_texts_end_alone()
    with Sql() as sql:
        write_big(sql)
        answers_others(sql)
        for part in (a_slow_reader_costs_little, a_cancel_is_quick, a_long_poll_ends, two_hundred_vanish,
                     long_statements_leave_little, columns_too_large_for_a_reply,
                     a_long_condition_is_refused, texts_do_not_grow_without_end, without_a_catalog):
            part(sql)
            print("%s: ok" % part.__name__, flush=True)


if __name__ == "__main__":
    main()
