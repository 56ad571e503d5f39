"""Virtual environments of the rivals that come as Python packages."""

import os
import subprocess

from servers import ROOT

INSTALL_SECONDS = 600


def environment(name, requirements):
    """The folder of packages of a virtual environment with exactly these, and its Python; made when it is missing."""
    done = subprocess.run(
        [ROOT / "scripts" / "venv.sh", name, requirements.relative_to(ROOT)], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=INSTALL_SECONDS,
        # The files name every package that is needed.
        env=os.environ | {"PIP_NO_COMPILE": "1", "PIP_NO_DEPS": "1"}, check=False,
    )
    if done.returncode != 0:
        errors = [line for line in done.stdout.splitlines() if line.startswith("ERROR")] or done.stdout.splitlines()
        raise RuntimeError(f"{requirements.name} cannot be installed: {' '.join(errors[-1:])}")
    folder = ROOT / ".venv" / name
    return next((folder / "lib").glob("python*/site-packages")), folder / "bin" / "python"
