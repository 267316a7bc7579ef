# SPDX-License-Identifier: Apache-2.0
"""One catalog in a temporary home, for the flow tests that talk to it."""
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time

DEADLINE_S = 20


class Catalog:
    """`with Catalog() as catalog:` starts one on a free port; catalog.port is that port."""

    def __init__(self, program=None):
        self.program = program or os.environ.get("STEELTHREAD", "build/steelthread")
        self.folder = tempfile.TemporaryDirectory(prefix="catalog-")
        self.home = os.path.join(self.folder.name, "home")
        self.process = None
        self.port = None
        os.mkdir(self.home)
        with open(os.path.join(self.folder.name, "steelthread.yml"), "w") as file:
            file.write('catalog: {listen: "127.0.0.1:0"}\n')

    def command(self):
        return [self.program, "serve", "catalog", "-f", self.folder.name + "/steelthread.yml",
                "--home", self.home]

    def start(self):
        """Returns once the service says where it listens."""
        self.log = open(os.path.join(self.folder.name, "log"), "w+")
        self.process = subprocess.Popen(self.command(), stderr=self.log)
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            found = re.search(r"listening .*port=(\d+)", self.said())
            if found and " ready " in self.said():
                self.port = int(found.group(1))
                return self
            assert self.process.poll() is None, self.said()
            time.sleep(0.01)
        raise AssertionError("the catalog is not ready:\n" + self.said())

    def said(self):
        with open(self.log.name) as file:
            return file.read()

    def stop(self, signum=signal.SIGTERM):
        """Returns its exit status."""
        self.process.send_signal(signum)
        return self.process.wait(DEADLINE_S)

    def counters(self):
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(DEADLINE_S)
            control.connect(self.home + "/run/catalog.sock")
            control.sendall(b"GET /counters HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            reply = b""
            while chunk := control.recv(65536):
                reply += chunk
        return json.loads(reply.split(b"\r\n\r\n", 1)[1])

    def memory_kb(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))

    def connect(self):
        made = socket.create_connection(("127.0.0.1", self.port), DEADLINE_S)
        made.settimeout(DEADLINE_S)
        return made

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()
        self.folder.cleanup()
