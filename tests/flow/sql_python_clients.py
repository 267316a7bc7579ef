# SPDX-License-Identifier: Apache-2.0
"""Python's clients of Trino and Presto, unmodified."""
import os
import sys

import prestodb
import trino

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from sql_service import Sql  # noqa: E402
from sql_statements import LECTURE, SWORDS  # noqa: E402


def common(cursor, failure):
    cursor.execute("show tables")
    assert cursor.fetchall() in ([["swords"]], [("swords",)])
    cursor.execute("select count(*) from swords")
    assert list(cursor.fetchone()) == [2]
    assert cursor.description[0][:2] == ("_col0", "bigint"), cursor.description
    cursor.execute("select host, accept from swords order by 1")
    assert [list(row) for row in cursor.fetchall()] == [["user1.comcast.com", "*/*"], ["user2.att.com", None]]
    try:
        cursor.execute("select nosuch from swords")
        cursor.fetchall()
    except failure as e:
        assert "nosuch" in str(e), e
    else:
        raise AssertionError("no error")


def main():
    with Sql() as sql:
        sql.write("swords/part-0.parquet", SWORDS)
        sql.create("swords", LECTURE)
        place = {"host": "127.0.0.1", "port": sql.port, "user": "ann", "catalog": "hive", "schema": "default"}

        cursor = prestodb.dbapi.connect(**place).cursor()
        common(cursor, prestodb.exceptions.PrestoUserError)

        connection = trino.dbapi.connect(**place)
        cursor = connection.cursor()
        common(cursor, trino.exceptions.TrinoUserError)
        cursor.execute("select count(*) from swords where host = ? and 1 = ?", ["user2.att.com", 1])
        assert list(cursor.fetchone()) == [1]
        cursor.execute("select host from swords")
        cursor.cancel()
        connection.close()


if __name__ == "__main__":
    main()
