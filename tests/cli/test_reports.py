"""Reports in every format, on standard output and in files beside it."""

import json
import subprocess
from xml.etree import ElementTree as ET

import pytest

from reconcile.redact import forms_of
from tests.rendered import rendered

LINKS = "links: {logs: 'https://logs.example.com/?q={connector}'}\n"
SECRET = 'hunter2"é/word'
FORMATS = ("text", "json", "markdown", "html", "junit", "gitlab")


def linked(workplace) -> None:
    text = (workplace.folder / "connectform.yaml").read_text(encoding="utf-8")
    workplace.write("connectform.yaml", LINKS + text)


def read(workplace, name: str) -> str:
    return (workplace.folder / name).read_text(encoding="utf-8")


def test_one_run_writes_text_for_the_log_and_every_format_beside_it(workplace) -> None:
    linked(workplace)
    workplace.write_sink("orders-sink", more="    db.password: ${{ env.DB_PASSWORD }}\n")
    files = [f"--report={name}=out/plan.{name}" for name in FORMATS]

    alone = workplace.run("plan", DB_PASSWORD=SECRET)
    done = workplace.run("plan", *files, "--json-out=plan.json", DB_PASSWORD=SECRET)

    assert (done.code, done.out) == (alone.code, alone.out)
    written = {name: read(workplace, f"out/plan.{name}") for name in FORMATS}
    assert written["text"] == done.out
    assert json.loads(written["json"])["plans"][0]["changes"][0]["name"] == "orders-sink"
    assert json.loads(read(workplace, "plan.json"))["kind"] == "plan"
    assert json.loads(written["gitlab"]) == {"create": 1, "update": 0, "delete": 0}
    assert ET.fromstring(written["junit"])[0].attrib["name"] == "plan local"  # noqa: S314  # ours
    assert written["html"].startswith("<!DOCTYPE html>")
    assert written["markdown"].startswith("## Plan for local\n")
    assert rendered(written["markdown"]).links == ("https://logs.example.com/?q=orders-sink",)
    for name, text in written.items():
        assert not [form for form in forms_of(SECRET) if form in text], name


@pytest.mark.parametrize("name", FORMATS)
def test_a_saved_plan_is_shown_in_any_format(workplace, name) -> None:
    workplace.write_sink("orders-sink")
    made = workplace.run("plan", "--out=plan.json", f"--report={name}=made")

    shown = workplace.run("show", "plan.json", "--output", name)

    assert (made.code, shown.code) == (0, 0)
    assert shown.out == read(workplace, "made")


def test_an_apply_reports_what_came_of_it(workplace) -> None:
    linked(workplace)
    workplace.write_sink("orders-sink")

    done = workplace.run("apply", "--auto-approve", "--output=markdown", "--report=junit=apply.xml")

    assert done.code == 0, done.err
    assert done.out.startswith("## Apply to local\n")
    assert "| `orders-sink` | created |" in done.out
    (case,) = ET.fromstring(read(workplace, "apply.xml")).iter("testcase")  # noqa: S314  # ours
    assert case.attrib["name"] == "orders-sink"
    assert case.find("failure") is None


def test_an_apply_that_is_not_approved_reports_that_nothing_was_done(workplace) -> None:
    workplace.write_sink("orders-sink")

    done = workplace.run("apply", "--report=markdown=apply.md")

    assert done.code == 64
    assert "nobody is here to approve the plan" in read(workplace, "apply.md")
    assert "orders-sink" in read(workplace, "apply.md")


def test_drift_and_status_lead_to_the_links(workplace) -> None:
    linked(workplace)
    workplace.write_sink("orders-sink")
    workplace.run("apply", "--auto-approve")
    config = workplace.cluster.configs()["orders-sink"]
    workplace.cluster.put("orders-sink", {**config, "file": "by-hand.txt"})

    drift = workplace.run("drift", "--output=markdown", "--report=html=drift.html")
    status = workplace.run("status", "--output=markdown", "--report=json=status.json")

    assert (drift.code, status.code) == (2, 0)
    assert '!   file = "out.txt" -> "by-hand.txt"' in drift.out
    assert rendered(drift.out).links == ("https://logs.example.com/?q=orders-sink",)
    assert "by-hand.txt" in read(workplace, "drift.html")
    assert "| `orders-sink` | sink | healthy | RUNNING |" in status.out
    assert json.loads(read(workplace, "status.json"))["failures"] == []


def test_a_cluster_that_does_not_answer_is_in_the_report(workplace) -> None:
    workplace.write_project('  far:\n    url: "http://127.0.0.1:9"\n')
    workplace.write_sink("orders-sink")

    for command in ("plan", "drift", "status"):
        done = workplace.run(command, "--output=markdown", "--report=json=found.json")

        assert done.code == 1
        assert "### Cluster far" in done.out
        assert "not compared: far" in done.out
        assert "### Cluster local" in done.out


def test_findings_name_files_as_the_repository_does(workplace) -> None:
    folder = workplace.folder / "kafka"
    folder.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=workplace.folder, check=True)
    (workplace.folder / "connectform.yaml").rename(folder / "connectform.yaml")
    (folder / "connectors").mkdir()
    workplace.write("kafka/connectors/a.yaml", "kind: Connector\n")

    done = workplace.run(
        "validate",
        "--project=kafka/connectform.yaml",
        "--output=sarif",
        "--report=gitlab=quality.json",
        "--report=junit=findings.xml",
        "--report=text=findings.txt",
    )

    assert done.code == 1
    (run,) = json.loads(done.out)["runs"]
    places = {
        place["physicalLocation"]["artifactLocation"]["uri"]
        for result in run["results"]
        for place in result["locations"]
    }
    assert places == {"kafka/connectors/a.yaml"}
    assert {entry["location"]["path"] for entry in json.loads(read(workplace, "quality.json"))} == (
        places
    )
    assert "<failure" in read(workplace, "findings.xml")
    assert "connectors/a.yaml:1:1: error:" in read(workplace, "findings.txt")


def test_a_project_file_that_is_wrong_is_a_finding_too(workplace) -> None:
    workplace.write("connectform.yaml", "apiVersion: connectform/v1\nkind: Project\n")

    done = workplace.run("validate", "--report=sarif=findings.sarif")

    assert done.code == 1
    (run,) = json.loads(read(workplace, "findings.sarif"))["runs"]
    assert {result["level"] for result in run["results"]} == {"error"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("status", "--output=sarif"), "'sarif' is not one of text, json, markdown, html"),
        (("drift", "--report=junit=a.xml"), "'junit' is not one of"),
        (("plan", "--report=html"), "'html' is not FORMAT=FILE"),
        (("plan", "--report=html=a", "--json-out=a"), "two reports are to be written to a"),
    ],
)
def test_what_a_command_cannot_write_is_refused_before_anything_is_done(
    workplace, arguments, message
) -> None:
    done = workplace.run(*arguments)

    assert done.code == 64
    assert done.out == ""
    assert message in " ".join(done.err.split())


def test_a_report_that_cannot_be_written_fails_the_run(workplace) -> None:
    workplace.write_sink("orders-sink")
    workplace.write("taken", "a file")

    done = workplace.run("plan", "--report=html=taken/plan.html")

    assert done.code == 1
    assert "CF704" in done.err
    assert "Plan: 1 to add" in done.out
