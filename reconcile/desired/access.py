"""Make the access to one cluster from its part of the project file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from reconcile.desired.addresses import Server
from reconcile.desired.durations import length
from reconcile.desired.filling import Texts
from reconcile.desired.findings import Finding
from reconcile.desired.nodes import Tree, dotted, typed_scalar
from reconcile.desired.references import Sources
from reconcile.desired.values import mapping, scalar
from reconcile.model.alert import ReceiverKind
from reconcile.model.codes import Code
from reconcile.model.config import Secret
from reconcile.model.flavor import Flavor
from reconcile.model.marks import Path
from reconcile.model.project import (
    Access,
    Auth,
    BasicAuth,
    BearerAuth,
    KafkaAccess,
    MetricsAccess,
    MetricsKind,
    OAuthClientCredentials,
    Timeouts,
    Tls,
)
from reconcile.model.receiver import Receiver

_PAGERDUTY: Final = "https://events.pagerduty.com/v2/enqueue"


def make_access(
    cluster: str, tree: Mapping[str, Tree], sources: Sources, *, urls: Sequence[str] = ()
) -> tuple[Access, list[Finding]]:
    """Return the access that a checked part of the project file describes, and what is wrong.

    Paths stay as written. `urls` replace those of the file.
    """
    path = ("clusters", cluster)
    texts = Texts(sources)
    return _access(tree, path, texts, tuple(urls) or _urls(tree, path, texts)), texts.findings


def make_metrics(
    cluster: str, tree: Mapping[str, Tree], sources: Sources
) -> tuple[MetricsAccess, list[Finding]]:
    """Return the access to metrics that a checked project file describes, and what is wrong."""
    path = ("clusters", cluster, "metrics")
    texts = Texts(sources)
    kind = next(kind for kind in MetricsKind if kind.value in tree)
    urls = _urls(tree, path, texts, keys=(kind.value, kind.value), server=Server.METRICS)
    metrics = MetricsAccess(
        kind=kind,
        access=_access(tree, path, texts, urls),
        match=match_of(tree),
    )
    return metrics, texts.findings


def match_of(tree: Mapping[str, Tree]) -> Mapping[str, str]:
    """Return the labels by which a Prometheus server tells the workers of a cluster."""
    return {key: scalar(value) or "" for key, value in mapping(tree.get("match")).items()}


def make_receiver(
    name: str, tree: Mapping[str, Tree], sources: Sources
) -> tuple[Receiver, list[Finding]]:
    """Return how a receiver of alerts is reached, as a checked project file says, and what is wrong."""
    path = ("alerts", "receivers", name)
    texts = Texts(sources)
    kind = next(kind for kind in ReceiverKind if kind.value in tree)
    tree = {"url": _PAGERDUTY, **tree}
    key: str | None = None
    urls: tuple[str, ...] = ()
    match kind:
        case ReceiverKind.SLACK:
            key = texts.get_address(tree, path, kind.value, Server.RECEIVER, secret=True)
            urls = (key.strip().rstrip("/"),) if key is not None else ()
        case ReceiverKind.PAGERDUTY:
            key = texts.get(tree, path, kind.value, secret=True)
            urls = _urls(tree, path, texts, server=Server.RECEIVER)
        case ReceiverKind.APPRISE:
            key = texts.get(tree, path, kind.value, secret=True)
        case ReceiverKind.ALERTMANAGER | ReceiverKind.WEBHOOK:
            keys = (kind.value, kind.value)
            urls = _urls(tree, path, texts, keys=keys, server=Server.RECEIVER)
    receiver = Receiver(
        name=name,
        kind=kind,
        access=_access(tree, path, texts, urls),
        key=Secret(key) if key is not None else None,
    )
    return receiver, texts.findings


def _access(tree: Mapping[str, Tree], path: Path, texts: Texts, urls: tuple[str, ...]) -> Access:
    headers = mapping(tree.get("headers"))
    below = (*path, "headers")
    access = Access(
        cluster=path[1],
        urls=urls,
        auth=_auth(mapping(tree.get("auth")), (*path, "auth"), texts),
        tls=_tls(mapping(tree.get("tls")), (*path, "tls"), texts),
        proxy=texts.get_address(tree, path, "proxy", Server.PROXY),
        timeouts=_timeouts(mapping(tree.get("timeouts"))),
        headers={key: texts.get(headers, below, key) or "" for key in headers},
        flavor=Flavor(written) if (written := scalar(tree.get("flavor"))) else None,
    )
    return replace(access, secrets=tuple(map(Secret, texts.found)))


def make_kafka(
    cluster: str, tree: Mapping[str, Tree], sources: Sources
) -> tuple[KafkaAccess, list[Finding]]:
    """Return the settings of a Kafka client that a project file describes, and what is wrong."""
    texts = Texts(sources)
    settings = {key: texts.get(tree, ("clusters", cluster, "kafka"), key) or "" for key in tree}
    access = KafkaAccess(settings=settings, secrets=tuple(map(Secret, texts.found)))
    return access, texts.findings


def _urls(
    tree: Mapping[str, Tree],
    path: Path,
    texts: Texts,
    *,
    keys: tuple[str, str] = ("url", "urls"),
    server: Server = Server.WORKER,
) -> tuple[str, ...]:
    one, several = keys
    listed = tree.get(several)
    if isinstance(listed, list):
        places = [((*path, several, str(index)), scalar(item)) for index, item in enumerate(listed)]
    else:
        places = [((*path, one), scalar(tree[one]))] if one in tree else []
    urls = [texts.fill_address(written or "", place, server) for place, written in places]
    return tuple(url for url in urls if url is not None)


def _auth(tree: Mapping[str, Tree], path: Path, texts: Texts) -> Auth | None:
    for kind in tree:
        below, place = mapping(tree[kind]), (*path, kind)
        given = {key: _given(below, place, key, texts) for key in below}
        match kind:
            case "basic":
                return BasicAuth(given.get("username", ""), Secret(given.get("password", "")))
            case "bearer":
                return BearerAuth(Secret(given.get("token", "")))
            case "oauth":
                return OAuthClientCredentials(
                    token_url=given.get("tokenUrl", ""),
                    client_id=given.get("clientId", ""),
                    client_secret=Secret(given.get("clientSecret", "")),
                    scope=given.get("scope", ""),
                    audience=given.get("audience", ""),
                )
            case _:
                pass
    return None


def _given(tree: Mapping[str, Tree], path: Path, key: str, texts: Texts) -> str:
    if key == "tokenUrl":
        return texts.get_address(tree, path, key, Server.TOKENS) or ""
    return texts.get(tree, path, key) or ""


def _tls(tree: Mapping[str, Tree], path: Path, texts: Texts) -> Tls:
    if "key" in tree and "cert" not in tree:
        message = f"{dotted(path)} has a key without a certificate"
        texts.findings.append(Finding(Code.MISSING_FIELD, path, message, "add cert"))
    password = texts.get(tree, path, "keyPassword")
    verify = tree.get("verify")
    return Tls(
        ca=texts.get(tree, path, "ca"),
        cert=texts.get(tree, path, "cert"),
        key=texts.get(tree, path, "key"),
        key_password=Secret(password) if password is not None else None,
        verify=typed_scalar(verify) is not False if isinstance(verify, str) else True,
    )


def _timeouts(tree: Mapping[str, Tree]) -> Timeouts:
    default = Timeouts()

    def seconds(key: str, otherwise: float) -> float:
        written = scalar(tree.get(key))
        return length(written).total_seconds() if written is not None else otherwise

    return Timeouts(
        connect=seconds("connect", default.connect),
        read=seconds("read", default.read),
        write=seconds("write", default.write),
    )
