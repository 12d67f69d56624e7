"""Ask Prometheus' own tool what it thinks of rules, and what they do over time."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from reconcile.report.json_text import json_text
from tests.requirements import require

STEP = 30
PER_MINUTE = 60 // STEP


def check(folder: Path, document: object) -> None:
    """Let promtool check a rule file."""
    (folder / "rules.json").write_text(json_text(document))
    _run(folder, "check", "rules", "rules.json")


def play(
    folder: Path,
    document: object,
    series: Mapping[str, str],
    firing: Mapping[int, Sequence[str]],
) -> None:
    """Play series with a value each 30 s, and compare which alerts fire at some minutes.

    An alert is written as its name, or its name and its connector: `TaskFailed orders`.
    """
    expected = [
        {
            "expr": 'count by (alertname, connector) (ALERTS{alertstate="firing"})',
            "eval_time": f"{minute}m",
            "exp_samples": [{"labels": _labels(alert), "value": 1} for alert in alerts],
        }
        for minute, alerts in firing.items()
    ]
    _play(folder, document, series, {"promql_expr_test": expected})


def read(
    folder: Path,
    document: object,
    series: Mapping[str, str],
    alert: str,
    told: Mapping[str, object],
) -> None:
    """Play series, and compare the labels and annotations of an alert that fires after 5 minutes."""
    expected = {"eval_time": "5m", "alertname": alert, "exp_alerts": [told]}
    _play(folder, document, series, {"alert_rule_test": [expected]})


def _play(
    folder: Path, document: object, series: Mapping[str, str], expected: Mapping[str, object]
) -> None:
    check(folder, document)
    played = [{"series": one, "values": values} for one, values in series.items()]
    test = {"interval": f"{STEP}s", "input_series": played, **expected}
    whole = {
        "rule_files": ["rules.json"],
        "evaluation_interval": f"{STEP}s",
        "tests": [test],
    }
    (folder / "play.json").write_text(json.dumps(whole))
    _run(folder, "test", "rules", "play.json")


def lasting(value: str, minutes: int) -> str:
    """Return values of a series that stays the same for some minutes."""
    return f"{value}x{minutes * PER_MINUTE - 1}"


def _labels(alert: str) -> str:
    name, _, connector = alert.partition(" ")
    more = f", connector={json.dumps(connector)}" if connector else ""
    return f"{{alertname={json.dumps(name)}{more}}}"


def _run(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        [require("promtool", "rules for Prometheus"), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
