# SPDX-License-Identifier: Apache-2.0
"""What a client made by Apache Thrift from Hive's own interface file sees: see 30_catalog_hive_client."""
import os
import signal
import subprocess
import threading

from catalog_service import Catalog
from hmsclient.genthrift.hive_metastore import ThriftHiveMetastore
from hmsclient.genthrift.hive_metastore.ttypes import (
    AlreadyExistsException, ClientCapabilities, Database, EnvironmentContext, FieldSchema,
    GetTableRequest, InvalidObjectException, InvalidOperationException, NoSuchObjectException,
    SerDeInfo, StorageDescriptor, Table,
    TableStatsRequest)
from thrift.Thrift import TApplicationException
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TSocket import TSocket
from thrift.transport.TTransport import TBufferedTransport

PARQUET = "org.apache.hadoop.hive.ql.io.parquet."


def client_of(catalog):
    socket = TSocket("127.0.0.1", catalog.port)
    socket.setTimeout(20000)
    transport = TBufferedTransport(socket)
    transport.open()
    client = ThriftHiveMetastore.Client(TBinaryProtocol(transport))
    client.transport = transport
    return client


def table_of(name, kind, database="default", location=None, **parameters):
    storage = StorageDescriptor(
        cols=[FieldSchema("Accept", "string"), FieldSchema("n", "bigint", "how many")],
        location=location, inputFormat=PARQUET + "MapredParquetInputFormat",
        outputFormat=PARQUET + "MapredParquetOutputFormat", compressed=False, numBuckets=-1,
        serdeInfo=SerDeInfo(serializationLib=PARQUET + "serde.ParquetHiveSerDe",
                            parameters={"serialization.format": "1"}),
        bucketCols=[], sortCols=[], parameters={})
    return Table(tableName=name, dbName=database, owner="ann", sd=storage, partitionKeys=[],
                 parameters=parameters, tableType=kind)


def fails(kind, call, *arguments):
    try:
        call(*arguments)
    except kind as error:
        return error
    raise AssertionError(f"{call.__name__}{arguments} did not fail with {kind.__name__}")


def databases(catalog, client):
    default = client.get_database("default")
    assert default.locationUri == f"file://{catalog.home}/files/user/hive/warehouse", default
    assert client.get_all_databases() == ["default"]
    fails(NoSuchObjectException, client.get_database, "global_temp")

    client.create_database(Database("Shop", "all of it", None, {"k": "v"}, ownerName="ann", ownerType=1))
    fails(AlreadyExistsException, client.create_database, Database("SHOP"))
    fails(InvalidObjectException, client.create_database, Database("a/b"))
    shop = client.get_database("shop")
    assert (shop.name, shop.description, shop.parameters) == ("shop", "all of it", {"k": "v"})
    assert shop.locationUri == f"file://{catalog.home}/files/user/hive/warehouse/shop.db"
    assert os.path.isdir(shop.locationUri[len("file://"):])
    assert client.get_databases("s*|x") == ["shop"]


