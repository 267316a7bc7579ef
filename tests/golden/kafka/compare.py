#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares wire/kafka_table.c with the message definitions inside Kafka's own client jar.

Standard input is the table as JSON, from tests/unit/wire/kafka_definitions_test.c.  Every
difference in versions, types, nulls, tags, defaults and what may be lost is a line, and exit 1;
exit 77 when there is no jar to compare with.
"""
import json
import re
import subprocess
import sys
import zipfile

UP = 32767
NUMBERS = ("int8", "int16", "uint16", "int32", "int64", "float64")
TYPES = NUMBERS + ("bool", "uuid", "string", "bytes", "records")
# What says nothing about bytes or values.
SILENT = {"about", "entityType", "mapKey", "zeroCopy"}
HANDLED = {"name", "type", "versions", "nullableVersions", "taggedVersions", "tag", "default",
           "ignorable", "fields", "flexibleVersions"}


class Unsupported(Exception):
    pass


def find_jar():
    try:
        done = subprocess.run(["tools/fetch", "kafka-clients"], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=100)
    except (OSError, subprocess.TimeoutExpired) as e:
        skip("tools/fetch kafka-clients: %s" % e)
    if done.returncode != 0:
        skip("no kafka-clients jar: " + (done.stderr.strip().splitlines() or ["?"])[-1])
    return done.stdout.strip().splitlines()[-1]


def skip(reason):
    print(reason)
    sys.exit(77)


def load(jar, name):
    text = jar.read("common/message/%s.json" % name).decode()
    text = re.sub(r'("(?:[^"\\]|\\.)*")|//[^\n]*', lambda m: m.group(1) or "", text)
    # One old release has something after the value: only the first counts.
    return json.JSONDecoder().raw_decode(text.lstrip())[0]


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def versions(text):
    first, last = re.fullmatch(r"(\d+)(\+|-\d+)?", text).groups()
    return [int(first), UP if last == "+" else int(last[1:]) if last else int(first)]


def default(field, kind, is_array):
    given = field.get("default")
    if kind in NUMBERS and not is_array:
        return int(str(given), 0) if given is not None else 0
    if kind == "bool" and not is_array:
        return int(str(given).lower() == "true")
    if given in (None, ""):
        return None
    if given != "null":
        raise Unsupported("default %r" % given)
    return "null"


def field_of(field, common):
    unknown = set(field) - SILENT - HANDLED
    if unknown:
        raise Unsupported("%s has %s" % (field["name"], ", ".join(sorted(unknown))))
    is_array = field["type"].startswith("[]")
    kind = field["type"][2:] if is_array else field["type"]
    carried = versions(field["versions"])
    row = {"name": snake(field["name"]), "array": is_array, "versions": carried,
           "type": kind if kind in TYPES else "struct", "ignorable": field.get("ignorable", False),
           "default": default(field, kind, is_array), "nullable_from": None, "tag": None,
           "classic": field.get("flexibleVersions") == "none"}
    if "flexibleVersions" in field and not row["classic"]:
        raise Unsupported("%s is flexible by itself" % field["name"])
    if "nullableVersions" in field:
        first, last = versions(field["nullableVersions"])
        if last < carried[1]:
            raise Unsupported("%s is nullable in %s only" % (field["name"], [first, last]))
        row["nullable_from"] = first
        if row["type"] == "struct" and not is_array:
            raise Unsupported("%s is a struct that can be null" % field["name"])
    if "tag" in field:
        if versions(field["taggedVersions"]) != carried:
            raise Unsupported("%s is tagged in some of its versions" % field["name"])
        row["tag"] = field["tag"]
    if row["type"] == "struct":
        inner = field.get("fields") or common[kind]
        row["fields"] = [field_of(f, common) for f in inner]
    return row


def message_of(definition):
    common = {s["name"]: s["fields"] for s in definition.get("commonStructs", [])}
    return {"versions": versions(definition["validVersions"]),
            "flexible_from": versions(definition["flexibleVersions"])[0],
            "fields": [field_of(f, common) for f in definition["fields"]]}


def differences(where, ours, theirs):
    for key in sorted(set(ours) | set(theirs) - {"fields"}):
        if key not in ("fields", "name") and ours.get(key) != theirs.get(key):
            yield "%s: %s is %s, Kafka has %s" % (where, key, ours.get(key), theirs.get(key))
    our_names = [f["name"] for f in ours.get("fields", [])]
    their_names = [f["name"] for f in theirs.get("fields", [])]
    if our_names != their_names:
        yield "%s: the fields are %s, Kafka has %s" % (where, our_names, their_names)
        return
    for mine, other in zip(ours.get("fields", []), theirs.get("fields", [])):
        yield from differences(where + "." + mine["name"], mine, other)


def main():
    table = json.load(sys.stdin)
    faults = []
    with zipfile.ZipFile(find_jar()) as jar:
        for message in table:
            name = message.pop("message")
            key = message.pop("api_key")
            try:
                definition = load(jar, name)
                if definition.get("apiKey", -1) != key:
                    faults.append("%s: key %s, Kafka has %s" % (name, key, definition["apiKey"]))
                faults += differences(name, message, message_of(definition))
            except Unsupported as e:
                faults.append("%s: the rows cannot say that %s" % (name, e))
    for fault in faults:
        print(fault)
    print("%d messages, %d differences" % (len(table), len(faults)))
    sys.exit(1 if faults or not table else 0)


if __name__ == "__main__":
    main()
