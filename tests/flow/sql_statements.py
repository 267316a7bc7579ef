# SPDX-License-Identifier: Apache-2.0
"""Statements and their answers, in both protocols."""
import json
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests/support"))
from sql_service import Sql  # noqa: E402

SWORDS = {
    "raw_event": ['{"a": 1}', '{"a": 2}'],
    "timestamp": ["2026-03-01 10:15:04.112", "2026-03-01 10:15:05"],
    "Accept": ["*/*", None],
    "Host": ["user1.comcast.com", "user2.att.com"],
    "User-Agent": ["ApacheBench/2.3", "curl/8"],
    "event_type": ["purchase_sword", "purchase_sword"],
}
LECTURE = "accept string, host string, user_agent string, event_type string, timestamp string, raw_event string"


def same(got, want):
    assert got == want, "got %r\nwant %r" % (got, want)


# The expressions of the statement whose reply is tests/golden/presto/types_*.json.
RECORDED = [
    "true", "cast(1 as tinyint)", "cast(1 as smallint)", "1", "bigint '9007199254740993'",
    "cast(1.5 as real)", "1.5e0", "nan()", "infinity()", "decimal '123.450'", "cast('x' as varchar(3))",
    "'abc'", "cast('x' as char(3))", "X'00ff41'", "date '2020-01-02'", "time '01:02:03.456'",
    "timestamp '2020-01-02 03:04:05.123456'", "timestamp '2020-01-02 03:04:05.123 Europe/Paris'",
    "time '01:02:03+02:00'", "interval '3' day", "interval '2' month", "json '{\"a\":1}'",
    "uuid '12151fd2-7586-11e9-8f9e-2a86e4085a59'", "ipaddress '10.0.0.1'", "array[1,2]",
    "map(array['a'],array[1])", "cast(row(1,'x') as row(a integer, b varchar))", "row(1,2)", "null",
    "cast(null as varchar)", "array[timestamp '2020-01-02 03:04:05']",
    "map(array[1],array[array[X'00']])"]


def values_are_as_recorded(sql):
    """What is done is done as the real servers do it; what is not is refused by name."""
    for prefix, golden in (("Trino", "types_trino476"), ("Presto", "types_presto0287")):
        with open(os.path.join(ROOT, "tests/golden/presto", golden + ".json"), encoding="utf-8") as f:
            want = json.load(f)
        refused = []
        for i, expression in enumerate(RECORDED):
            reply = sql.ask("select " + expression, prefix)
            if reply.error:
                same(reply.error["errorName"], "NOT_SUPPORTED")
                refused.append(expression)
                continue
            column = dict(reply.last("columns")[0], name="_col%d" % i)
            same((expression, column, reply.rows), (expression, want["columns"][i], [[want["data"][0][i]]]))
        print("%s: %d of %d as recorded, the rest refused" % (prefix, len(RECORDED) - len(refused),
                                                             len(RECORDED)))
        assert len(refused) <= 15, refused


def the_lectures_statements(sql):
    sql.write("swords/part-0.parquet", SWORDS)
    sql.create("swords", LECTURE, 'tblproperties ("parquet.compress"="SNAPPY")')
    for prefix in ("Trino", "Presto"):
        same(sql.rows("show tables", prefix), [["swords"]])
        same(sql.ask("describe swords", prefix).columns,
             [(name, "varchar") for name in ("Column", "Type", "Extra", "Comment")])
        same([row[:2] for row in sql.rows("describe swords", prefix)],
             [[c.split()[0], "varchar"] for c in LECTURE.split(", ")])
        same(sql.rows("select count(*) from swords", prefix), [[2]])
        reply = sql.ask("select * from swords order by timestamp", prefix)
        same(reply.rows[0], ["*/*", "user1.comcast.com", "ApacheBench/2.3", "purchase_sword",
                             "2026-03-01 10:15:04.112", '{"a": 1}'])
        same(reply.rows[1][0], None)
        same(reply.columns[0], ("accept", "varchar"))
        warnings = [w["message"] for page in reply.pages for w in page["warnings"]]
        assert any("user_agent" in w and "User-Agent" in w and "NULL" in w for w in warnings), warnings
    only_who_reads_the_column_is_warned(sql)
    same(sql.ask("select count(*) from swords").columns, [("_col0", "bigint")])