def tables(catalog, client):
    client.create_table(table_of("Sales", "MANAGED_TABLE", "shop", comment="sold", z="\u20ac {}"))
    fails(AlreadyExistsException, client.create_table, table_of("sales", "MANAGED_TABLE", "shop"))
    fails(NoSuchObjectException, client.create_table, table_of("t", "MANAGED_TABLE", "nowhere"))
    fails(InvalidObjectException, client.create_table, table_of("a b", "MANAGED_TABLE"))
    client.create_table_with_environment_context(
        table_of("swords", "EXTERNAL_TABLE", location="/tmp/sword_purchases", EXTERNAL="TRUE"),
        EnvironmentContext({"x": "y"}))

    sales = client.get_table("SHOP", "SALES")
    assert (sales.tableName, sales.dbName, sales.owner) == ("sales", "shop", "ann")
    assert [(c.name, c.type, c.comment) for c in sales.sd.cols] == [
        ("accept", "string", None), ("n", "bigint", "how many")]
    assert sales.parameters["z"] == "\u20ac {}" and int(sales.parameters["transient_lastDdlTime"])
    assert sales.sd.serdeInfo.parameters == {"serialization.format": "1"}
    swords = client.get_table_req(GetTableRequest("default", "swords", ClientCapabilities([2]))).table
    assert swords.sd.location == f"file://{catalog.home}/files/tmp/sword_purchases"
    assert swords.tableType == "EXTERNAL_TABLE" and swords.sd.skewedInfo.skewedColNames == []
    assert client.get_table("@hive#default", "swords") == swords

    assert client.get_all_tables("shop") == ["sales"] and client.get_all_tables("nowhere") == []
    assert client.get_tables("default", "s*") == ["swords"]
    found = client.get_table_meta("*", "*", [])
    assert [(t.dbName, t.tableName, t.tableType, t.comments) for t in found] == [
        ("default", "swords", "EXTERNAL_TABLE", None), ("shop", "sales", "MANAGED_TABLE", "sold")]
    assert [t.tableName for t in client.get_table_meta("*", "*", ["EXTERNAL_TABLE"])] == ["swords"]
    with_z = 'hive_filter_field_params__z = "\u20ac {}"'
    assert client.get_table_names_by_filter("shop", with_z, -1) == ["sales"]
    assert client.get_table_names_by_filter("default", with_z, -1) == []
    fails(InvalidOperationException, client.get_table_names_by_filter, "shop", "owner like 'a'", -1)
    assert client.get_table_statistics_req(TableStatsRequest("shop", "sales", ["n"])).tableStats == []
    fails(NoSuchObjectException, client.get_table_statistics_req, TableStatsRequest("shop", "x", []))
    assert client.get_tables_by_type("shop", "*", "MANAGED_TABLE") == ["sales"]
    assert client.get_tables_by_type("shop", "*", "VIRTUAL_VIEW") == []
    missing = fails(NoSuchObjectException, client.get_table, "default", "x")
    assert missing.message == "default.x table not found"


def drops(catalog, client):
    folder = f"{catalog.home}/files/tmp/sword_purchases"
    with open(folder + "/part-0.parquet", "w") as file:
        file.write("rows")
    client.drop_table_with_environment_context("default", "swords", True, None)
    assert os.path.exists(folder + "/part-0.parquet"), "an external table's files stay"
    fails(NoSuchObjectException, client.drop_table, "default", "swords", True)

    fails(InvalidOperationException, client.drop_database, "shop", True, False)
    client.drop_database("shop", True, True)
    assert not os.path.exists(f"{catalog.home}/files/user/hive/warehouse/shop.db")
    assert client.get_all_databases() == ["default"]
    fails(InvalidOperationException, client.drop_database, "default", True, True)


def manners(client):
    """Calls that are no business of ours are answered as Hive answers them."""
    assert client.set_ugi("ann", ["staff"]) == ["staff"]
    for _ in range(2):
        error = fails(TApplicationException, client.get_type, "int")
        assert (error.type, error.message) == (1, "Invalid method name: 'get_type'"), error
    client.shutdown()
    assert client.getStatus() == 2 and client.getVersion() and client.aliveSince() > 0


def crowd(catalog):
    """Eight clients make the same fifty tables: each is made once, and every other is told so."""
    made = []

    def make():
        client = client_of(catalog)
        for i in range(50):
            try:
                client.create_table(table_of(f"t{i}", "EXTERNAL_TABLE", location=f"/t/{i}"))
                made.append(i)
            except AlreadyExistsException:
                pass
        client.transport.close()

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == list(range(50)), sorted(made)


def lasts(catalog):
    """kill -9 takes nothing that was answered; an orderly end neither; one home has one catalog."""
    for signum, status in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 0)):
        assert catalog.stop(signum) == status
        catalog.start()
        client = client_of(catalog)
        assert len(client.get_all_tables("default")) == 50
        client.transport.close()
    second = subprocess.run(catalog.command(), capture_output=True, text=True, timeout=20)
    assert second.returncode == 1 and "catalog.lock" in second.stderr, second.stderr


def main():
    with Catalog() as catalog:
        client = client_of(catalog)
        databases(catalog, client)
        tables(catalog, client)
        drops(catalog, client)
        manners(client)
        crowd(catalog)
        counters = catalog.counters()
        assert counters["changes"] == 55 and counters["calls_failed"] == 2, counters
        client.transport.close()
        lasts(catalog)


main()
