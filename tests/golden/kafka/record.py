#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands between a Kafka client and a broker and keeps what they say.

    record.py LISTEN_PORT BROKER_PORT CLIENT "how it was made" FOLDER

The broker advertises LISTEN_PORT.  Of each API, version and direction the longest message of at
most 1200 bytes is written, when stopped (SIGTERM), to FOLDER/CLIENT_API_vN_request.hex or
_response.hex: the whole frame with its size, after comments that say what it is and from where.
Only APIs that wire/kafka_table.c has are kept.
"""
import signal
import socket
import struct
import sys
import threading

APIS = {0: "produce", 1: "fetch", 2: "list_offsets", 3: "metadata", 10: "find_coordinator",
        18: "api_versions", 19: "create_topics", 20: "delete_topics", 22: "init_producer_id",
        23: "offset_for_leader_epoch", 32: "describe_configs", 37: "create_partitions",
        60: "describe_cluster"}
LONGEST = 1200
kept = {}


def keep(api, version, direction, frame):
    key = (api, version, direction)
    if api in APIS and len(frame) <= LONGEST and len(frame) > len(kept.get(key, b"")):
        kept[key] = frame


def read_exactly(sock, size):
    data = b""
    while len(data) < size:
        more = sock.recv(size - len(data))
        if not more:
            return None
        data += more
    return data


def pump(source, sink, see):
    try:
        while True:
            size = read_exactly(source, 4)
            frame = size and read_exactly(source, struct.unpack(">i", size)[0])
            if frame is None:
                break
            see(size + frame)
            sink.sendall(size + frame)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client, broker_port):
    broker = socket.create_connection(("127.0.0.1", broker_port))
    asked = {}

    def request(frame):
        api, version, correlation = struct.unpack(">hhi", frame[4:12])
        asked[correlation] = (api, version)
        keep(api, version, "request", frame)

    def response(frame):
        correlation, = struct.unpack(">i", frame[4:8])
        if correlation in asked:
            keep(*asked.pop(correlation), "response", frame)

    threading.Thread(target=pump, args=(client, broker, request), daemon=True).start()
    threading.Thread(target=pump, args=(broker, client, response), daemon=True).start()


def write(client, how, folder):
    for (api, version, direction), frame in sorted(kept.items()):
        sender = client if direction == "request" else "Kafka 4.3.1 to " + client
        name = "%s_%s_v%d_%s.hex" % (client.split()[0].lower(), APIS[api], version, direction)
        with open(folder + "/" + name, "w") as out:
            out.write("# api %d version %d %s\n" % (api, version, direction))
            out.write("# from %s: %s\n" % (sender, how))
            for start in range(0, len(frame), 32):
                out.write(frame[start:start + 32].hex() + "\n")


def main():
    listen_port, broker_port, client, how, folder = sys.argv[1:]
    listener = socket.create_server(("127.0.0.1", int(listen_port)))

    def stop(*_):
        write(client, how, folder)
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    while True:
        serve(listener.accept()[0], int(broker_port))


if __name__ == "__main__":
    main()
