# SPDX-License-Identifier: Apache-2.0
"""A broker alone, in a temporary home on a free port, for the tests that talk to it.

    with Broker({"log.segment.bytes": 4096}) as broker:
        broker.kcat("-P", "-t", "events", sent=b"hello\n")
        broker.restart(signal.SIGKILL)
"""
import glob
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from steelthread import STEELTHREAD, fetch, free_base, wait_for  # noqa: E402

DEADLINE_S = 20


class Broker:
    def __init__(self, keys=None, home=None, env=None):
        self.folder = tempfile.TemporaryDirectory(prefix="broker-")
        self.home = home or os.path.join(self.folder.name, "home")
        self.base = free_base()
        self.port = self.base + 1
        self.address = "127.0.0.1:%d" % self.port
        self.env = env or {}
        self.process = None
        self.file = os.path.join(self.folder.name, "steelthread.yml")
        os.makedirs(self.home, exist_ok=True)
        with open(self.file, "w", encoding="utf-8") as file:
            file.write("app:\n  topic: events\n  routes:\n    /: {event: {a: b}, reply: ok}\n")
            if keys:
                file.write("broker:\n" + "".join("  %s: %s\n" % item for item in keys.items()))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *failed):
        if self.process is not None:
            self.stop(signal.SIGKILL)
        if failed[0] is not None:
            print("--- what the broker said\n" + "".join(self.said().splitlines(True)[-40:]))
        self.folder.cleanup()

    def start(self, env=None, wait=True):
        with open(os.path.join(self.folder.name, "broker.log"), "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [STEELTHREAD, "serve", "broker", "-f", self.file, "--home", self.home,
                 "--port-base", str(self.base)], stderr=log,
                env=dict(os.environ, STEELTHREAD_SUPERVISOR_PID=str(os.getpid()), **self.env,
                         **(env or {})))
        if wait:
            wait_for("the broker ready", DEADLINE_S, self.ready, every=0.005)

    def stop(self, signum=signal.SIGTERM):
        """Its exit status; minus the signal that ended it."""
        process, self.process = self.process, None
        process.send_signal(signum)
        return process.wait(DEADLINE_S)

    def restart(self, signum=signal.SIGTERM, env=None):
        self.stop(signum)
        self.start(env)

    def said(self):
        with open(os.path.join(self.folder.name, "broker.log"), errors="replace",
                  encoding="utf-8") as file:
            return file.read()

    def ready(self):
        if self.process.poll() is not None:
            raise AssertionError("the broker ended: %d\n%s" % (self.process.returncode, self.said()))
        try:
            return self.control("/readyz")[0] == 200
        except OSError:
            return False

    def control(self, path):
        """(status, JSON) from the control socket."""
        connection = http.client.HTTPConnection("localhost", timeout=DEADLINE_S)
        connection.sock = socket.socket(socket.AF_UNIX)
        try:
            connection.sock.connect(os.path.join(self.home, "run/broker.sock"))
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (http.client.HTTPException, ValueError) as e:
            raise OSError(str(e)) from e
        finally:
            connection.close()

    def counters(self):
        return self.control("/counters")[1]

    def kcat(self, *arguments, sent=None, timeout=30):
        """What kcat prints, as bytes; it must succeed."""
        done = subprocess.run(["kcat", "-b", self.address, *arguments], input=sent,
                              capture_output=True, timeout=timeout)
        assert done.returncode == 0, (arguments, done.returncode, done.stderr)
        return done.stdout

    def read(self, topic, *more):
        """The values of a topic from its beginning, by kcat."""
        return self.kcat("-C", "-t", topic, "-o", "beginning", "-e", "-q", *more).splitlines()

    def files(self, pattern):
        return sorted(glob.glob(os.path.join(self.home, "log", pattern)))

    def dial(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE_S)

    def dump(self, *arguments):
        """What Kafka's own DumpLogSegments says of our files."""
        jars = fetch("kafka")
        done = subprocess.run(
            ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", jars + "/*",
             "org.apache.kafka.tools.DumpLogSegments", *arguments],
            capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout
