"""What real workers answered, asked again of the simulated cluster."""

import ast
import json
import re

import pytest

from reconcile.sandbox.simulated_answers import Answer, Request
from reconcile.sandbox.simulated_cluster import SimulatedCluster
from reconcile.sandbox.simulated_faults import rebalance_expected
from reconcile.sandbox.simulated_providers import Providers
from reconcile.sandbox.simulated_timing import Timing
from tests.fake_clock import FakeClock
from tests.replay import Exchange, load

FILE_PLUGINS = {
    "org.apache.kafka.connect.file.FileStreamSinkConnector",
    "org.apache.kafka.connect.file.FileStreamSourceConnector",
}
SECRETS = Providers(files={"/data/secret.properties": {"f": "/data/in.txt"}})
STEP = 0.005
PATIENCE = 5.0

# What the simulated cluster does not repeat, and why.
EXCEPTIONS = {
    ("43-defs-failures", 44): "its topic held text that the worker's own JsonConverter cannot read",
    ("39-names-patch-offsets", 26): "the body was rewritten and cut when it was recorded",
}
# Transcripts that were taken one after the other from the same worker.
SESSIONS = {
    "4.3.0": ("43-create-errors", "43-lifecycle", "43-names-validate", "43-defs-failures"),
    "3.9.0": ("39-create-errors", "39-names-patch-offsets"),
}
CLUSTERS = {"4.3.0": ("kc-test", 18083), "3.9.0": ("kc39", 18093)}


@pytest.mark.parametrize("version", SESSIONS)
def test_every_recorded_answer_is_given_again(version):
    clock = FakeClock()
    cluster_id, port = CLUSTERS[version]
    cluster = new_cluster(clock, version, cluster_id, port)
    differences = []
    for name in SESSIONS[version]:
        for exchange in load(name):
            found = ask_until_it_fits(cluster, clock, exchange, port)
            wrong = difference(exchange, found)
            if bool(wrong) != ((name, exchange.number) in EXCEPTIONS):
                differences.append(f"{name} {exchange}\n  {wrong or 'no exception is needed'}")
    assert not differences, "\n".join(differences)


def new_cluster(clock, version, cluster_id, port):
    cluster = SimulatedCluster(
        clock=clock,
        version=version,
        cluster_id=cluster_id,
        group_id="connect-test",
        only=FILE_PLUGINS,
        providers=SECRETS,
        timing=Timing.real(),
    )
    cluster.advertise(0, f"127.0.0.1:{port}")
    return cluster


def ask_until_it_fits(cluster, clock, exchange, port) -> Answer:
    """Send a write once; repeat a read while time passes, until it says what the worker said."""
    request = Request(
        method=exchange.method,
        target=exchange.target,
        body=exchange.sent.encode(),
        content_type="text/plain" if exchange.status == 415 else "application/json",
        host=f"127.0.0.1:{port}",
    )
    if "a rebalance is expected" in exchange.body:
        cluster.inject(rebalance_expected())
    if exchange.method != "GET":
        cluster.settle()
        return cluster.respond(request)
    answer = cluster.respond(request)
    waited = 0.0
    while difference(exchange, answer) and waited < PATIENCE:
        clock.advance(STEP)
        waited += STEP
        answer = cluster.respond(request)
    return answer


def difference(exchange: Exchange, answer: Answer) -> str:
    """Return how an answer differs from the recorded one, in what is not chance."""
    checks = (
        ("status", exchange.status, answer.status),
        ("content type", exchange.content_type, answer.content_type),
        ("location", exchange.location, answer.headers.get("Location")),
    )
    for what, recorded, found in checks:
        if recorded != found:
            return f"{what}: {recorded} recorded, {found} answered: {answer.body[:300]!r}"
    if exchange.comment.strip().startswith("->"):
        return validation_difference(exchange, json.loads(answer.body))
    return body_difference(exchange, answer)


def body_difference(exchange: Exchange, answer: Answer) -> str:
    recorded, found = plain(exchange.body), plain(answer.body.decode())
    if exchange.content_type and exchange.content_type.startswith("text/html"):
        title = re.search(r"<title>(.*?)</title>", recorded)
        return "" if title and title[0] in found else f"page: {recorded!r} recorded, {found!r}"
    if re.match(r"/(connector-plugins|admin)", exchange.target) and exchange.status == 200:
        return ""
    if exchange.complete:
        same = recorded == found or unordered(recorded) == unordered(found)
    else:
        same = found.startswith(recorded)
    return "" if same else f"body:\n    {recorded[:600]}\n    {found[:600]}"


def plain(text: str) -> str:
    """Return a body without what depends on the build, the place or Jackson's column."""
    text = re.sub(r'"commit":"\w+"', '"commit":"?"', text)
    text = re.sub(r"column: \d+", "column: ?", text)
    text = re.sub(r"location='[^']*'", "location=?", text)
    text = re.sub(r"PluginDesc\{.*", "PluginDesc...", text) if '"error_code"' in text else text
    # Whether a trace follows is told; its frames are the worker's own.
    return re.sub(r'("trace":"[^\\"]*)(\\.|[^"\\])*"?', r"\1", text)


def unordered(text: str) -> object:
    """Return a body without the order of names, which is a hash's, and of a Java map in a message."""
    value = json.loads(text) if text else None
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return sorted(value)
    message = value.get("message", "") if isinstance(value, dict) else ""
    inside = re.fullmatch(r"Connector config \{(.*)\} contains no connector type", message)
    if inside:
        return sorted(inside[1].split(", "))
    if isinstance(value, dict) and exchange_tasks(value):
        return {**value, "tasks": sorted(value["tasks"], key=json.dumps)}
    return value


def exchange_tasks(value: dict) -> bool:
    return isinstance(value.get("tasks"), list)


def validation_difference(exchange: Exchange, found: dict) -> str:
    """Compare a validation with the summary that the transcript holds in place of its body."""
    line = exchange.comment.strip().splitlines()[0].removeprefix("-> ").rstrip()
    if exchange.status != 200:
        recorded = ast.literal_eval(line.partition(" ")[2])
        same = plain(json.dumps(recorded)) == plain(json.dumps(found))
        return "" if same else f"{recorded}\n    {found}"
    summary = re.fullmatch(r"200 (\S+) (\d+) (\[.*?\]) (\[.*\]) nkeys (\d+) nulldef (\[.*\])", line)
    assert summary, line
    name, count, groups, errors, keys, without = summary.groups()
    values = [entry["value"] for entry in found["configs"]]
    answered = (
        found["name"],
        found["error_count"],
        found["groups"],
        [(value["name"], value["value"], value["errors"]) for value in values if value["errors"]],
        len(found["configs"]),
        [entry["value"]["name"] for entry in found["configs"] if entry["definition"] is None],
    )
    recorded = (name, int(count), *map(ast.literal_eval, (groups, errors, keys, without)))
    return "" if recorded == answered else f"{recorded}\n    {answered}"


def test_definitions_have_the_types_and_defaults_of_a_real_worker():
    cluster = new_cluster(FakeClock(), "4.3.0", "kc-test", 18083)
    compared = 0
    for exchange in load("43-defs-failures"):
        rows = [json.loads(line) for line in exchange.comment.splitlines() if line[:1] == "{"]
        if not rows:
            continue
        answer = cluster.respond(Request(method="GET", target=exchange.target))
        found = json.loads(answer.body)
        assert [
            {key: entry[key] for key in row} for entry, row in zip(found, rows, strict=True)
        ] == rows
        compared += len(rows)
    assert compared == 27 + 25
