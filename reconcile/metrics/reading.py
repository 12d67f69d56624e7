"""Read the metrics of a cluster once; what goes wrong is a problem beside what could be read."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from reconcile.clock import Clock
from reconcile.connect.access import credentials_of, session_settings, shown_url
from reconcile.connect.texts import cut
from reconcile.http.failures import HttpFailure
from reconcile.http.session import Session, open_session
from reconcile.measure.samples import read_samples
from reconcile.metrics.pages import ACCEPT, parse_page
from reconcile.metrics.prometheus import QUERY, parse_answer, query_body
from reconcile.model.codes import Code
from reconcile.model.metrics import Samples, Series
from reconcile.model.problem import Problem, Severity
from reconcile.model.project import MetricsAccess, MetricsKind
from reconcile.redact import Redactor, one_line

_SECONDS: Final = 10.0
_AT_A_TIME: Final = 32
_LONGEST: Final = 300
_FORM: Final = (("Content-Type", "application/x-www-form-urlencoded"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsReading:
    """The samples of one reading, and what could not be had or believed."""

    samples: Samples
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """What one address gave, and what was wrong with it."""

    url: str
    series: tuple[Series, ...] = ()
    fault: str = ""


def read_metrics_once(
    metrics: MetricsAccess, *, clock: Clock, redactor: Redactor, ago: float = 0.0
) -> MetricsReading:
    """Read a source once; it raises nothing for what the source does.

    A Prometheus server is asked how things were `ago` seconds ago; pages know only now. Each
    address gets ten seconds.
    """
    access = metrics.access
    redactor.learn(credentials_of(access))
    redactor.learn(secret.reveal() for secret in access.secrets)
    at = clock.monotonic()
    try:
        with open_session(session_settings(access), clock=clock, redactor=redactor) as session:
            if metrics.kind is MetricsKind.PAGES:
                parts = _read_pages(session, access.urls)
            else:
                at -= ago
                form = query_body(metrics.match, clock.now().timestamp() - ago)
                parts = [_ask(session, access.urls[0], form)]
    except HttpFailure as failure:
        parts = [_Part(access.urls[0], fault=failure.detail)]
    samples = read_samples((one for part in parts for one in part.series), at=at)
    problems = (*_faults(metrics, parts, redactor), *_doubts(metrics, samples, parts))
    return MetricsReading(samples=samples, problems=problems)


def _read_pages(session: Session, urls: Sequence[str]) -> list[_Part]:
    def read(url: str) -> _Part:
        try:
            answer = session.request("GET", url, headers=(("Accept", ACCEPT),), timeout=_SECONDS)
        except HttpFailure as failure:
            return _Part(url, fault=failure.detail)
        if answer.status != HTTPStatus.OK:
            return _Part(url, fault=f"it answers {answer.status}")
        text = answer.body.decode("utf-8", "replace")
        content_type = answer.headers.get("content-type", "")
        series, fault = parse_page(text, content_type, worker=shown_url(url))
        return _Part(url, series, f"it is no page of metrics: {fault}" if fault else "")

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return list(pool.map(read, urls))


def _ask(session: Session, server: str, form: bytes) -> _Part:
    try:
        answer = session.request(
            "POST", f"{server}{QUERY}", body=form, headers=_FORM, timeout=_SECONDS
        )
    except HttpFailure as failure:
        return _Part(server, fault=failure.detail)
    series, fault = parse_answer(answer.body)
    if answer.status != HTTPStatus.OK:
        return _Part(server, fault=f"it answers {answer.status}: {fault}")
    return _Part(server, series, fault)


def _faults(
    metrics: MetricsAccess, parts: Sequence[_Part], redactor: Redactor
) -> Iterator[Problem]:
    cluster = metrics.access.cluster
    for part in parts:
        if part.fault:
            what = cut(one_line(redactor.redact(part.fault)), _LONGEST)
            yield Problem(
                code=Code.METRICS_UNREADABLE,
                severity=Severity.WARNING,
                message=f"cluster {cluster}: no metrics from {shown_url(part.url)}: {what}",
                hint=f"check clusters.{cluster}.metrics, and whether the exporter or server is up",
            )


def _doubts(metrics: MetricsAccess, samples: Samples, parts: Sequence[_Part]) -> Iterator[Problem]:
    cluster = metrics.access.cluster
    if not samples.tasks and not samples.workers and not any(part.fault for part in parts):
        matching = " that match" if metrics.match else ""
        yield Problem(
            code=Code.METRICS_DOUBTFUL,
            severity=Severity.WARNING,
            message=f"cluster {cluster}: its metrics source knows no Connect workers{matching}",
            hint="docs/metrics.md lists the names of metrics that are known",
        )
    for doubt in samples.doubts:
        yield Problem(
            code=Code.METRICS_DOUBTFUL,
            severity=Severity.WARNING,
            message=f"cluster {cluster}: its metrics cannot all be true: {doubt}",
            hint="what cannot be true was left out",
        )
