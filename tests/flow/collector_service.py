# SPDX-License-Identifier: Apache-2.0
"""A broker and a collector in a temporary home, for the flow tests that talk to the collector.

    with Collector() as collector:
        collector.get("/purchase_a_sword")
        collector.events()      # what kcat reads, oldest first
"""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from steelthread import STEELTHREAD, free_base, wait_for  # noqa: E402

DEADLINE_S = 20


class Collector:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="collector-")
        self.home = os.path.join(self.folder.name, "home")
        self.base = free_base()
        self.port = self.base
        self.brokers = "127.0.0.1:%d" % (self.base + 1)
        self.processes = {}
        os.mkdir(self.home)

    def log(self, service):
        with open(os.path.join(self.folder.name, service + ".log"), errors="replace") as file:
            return file.read()

    def ready(self, service):
        try:
            return self.control(service, "/readyz")[0] == 200
        except OSError:
            return False

    def start(self, service, wait=True):
        with open(os.path.join(self.folder.name, service + ".log"), "a") as log:
            self.processes[service] = subprocess.Popen(
                [STEELTHREAD, "serve", service, "--home", self.home, "--port-base", str(self.base)],
                stderr=log, env=dict(os.environ, STEELTHREAD_SUPERVISOR_PID=str(os.getpid())))
        if wait:
            wait_for(service + " ready", DEADLINE_S, lambda: self.ready(service), every=0.01)

    def stop(self, service, signum=signal.SIGTERM):
        """Its exit status; minus the signal that ended it."""
        process = self.processes.pop(service)
        process.send_signal(signum)
        return process.wait(DEADLINE_S)

    def control(self, service, path):
        """(status, JSON) from a control socket."""
        connection = http.client.HTTPConnection("localhost", timeout=DEADLINE_S)
        connection.sock = socket.socket(socket.AF_UNIX)
        try:
            connection.sock.connect(os.path.join(self.home, "run", service + ".sock"))
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (http.client.HTTPException, ValueError) as e:
            raise OSError(str(e)) from e
        finally:
            connection.close()

    def dial(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE_S)

    def talk(self, sent, end=True):
        """All that comes back for these bytes, up to the end of the connection."""
        with self.dial() as peer:
            peer.sendall(sent)
            if end:
                peer.shutdown(socket.SHUT_WR)
            return self.rest(peer)

    @staticmethod
    def rest(peer):
        got = b""
        while True:
            try:
                more = peer.recv(65536)
            except ConnectionResetError:
                return got
            if not more:
                return got
            got += more

    def get(self, path="/", headers=None):
        """(status, headers, body)"""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def events(self):
        done = subprocess.run(["kcat", "-b", self.brokers, "-t", "events", "-C", "-e", "-q"],
                              capture_output=True, timeout=60, check=True)
        return done.stdout.splitlines()

    def __enter__(self):
        try:
            self.start("broker", wait=False)
            self.start("collector")
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, value, trace):
        for process in self.processes.values():
            process.kill()
            process.wait()
        if kind is not None:
            for service in ("collector", "broker"):
                sys.stderr.write("--- %s\n%s" % (service, self.log(service)[-4000:]))
        self.folder.cleanup()


def head(reply):
    """Of one reply's bytes: status, the lines of its headers as a dict, the rest."""
    first, rest = reply.split(b"\r\n\r\n", 1)
    lines = first.decode("latin-1").split("\r\n")
    status = int(re.match(r"HTTP/1\.1 (\d{3}) ", lines[0]).group(1))
    return status, dict(line.split(": ", 1) for line in lines[1:]), rest
