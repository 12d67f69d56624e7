"""What is wrong in a project file is told at once, though some of it cannot be read."""

from collections import Counter

import pytest

from reconcile.errors import DefinitionError
from tests.unit.desired.repository import repository

HEAD = "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: shop}\n"
MANY = f"""\
{HEAD}anomalies: {{sensitivity: 3}}
clusters:
  one:
    url: "connect:8083"
    metrics: {{prometheus: nope, match: [a], interval: 5s}}
    kafka: {{}}
  two:
    urls: ["http://u:hunter2@h:8083", 5, "ftp://x"]
    auth: {{oauth: {{tokenUrl: t, clientSecret: hunter2}}}}
    metrics: {{scrape: ["http://u:hunter2@h", "h:1"]}}
    kafka: {{sasl.password: hunter2, acks: [1]}}
    ledger: kafka:t
    loggers: {{root: LOUD}}
  three:
    limits: {{maxDeletes: many}}
  four: nothing
defaults:
  - match: {{clusters: [four, none]}}
    spec: {{restart: {{enabled: maybe}}, config: {{a: {{b: 1}}}}}}
watch:
  every: often
  store: kafka:x
  restarts: {{perMinute: 0, burst: 3}}
  expose: {{listen: "nowhere:x", states: some}}
lint: {{CF014: loud}}
links: {{logs: logs}}
alerts:
  receivers:
    a: {{webhook: x, severities: [loud]}}
    b: {{alertmanager: "am:9093", slack: "${{{{ env.X }}}}"}}
    c: {{slack: "https://hooks.slack.com/services/T/B/hunter2"}}
    d: {{mail: x}}
  rules:
    TaskFailed: {{for: 10, severity: loud}}
    TaskFaild: {{for: 10m}}
"""
# How many mistakes stand in a line. Lines 15 and 25 have none: it is line 14 that does not say where.
MISTAKES = (
    "4:1 7:1 8:3 9:1 11:3 12:3 13:2 14:3 16:1 17:1 18:1 19:1 21:1 22:2 24:1 26:2 27:2 28:1 29:1"
)
OF_ALERTS = "32:2 33:2 34:1 35:1 37:2 38:1"


def problems(folder, project):
    with pytest.raises(DefinitionError) as caught:
        repository(folder, {}, project=project)
    return caught.value.problems


def test_every_mistake_of_a_file_is_told_at_once_with_its_place_and_a_hint(tmp_path):
    found = problems(tmp_path, MANY)

    assert [problem.message for problem in found if not problem.hint] == []
    lines = Counter(problem.location.line for problem in found)
    assert [f"{line}:{count}" for line, count in sorted(lines.items())] == [
        *MISTAKES.split(),
        *OF_ALERTS.split(),
    ]
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("clusters: {a: {urll: http://a}}", ['unknown field "urll" in clusters.a']),
        (
            "clusters: {a: {url: [http://a]}}",
            ["clusters.a.url must be an http or https address"],
        ),
        (
            "clusters: {a: {url: http://a, ledger: kafka:t, kafka: 5}}",
            ["clusters.a.kafka must be a mapping of settings"],
        ),
        (
            "clusters: {a: 5}\ndefaults: [{match: {clusters: [a]}, spec: {}}]",
            ["clusters.a must be a mapping, not 5"],
        ),
        (
            "clusters: {a: 5}\nwatch: {store: kafka:t}",
            ["clusters.a must be a mapping, not 5"],
        ),
        (
            "clusters: {a: {url: http://a}}\nalerts: {receivers: {x: {webhok: y}}}",
            ['unknown field "webhok" in alerts.receivers.x'],
        ),
        (
            "clusters: {a: {url: http://a, tls: {key: k, cert: 5}}}",
            ["clusters.a.tls.cert must be text"],
        ),
    ],
)
def test_what_is_missing_because_it_is_wrong_is_told_once(tmp_path, text, messages):
    assert [one.message for one in problems(tmp_path, f"{HEAD}{text}\n")] == messages


def test_of_a_list_with_something_wrong_in_it_the_rest_of_the_file_is_still_told(tmp_path):
    found = problems(
        tmp_path,
        f"{HEAD}clusters: {{a: {{url: http://a, freezes: [{{from: 2026-01-01}}]}}}}\n"
        "defaults: [{match: {}}, {spec: {config: {a: {}}}}]\n",
    )

    assert [problem.message for problem in found] == [
        "clusters.a.freezes[0] has no until",
        "clusters.a.freezes[0] has no reason",
        "defaults[0] has no spec",
        "defaults[1].spec.config.a is a mapping, and a setting is text",
    ]