def only_who_reads_the_column_is_warned(sql):
    for statement in ("select count(*) from swords", "select host from swords where host like 'u%'", "show tables",
                      "describe swords", "select 1", "select * from information_schema.columns"):
        reply = sql.ask(statement)
        assert not any(page["warnings"] for page in reply.pages), (statement, reply.pages)
    for statement in ("select count(user_agent) from swords", "select host from swords s order by s.user_agent",
                      "select 1 from swords a join swords b using (user_agent)", "select * from swords limit 0",
                      "select host from swords where exists (select 1 from (values 1) v(x) where user_agent = 'x')"):
        reply = sql.ask(statement)
        same([w["warningCode"]["name"] for w in reply.pages[-1]["warnings"]], ["HIVE_COLUMN_NAME_NORMALIZED"])


def columns_are_matched(sql):
    session = {"Session": "hive.parquet_use_column_names=false"}
    same(sql.rows("select accept from swords order by 1", "Presto", **session), [['{"a": 1}'], ['{"a": 2}']])
    sql.create("exactly", LECTURE, "tblproperties ('lake.column_match'='exact')")
    sql.write("exactly/a.parquet", SWORDS)
    same(sql.rows("select user_agent, host from exactly order by 2"),
         [[None, "user1.comcast.com"], [None, "user2.att.com"]])
    reply = sql.ask("set session hive.parquet_use_column_names = false")
    same(reply.headers.get("X-Trino-Set-Session"), "hive.parquet_use_column_names=false")
    same(sql.error("set session nosuch = 1")["errorName"], "INVALID_SESSION_PROPERTY")


def files_of_others_are_read(sql):
    import pyarrow as pa
    sql.write("others/a.parquet", {
        "u8": pa.array([0, 250], pa.uint8()), "u64": pa.array([2 ** 64 - 1, 0], pa.uint64()),
        "cut": ["abcdef", "\u00e9\u00e9\u00e9\u00e9"], "bytes": [b"abcdef", None],
        "nanos": pa.array([1600000000123999999, None], pa.timestamp("ns")),
        "list": [[b"\xc3\xa9"], None], "fields": [{"A": 2.7, "b": 1}, None]})
    sql.create("others", "u8 smallint, u64 decimal(20,0), cut varchar(3), bytes varchar(2), nanos timestamp, "
                         "list array<string>, fields struct<a:int>")
    same(sql.rows("select u8 - 1, -u8, u8 * 100, -u64, u64 - 1 from others order by u8"),
         [[-1, 0, 0, "-18446744073709551615", "18446744073709551614"], [249, -250, 25000, "0", "-1"]])
    same(sql.rows("select cut, bytes, length(cut) from others order by 1"),
         [["abc", "ab", 3], ["\u00e9\u00e9\u00e9", None, 3]])
    same(sql.rows("select count(*) from others where cut = 'abc'"), [[1]])
    same(sql.rows("select nanos from others order by 1"), [["2020-09-13 12:26:40.124"], [None]])
    for column in "list", "fields":  # no text of bytes within others, and no field rounded
        error = sql.error("select %s from others" % column)
        same(error["errorName"], "HIVE_PARTITION_SCHEMA_MISMATCH")
        assert column in error["message"], error


def tables_without_files(sql):
    sql.create("later", "n bigint, at timestamp")
    for prefix in ("Trino", "Presto"):
        reply = sql.ask("select * from later", prefix)
        same(reply.error, None)
        same(reply.rows, [])
        same([c[0] for c in reply.columns], ["n", "at"])
        same(sql.rows("select count(*) from later", prefix), [[0]])
    same(sql.ask("select * from later").columns[1], ("at", "timestamp(3)"))
    same(sql.ask("select * from later", "Presto").columns[1], ("at", "timestamp"))
    folder = os.path.join(sql.files, "later")
    if os.path.isdir(folder):
        os.rmdir(folder)
    same(sql.rows("select count(*) from later"), [[0]])
    os.makedirs(folder)
    same(sql.rows("select count(*) from later"), [[0]])
    sql.write("later/deep/a.parquet", {"n": [1, 2, 3]})
    same(sql.rows("select count(*), count(at), max(n) from later"), [[3, 0, 3]])


