"""Serve metrics and probes over HTTP, with the server of the standard library."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from http import HTTPStatus
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, ClassVar, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.metrics_core import Metric

from reconcile.errors import ConnectformError
from reconcile.expose.display import Display
from reconcile.expose.families import described, families
from reconcile.expose.negotiation import CLASSIC, OPENMETRICS, prefers_openmetrics
from reconcile.expose.probes import Answer
from reconcile.model.codes import Code
from reconcile.model.exposure import Address
from reconcile.model.problem import Problem

METRICS_PATH: Final = "/metrics"
_TEXT: Final = ("Content-Type", "text/plain; charset=utf-8")
_PATIENCE: Final = 10.0

Environ = MutableMapping[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


@contextmanager
def served(address: Address, display: Display) -> Iterator[str]:
    """Serve what is displayed until the block ends; yield the URL of the metrics.

    Raises ConnectformError where the address cannot be had.
    """
    try:
        server = _Server(address, application(display))
    except OSError as error:
        raise ConnectformError(_taken(address, error)) from error
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="metrics")
    thread.start()
    try:
        yield f"http://{_written(address.host, server.server_port)}{METRICS_PATH}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def application(display: Display) -> Application:
    """Return the WSGI application: metrics, and whether watching goes on."""
    page = _metrics(display)

    def app(environ: Environ, start: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET":
            return _plain(HTTPStatus.METHOD_NOT_ALLOWED, "nothing but GET is answered\n", start)
        match environ["PATH_INFO"]:
            case "/metrics":
                return page(environ, start)
            case "/healthz":
                return _said(display.liveness(), start)
            case "/readyz":
                return _said(display.readiness(), start)
            case _:
                text = f"{METRICS_PATH}, /healthz and /readyz are here\n"
                return _plain(HTTPStatus.NOT_FOUND, text, start)

    return app


class _Collector:
    """What is displayed now, for a registry of Prometheus' client."""

    def __init__(self, display: Display) -> None:
        self._display = display

    def collect(self) -> Iterator[Metric]:
        """Yield a family for each metric that has series now."""
        return families(self._display.watched(), self._display.encoding)

    def describe(self) -> Iterator[Metric]:
        """Yield all families without series, for `name[]` to choose among."""
        return described()


def _metrics(display: Display) -> Application:
    registry = CollectorRegistry()
    registry.register(_Collector(display))
    page: Application = make_wsgi_app(registry)
    one_at_a_time = threading.Lock()

    def app(environ: Environ, start: StartResponse) -> Iterable[bytes]:
        # The client's own choice trips over versions that are no numbers, and promises any other.
        wanted = prefers_openmetrics(environ.get("HTTP_ACCEPT", ""))
        environ["HTTP_ACCEPT"] = f"{OPENMETRICS}; version=1.0.0" if wanted else CLASSIC
        with one_at_a_time:
            return page(environ, start)

    return app


def _said(answer: Answer, start: StartResponse) -> Iterable[bytes]:
    status = HTTPStatus.OK if answer.fine else HTTPStatus.SERVICE_UNAVAILABLE
    return _plain(status, f"{answer.text}\n", start)


def _plain(status: HTTPStatus, text: str, start: StartResponse) -> Iterable[bytes]:
    start(f"{status.value} {status.phrase}", [_TEXT])
    return [text.encode()]


class _Handler(WSGIRequestHandler):
    """One connection; a client that says nothing does not keep it."""

    timeout: ClassVar[float | None] = _PATIENCE

    def log_message(self, *_: object) -> None:
        """Say nothing: whoever scrapes does so all the time."""


class _Server(ThreadingMixIn, WSGIServer):
    """A thread for each connection; those that are open do not outlive the process."""

    daemon_threads = True

    def __init__(self, address: Address, app: Application) -> None:
        if ":" in address.host:
            self.address_family = socket.AF_INET6
        super().__init__((address.host, address.port), _Handler)
        self.set_app(app)

    def server_bind(self) -> None:
        """Listen, without the look-up of names that the standard library makes of it."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that goes away is no trouble of ours."""


def _written(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _taken(address: Address, error: OSError) -> Problem:
    place = _written(address.host, address.port)
    return Problem(
        code=Code.CANNOT_LISTEN,
        message=f"cannot listen on {place}: {error.strerror or error}",
        hint="another process may have the port; --listen HOST:PORT takes another one",
    )
