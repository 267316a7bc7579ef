#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""See 32_catalog_disk_full."""
import os
import signal
import subprocess

from catalog_service import Catalog

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../golden/hms/")
MISSING = b"table not found\0\0"
META_EXCEPTION = b"\x0c\x00\x03\x0b\x00\x01"  # field 3 of create_table's result, its message


def golden(name):
    with open(GOLDEN + name + ".bin", "rb") as file:
        return file.read()


def ask(peer, message):
    """The whole answer to one call, told by asking for something known behind it."""
    end = golden("get_all_databases_reply")
    peer.sendall(message + golden("get_all_databases_call"))
    got = b""
    while not got.endswith(end):
        chunk = peer.recv(65536)
        assert chunk, "closed"
        got += chunk
    return got[:-len(end)]


def create(peer, i):
    return ask(peer, golden("create_table_call").replace(b"sword_purchases", b"sword_purch%04d" % i))


def get(peer, i):
    return ask(peer, golden("get_table_call").replace(b"sword_purchases", b"sword_purch%04d" % i))


def main():
    catalog = Catalog()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", catalog.home], check=True)
    ballast = catalog.home + "/ballast"
    with catalog:
        with open(ballast, "wb") as file:
            file.write(b"x" * 500000)
        with catalog.connect() as peer:
            made = 0
            while create(peer, made) == golden("create_table_reply"):
                made += 1
                assert made < 5000, "the disk does not fill up"
            assert made > 10, made
            refused = create(peer, made)
            assert META_EXCEPTION in refused and b"catalog.db" in refused, refused
            assert get(peer, made).endswith(MISSING)
            assert b"ParquetHiveSerDe" in get(peer, made - 1)
            os.unlink(ballast)
            assert create(peer, made) == golden("create_table_reply"), create(peer, made)
        said = [line.split()[3] for line in catalog.said().splitlines()]
        assert said.count("call-failed") == 1 and "changes-possible-again" in said, said
        assert catalog.stop(signal.SIGKILL) == -signal.SIGKILL
        catalog.start()
        with catalog.connect() as peer:
            for i in range(made + 1):
                assert b"ParquetHiveSerDe" in get(peer, i), i
            assert get(peer, made + 1).endswith(MISSING)
        assert catalog.stop() == 0
        subprocess.run(["umount", catalog.home], check=True)


main()