def names_are_shown(sql):
    for prefix in ("Trino", "Presto"):
        same(sql.rows("show catalogs", prefix), [["hive"], ["system"]])
        same(sql.ask("show catalogs", prefix).columns, [("Catalog", "varchar(6)")])
        same(sql.rows("show schemas", prefix), [["default"], ["information_schema"]])
        same(sql.rows("show schemas from hive like 'def%'", prefix), [["default"]])
        same(sql.rows("show tables from default like 's%'", prefix), [["swords"]])
        same(sql.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'default' "
                      "order by 1", prefix), [["exactly"], ["later"], ["swords"]])
        same(sql.rows("select column_name, ordinal_position, data_type from information_schema.columns "
                      "where table_schema = 'default' and table_name = 'later' order by 2", prefix),
             [["n", 1, "bigint"], ["at", 2, "timestamp(3)" if prefix == "Trino" else "timestamp"]])
        same(sql.rows("select schema_name from information_schema.schemata order by 1", prefix),
             [["default"], ["information_schema"]])
        same(sql.ask("use default", prefix).headers.get("X-%s-Set-Schema" % prefix), "default")
        assert len(sql.rows("show functions", prefix)) > 20
        same([row[0] for row in sql.rows("show functions like 'length'", prefix)][:1], ["length"])
    same(sql.rows("show databases", hive=True), [["default"]])
    same(sql.rows("describe later", hive=True), [["n", "bigint", ""], ["at", "timestamp", ""]])


def functions_are_documented(sql):
    with open(os.path.join(ROOT, "docs/sql.md"), encoding="utf-8") as f:
        text = f.read()
    for kind, title in (("aggregate", "Aggregates:"), ("scalar", "Scalars:")):
        listed = set(re.findall("`(\\w+)`", text.split(title)[1].split("\n\n")[0]))
        same(listed, {row[0] for row in sql.rows("show functions") if row[3] == kind})


def things_are_made_and_dropped(sql):
    for prefix, data in (("Trino", []), ("Presto", [[True]])):
        more = {"prefix": prefix}
        for statement, kind in (
                ("create schema s1", "CREATE SCHEMA"),
                ("create schema if not exists s1", "CREATE SCHEMA"),
                ("create external table s1.t (a int, b array<string>) stored as parquet location '/s1t'",
                 "CREATE TABLE"),
                ("create external table if not exists s1.t (a int) stored as parquet location '/x'",
                 "CREATE TABLE"),
                ("drop table s1.t", "DROP TABLE"),
                ("drop table if exists s1.t", "DROP TABLE"),
                ("drop schema s1", "DROP SCHEMA"),
                ("drop schema if exists s1", "DROP SCHEMA")):
            reply = sql.ask(statement, **more)
            same((statement, reply.error), (statement, None))
            same(reply.last("updateType"), kind)
            same(reply.rows, data)
    sql.rows("create schema full_one")
    sql.rows("create external table full_one.t (a int) stored as parquet location '/f'")
    same(sql.error("drop schema full_one")["errorName"], "SCHEMA_NOT_EMPTY")
    same(sql.error("create schema full_one")["errorName"], "SCHEMA_ALREADY_EXISTS")
    same(sql.error("create external table full_one.t (a int) stored as parquet location '/f'")["errorName"],
         "TABLE_ALREADY_EXISTS")
    sql.rows("drop table full_one.t")
    sql.rows("drop schema full_one")


