# SPDX-License-Identifier: Apache-2.0
"""A thread under test: up in a home of its own on free ports, asked over its real protocols, down.

    with Thread(config=text) as thread:
        thread.get("/purchase_a_sword", {"X-Id": "1"})
        rows = thread.sql("select count(*) from sword_purchases")

Every wait has a deadline; what was started is ended, by pid; the home is removed unless KEEP_HOME
is set or the test failed (then its place is said).
"""
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

STEELTHREAD = os.environ.get("STEELTHREAD") or os.path.join(os.getcwd(), "build/steelthread")
OFFSET = {"collector": 0, "broker": 1, "catalog": 3, "sql": 4, "job": 7}
LECTURE_PORT = {"collector": 5000, "broker": 29092, "catalog": 9083, "sql": 8080, "job": 4040}
SERVICES = ["collector", "broker", "catalog", "sql", "job"]


def free_base():
    """A port base whose eight ports are free now, on both loopbacks."""
    for _ in range(200):
        base = random.randrange(20000, 32000, 8)
        held = []
        try:
            for port in range(base, base + 8):
                for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
                    s = socket.socket(family, socket.SOCK_STREAM)
                    held.append(s)
                    try:
                        s.bind((host, port))
                    except OSError as e:
                        if e.errno != 99:  # a machine without ::1
                            raise
            return base
        except OSError:
            continue
        finally:
            for s in held:
                s.close()
    raise RuntimeError("no eight free ports in a row")


def fetch(name):
    """The path of a box that tools/fetch brings."""
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    done = subprocess.run([os.path.join(root, "tools/fetch"), name], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise AssertionError("tools/fetch %s failed" % name)
    return done.stdout.splitlines()[-1]


def pyarrow_parquet():
    """pyarrow.parquet, an independent reader of tables; a script whose python has none starts again
    with one that has: to be called before anything else."""
    try:
        import pyarrow.parquet
        return pyarrow.parquet
    except ImportError:
        if os.environ.get("STEELTHREAD_TEST_PY") == sys.executable:
            raise
    os.environ["STEELTHREAD_TEST_PY"] = fetch("py")
    os.execv(os.environ["STEELTHREAD_TEST_PY"], [os.environ["STEELTHREAD_TEST_PY"], *sys.argv])


def wait_for(what, seconds, look, every=0.05):
    """The first true value of look(), or an AssertionError that says what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        value = look()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("after %g s still not: %s (last seen: %r)" % (seconds, what, value))
        time.sleep(every)


class SqlError(Exception):
    def __init__(self, error):
        super().__init__(error.get("message"))
        self.error = error


class Thread:
    """lecture_ports: only in a network of the test's own, as support/namespace.py makes it."""

    def __init__(self, config=None, home=None, env=None, lecture_ports=False):
        self.home = home or tempfile.mkdtemp(prefix="steelthread-test-")
        self.own_home = home is None
        self.base = None if lecture_ports else free_base()
        self.env = dict(os.environ, **(env or {}))
        self.file = None
        if config is not None:
            self.file = os.path.join(self.home, "steelthread.yml")
            with open(self.file, "w", encoding="utf-8") as f:
                f.write(config)

    def port(self, service):
        return LECTURE_PORT[service] if self.base is None else self.base + OFFSET[service]

    def run(self, *arguments, check=True, timeout=60, **more):
        """One command of the binary; its finished process."""
        done = subprocess.run([STEELTHREAD, *arguments, "--home", self.home], env=self.env,
                              capture_output=True, text=True, timeout=timeout, cwd=self.home, **more)
        if check and done.returncode != 0:
            raise AssertionError("%s: exit %d\n%s%s" % (" ".join(arguments), done.returncode,
                                                       done.stdout, done.stderr))
        return done

    def up(self):
        flags = ["-f", self.file] if self.file else []
        flags += ["--port-base", str(self.base)] if self.base is not None else []
        return self.run("up", "-d", *flags)

    def down(self, check=True):
        return self.run("down", check=check)

    def ps(self):
        return {row["name"]: row for row in json.loads(self.run("ps", "-o", "json").stdout)}

    def kill(self, service):
        """kill -9, by the pid that ps tells; waits until another process of it is ready."""
        pid = self.ps()[service]["pid"]
        os.kill(pid, signal.SIGKILL)

        def back():
            row = self.ps().get(service, {})
            return row.get("state") == "ready" and row.get("pid") != pid
        wait_for("%s ready again" % service, 20, back)

    def get(self, path, headers=None, timeout=10, connection=None):
        """(status, body) of one request to the collector; OSError where the connection broke."""
        c = connection or http.client.HTTPConnection("127.0.0.1", self.port("collector"),
                                                     timeout=timeout)
        try:
            c.request("GET", path, headers=headers or {})
            answer = c.getresponse()
            return answer.status, answer.read()
        except http.client.HTTPException as e:
            raise OSError(str(e)) from e
        finally:
            if connection is None:
                c.close()

    def sql(self, statement, prefix="Presto", timeout=30):
        """All rows of a statement, by Presto's protocol."""
        headers = {"X-%s-User" % prefix: "test", "X-%s-Catalog" % prefix: "hive",
                   "X-%s-Schema" % prefix: "default"}
        rows = []
        deadline = time.monotonic() + timeout
        body, path, method = statement.encode(), "/v1/statement", "POST"
        while path:
            c = http.client.HTTPConnection("127.0.0.1", self.port("sql"), timeout=timeout)
            try:
                c.request(method, path, body=body, headers=headers)
                answer = c.getresponse()
                text = answer.read()
            except http.client.HTTPException as e:
                raise OSError(str(e)) from e
            finally:
                c.close()
            if answer.status != 200:
                raise OSError("HTTP %d: %s" % (answer.status, text[:200]))
            page = json.loads(text)
            if page.get("error"):
                raise SqlError(page["error"])
            rows += page.get("data") or []
            path = page.get("nextUri")
            if path:
                path = "/" + path.split("/", 3)[3]
            body, method = None, "GET"
            if time.monotonic() > deadline:
                raise AssertionError("%s: no end after %g s" % (statement, timeout))
        return rows

    def counters(self, service):
        """What a service counts, from its control socket."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(os.path.join(self.home, "run", service + ".sock"))
            s.sendall(b"GET /counters HTTP/1.0\r\n\r\n")
            answer = b"".join(iter(lambda: s.recv(65536), b""))
        return json.loads(answer.split(b"\r\n\r\n", 1)[1])

    def answers(self, statement, wanted):
        """Whether a statement has these rows by now: an error, of a table that is not yet there, say,
        is a no."""
        try:
            return self.sql(statement) == wanted
        except (SqlError, OSError):
            return False

    def logs(self):
        text = []
        folder = os.path.join(self.home, "diag")
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as f:
                text.append("--- %s\n%s" % (name, "".join(f.readlines()[-40:])))
        return "\n".join(text)

    def __enter__(self):
        try:
            self.up()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            sys.stderr.write(self.logs() + "\n")
        self.down(check=kind is None)
        if kind is None and self.own_home and not os.environ.get("KEEP_HOME"):
            shutil.rmtree(self.home)
        elif self.own_home:
            sys.stderr.write("the home is kept: %s\n" % self.home)
