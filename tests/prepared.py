"""A process that has loaded connectform already, and splits off a command whenever one is asked for.

Each command is a process of its own, with its own folder, variables, output and exit code. It is
spared the loading alone, which takes most of the time of a short one.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import reconcile

_LENGTH = struct.Struct("!I")
_CLIENT = """\
#!{python} -IS
import json, os, signal, socket, sys

with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    asked = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(server, [len(asked).to_bytes(4, "big")], [0, 1, 2])
    server.sendall(asked)
    code = int(server.recv(16))
if code < 0:
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


@cache
def prepared_commands() -> Path:
    """Return a folder to put before PATH; in it is a `connectform` that needs no time to load."""
    folder = Path(tempfile.mkdtemp(prefix="prepared-"))
    address = str(folder / "socket")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(16)
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.prepared", str(listener.fileno())],
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONWARNINGS": "error"},
        stdin=subprocess.PIPE,
        pass_fds=[listener.fileno()],
    )
    listener.close()
    atexit.register(_end, server, folder)
    script = folder / "connectform"
    script.write_text(_CLIENT.format(python=sys.executable, address=address))
    script.chmod(0o755)
    return folder


def path_of_commands() -> str:
    """Return a PATH that has these commands first, and then all others of this installation."""
    folders = (str(prepared_commands()), str(Path(sys.executable).parent), os.environ["PATH"])
    return os.pathsep.join(folders)


def run_prepared(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run one command, and return what it left behind."""
    with (
        socket.socket(socket.AF_UNIX) as server,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        Path(os.devnull).open("rb") as nothing,
    ):
        server.settimeout(120)
        server.connect(str(prepared_commands() / "socket"))
        asked = json.dumps([[*arguments], str(folder), dict(environment)]).encode()
        files = [nothing.fileno(), out.fileno(), err.fileno()]
        socket.send_fds(server, [_LENGTH.pack(len(asked))], files)
        server.sendall(asked)
        code = int(server.recv(16))
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8").replace("\r\n", "\n"))
    return subprocess.CompletedProcess(arguments, code, *texts)


def _end(server: subprocess.Popen[bytes], folder: Path) -> None:
    server.stdin.close()
    server.wait()
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def _load() -> None:
    """Load all there is; what belongs to an extra that is not installed stays away."""
    for module in pkgutil.walk_packages(reconcile.__path__, "reconcile."):
        if not module.name.endswith("__main__"):
            with suppress(ImportError):
                importlib.import_module(module.name)
    for name in ("deepdiff", "jsonschema", "httpx", "zoneinfo", "sqlite3"):
        importlib.import_module(name)


def _serve(listener: socket.socket) -> list[str] | None:
    """Split off commands until nobody is left to ask; return the arguments within such a command."""
    running: dict[int, socket.socket] = {}
    ended, end = os.pipe()
    os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(end, warn_on_full_buffer=False)
    while True:
        ready, _, _ = select.select([listener, ended, sys.stdin.fileno()], [], [])
        if sys.stdin.fileno() in ready:
            return None
        if ended in ready:
            os.read(ended, 1024)
            _report(running)
        if listener in ready:
            connection, _ = listener.accept()
            pid = os.fork()
            if pid:
                running[pid] = connection
                continue
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for other in (listener, *running.values()):
                other.close()
            os.close(ended)
            os.close(end)
            return _become(connection)


def _report(running: dict[int, socket.socket]) -> None:
    """Tell those who wait how their commands ended."""
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with running.pop(pid) as connection, suppress(OSError):
            connection.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _become(connection: socket.socket) -> list[str]:
    """Take over folder, variables and files of whoever asked, and return the arguments."""
    length, files, _, _ = socket.recv_fds(connection, _LENGTH.size, 3)
    content = b""
    while len(content) < _LENGTH.unpack(length)[0]:
        content += connection.recv(65_536)
    connection.close()
    arguments, folder, environment = json.loads(content)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    # As Python opens them when it starts: what there is knows what kind of file was there before.
    sys.stdin = os.fdopen(0, encoding=sys.stdin.encoding, closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding=sys.stdout.encoding, newline="\n", closefd=False)
    errors = {"errors": "backslashreplace", "buffering": 1}
    sys.stderr = os.fdopen(2, "w", encoding=sys.stderr.encoding, closefd=False, **errors)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    return arguments


if __name__ == "__main__":
    _load()
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as found:
        asked = _serve(found)
    if asked is not None:
        from reconcile.__main__ import main

        sys.argv = ["connectform", *asked]
        main()
