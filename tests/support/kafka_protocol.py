# SPDX-License-Identifier: Apache-2.0
"""Kafka's protocol from Kafka's own definitions: any message, any version, between a dict and bytes.

It shares nothing with the program under test: the definitions are the JSON in the kafka-clients jar.

    protocol = Protocol(jar)
    with protocol.dial(port) as peer:
        answer = peer.ask("Metadata", 12, {"Topics": None})
"""
import json
import re
import socket
import struct
import zipfile

NUMBERS = {"int8": "b", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q",
           "float64": "d"}
LIMIT = 2 ** 15 - 1


def versions(text):
    """First and last of "3", "3-5", "3+", "none"."""
    if text in (None, "none"):
        return (1, 0)
    first, _, last = text.rstrip("+").partition("-")
    return (int(first), LIMIT if text.endswith("+") else int(last or first))


def within(version, text):
    first, last = versions(text)
    return first <= version <= last


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        assert 0 <= size <= len(self.data) - self.at, "%d bytes asked, %d left" % (
            size, len(self.data) - self.at)
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, kind):
        return struct.unpack(">" + kind, self.take(struct.calcsize(kind)))[0]

    def uvarint(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value


def uvarint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


class Message:
    """One definition of the jar."""

    def __init__(self, definition):
        self.key = definition.get("apiKey")
        self.fields = definition.get("fields", [])
        self.valid = versions(definition.get("validVersions"))
        self.flexible_from = definition.get("flexibleVersions")
        self.commons = {c["name"]: c["fields"] for c in definition.get("commonStructs", [])}

    def flexible(self, version):
        return within(version, self.flexible_from)

    def fields_of(self, field, kind):
        return field.get("fields") or self.commons[kind]

    # --- a value that no field of was given

    def fallback(self, field):
        kind, text = field["type"], field.get("default")
        if text == "null":
            return None
        if kind.startswith("[]"):
            return []
        if kind in NUMBERS:
            return int(str(text or "0"), 0)
        if kind == "bool":
            return str(text).lower() == "true"
        if kind == "uuid":
            return bytes(16)
        if kind in ("string",):
            return text or ""
        if kind in ("bytes", "records"):
            return b""
        return {}

    # --- writing

    def encode(self, version, values):
        return self.encode_fields(self.fields, version, values)

    def encode_fields(self, fields, version, values):
        out, tagged = b"", []
        unknown = set(values) - {field["name"] for field in fields}
        assert not unknown, "no such field: %s" % unknown
        for field in fields:
            if not within(version, field["versions"]):
                continue
            value = values.get(field["name"], self.fallback(field))
            if within(version, field.get("taggedVersions")):
                if field["name"] in values:
                    tagged.append((field["tag"], self.encode_value(field, field["type"], version, value)))
            else:
                out += self.encode_value(field, field["type"], version, value)
        if self.flexible(version):
            out += uvarint(len(tagged))
            for tag, data in sorted(tagged):
                out += uvarint(tag) + uvarint(len(data)) + data
        return out

    def length(self, field, version, size, short):
        if self.flexible(version) and field.get("flexibleVersions") != "none":
            return uvarint(size + 1)
        return struct.pack(">h" if short else ">i", size)

    def encode_value(self, field, kind, version, value):
        if kind.startswith("[]"):
            if value is None:
                return self.length(field, version, -1, False)
            return self.length(field, version, len(value), False) + b"".join(
                self.encode_value(field, kind[2:], version, one) for one in value)
        if kind in NUMBERS:
            return struct.pack(">" + NUMBERS[kind], value)
        if kind == "bool":
            return b"\1" if value else b"\0"
        if kind == "uuid":
            return value
        if kind in ("string", "bytes", "records"):
            short = kind == "string"
            if value is None:
                return self.length(field, version, -1, short)
            data = value.encode() if short else value
            return self.length(field, version, len(data), short) + data
        return self.encode_fields(self.fields_of(field, kind), version, value)

    # --- reading: all of it, or an AssertionError

    def decode(self, version, reader):
        values = self.decode_fields(self.fields, version, reader)
        assert reader.at == len(reader.data), "%d bytes behind the message" % (
            len(reader.data) - reader.at)
        return values

    def decode_fields(self, fields, version, reader):
        values, tags = {}, {}
        for field in fields:
            if not within(version, field["versions"]):
                continue
            if within(version, field.get("taggedVersions")):
                tags[field["tag"]] = field
                values[field["name"]] = self.fallback(field)
            else:
                values[field["name"]] = self.decode_value(field, field["type"], version, reader)
        if self.flexible(version):
            for _ in range(reader.uvarint()):
                field = tags[reader.uvarint()]
                part = Reader(reader.take(reader.uvarint()))
                values[field["name"]] = self.decode_value(field, field["type"], version, part)
                assert part.at == len(part.data)
        return values

    def size(self, field, version, reader, short):
        if self.flexible(version) and field.get("flexibleVersions") != "none":
            size = reader.uvarint() - 1
        else:
            size = reader.number("h" if short else "i")
        assert size >= 0 or within(version, field.get("nullableVersions")), \
            "%s is null in version %d" % (field["name"], version)
        return size

    def decode_value(self, field, kind, version, reader):
        if kind.startswith("[]"):
            count = self.size(field, version, reader, False)
            return None if count < 0 else [self.decode_value(field, kind[2:], version, reader)
                                           for _ in range(count)]
        if kind in NUMBERS:
            return reader.number(NUMBERS[kind])
        if kind == "bool":
            return reader.number("b") != 0
        if kind == "uuid":
            return reader.take(16)
        if kind in ("string", "bytes", "records"):
            size = self.size(field, version, reader, kind == "string")
            data = None if size < 0 else reader.take(size)
            return data.decode() if kind == "string" and data is not None else data
        return self.decode_fields(self.fields_of(field, kind), version, reader)


class Protocol:
    def __init__(self, jar):
        self.messages = {}
        with zipfile.ZipFile(jar) as archive:
            for name in archive.namelist():
                match = re.fullmatch(r"common/message/(\w+)\.json", name)
                if match:
                    text = re.sub(r"^\s*//.*$", "", archive.read(name).decode(), flags=re.M)
                    self.messages[match.group(1)] = Message(json.loads(text))

    def dial(self, port):
        return Peer(self, port)

    def name_of(self, key):
        for name, message in self.messages.items():
            if message.key == key and name.endswith("Request"):
                return name[:-len("Request")]
        raise KeyError(key)


class Peer:
    """One connection; answers come in the order of the requests."""

    def __init__(self, protocol, port):
        self.protocol = protocol
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.correlation = 0

    def __enter__(self):
        return self

    def __exit__(self, *failed):
        self.socket.close()

    def send(self, api, version, values):
        request = self.protocol.messages[api + "Request"]
        self.correlation += 1
        header = struct.pack(">hhih", request.key, version, self.correlation, 4) + b"test"
        if request.flexible(version):
            header += b"\0"
        body = header + request.encode(version, values)
        self.socket.sendall(struct.pack(">i", len(body)) + body)
        return self.correlation

    def receive(self, api, version, correlation):
        reader = Reader(self.frame())
        assert reader.number("i") == correlation
        response = self.protocol.messages[api + "Response"]
        if response.flexible(version) and api != "ApiVersions":
            assert reader.uvarint() == 0
        return response.decode(version, reader)

    def ask(self, api, version, values):
        return self.receive(api, version, self.send(api, version, values))

    def exactly(self, size):
        data = b""
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise EOFError("the broker closed the connection")
            data += more
        return data

    def frame(self):
        return self.exactly(struct.unpack(">i", self.exactly(4))[0])


def varint(value):
    return uvarint((value << 1) ^ (value >> 63))


CRC32C = []
for _byte in range(256):
    for _ in range(8):
        _byte = _byte >> 1 ^ (0x82F63B78 if _byte & 1 else 0)
    CRC32C.append(_byte)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC32C[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def batch(values, timestamp=1700000000000, producer=(-1, -1, -1), attributes=0, **lies):
    """A record batch; `lies` overrides base_offset, epoch, magic, crc, last_delta, count, max_time."""
    records = b""
    for delta, value in enumerate(values):
        body = b"\0" + varint(0) + varint(delta) + varint(-1) + varint(len(value)) + value + varint(0)
        records += varint(len(body)) + body
    count = lies.get("count", len(values))
    covered = struct.pack(">hiqqqhii", attributes, lies.get("last_delta", len(values) - 1), timestamp,
                          lies.get("max_time", timestamp), *producer, count) + records
    crc = lies.get("crc", crc32c(covered))
    tail = struct.pack(">ibI", lies.get("epoch", -1), lies.get("magic", 2), crc) + covered
    return struct.pack(">qi", lies.get("base_offset", 0), lies.get("size", len(tail))) + tail
