#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make.py LOG OUT_DIR NAME=LINE...: turns lines of a decoded metastore recording into message bytes.

A line reads `TIME C>1 CALL get_table seq=4 {1: 'default', 2: 't'}`.  It is encoded by Apache
Thrift's own library (packages thrift 0.25.0 and, for the IDL, hmsclient 0.1.1), so that our codec is
compared with bytes which it did not make.  LINE counts from 1; README.md says which were taken.
"""
import ast
import sys

from hmsclient.genthrift.fb303 import FacebookService as base_service
from hmsclient.genthrift.hive_metastore import ThriftHiveMetastore as service
from thrift.Thrift import TApplicationException, TMessageType, TType
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TTransport import TMemoryBuffer

KINDS = {"CALL": TMessageType.CALL, "REPLY": TMessageType.REPLY, "ONEWAY": TMessageType.ONEWAY,
         "EXCEPTION": TMessageType.EXCEPTION}
APPLICATION_EXCEPTION = {1: (1, TType.STRING, "message", "UTF8", None),
                         2: (2, TType.I32, "type", None, None)}
STRINGS = tuple((i, TType.STRING, "", "UTF8", None) for i in (1, 2, 3))
ARGUMENTS_LATER = {"get_unique_constraints": ((1, TType.STRUCT, "", [None, STRINGS], None),)}
LATER = {18: (18, TType.I32, "ownerType", None, None)}  # of Hive 3's Table


def put_struct(out, spec, fields):
    by_id = LATER | (spec if isinstance(spec, dict) else {row[0]: row for row in spec if row})
    for number in sorted(fields):
        _, kind, name, arguments, _ = by_id[number]
        out.writeFieldBegin(name, kind, number)
        put(out, kind, arguments, fields[number])
        out.writeFieldEnd()
    out.writeFieldStop()


def put(out, kind, arguments, value):
    if kind == TType.STRUCT:
        put_struct(out, arguments[1] if arguments[1] else arguments[0].thrift_spec, value)
    elif kind == TType.LIST:
        out.writeListBegin(arguments[0], len(value))
        for member in value:
            put(out, arguments[0], arguments[1], member)
    elif kind == TType.MAP:
        out.writeMapBegin(arguments[0], arguments[2], len(value))
        for key, member in value.items():
            put(out, arguments[0], arguments[1], key)
            put(out, arguments[2], arguments[3], member)
    else:
        {TType.STRING: out.writeString, TType.I32: out.writeI32, TType.I64: out.writeI64,
         TType.I16: out.writeI16, TType.BOOL: out.writeBool}[kind](value)


def encode(line):
    _, _, kind, method, sequence, fields = line.rstrip("\n").split(" ", 5)
    if kind == "EXCEPTION":
        spec = APPLICATION_EXCEPTION
    elif method in ARGUMENTS_LATER:
        spec = ARGUMENTS_LATER[method]
    else:
        part = "_result" if kind == "REPLY" else "_args"
        module = service if hasattr(service, method + part) else base_service
        spec = getattr(module, method + part).thrift_spec or ()
    memory = TMemoryBuffer()
    out = TBinaryProtocol(memory)
    out.writeMessageBegin(method, KINDS[kind], int(sequence[len("seq="):]))
    put_struct(out, spec, ast.literal_eval(fields))
    out.writeMessageEnd()
    return memory.getvalue()


def main():
    lines = open(sys.argv[1], encoding="utf-8").readlines()
    for pair in sys.argv[3:]:
        name, number = pair.split("=")
        with open(f"{sys.argv[2]}/{name}.bin", "wb") as file:
            file.write(encode(lines[int(number) - 1]))


main()
