# SPDX-License-Identifier: Apache-2.0
"""One sql service and its catalog in a temporary home, for the flow tests that ask it.

    with Sql() as sql:
        sql.write("swords/a.parquet", {"Accept": ["*/*"]})
        sql.create("swords", "accept string")
        reply = sql.ask("select * from swords")
"""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import steelthread as st


class Reply:
    """All pages of one statement."""

    def __init__(self):
        self.pages = []
        self.rows = []
        self.headers = {}

    def last(self, key):
        values = [page[key] for page in self.pages if key in page]
        return values[-1] if values else None

    @property
    def columns(self):
        return [(c["name"], c["type"]) for c in self.last("columns") or []]

    @property
    def error(self):
        return self.last("error")

    @property
    def state(self):
        return self.pages[-1]["stats"]["state"]


class Sql:
    def __init__(self, catalog=True, config=None):
        self.home = tempfile.mkdtemp(prefix="steelthread-sql-")
        self.base = st.free_base()
        self.names = ["catalog", "sql"] if catalog else ["sql"]
        self.processes = {}
        self.flags = []
        if config is not None:
            self.flags = ["-f", os.path.join(self.home, "steelthread.yml")]
            with open(self.flags[1], "w", encoding="utf-8") as f:
                f.write(config)

    @property
    def port(self):
        return self.base + st.OFFSET["sql"]

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    @property
    def files(self):
        return os.path.join(self.home, "files")

    def start(self, name):
        log = open(os.path.join(self.home, name + ".log"), "ab")
        self.processes[name] = subprocess.Popen(
            [st.STEELTHREAD, "serve", name, "--home", self.home, "--port-base", str(self.base),
             *self.flags],
            stderr=log, cwd=self.home)
        log.close()
        st.wait_for(name + " is ready", 20, lambda: self.control(name, "/readyz")[0] == 200, 0.01)

    def stop(self, name, signum=signal.SIGTERM):
        process = self.processes.pop(name)
        process.send_signal(signum)
        return process.wait(20)

    def control(self, name, path):
        """(status, JSON) of a service's control socket; (0, None) when it is not there."""
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(10)
                s.connect(os.path.join(self.home, "run", name + ".sock"))
                s.sendall(b"GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % path.encode())
                reply = b""
                while chunk := s.recv(65536):
                    reply += chunk
        except OSError:
            return 0, None
        head, _, body = reply.partition(b"\r\n\r\n")
        return int(head.split()[1]), json.loads(body)

    def counters(self):
        return self.control("sql", "/counters")[1]

    def memory_mb(self):
        with open("/proc/%d/smaps_rollup" % self.processes["sql"].pid, encoding="ascii") as f:
            return sum(int(line.split()[1]) for line in f if line.startswith("Pss:")) / 1024

    def request(self, method, path, body=None, headers=None):
        """(status, headers, body) over a connection of its own."""
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            c.request(method, path, body=body, headers=headers or {})
            answer = c.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            c.close()

    def post(self, statement, prefix="Trino", schema="default", catalog="hive", hive=False, **more):
        """The first page, as JSON.  `more`: Session="a=b" becomes X-Trino-Session."""
        headers = {"X-%s-User" % prefix: "ann"}
        if catalog:
            headers["X-%s-Catalog" % prefix] = catalog
        if schema:
            headers["X-%s-Schema" % prefix] = schema
        if prefix == "Trino":
            headers["X-Trino-Client-Capabilities"] = "PARAMETRIC_DATETIME"
        if hive:
            headers["X-Steelthread-Dialect"] = "hive"
        for name, value in more.items():
            headers["X-%s-%s" % (prefix, name.replace("_", "-"))] = value
        status, _, body = self.request("POST", "/v1/statement", statement.encode(), headers)
        assert status == 200, (status, body)
        return json.loads(body)

    def follow(self, page):
        """The next page and its headers."""
        path = "/" + page["nextUri"].split("/", 3)[3]
        status, headers, body = self.request("GET", path)
        assert status == 200, (status, body)
        return json.loads(body), headers

    def ask(self, statement, prefix="Trino", **more):
        reply = Reply()
        page = self.post(statement, prefix, **more)
        assert "columns" not in page and "data" not in page, page
        reply.pages.append(page)
        deadline = time.monotonic() + 60
        while "nextUri" in page:
            page, headers = self.follow(page)
            reply.pages.append(page)
            reply.rows += page.get("data") or []
            reply.headers.update((k, v) for k, v in headers if k.startswith("X-"))
            assert time.monotonic() < deadline, statement
        return reply

    def rows(self, statement, prefix="Trino", **more):
        """The rows of a statement that must work."""
        reply = self.ask(statement, prefix, **more)
        assert reply.error is None, (statement, reply.error)
        assert reply.state == "FINISHED", reply.pages[-1]
        return reply.rows

    def error(self, statement, prefix="Trino", **more):
        """The error of a statement that must fail."""
        reply = self.ask(statement, prefix, **more)
        assert reply.error is not None, (statement, reply.rows)
        assert reply.state == "FAILED", reply.pages[-1]
        return reply.error

    def write(self, name, columns):
        """A Parquet file in the storage; columns: a dictionary of lists or of pyarrow arrays."""
        import pyarrow
        import pyarrow.parquet
        path = os.path.join(self.files, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        pyarrow.parquet.write_table(pyarrow.table(columns), path, compression="snappy")
        return path

    def create(self, table, columns, more=""):
        """An external table at /TABLE, as Hive's shell declares it."""
        self.rows("create external table %s (%s) stored as parquet location '/%s' %s"
                  % (table, columns, table, more), hive=True)

    def __enter__(self):
        try:
            for name in self.names:
                self.start(name)
        except BaseException:
            self.__exit__(RuntimeError, None, None)
            raise
        return self

    def __exit__(self, kind, value, trace):
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        ends = [process.wait(20) for process in self.processes.values()]
        if kind is not None:
            for name in self.names:
                path = os.path.join(self.home, name + ".log")
                if os.path.exists(path):
                    with open(path, encoding="utf-8", errors="replace") as f:
                        print("--- %s\n%s" % (name, f.read()[-4000:]))
        shutil.rmtree(self.home)
        assert kind is not None or ends == [0] * len(ends), ends
