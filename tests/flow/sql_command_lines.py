# SPDX-License-Identifier: Apache-2.0
"""The command lines of Presto and Trino, as people type at them: PRESTO-JAR TRINO-JAR."""
import fcntl
import glob
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import steelthread as st  # noqa: E402
from sql_service import Sql  # noqa: E402
from sql_statements import LECTURE, SWORDS  # noqa: E402

DEADLINE_S = 60


def java(newest):
    """A java new enough for trino-cli (24), or any."""
    found = ["java"] + glob.glob("/usr/lib/jvm/*/bin/java")
    for path in found:
        try:
            said = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=30).stderr
        except OSError:
            continue
        version = re.search(r'version "(\d+)', said)
        if version and int(version.group(1)) >= newest:
            return path
    return None


def execute(command, statement):
    done = subprocess.run(command + ["--execute", statement], capture_output=True, text=True,
                          timeout=DEADLINE_S)
    return done.returncode, done.stdout, done.stderr


def check_execute(command):
    status, out, talk = execute(command, "show tables; describe swords; select count(*) from swords; "
                                         "select * from swords order by timestamp;")
    assert status == 0, talk
    assert out.splitlines() == [
        '"many"', '"swords"', *['"%s","varchar","",""' % column.split()[0] for column in LECTURE.split(", ")], '"2"',
        '"*/*","user1.comcast.com","ApacheBench/2.3","purchase_sword","2026-03-01 10:15:04.112","{""a"": 1}"',
        '"","user2.att.com","curl/8","purchase_sword","2026-03-01 10:15:05","{""a"": 2}"'], out
    assert "User-Agent was read instead" in talk, talk
    status, out, talk = execute(command, "select nosuch from swords")
    assert status != 0 and "line 1:8: Column 'nosuch' cannot be resolved" in talk, talk
    assert re.search(r"^\s+\^$", talk, re.M), talk


class Prompt:
    def __init__(self, command):
        self.child, self.fd = pty.fork()
        if self.child == 0:
            os.execvpe(command[0], command, dict(os.environ, TERM="xterm", PRESTO_PAGER="", TRINO_PAGER=""))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        self.seen = ""

    def until(self, what):
        """What was printed before `what`, which is taken off too."""
        deadline = time.monotonic() + DEADLINE_S
        while True:
            plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\r", "", self.seen)
            if what in plain:
                before, _, self.seen = plain.partition(what)
                return before
            left = deadline - time.monotonic()
            assert left > 0, "no %r in %r" % (what, self.seen)
            if select.select([self.fd], [], [], left)[0]:
                self.seen += os.read(self.fd, 65536).decode("utf-8", "replace")

    def screen(self):
        """What was printed and not taken yet."""
        while select.select([self.fd], [], [], 0)[0]:
            self.seen += os.read(self.fd, 65536).decode("utf-8", "replace")
        return self.seen

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        self.type("\nquit\n")  # after a ctrl-C the first character may be lost
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    if not os.read(self.fd, 65536):
                        break
                except OSError:
                    break
        _, status = os.waitpid(self.child, 0)
        return os.waitstatus_to_exitcode(status)


def check_cancel(sql, prompt, ready):
    """Ctrl-C at a query that would take for ever ends it here and there."""
    prompt.type("select count(*) from many a cross join many b cross join many c cross join many d "
                "where a.n || b.n || c.n || d.n = 'none';\n")  # every row has to be looked at
    st.wait_for("it runs", 20, lambda: sql.counters()["running"] == 1)
    prompt.until("RUNNING")  # it draws its progress: only now it listens to ctrl-C, and not always

    def pressed():
        prompt.type("\x03")
        time.sleep(1)
        prompt.screen()  # or it waits for room to write
        return sql.counters()["running"] == 0
    try:
        st.wait_for("ctrl-C has ended it", 20, pressed)
    except AssertionError as error:
        raise AssertionError("%s; the screen: %r; the counters: %r" % (error, prompt.screen(), sql.counters())) from None
    prompt.until(ready)


def check_prompt(sql, command, name):
    prompt = Prompt(command)
    ready = "%s:default> " % name
    prompt.until(ready)
    prompt.type("select count(*) from swords;\n")
    out = prompt.until("FINISHED")
    assert re.search(r"^\s*2\s*$", out, re.M), out
    assert "_col0" in out, out
    prompt.until(ready)
    prompt.type("select count(*) from many a cross join many b where a.n || b.n = 'none';\n")
    prompt.until("RUNNING")  # long enough to be watched
    prompt.until("FINISHED")
    prompt.until(ready)
    prompt.type("use nosuch;\n")
    assert "does not exist" in prompt.until(ready)
    prompt.type("select host from swords where host like 'user2%';\n")
    assert "user2.att.com" in prompt.until("FINISHED")
    prompt.until(ready)
    prompt.type("use information_schema;\n")
    prompt.until("%s:information_schema> " % name)
    prompt.type("use default;\n")
    prompt.until(ready)
    check_cancel(sql, prompt, ready)
    assert prompt.end() == 0


def main():
    presto, trino = sys.argv[1:]
    any_java, new_java = java(8), java(24)
    if any_java is None:
        print("no java")
        sys.exit(77)
    with Sql() as sql:
        sql.write("swords/part-0.parquet", SWORDS)
        sql.create("swords", LECTURE)
        sql.write("many/part-0.parquet", {"n": [str(n) for n in range(10000)]})
        sql.create("many", "n string")
        # TieredStopAtLevel: a command line lives for a second.
        commands = [("presto", [any_java, "-XX:TieredStopAtLevel=1", "-jar", presto, "--server", sql.address])]
        if new_java is not None:
            commands.append(("trino", [new_java, "-XX:TieredStopAtLevel=1", "-jar", trino, "--server",
                                       "http://" + sql.address]))
        for name, command in commands:
            command += ["--catalog", "hive", "--schema", "default"]
            check_execute(command)
            print("%s --execute: ok" % name, flush=True)
            check_prompt(sql, command, name)
            print("%s at its prompt: ok" % name, flush=True)
        if new_java is None:
            print("trino-cli needs a java of at least 24")
            sys.exit(77)


if __name__ == "__main__":
    main()
