"""What the page on Prometheus shows of other people's configuration is taken by their tools."""

import subprocess
from pathlib import Path

import pytest

from reconcile.generate.rules import rules_document
from reconcile.measure.dialects import Naming
from reconcile.model.alert import OF_CLUSTERS
from reconcile.watch.pack import PACK
from tests.docs.pages import ROOT, WriteFile, parts_of
from tests.generate.promtool import check
from tests.requirements import require
from tests.unit.generate.sheets import sheet

SHOWN = {
    part.name: part.text
    for part in parts_of(ROOT / "docs" / "prometheus.md")
    if isinstance(part, WriteFile)
}


@pytest.mark.parametrize(
    ("tool", "command", "name"),
    [
        ("promtool", ("check", "config"), "prometheus.yml"),
        ("amtool", ("check-config",), "alertmanager.yml"),
    ],
)
def test_a_configuration_of_the_page_is_taken(tool: str, command, name: str, tmp_path: Path):
    check(tmp_path, rules_document(sheet(), Naming.OURS))
    (tmp_path / "rules.json").rename(tmp_path / "connect-rules.json")
    (tmp_path / name).write_text(SHOWN[name])

    done = subprocess.run(
        [require(tool, "the configuration that the documentation shows"), *command, name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_mutes_in_alertmanager_what_alerts_of_connectors_mute():
    shown = SHOWN["alertmanager.yml"]
    told = {rule["alert"] for rule in rules_document(sheet(), Naming.OURS)["groups"][0]["rules"]}
    for name, rule in PACK.items():
        for muted in rule.mutes & told if name not in OF_CLUSTERS else ():
            lines = [line for line in shown.splitlines() if muted.value in line]
            assert any(line.strip().startswith("target_matchers") for line in lines), muted
            assert name.value in shown
