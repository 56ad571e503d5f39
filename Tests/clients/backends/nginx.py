"""NGINX: in front of a server, or with the same answer for every request."""

import os
import pathlib
import shutil

from .process import Backend, BackendUnavailable, free_port

# Debian keeps it in a folder that a user's PATH lacks.
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"


class Nginx(Backend):
    """One worker that listens on one port; what it does there is `http`, a part of its configuration."""

    def launch(self):
        if not pathlib.Path(NGINX).exists():
            raise BackendUnavailable("nginx is not installed (Debian's nginx-light)")
        self._port = free_port()
        temporary = "\n".join(
            f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.folder / "nginx.conf").write_text(
            f"""
            daemon off; worker_processes 1; pid {self.folder}/pid; error_log stderr error;
            {"user root;" if os.geteuid() == 0 else ""}
            events {{ worker_connections 1024; }}
            http {{
                {temporary}
                {self.http(self._port)}
            }}
            """
        )
        self.run(NGINX, "-p", self.folder, "-e", "stderr", "-c", self.folder / "nginx.conf")

    def find_address(self):
        return f"127.0.0.1:{self._port}"


class StaticAnswers(Nginx):
    """Answers every request with `body`, which has at most 4,000 bytes and no quotes or dollars but those of JSON."""

    def __init__(self, folder, body, content_type="application/json"):
        super().__init__(folder)
        self._body, self._content_type = body, content_type

    def http(self, port):
        return f"""
            access_log off;
            default_type {self._content_type};
            server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{self._body}'; }} }}
        """
