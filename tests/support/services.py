# SPDX-License-Identifier: Apache-2.0
"""Services of one thread run singly, each with an environment of its own: a failpoint reaches one.

    services = Services(config, port_base)
    broker = services.start("broker")
    job = services.start("job", failpoint="sink.after_rename:2")
    job.wait_killed(30)
    services.close()
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile

import steelthread as st


class Service:
    def __init__(self, owner, name, env):
        self.owner, self.name = owner, name
        self.said = open(os.path.join(owner.home, name + ".said"), "ab")
        self.process = subprocess.Popen(
            [st.STEELTHREAD, "serve", name, *(["-v"] if os.environ.get("VERBOSE") else []), "--home", owner.home, "-f", owner.file,
             "--port-base", str(owner.base)],
            env=env, stdin=subprocess.DEVNULL, stdout=self.said, stderr=self.said, cwd=owner.home)

    def ask(self, path):
        """(status, parsed body) from the control socket, or None while nobody answers there."""
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(5)
                s.connect(os.path.join(self.owner.home, "run", self.name + ".sock"))
                s.sendall(("GET %s HTTP/1.0\r\n\r\n" % path).encode())
                text = b""
                while True:
                    more = s.recv(65536)
                    if not more:
                        break
                    text += more
            head, body = text.split(b"\r\n\r\n", 1)
            return int(head.split()[1]), json.loads(body)
        except (OSError, ValueError, IndexError):
            return None

    def is_ready(self):
        answer = self.ask("/readyz")
        return answer is not None and answer[0] == 200

    def wait_ready(self, seconds=20):
        st.wait_for("%s ready" % self.name, seconds,
                    lambda: self.process.poll() is not None or self.is_ready(), every=0.01)
        assert self.process.poll() is None, "%s ended with %r" % (self.name, self.process.poll())
        return self

    def wait_killed(self, seconds):
        """It ended by SIGKILL: its own, at a failpoint."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired as e:
            raise AssertionError("%s was not killed within %g s" % (self.name, seconds)) from e
        assert status == -signal.SIGKILL, "%s ended with %d" % (self.name, status)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(20)
        self.said.close()

    def stop(self, seconds=10):
        """SIGTERM; its exit status."""
        self.process.terminate()
        status = self.process.wait(seconds)
        self.said.close()
        return status


class Services:
    def __init__(self, config, home=None):
        self.home = home or tempfile.mkdtemp(prefix="steelthread-test-")
        self.base = st.free_base()
        self.file = os.path.join(self.home, "steelthread.yml")
        with open(self.file, "w", encoding="utf-8") as f:
            f.write(config)
        self.started = []

    def start(self, name, failpoint=None, ready=True):
        env = {k: v for k, v in os.environ.items() if k != "STEELTHREAD_FAILPOINT"}
        if failpoint is not None:
            env["STEELTHREAD_FAILPOINT"] = failpoint
        service = Service(self, name, env)
        self.started.append(service)
        return service.wait_ready() if ready else service

    def port(self, name):
        return self.base + st.OFFSET[name]

    def brokers(self):
        return "127.0.0.1:%d" % self.port("broker")

    def said(self, name):
        with open(os.path.join(self.home, name + ".said"), encoding="utf-8", errors="replace") as f:
            return f.read()

    def close(self, failed=False):
        for service in reversed(self.started):
            service.kill()
        if failed:
            for name in sorted({s.name for s in self.started}):
                print("--- %s\n%s" % (name, "\n".join(self.said(name).splitlines()[-40:])))
            print("the home is kept: %s" % self.home)
        elif not os.environ.get("KEEP_HOME"):
            shutil.rmtree(self.home)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close(failed=kind is not None)
