# SPDX-License-Identifier: Apache-2.0
"""What the machine tells: memory and processor time of processes, the disk's sync, versions."""
import glob
import mmap
import os
import platform
import re
import subprocess
import threading
import time

TICK_MS = 1000.0 / os.sysconf("SC_CLK_TCK")
SYNC_WRITE_BYTES = 4096
DISK_LOOK_S = 0.02


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def pss_mb(pid):
    """Proportional set size in MB (1e6 bytes): a page shared by n processes counts 1/n in each."""
    kib = re.search(r"^Pss:\s+(\d+) kB", read("/proc/%d/smaps_rollup" % pid), re.M)
    return int(kib.group(1)) * 1024 / 1e6


def cpu_ms(pid):
    """User and system time so far, of all threads, ended ones too; in steps of a clock tick."""
    fields = read("/proc/%d/stat" % pid).rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * TICK_MS


def cpu_fine_ms(pid):
    """The same of the threads alive now, to the nanosecond; None where the kernel does not tell."""
    try:
        return sum(int(read(path).split()[0])
                   for path in glob.glob("/proc/%d/task/*/schedstat" % pid)) / 1e6
    except (OSError, IndexError, ValueError):
        return None


def others_like(pids):
    """How many processes outside `pids` run a binary of our name: with them we share pages."""
    count = 0
    for path in glob.glob("/proc/[0-9]*/exe"):
        try:
            name = os.path.basename(os.readlink(path)).split(" ")[0]
        except OSError:
            continue
        count += name.startswith("steelthread") and int(path.split("/")[2]) not in pids
    return count


def parent_of(pid):
    return int(read("/proc/%d/stat" % pid).rsplit(")", 1)[1].split()[1])


def sync_ms(folder, count):
    """The times of `count` appends of 4 KiB, each followed by fdatasync, to a file in `folder`."""
    path = os.path.join(folder, "sync-probe")
    block = b"s" * SYNC_WRITE_BYTES
    fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
    times = []
    try:
        for _ in range(count):
            began = time.perf_counter()
            os.write(fd, block)
            os.fdatasync(fd)
            times.append((time.perf_counter() - began) * 1e3)
    finally:
        os.close(fd)
        os.unlink(path)
    return times


class DiskWatch:
    """Now and then writes a block of its own file over, past the page cache, and syncs it: nothing of
    steelthread's is in its way, no journal, no space to find.  When this stands still, the disk does."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "disk-probe")
        self.spans = []  # (began, ended), of time.perf_counter()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        block = mmap.mmap(-1, SYNC_WRITE_BYTES)  # aligned, as O_DIRECT asks
        try:
            fd = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_DIRECT | os.O_CLOEXEC, 0o600)
        except OSError:  # a file system without it
            fd = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(fd, block, 0)
            os.fsync(fd)
            while not self.over.wait(DISK_LOOK_S):
                began = time.perf_counter()
                os.pwrite(fd, block, 0)
                os.fdatasync(fd)
                self.spans.append((began, time.perf_counter()))
        finally:
            os.close(fd)
            os.unlink(self.path)

    def times_ms(self):
        return [(ended - began) * 1e3 for began, ended in self.spans]

    def stood_still(self, began, ended):
        """Whether most of this time was spent in one write of ours."""
        return any(min(e, ended) - max(b, began) > (ended - began) / 2 for b, e in self.spans)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def first_line(*command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=10)
    except (OSError, subprocess.SubprocessError):
        return "not there"
    return next((line.strip() for line in done.stdout.splitlines() if line.strip()), "?")


def filesystem(folder):
    best = ("", "?", "?")
    for line in read("/proc/mounts").splitlines():
        device, place, kind = line.split()[:3]
        inside = folder == place or folder.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= len(best[0]):
            best = (place, kind, device)
    return "%s on %s" % best[1:]


def processor():
    model = re.search(r"^model name\s*:\s*(.+)$", read("/proc/cpuinfo"), re.M)
    return model.group(1) if model else platform.machine()


def memory_gib():
    return int(re.search(r"^MemTotal:\s+(\d+)", read("/proc/meminfo"), re.M).group(1)) / 1048576


def load_average():
    return " ".join(read("/proc/loadavg").split()[:3])
