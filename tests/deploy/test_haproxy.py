"""Both HAProxy files are understood by HAProxy."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "haproxy"


def test_haproxy_understands_both_files(tmp_path: Path) -> None:
    """With the variables that compose and the manifests set; users in a file of their own."""
    users, certificate = tmp_path / "users.cfg", tmp_path / "both.pem"
    users.write_text("userlist viewers\n    user operator insecure-password x\n", encoding="utf-8")
    line = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=localhost",
        "-keyout",
        "/dev/stdout",
    ]
    made = subprocess.run(line, check=True, capture_output=True, timeout=60)
    certificate.write_bytes(made.stdout)
    environment = {
        **os.environ,
        "GATE_ADDRESS": "127.0.0.1:8051",
        "UI_ADDRESS": "127.0.0.1:8050",
        "FRONT_ADDRESS": "127.0.0.1:8443",
        "FRONT_CERTIFICATE": str(certificate),
        "UI_1": "127.0.0.1:1",
        "UI_2": "127.0.0.1:2",
    }
    for words in (["-f", "gate.cfg", "-f", str(users)], ["-f", "front.cfg"]):
        run = subprocess.run(
            ["haproxy", "-c", *words],
            cwd=FOLDER,
            env=environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        assert "WARNING" not in run.stderr