def errors_have_their_names_and_places(sql):
    rows = [  # as recorded, with hive.default for tpch.tiny
        ("select * from nosuch", 46, "TABLE_NOT_FOUND", "line 1:15: Table 'hive.default.nosuch' does not exist",
         "Table hive.default.nosuch does not exist"),
        ("select nosuch from swords", 47, "COLUMN_NOT_FOUND", "line 1:8: Column 'nosuch' cannot be resolved",
         "line 1:8: Column 'nosuch' cannot be resolved"),
        ("select * from nocat.s.t", 44, "CATALOG_NOT_FOUND", "line 1:15: Catalog 'nocat' not found",
         "Catalog nocat does not exist"),
        ("select * from hive.nosch.t", 45, "SCHEMA_NOT_FOUND", "line 1:15: Schema 'nosch' does not exist",
         "Schema nosch does not exist"),
    ]
    for statement, code, name, trino, presto in rows:
        error = sql.error(statement)
        same((error["errorCode"], error["errorName"], error["message"]), (code, name, trino))
        same(error["errorLocation"]["lineNumber"], 1)
        error = sql.error(statement, "Presto")
        same((error["errorCode"], error["errorName"], error["message"]), (1, "SYNTAX_ERROR", presto))
        assert error["retriable"] is False
    for prefix in ("Trino", "Presto"):
        error = sql.error("select 1 frm nation where", prefix)
        same((error["errorCode"], error["errorName"]), (1, "SYNTAX_ERROR"))
        same(error["errorLocation"], {"lineNumber": 1, "columnNumber": 14})
        assert error["message"].startswith("line 1:14: mismatched input 'nation'"), error
        error = sql.error("select\n  1 / 0", prefix)
        same((error["errorCode"], error["errorName"]), (8, "DIVISION_BY_ZERO"))
        error = sql.error("select host,\n   nosuch from swords", prefix)
        same(error["errorLocation"], {"lineNumber": 2, "columnNumber": 4})
    same(sql.error("select 1/0")["message"], "Division by zero")
    same(sql.error("select 1/0", "Presto")["message"], "/ by zero")
    same(sql.error("show tables", schema=None)["errorName"], "MISSING_SCHEMA_NAME")


def prepared_statements(sql):
    reply = sql.ask("prepare p1 from select count(*) from swords where host = ?")
    same(reply.headers["X-Trino-Added-Prepare"],
         "p1=select+count%28*%29+from+swords+where+host+%3D+%3F")
    prepared = {"Prepared_Statement": reply.headers["X-Trino-Added-Prepare"]}
    same(sql.rows("execute p1 using 'user2.att.com'", **prepared), [[1]])
    same(sql.rows("EXECUTE IMMEDIATE 'select count(*) from swords where host <> ?' USING ''"), [[2]])
    same(sql.rows("execute immediate 'select host from swords order by 1 offset ? limit ?' using 1, 1 -- one"),
         [["user2.att.com"]])
    same(sql.error("execute p2")["errorName"], "NOT_FOUND")
    same(sql.ask("deallocate prepare p1", **prepared).headers["X-Trino-Deallocated-Prepare"], "p1")


def joins_and_aggregates(sql):
    sql.write("prices/a.parquet", {"host": ["user1.comcast.com", "user3"], "price": [2.5, 4.0]})
    sql.create("prices", "host string, price double")
    same(sql.rows("select s.host, p.price from swords s left join prices p on s.host = p.host order by 1"),
         [["user1.comcast.com", 2.5], ["user2.att.com", None]])
    same(sql.rows("select event_type, count(*) c from swords group by event_type having count(*) > 1"),
         [["purchase_sword", 2]])
    same(sql.rows("select host from swords where host like 'user2%' limit 1"), [["user2.att.com"]])


