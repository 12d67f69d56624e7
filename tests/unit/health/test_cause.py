"""The root cause of a trace is one telling line."""

import csv
from pathlib import Path

import pytest

from reconcile.health.cause import root_cause

TRACES = Path(__file__).resolve().parents[4] / "shared" / "traces"
CLOSE_CALLS = {
    "026.txt",  # the label stops one cause above the deepest
    "053.txt",  # the deepest cause is only the HTTP answer
    "054.txt",  # no stack trace at all: its first line stands for it
}


def recorded() -> list[dict[str, str]]:
    labels = TRACES / "labels.tsv"
    if not labels.exists():
        return []
    with labels.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_the_recorded_traces_are_at_hand() -> None:
    if not recorded():
        pytest.skip(f"RECORDED TRACES ARE MISSING: no {TRACES.name}/labels.tsv beside the checkout")
    assert len(recorded()) > 40


@pytest.mark.parametrize("row", recorded(), ids=lambda row: row["file"])
def test_a_recorded_trace_gives_the_line_its_reader_chose(row: dict[str, str]) -> None:
    found = root_cause((TRACES / row["file"]).read_text(encoding="utf-8"))
    assert found
    assert "\n" not in found
    assert not found.startswith(("Caused by", "\t", "... "))
    if row["file"] not in CLOSE_CALLS:
        message = found.rstrip("…").split(": ", 1)[-1]
        assert message in row["root_cause_line"]


@pytest.mark.parametrize(
    ("trace", "cause"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("\n \n", "", id="blank lines"),
        pytest.param(
            "java.lang.RuntimeException\n\tat a.B.c(B.java:1)", "RuntimeException", id="no message"
        ),
        pytest.param(
            "java.lang.RuntimeException: \n\tat a.B.c(B.java:1)",
            "RuntimeException",
            id="empty message",
        ),
        pytest.param(
            "java.lang.RuntimeException: null", "RuntimeException: null", id="null message"
        ),
        pytest.param(
            "a.b.Outer$InnerException: it broke", "InnerException: it broke", id="nested class"
        ),
        pytest.param(
            "GSSException: no ticket", "GSSException: no ticket", id="class without a package"
        ),
        pytest.param(
            "a.b.C: x\nCaused by: Read timed out", "Read timed out", id="message without a class"
        ),
        pytest.param("3: Permission denied", "3: Permission denied", id="number in front"),
        pytest.param(
            "a.b.AException: top\n\tat a.B.c(B.java:1)\n\t... 23 more\n"
            "Caused by: a.b.BException: middle\n\t... 2 more\n"
            "Caused by: a.b.CException: deep\n\tat x.Y.z(Y.java:1)\n\t... 1 common frames omitted",
            "CException: deep",
            id="deepest of several",
        ),
        pytest.param(
            "a.b.AException: top\n\tSuppressed: a.b.SException: closing\n"
            "\t\tat a.B.c(B.java:1)\n\tCaused by: a.b.TException: of the suppressed one\n"
            "Caused by: a.b.BException: real\n\tSuppressed: a.b.UException: late\n",
            "BException: real",
            id="suppressed",
        ),
        pytest.param(
            "a.b.AException: top\nCaused by: a.b.BException: b\n"
            "Caused by: [CIRCULAR REFERENCE: a.b.AException: top]",
            "BException: b",
            id="circular",
        ),
        pytest.param(
            "org.apache.hadoop.ipc.RemoteException(org.apache.hadoop.QuotaExceededException): full",
            "QuotaExceededException: full",
            id="remote exception",
        ),
        pytest.param(
            "a.b.AException: first line\nsecond line of the message\n\tat a.B.c(B.java:1)",
            "AException: first line",
            id="message of two lines",
        ),
        pytest.param(
            "a.b.AException: red \x1b[31m", "AException: red \\x1b[31m", id="terminal escapes"
        ),
        pytest.param(
            "\tat a.B.c(B.java:1)\na.b.AException: x", "AException: x", id="starts with a frame"
        ),
        pytest.param("see example.com: it is down", "see example.com: it is down", id="prose"),
    ],
)
def test_a_trace_gives_its_deepest_cause(trace: str, cause: str) -> None:
    assert root_cause(trace) == cause


def test_a_very_long_cause_is_cut() -> None:
    found = root_cause("a.b.AException: " + "x" * 5000)
    assert len(found) == 400
    assert found.endswith("…")
