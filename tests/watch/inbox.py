"""A receiver of alerts that keeps what it is told, and answers as it is asked to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Inbox:
    """What came in: the path, the headers and the document of each request."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    def documents(self) -> list[Any]:
        """Return the documents that came since the last time."""
        found = [document for _, _, document in self.requests]
        self.requests.clear()
        return found

    def statuses(self) -> list[tuple[str, str, str]]:
        """Return the status, name and connector of each alert of notifications that came."""
        return [
            (alert["status"], alert["labels"]["alertname"], alert["labels"].get("connector", ""))
            for document in self.documents()
            for alert in document["alerts"]
        ]


@contextmanager
def inbox() -> Iterator[Inbox]:
    """Yield a receiver on loopback."""
    box = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            box.requests.append((self.path, headers, json.loads(content)))
            self.send_response(box.status)
            for name, value in box.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(box.body)))
            self.end_headers()
            self.wfile.write(box.body.encode())

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        box.url = f"http://127.0.0.1:{server.server_port}"
        yield box
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
