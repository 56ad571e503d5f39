"""Triton's own HTTP front and Python backend out of the package `nvidia-pytriton`, with a model that gives its input
back."""

import os
import pathlib
import shutil
import sys
import sysconfig

from rivals.environment import environment
from servers import Server, free_port

HERE = pathlib.Path(__file__).parent
CONFIGURATION = """
    name: "digits"
    backend: "python"
    max_batch_size: 0
    input [{ name: "x" data_type: TYPE_FP32 dims: [-1, 64] }]
    output [{ name: "y" data_type: TYPE_FP32 dims: [-1, 64] }]
    instance_group [{ kind: KIND_CPU count: 1 }]
"""


class Triton(Server):
    """One HTTP thread, one instance of the model. What it costs is the cost of both processes."""

    name = "triton"

    def start(self):
        packages, python = environment("triton", HERE / "requirements" / "triton.txt")
        server = packages / "pytriton" / "tritonserver"
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        # The server wants the program that runs Python models beside the backend. That program wants the library of its
        # Python, and takes its packages from the `python3` on the PATH; with numpy 2 tensors would come out empty.
        backend = self.folder / "backends" / "python"
        shutil.copytree(server / "backends" / "python", backend)
        shutil.copy2(server / "python_backend_stubs" / version / "triton_python_backend_stub", backend)
        libraries = f"{packages / 'nvidia_pytriton.libs'}:{sysconfig.get_config_var('LIBDIR')}"
        model = self.folder / "models" / "digits"
        (model / "1").mkdir(parents=True)
        (model / "config.pbtxt").write_text(CONFIGURATION)
        shutil.copy(HERE / "models" / "triton_identity.py", model / "1" / "model.py")
        port = free_port()
        self.launch(
            [
                server / "bin" / "tritonserver", "--model-repository", model.parent, "--backend-directory",
                backend.parent, "--allow-grpc", "false", "--allow-metrics", "false", "--http-address", "127.0.0.1",
                "--http-port", port, "--http-thread-count", "1",
            ],
            environment={"LD_LIBRARY_PATH": libraries, "PATH": f"{python.parent}:{os.environ['PATH']}"},
        )
        self.address = f"127.0.0.1:{port}"
        self.wait_for(lambda: self.answers("/v2/health/ready"))
