"""Ask the REST API of a forge: pages, rate limits, and what its refusals mean."""

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from reconcile.ci.refusals import gone, host_of, no_answer, refused, too_many_requests, unreadable
from reconcile.clock import Clock
from reconcile.http.failures import FailureKind, HttpFailure
from reconcile.http.retry import Backoff, next_wait
from reconcile.http.session import Answer, Session
from reconcile.redact import Redactor

_SECONDS: Final = 30.0
_PATIENCE: Final = 300.0
_MOST_PAGES: Final = 200
_MOST_REDIRECTS: Final = 3
_WITHOUT_A_HINT: Final = 60.0  # GitHub: wait for at least one minute
_PASSING: Final = frozenset({500, 502, 503, 504})
_MOVED: Final = frozenset({301, 302, 307, 308})
_ABSENT: Final = frozenset({404, 410})
_TAKEN: Final = frozenset({409, 422})
_HIDDEN: Final = frozenset({401, 403, 404, 410})
_FINAL: Final = frozenset({FailureKind.TLS, FailureKind.PROTOCOL, FailureKind.TOKEN})
_LONGEST_MESSAGE: Final = 300
_NOTHING: Final[frozenset[int]] = frozenset()
_BACKOFF: Final = Backoff(initial=0.5, longest=20.0)
_NEXT: Final = re.compile(r'<([^>]*)>\s*;[^,]*\brel="next"')


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Api:
    """A forge's REST API; `headers` carry the token, and go nowhere but to the forge itself."""

    url: str
    session: Session
    headers: Mapping[str, str] = field(repr=False)
    clock: Clock
    rng: random.Random
    redactor: Redactor

    def get(self, path: str, *, needs: str) -> Any:  # noqa: ANN401  # JSON
        """Return what stands at a path; `needs` says which permission it takes, for hints."""
        return self._value(self._ask("GET", self.url + path, needs=needs))

    def find(self, path: str, *, needs: str) -> Any:  # noqa: ANN401  # JSON
        """Return what stands at a path, or None where nothing does."""
        answer = self._ask("GET", self.url + path, needs=needs, accept=_ABSENT)
        return None if answer.status in _ABSENT else self._value(answer)

    def peek(self, path: str) -> Any:  # noqa: ANN401  # JSON
        """Return what stands at a path, or None where the token may not see it."""
        answer = self._ask("GET", self.url + path, needs="", accept=_HIDDEN)
        return None if answer.status in _HIDDEN else self._value(answer)

    def pages(self, path: str, *, needs: str, within: str = "") -> Iterator[Mapping[str, Any]]:
        """Yield the entries of a list, page after page, each once.

        `within` names the list where each page is an object around it. Pages are followed as the Link header says, and only on the forge itself.
        """
        url, seen = self.url + path, set()
        for _ in range(_MOST_PAGES):
            answer = self._ask("GET", url, needs=needs)
            value = self._value(answer)
            for entry in value[within] if within else value:
                key = entry.get("id") or entry.get("sha")
                if key not in seen:
                    seen.add(key)
                    yield entry
            found = _NEXT.search(answer.headers.get("link", ""))
            if found is None:
                return
            url = self._own(urljoin(url, found[1]))

    def send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, needs: str
    ) -> Any:  # noqa: ANN401  # JSON
        """Write, and return what the forge makes of it; None where there is nothing there any more."""
        answer = self._ask(method, self.url + path, body=body, needs=needs, accept=_ABSENT)
        if answer.status in _ABSENT:
            if method == "POST":
                raise gone(self.url, path, needs)
            return None
        return self._value(answer) if answer.body else {}

    def offer(self, path: str, body: Mapping[str, Any], *, needs: str) -> None:
        """Make something unless it is there already: somebody else may have been quicker."""
        self._ask("POST", self.url + path, body=body, needs=needs, accept=_TAKEN)

    def download(self, path: str, *, needs: str) -> bytes | None:
        """Return a file, or None where it is kept no more.

        Where the forge sends on to another place, our token stays behind.
        """
        answer = self._ask("GET", self.url + path, needs=needs, accept=_MOVED | _ABSENT)
        if answer.status in _ABSENT:
            return None
        if answer.status not in _MOVED:
            return answer.body
        place = urljoin(self.url + path, answer.headers.get("location", ""))
        headers = self.headers if self._is_own(place) else {}
        answer = self._once("GET", place, None, headers)
        if answer.status in _ABSENT:
            return None
        if answer.status != HTTPStatus.OK:
            raise refused(answer.status, "", self.url, path, needs)
        return answer.body

    def _ask(
        self,
        method: str,
        url: str,
        *,
        needs: str,
        body: Mapping[str, Any] | None = None,
        accept: frozenset[int] = _NOTHING,
    ) -> Answer:
        """Send until there is an answer that no waiting would change."""
        started, attempt, redirects = self.clock.monotonic(), 0, 0
        while True:
            answer, wait = self._attempt(method, url, body)
            if answer is not None and wait is None:
                moved = answer.status in _MOVED - accept
                if moved and redirects < _MOST_REDIRECTS:
                    url = self._own(urljoin(url, answer.headers.get("location", "")))
                    redirects += 1
                    continue
                return self._checked(answer, url, needs, accept)
            pause = next_wait(
                attempt,
                self.rng,
                elapsed=self.clock.monotonic() - started,
                limit=_PATIENCE if wait else _SECONDS,
                at_least=wait or 0.0,
                policy=_BACKOFF,
            )
            if pause is None:
                if answer is None:
                    raise no_answer(self.url, "the forge gives no answer")
                if wait:
                    raise too_many_requests(self.url, wait)
                return self._checked(answer, url, needs, accept)
            self.clock.sleep(pause)
            attempt += 1

    def _attempt(
        self, method: str, url: str, body: Mapping[str, Any] | None
    ) -> tuple[Answer | None, float | None]:
        """Return the answer, and how long to wait before asking again: None for not at all."""
        content = json.dumps(body).encode() if body is not None else None
        try:
            answer = self._once(method, url, content, self.headers)
        except HttpFailure as failure:
            if failure.kind in _FINAL:
                raise no_answer(self.url, self.redactor.redact(failure.detail)) from failure
            return None, 0.0
        if answer.status in _PASSING:
            return answer, 0.0
        return answer, self._limited(answer)

    def _once(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        typed = [("Content-Type", "application/json")] if content is not None else []
        return self.session.request(method, url, body=content, headers=[*headers.items(), *typed])

    def _limited(self, answer: Answer) -> float | None:
        """Return how long a rate limit keeps us out, or None where none does.

        GitHub answers 403 or 429 (https://docs.github.com/en/rest/using-the-rest-api/
        rate-limits-for-the-rest-api), GitLab 429 (https://docs.gitlab.com/security/rate_limits/).
        """
        if answer.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS}:
            return None
        headers = answer.headers
        if answer.retry_after is not None:
            return max(answer.retry_after, 1.0)
        if headers.get("x-ratelimit-remaining", headers.get("ratelimit-remaining")) == "0":
            reset = _seconds(headers.get("x-ratelimit-reset", headers.get("ratelimit-reset")))
            if reset is not None:
                return max(reset - self.clock.now().timestamp(), 1.0)
            return _WITHOUT_A_HINT
        secondary = b"secondary rate limit" in answer.body.lower()
        limited = secondary or answer.status == HTTPStatus.TOO_MANY_REQUESTS
        return _WITHOUT_A_HINT if limited else None

    def _checked(self, answer: Answer, url: str, needs: str, accept: frozenset[int]) -> Answer:
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES or answer.status in accept:
            return answer
        said = self.redactor.redact(_message(answer.body))
        own = url.startswith(self.url)
        path = url.removeprefix(self.url) if own else urlsplit(url).path
        raise refused(answer.status, said, self.url, path, needs)

    def _value(self, answer: Answer) -> Any:  # noqa: ANN401  # JSON
        try:
            return json.loads(answer.body)
        except ValueError as error:
            raise unreadable(self.url) from error

    def _own(self, url: str) -> str:
        """Return an address on the forge itself; what carries our token goes nowhere else."""
        if not self._is_own(url):
            raise no_answer(self.url, f"it sends on to {host_of(url) or 'nowhere'}")
        return url

    def _is_own(self, url: str) -> bool:
        here, there = urlsplit(self.url), urlsplit(url)
        return (here.scheme, here.netloc) == (there.scheme, there.netloc)


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() else None


def _message(body: bytes) -> str:
    """Return what a forge says in an error: `message`, and the details of `errors`."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    if not isinstance(answer, Mapping):
        return ""
    said = answer.get("message") or answer.get("error") or ""
    details = answer.get("errors")
    parts = [said if isinstance(said, str) else json.dumps(said)]
    for detail in details if isinstance(details, list) else ():
        named = detail if isinstance(detail, Mapping) else {}
        text = named.get("message") or " ".join(
            str(named[key]) for key in ("field", "code") if key in named
        )
        parts.append(str(text or detail))
    return ": ".join(part for part in parts if part)[:_LONGEST_MESSAGE]
