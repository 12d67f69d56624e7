"""Make the access to one cluster from its part of the project file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from reconcile.desired.durations import length
from reconcile.desired.findings import Finding
from reconcile.desired.nodes import Tree, dotted, typed_scalar
from reconcile.desired.references import Sources, fill
from reconcile.desired.values import mapping, scalar
from reconcile.model.alert import ReceiverKind
from reconcile.model.codes import Code
from reconcile.model.config import Secret
from reconcile.model.flavor import Flavor, is_aiven_platform
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

_SCHEMES: Final = frozenset({"http", "https"})
_AIVEN_HINT: Final = (
    "write the URI of the service itself, https://NAME-PROJECT.aivencloud.com:PORT, with auth:"
    " {basic: {username: avnadmin, ...}}; avn service get NAME --format '{connection_info}' shows it"
)
_WORKER: Final = "a Connect worker"
_METRICS: Final = "a metrics page or server"
_RECEIVER: Final = "a receiver of alerts"
_EXAMPLES: Final = {
    _WORKER: "http://127.0.0.1:8083",
    _METRICS: "http://prometheus:9090",
    _RECEIVER: "http://alertmanager:9093",
}
_PAGERDUTY: Final = "https://events.pagerduty.com/v2/enqueue"
_WITH_SECRET: Final = frozenset({ReceiverKind.SLACK, ReceiverKind.PAGERDUTY, ReceiverKind.APPRISE})


@dataclass(frozen=True, slots=True, eq=False)
class _Texts:
    """Fills the references of texts, and keeps what is wrong with them.

    `found` are the secrets of all texts but addresses, which messages must name.
    """

    sources: Sources
    findings: list[Finding] = field(default_factory=list)
    found: list[str] = field(default_factory=list)

    def get(self, tree: Mapping[str, Tree], path: Path, key: str) -> str | None:
        """Return the text of a field, or None where it is not given or cannot be filled."""
        written = scalar(tree.get(key))
        return self.fill(written, (*path, key)) if written is not None else None

    def fill(self, text: str, path: Path, *, address: bool = False) -> str | None:
        """Return a text with its references filled, or None; addresses may be shown."""
        filled = fill(text, self.sources)
        self.findings.extend(
            Finding(refusal.code, path, f"{dotted(path)}: {refusal.message}", refusal.hint)
            for refusal in filled.refusals
        )
        if not address:
            self.found.extend(filled.found)
        return filled.text


def make_access(
    cluster: str, tree: Mapping[str, Tree], sources: Sources, *, urls: Sequence[str] = ()
) -> tuple[Access, list[Finding]]:
    """Return the access that a checked part of the project file describes, and what is wrong.

    Paths stay as written. `urls` replace those of the file.
    """
    path = ("clusters", cluster)
    texts = _Texts(sources)
    return _access(tree, path, texts, tuple(urls) or _urls(tree, path, texts)), texts.findings


def make_metrics(
    cluster: str, tree: Mapping[str, Tree], sources: Sources
) -> tuple[MetricsAccess, list[Finding]]:
    """Return the access to metrics that a checked project file describes, and what is wrong."""
    path = ("clusters", cluster, "metrics")
    texts = _Texts(sources)
    kind = next(kind for kind in MetricsKind if kind.value in tree)
    urls = _urls(tree, path, texts, keys=(kind.value, kind.value), of=_METRICS)
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
    texts = _Texts(sources)
    kind = next(kind for kind in ReceiverKind if kind.value in tree)
    key = texts.get(tree, path, kind.value) if kind in _WITH_SECRET else None
    field_name = "url" if kind is ReceiverKind.PAGERDUTY else kind.value
    tree = {"url": _PAGERDUTY, **tree}
    of_http = kind is not ReceiverKind.APPRISE
    keys = (field_name, field_name)
    urls = _urls(tree, path, texts, keys=keys, of=_RECEIVER) if of_http else ()
    receiver = Receiver(
        name=name,
        kind=kind,
        access=_access(tree, path, texts, urls),
        key=Secret(key) if key is not None else None,
    )
    return receiver, texts.findings


def _access(tree: Mapping[str, Tree], path: Path, texts: _Texts, urls: tuple[str, ...]) -> Access:
    headers = mapping(tree.get("headers"))
    below = (*path, "headers")
    access = Access(
        cluster=path[1],
        urls=urls,
        auth=_auth(mapping(tree.get("auth")), (*path, "auth"), texts),
        tls=_tls(mapping(tree.get("tls")), (*path, "tls"), texts),
        proxy=texts.get(tree, path, "proxy"),
        timeouts=_timeouts(mapping(tree.get("timeouts"))),
        headers={key: texts.get(headers, below, key) or "" for key in headers},
        flavor=Flavor(written) if (written := scalar(tree.get("flavor"))) else None,
    )
    return replace(access, secrets=tuple(map(Secret, texts.found)))


def make_kafka(
    cluster: str, tree: Mapping[str, Tree], sources: Sources
) -> tuple[KafkaAccess, list[Finding]]:
    """Return the settings of a Kafka client that a project file describes, and what is wrong."""
    texts = _Texts(sources)
    settings = {key: texts.get(tree, ("clusters", cluster, "kafka"), key) or "" for key in tree}
    access = KafkaAccess(settings=settings, secrets=tuple(map(Secret, texts.found)))
    return access, texts.findings


def _urls(
    tree: Mapping[str, Tree],
    path: Path,
    texts: _Texts,
    *,
    keys: tuple[str, str] = ("url", "urls"),
    of: str = _WORKER,
) -> tuple[str, ...]:
    one, several = keys
    listed = tree.get(several)
    if isinstance(listed, list):
        places = [((*path, several, str(index)), scalar(item)) for index, item in enumerate(listed)]
    else:
        places = [((*path, one), scalar(tree.get(one)))]
    urls: list[str] = []
    for place, written in places:
        url = texts.fill(written or "", place, address=True)
        if url is not None:
            urls.append(url.strip().rstrip("/"))
            texts.findings.extend(_check_url(urls[-1], place, literal=url == written, of=of))
    return tuple(urls)


def _check_url(url: str, path: Path, *, literal: bool, of: str) -> list[Finding]:
    """Check an address without showing it: it may hold a secret."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits, parts = False, urlsplit("")
    if not fits:
        message = f"{dotted(path)} is no address of {of}"
        return [Finding(Code.INVALID_VALUE, path, message, f"for example {_EXAMPLES[of]}")]
    if is_aiven_platform(url):
        message = f"{dotted(path)} leads to Aiven's platform API, which is not Kafka Connect"
        return [Finding(Code.INVALID_VALUE, path, message, _AIVEN_HINT)]
    if literal and parts.password is not None:
        message = f"{dotted(path)} holds a password"
        hint = 'write auth: {basic: {username: ..., password: "${{ env.NAME }}"}} instead'
        return [Finding(Code.INVALID_VALUE, path, message, hint)]
    if of != _RECEIVER and (parts.query or parts.fragment):
        message = f"{dotted(path)} holds a query"
        return [Finding(Code.INVALID_VALUE, path, message, "end the address with its path")]
    return []


def _auth(tree: Mapping[str, Tree], path: Path, texts: _Texts) -> Auth | None:
    for kind in tree:
        below, place = mapping(tree[kind]), (*path, kind)
        given = {key: texts.get(below, place, key) or "" for key in below}
        match kind:
            case "basic":
                return BasicAuth(given["username"], Secret(given["password"]))
            case "bearer":
                return BearerAuth(Secret(given["token"]))
            case "oauth":
                return OAuthClientCredentials(
                    token_url=given["tokenUrl"],
                    client_id=given["clientId"],
                    client_secret=Secret(given["clientSecret"]),
                    scope=given.get("scope", ""),
                    audience=given.get("audience", ""),
                )
            case _:
                pass
    return None


def _tls(tree: Mapping[str, Tree], path: Path, texts: _Texts) -> Tls:
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
