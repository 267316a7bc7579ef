# SPDX-License-Identifier: Apache-2.0
"""A test in namespaces of its own: mounts and, where asked for, a network with nothing but loopback,
so that the lecture's own ports and host names, or a disk of a megabyte, can be had on any machine.

    namespace.enter(net=True)        # first thing in a script: it starts again inside
    namespace.hosts("kafka")         # another /etc/hosts: loopback by these names too
    namespace.small_disk(path, 8)    # a file system of 8 MiB

Nothing of it is seen outside, and all of it is gone with the last process inside.
"""
import os
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
INSIDE = "STEELTHREAD_TEST_INSIDE"


def skip(reason):
    print(reason)
    sys.exit(SKIPPED)


def enter(net):
    if os.environ.get(INSIDE) == "yes":
        if net:
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    wrap = ["unshare", "--mount", "--propagation", "private"] + (["--net"] if net else [])
    if os.geteuid() != 0:
        wrap.append("--map-root-user")
    tools = ["unshare", "mount"] + (["ip"] if net else [])
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        skip("needs %s" % " and ".join(missing))
    probe = subprocess.run([*wrap, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True)
    if probe.returncode != 0:
        skip("namespaces of its own are not allowed here: " + probe.stderr.strip())
    os.environ[INSIDE] = "yes"
    os.execvp(wrap[0], [*wrap, sys.executable, *sys.argv])


def hosts(*names):
    with tempfile.NamedTemporaryFile("w", suffix=".hosts") as f:
        f.write("127.0.0.1 localhost %s\n::1 localhost\n" % " ".join(names))
        f.flush()
        subprocess.run(["mount", "--bind", f.name, "/etc/hosts"], check=True)


def small_disk(path, mib):
    os.makedirs(path, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm" % mib, "tmpfs", path], check=True)


def unmount(path):
    subprocess.run(["umount", "-l", path], check=False, stderr=subprocess.DEVNULL)


def lecture(name):
    """The path of one of the lecture's files, or a skip."""
    path = os.path.join(os.environ.get("LECTURE") or "../shared/lecture", name)
    if not os.path.exists(path):
        skip("LECTURE has no %s: %s is not there" % (name, path))
    return os.path.abspath(path)
