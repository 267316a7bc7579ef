# SPDX-License-Identifier: Apache-2.0
"""The load and the questions: wrk, ab, nginx beside us, and Presto's protocol on one connection."""
import http.client
import json
import os
import re
import socket
import subprocess
import time

NGINX = """
daemon off; worker_processes auto; pid %(dir)s/nginx.pid; error_log stderr crit;
events { worker_connections 4096; }
http {
    access_log off; server_tokens off; keepalive_requests 1000000000;
    types { } default_type "%(type)s";
    client_body_temp_path %(dir)s/b; proxy_temp_path %(dir)s/p; fastcgi_temp_path %(dir)s/f;
    uwsgi_temp_path %(dir)s/u; scgi_temp_path %(dir)s/s;
    server { listen 127.0.0.1:%(port)d backlog=4096; location / { return 200 "%(body)s"; } }
}
"""


class Failed(Exception):
    """Something could not be measured; its text says why."""


def run(*command, timeout):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    except FileNotFoundError as e:
        raise Failed("%s is not installed" % command[0]) from e
    except subprocess.TimeoutExpired as e:
        raise Failed("%s did not end within %d s" % (command[0], timeout)) from e
    if done.returncode != 0:
        raise Failed("%s: %s" % (command[0], (done.stderr or done.stdout).strip()[-300:]))
    return done.stdout


def number(pattern, text, absent=None):
    found = re.search(pattern, text, re.M)
    if found is None and absent is None:
        raise Failed("no %r in: %s" % (pattern, text[-300:]))
    return float(found.group(1)) if found else absent


def wrk(url, connections, seconds):
    """Answered with 2xx: how many, per second; and how many were not."""
    text = run("wrk", "-t", "2", "-c", str(connections), "-d", "%ds" % seconds, "--timeout", "10s",
               "--latency", url, timeout=seconds + 30)
    count = number(r"^\s*(\d+) requests in ", text)
    refused = number(r"Non-2xx or 3xx responses: (\d+)", text, 0)
    broken = sum(int(n) for n in re.findall(r"(?:connect|read|write|timeout) (\d+)",
                                            (re.findall(r"Socket errors:.*", text) or [""])[0]))
    rate = number(r"^Requests/sec:\s+([\d.]+)", text)
    return {"good": count - refused, "bad": refused + broken,
            "rate": rate * (count - refused) / count if count else 0.0}


def ab(url, count, concurrency, *flags):
    text = run("ab", "-q", "-n", str(count), "-c", str(concurrency), *flags, url, timeout=120)
    bad = number(r"^Failed requests:\s+(\d+)", text) + number(r"^Non-2xx responses:\s+(\d+)", text, 0)
    return {"rate": number(r"^Requests per second:\s+([\d.]+)", text),
            "whole_ms": number(r"^Time taken for tests:\s+([\d.]+)", text) * 1e3,
            "p50_ms": number(r"^\s+50%\s+(\d+)", text, 0), "p99_ms": number(r"^\s+99%\s+(\d+)", text, 0),
            "bad": bad}


def response_bytes(port, path):
    """All bytes of one answer on a kept connection, head and body."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
        s.sendall(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path.encode())
        got = b""
        while b"\r\n\r\n" not in got:
            more = s.recv(65536)
            if not more:
                raise Failed("no answer from port %d" % port)
            got += more
        head, body = got.split(b"\r\n\r\n", 1)
        length = int(re.search(rb"(?i)content-length: *(\d+)", head).group(1))
        while len(body) < length:
            body += s.recv(65536)
        return len(head) + 4 + len(body)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Nginx:
    """nginx answering a constant, in as many bytes as `size` or the fewest that it can."""

    def __init__(self, folder, body, size):
        self.folder, self.body, self.size = folder, body, size
        self.port = free_port()
        self.child = None

    def start(self, content_type):
        """Its answer's bytes."""
        config = os.path.join(self.folder, "nginx.conf")
        with open(config, "w", encoding="utf-8") as f:
            f.write(NGINX % {"dir": self.folder, "port": self.port, "body": self.body,
                             "type": content_type})
        try:
            self.child = subprocess.Popen(["nginx", "-c", config, "-p", self.folder],
                                          stderr=subprocess.PIPE, text=True)
        except FileNotFoundError as e:
            raise Failed("nginx is not installed") from e
        deadline = time.monotonic() + 10
        while True:
            if self.child.poll() is not None:
                raise Failed("nginx: " + self.child.stderr.read().strip()[-300:])
            try:
                return response_bytes(self.port, "/")
            except OSError as e:
                if time.monotonic() > deadline:
                    raise Failed("nginx does not answer") from e
                time.sleep(0.01)

    def stop(self):
        if self.child is not None:
            self.child.terminate()
            self.child.wait(10)
            self.child.stderr.close()
            self.child = None

    def __enter__(self):
        os.makedirs(self.folder, exist_ok=True)
        try:
            self.bytes = self.start("")
            room = self.size - self.bytes - len("Content-Type: \r\n")
            if room > 0:
                self.stop()
                self.bytes = self.start("t" * room)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()


class Presto:
    """Statements on one kept-alive connection."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"X-Presto-User": "bench", "X-Presto-Catalog": "hive",
                        "X-Presto-Schema": "default"}

    def rows(self, statement):
        rows, method, path, body = [], "POST", "/v1/statement", statement.encode()
        while path:
            self.connection.request(method, path, body=body, headers=self.headers)
            answer = self.connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise Failed("sql answered %d: %s" % (answer.status, text[:200]))
            page = json.loads(text)
            if page.get("error"):
                raise Failed("%s: %s" % (statement, page["error"].get("message")))
            rows += page.get("data") or []
            path = page.get("nextUri")
            path = path and "/" + path.split("/", 3)[3]
            method, body = "GET", None
        return rows

    def close(self):
        self.connection.close()
