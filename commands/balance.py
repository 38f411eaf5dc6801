"""HAProxy before the data centers: one address that keeps answering when one of them does not.

Without --data-center it balances over those of the demo that runs on --data. It ends with Ctrl-C. The configuration is
config/haproxy/shipped.cfg, explained line by line in docs/load-balancing.md; --template naive shows what is lost
without it.

  python app.py balance                                       before the demo, on port 8090
  python app.py balance --data-center dc1=8101 --data-center dc2=8102 --port 0
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from commands.children import ChildPlan, arguments_of
from commands.errors import CommandError, refusing
from commands.interrupt import stop_event
from commands.options import DEFAULT_DATA, GENERATED_CONFIG, ROOT
from commands.ports import HIGHEST_PORT, LOOPBACK, free_ports, require_free

TEMPLATES = ROOT / "config" / "haproxy"
SOCKET_FILE = "haproxy.sock"
_NOBODY = 65534
_LOOK_S = 0.1
_PATIENCE_S = 3.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    shipped = sorted(path.stem for path in TEMPLATES.glob("*.cfg"))
    parser.add_argument("--port", type=int, default=8090, help="where to listen (default: 8090; 0: any free one)")
    parser.add_argument(
        "--data-center", action="append", type=_place, metavar="NAME=PORT", help="one to balance over; repeat it"
    )
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="data directory of the demo (default: var)")
    parser.add_argument(
        "--template", default="shipped", help=f"{', '.join(shipped)}, or a file of your own (default: shipped)"
    )
    parser.add_argument("--print", action="store_true", dest="shown", help="print the configuration and do not start")


def run(args: argparse.Namespace) -> int:
    """Runs HAProxy until Ctrl-C."""
    places = dict(args.data_center) if args.data_center else demo_places(args.data)
    port = _port(args.port)
    with _folder() as folder:
        socket = folder / SOCKET_FILE
        text = configuration_text(args.template, port, socket, places)
        if args.shown:
            print(text, end="")
            return 0
        stop = stop_event()
        with _running(_command(folder, text)) as haproxy:
            print(f"balancing {', '.join(places)} on http://{LOOPBACK}:{port}  (stats socket {socket})", flush=True)
            while not stop.wait(_LOOK_S):
                if haproxy.poll() is not None:
                    raise CommandError(f"HAProxy ended with exit code {haproxy.returncode}; its words are above")
    return 0


def configuration_text(template: str, port: int, socket: Path, places: Mapping[str, int]) -> str:
    """A template with its blanks filled; the line of ``${data_center}`` is repeated for each.

    Raises CommandError when there is no such template, or it has blanks that nobody fills.
    """
    path = _template(template)
    lines = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.lstrip().startswith("#"):
            lines.append(line)
            continue
        repeated = places.items() if "${data_center}" in line else [("", 0)]
        for name, place in repeated:
            blanks = {"port": port, "socket": socket, "data_center": name, "data_center_port": place}
            try:
                lines.append(Template(line).substitute(blanks))
            except (KeyError, ValueError) as error:
                known = ", ".join(f"${{{blank}}}" for blank in blanks)
                raise CommandError(f"{path}:{number}: unknown blank {error}; known: {known}") from None
    return "\n".join(lines) + "\n"


def add_balance(parser: argparse.ArgumentParser) -> None:
    """Adds --balance to a command that starts an estate."""
    parser.add_argument(
        "--balance", type=int, metavar="PORT", help="HAProxy before the data centers, on this port (0: any free one)"
    )


def balancing_child(wanted: int, places: Mapping[str, int]) -> tuple[int, ChildPlan]:
    """The port and the plan of a balancer as a child. Raises CommandError when the port is taken or HAProxy absent."""
    _program()
    port = _port(wanted)
    words = [word for name, place in places.items() for word in ("--data-center", f"{name}={place}")]
    return port, ChildPlan("balance", (*arguments_of("balance", port=port), *words))


def demo_places(data: Path) -> dict[str, int]:
    """Ports of the demo's data centers by name, as it wrote them down. Raises CommandError when it did not."""
    # Imported on demand: a balancer with places given needs no settings.
    from settings import SettingsError, load_settings

    path = data / GENERATED_CONFIG
    if not path.exists():
        raise CommandError(f"no demo has run on --data {data}; start one, or name data centers: --data-center dc1=8101")
    with refusing(SettingsError):
        urls = load_settings(path).truth
    return {name: urlsplit(str(url)).port or 80 for name, url in urls.items()}


def _template(name: str) -> Path:
    shipped = TEMPLATES / f"{name}.cfg"
    path = shipped if shipped.exists() else Path(name)
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in TEMPLATES.glob("*.cfg")))
        raise CommandError(f"--template {name}: no such file; shipped: {known}")
    return path


def _port(wanted: int) -> int:
    if wanted == 0:
        return free_ports(1)[0]
    require_free(wanted, "--port")
    return wanted


def _program() -> str:
    program = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        raise CommandError("HAProxy is not installed; run: sudo apt-get install haproxy")
    return program


def _command(folder: Path, text: str) -> list[str]:
    """HAProxy's command line. Raises CommandError when it is not installed or refuses the configuration."""
    program = _program()
    path = folder / "haproxy.cfg"
    path.write_text(text, encoding="utf-8")
    checked = subprocess.run([program, "-c", "-q", "-f", str(path)], capture_output=True, text=True, check=False)
    if checked.returncode:
        alerts = [line for line in checked.stderr.splitlines() if "[ALERT]" in line] or [checked.stderr]
        raise CommandError(f"HAProxy refuses the configuration: {' '.join(alerts[0].split())}")
    return [program, "-db", "-f", str(path)]


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that HAProxy may write, removed at the end. It is short, for a socket's path has a limit."""
    folder = Path(tempfile.mkdtemp(prefix="haproxy-"))
    try:
        if os.geteuid() == 0:
            os.chown(folder, _NOBODY, _NOBODY)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """HAProxy as a child without rights, ended with this process however that ends."""
    haproxy = subprocess.Popen([*_leash(), *command], cwd="/", start_new_session=True, stdin=subprocess.DEVNULL)
    try:
        yield haproxy
    finally:
        haproxy.terminate()
        try:
            haproxy.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            haproxy.kill()
            haproxy.wait()


def _leash() -> list[str]:
    """Words before a command that make it die with this process, and run as nobody when we are root."""
    rights = ["--reuid", str(_NOBODY), "--regid", str(_NOBODY), "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *rights, "--pdeathsig", "KILL", "--"]


def _place(text: str) -> tuple[str, int]:
    name, _, port = text.partition("=")
    valid = name.replace("-", "").replace("_", "").isalnum() and name.isascii()
    if not valid or not port.isdecimal() or not 0 < int(port) <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=PORT, such as dc1=8101")
    return name, int(port)