def rows_that_are_left_out_fail_nothing(sql):
    """The column has a dictionary; what the engine thinks cannot fail it asks for each of its words."""
    words = ["1", "2020-01-01", "true", "abc"]
    sql.write("words/a.parquet", {"w": words * 5000, "n": [1, 2, 3, 0] * 5000})
    sql.create("words", "w string, n bigint")
    for kind, word, value in (("integer", "1", 1), ("double", "1", 1.0), ("date", "2020-01-01", "2020-01-01"),
                              ("timestamp", "2020-01-01", "2020-01-01 00:00:00.000"), ("boolean", "true", True)):
        same(sql.rows("select distinct cast(w as %s) from words where w = '%s'" % (kind, word)), [[value]])
        for call in "try(cast(w as %s))", "try_cast(w as %s)":
            same(sql.rows("select distinct %s from words where w in ('%s', 'abc') order by 1"
                          % (call % kind, word)), [[value], [None]])
    for divisors, quotients in ("(0, 0), (2, 1), (3, 1)", "25000"), ("(0, 0.0), (2, 1.0), (3, 1.0)", "25000.0"):
        same(str(sql.rows("select sum(n / b) from words join (values %s) t(a, b) on a = n where n > 0"
                          % divisors)[0][0]), quotients)
    same(sql.rows("select count(*) from words where n <> 0 and 6 / n > 2"), [[10000]])
    same(sql.error("select max(cast(w as integer)) from words")["errorName"], "INVALID_CAST_ARGUMENT")
    same(sql.error("select max(6 / n) from words")["errorName"], "DIVISION_BY_ZERO")


def damage_is_told(sql):
    """Behind the footer too, and what happens after the first page."""
    same(sql.error("select cast('2020-02-30' as date)")["errorName"], "INVALID_CAST_ARGUMENT")
    path = sql.write("damaged/a.parquet", {"n": list(range(50000))})
    sql.create("damaged", "n bigint")
    with open(path, "r+b") as f:
        f.seek(1000)
        f.write(bytes(5000))
    error = sql.error("select sum(n) from damaged")
    same(error["errorName"], "HIVE_BAD_DATA")
    assert "damaged/a.parquet" in error["message"], error
    paths = [sql.write("leaving/%d.parquet" % i, {"n": list(range(100000))}) for i in range(40)]
    sql.create("leaving", "n bigint")
    page = sql.post("select n from leaving")
    while "data" not in page:
        page, _ = sql.follow(page)
    for path in paths:
        os.remove(path)
    while "nextUri" in page:
        page, _ = sql.follow(page)
    error = page["error"]
    same(error["errorName"], "HIVE_CANNOT_OPEN_SPLIT")
    assert error["message"].startswith("Cannot open file"), error


def nothing_of_the_machine_is_reached(sql):
    secret = os.path.join(sql.home, "secret.csv")
    with open(secret, "w", encoding="ascii") as f:
        f.write("a,b\n1,2\n")
    stolen = os.path.join(sql.home, "stolen.parquet")
    for statement in (
            "select * from read_csv('%s')" % secret, "select * from read_text('%s')" % secret,
            "select * from '%s'" % secret, 'select * from "%s"' % secret,
            "select * from read_parquet('%s/**')" % sql.files, "select * from glob('/etc/*')",
            "copy (select 1) to '%s'" % stolen, "copy swords to '%s'" % stolen,
            "attach '%s' as x" % stolen, "install httpfs", "load httpfs",
            "set memory_limit = '100GB'", "pragma database_list", "select getenv('HOME')",
            "select current_setting('memory_limit')", "call pragma_version()", "export database '/tmp/x'",
            "create table x as select 1", "insert into swords values (1)", "delete from swords",
            "select * from duckdb_settings()", "select * from pragma_version()",
            "select * from sqlite_master", "select 1; select 2", "checkpoint", "vacuum",
            "create macro m() as 1", "explain analyze select 1",
            "create external table outside (a string) stored as parquet location 'file:///etc'"):
        for prefix in ("Trino", "Presto"):
            error = sql.error(statement, prefix)
            assert error["errorType"] != "INTERNAL_ERROR", (statement, error)
            assert "1,2" not in error["message"], error
    assert not os.path.exists(stolen)


def main():
    with Sql() as sql:
        for part in (values_are_as_recorded, the_lectures_statements, columns_are_matched,
                     tables_without_files, names_are_shown, functions_are_documented,
                     things_are_made_and_dropped, errors_have_their_names_and_places, prepared_statements,
                     joins_and_aggregates, rows_that_are_left_out_fail_nothing, files_of_others_are_read,
                     damage_is_told, nothing_of_the_machine_is_reached):
            part(sql)
            print("%s: ok" % part.__name__, flush=True)


if __name__ == "__main__":
    main()
