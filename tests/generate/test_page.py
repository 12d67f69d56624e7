"""What the page on Prometheus shows of other people's configuration is taken by their tools."""

import subprocess
from pathlib import Path

import pytest

from reconcile.generate.rules import rules_document
from reconcile.measure.dialects import Naming
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
