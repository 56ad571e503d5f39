"""What the figures were measured on and with."""

import datetime
import os
import pathlib
import platform
import re
import subprocess

from servers import NGINX, ROOT, Placement


def first_line(*command):
    """The first line a command prints, on whichever stream; some say their version with a failure status."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30
        )
    except FileNotFoundError:
        return None
    return done.stdout.splitlines()[0].strip() if done.stdout else None


def describe():
    cpu = re.search(r"^model name\s*:\s*(.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return {
        "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": first_line("git", "describe", "--always", "--dirty", "--abbrev=12"),
        "cpu": cpu[1] if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "server_cores": Placement.server,
        "client_cores": Placement.client,
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "kernel": platform.release(),
        "swift": first_line("swift", "--version"),
        "nginx": first_line(NGINX, "-v"),
        "wrk": first_line("wrk", "-v"),
    }
