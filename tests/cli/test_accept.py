"""Drift is told with what settles it, and accepted into git where it was declared."""

import json
import shlex

import pytest

from tests.cli.harness import Workplace

SINK = """\
# Orders, as the archive wants them.
apiVersion: connectform/v1
kind: Connector
metadata: {name: orders}
spec:
  class: FileStreamSink
  state: running
  tasksMax: 1   # one partition
  config:
    # where to
    file: "out.txt"
    topics: orders   # all of them
    flush.size: 100
    db.password: "${{ env.DB_PASSWORD }}"
    host: ${{ var.HOST }}
"""
LIVE = {
    "connector.class": "FileStreamSink",
    "tasks.max": "1",
    "file": "out.txt",
    "topics": "orders",
    "flush.size": "100",
    "db.password": "hunter2-é-secret",
    "host": "db.internal",
}
SECRET = {"DB_PASSWORD": "hunter2-é-secret"}


@pytest.fixture
def drifting(workplace: Workplace) -> Workplace:
    """A project whose connector is live as declared."""
    workplace.write_project("    vars: {HOST: db.internal}\n")
    workplace.write("connectors/orders.yaml", SINK)
    workplace.cluster.put("orders", LIVE)
    return workplace


def text_of(place: Workplace) -> str:
    return (place.folder / "connectors/orders.yaml").read_text(encoding="utf-8")


def test_the_commands_that_drift_prints_settle_it(drifting: Workplace):
    drifting.cluster.put("orders", {**LIVE, "flush.size": "500", "by.hand": "1"})

    told = drifting.run("drift", **SECRET)

    accept = "connectform export --update orders --cluster local"
    assert told.code == 2, told.both
    assert f"accept it:     {accept}\n" in told.out
    assert "take it back:  connectform apply --select name=orders --cluster local\n" in told.out
    assert "Coverage: 1 of 1 connector is managed, 100 %." in told.out
    accepted = drifting.run(*shlex.split(accept)[1:], **SECRET)
    assert accepted.code == 0, accepted.both
    assert text_of(drifting) == SINK.replace("flush.size: 100", "flush.size: 500") + (
        "    by.hand: 1\n"
    )
    assert "No changes." in drifting.run("plan", **SECRET).out
    assert drifting.run("drift", **SECRET).code == 0


def test_what_is_accepted_is_shown_and_a_dry_run_writes_nothing(drifting: Workplace):
    drifting.cluster.put("orders", {**LIVE, "file": "x y.txt", "tasks.max": "3"})
    before = drifting.files()

    shown = drifting.run("export", "--update", "--dry-run", **SECRET)

    assert shown.code == 0, shown.both
    assert drifting.files() == before
    assert shown.out == (
        "--- a/connectors/orders.yaml\n"
        "+++ b/connectors/orders.yaml\n"
        "@@ -8 +8 @@\n"
        "-  tasksMax: 1   # one partition\n"
        "+  tasksMax: 3   # one partition\n"
        "@@ -11 +11 @@\n"
        '-    file: "out.txt"\n'
        '+    file: "x y.txt"\n'
    )
    assert "2 values of 1 connector would be accepted into 1 file." in shown.err


def test_what_validate_reads_is_accepted_into(drifting: Workplace):
    head = "apiVersion: connectform/v1\nkind: Connector\nmetadata: {name: pay}\nspec:\n"
    text = (
        f"{head}  class: FileStreamSink\t# a tab\n"
        "  config: {topics: a, file: jdbc:x://h/d?ssl=true, q: b?, r: c?d}\t\n"
    )
    drifting.write("connectors/pay.yaml", text)
    live = {"connector.class": "FileStreamSink", "topics": "z", "q": "b?", "r": "c?d"}
    drifting.cluster.put("pay", {**live, "file": "jdbc:x://h/d?ssl=true"})
    drifting.cluster.put("orders", {**LIVE, "flush.size": "7"})
    assert drifting.run("validate").code == 0

    accepted = drifting.run("export", "--update", **SECRET)

    assert accepted.code == 0, accepted.both
    path = drifting.folder / "connectors/pay.yaml"
    assert path.read_text(encoding="utf-8") == text.replace("topics: a", "topics: z")
    assert text_of(drifting) == SINK.replace("flush.size: 100", "flush.size: 7")


def test_a_state_is_accepted(drifting: Workplace):
    assert drifting.run("pause", "orders", "--auto-approve").code == 0

    accepted = drifting.run("export", "--update", "orders", **SECRET)

    assert accepted.code == 0, accepted.both
    assert text_of(drifting) == SINK.replace("state: running", "state: paused")


def test_secrets_and_references_are_never_overwritten(drifting: Workplace):
    drifting.cluster.put(
        "orders",
        {
            **LIVE,
            "db.password": "another-é-secret",
            "host": "db.other",
            "api.token": "t0ken-of-somebody",
            "flush.size": "7",
        },
    )

    accepted = drifting.run("export", "--update", "orders", **SECRET)

    assert accepted.code == 1, accepted.both
    assert text_of(drifting) == SINK.replace("flush.size: 100", "flush.size: 7")
    assert "# orders: 3 values to be settled by hand" in accepted.out
    assert "db.password: git makes it from ${{ env.DB_PASSWORD }}" in accepted.out
    assert "host: git makes it from ${{ var.HOST }}" in accepted.out
    assert "! host: db.other" in accepted.out
    assert "! api.token: ${{ env.ORDERS_API_TOKEN }}" in accepted.out
    for secret in ("hunter2", "another-", "t0ken"):
        assert secret not in accepted.both


def test_a_secret_on_the_line_that_changes_is_not_shown(drifting: Workplace):
    drifting.write(
        "connectors/orders.yaml",
        "apiVersion: connectform/v1\nkind: Connector\nmetadata: {name: orders}\n"
        "spec: {class: FileStreamSink, config: {topics: a, db.password: pl4in, file: out.txt}}\n",
    )
    drifting.cluster.put(
        "orders",
        {
            "connector.class": "FileStreamSink",
            "topics": "b",
            "db.password": "pl4in",
            "file": "out.txt",
        },
    )

    accepted = drifting.run("export", "--update", "orders")

    assert accepted.code == 0, accepted.both
    assert "topics: b" in accepted.out
    assert "pl4in" not in accepted.both
    assert "topics: b, db.password: pl4in" in text_of(drifting)


def test_what_git_changed_and_nobody_applied_is_not_taken_back(drifting: Workplace):
    drifting.run("adopt", "--auto-approve", **SECRET)
    drifting.write("connectors/orders.yaml", SINK.replace("topics: orders", "topics: orders-2"))
    drifting.cluster.put("orders", {**LIVE, "flush.size": "7"})

    accepted = drifting.run("export", "--update", **SECRET)

    assert accepted.code == 0, accepted.both
    assert text_of(drifting) == (
        SINK.replace("topics: orders", "topics: orders-2").replace("size: 100", "size: 7")
    )


def test_secrets_need_not_be_there(drifting: Workplace):
    drifting.cluster.put("orders", {**LIVE, "flush.size": "7"})

    accepted = drifting.run("export", "--update", "orders")

    assert accepted.code == 0, accepted.both
    assert text_of(drifting) == SINK.replace("size: 100", "size: 7")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("legacy",), "connectform export --cluster local writes a definition"),
        (("order",), "did you mean orders?"),
        (("gone",), "remove its definition"),
        (("orders", "--select", "name=x*"), "names or a selection"),
        (("orders", "--force"), "--dir and --force do not go with it"),
    ],
)
def test_what_cannot_be_accepted_is_refused_with_a_hint(drifting: Workplace, arguments, told):
    drifting.write_sink("gone")
    drifting.cluster.put("legacy", LIVE)
    before = drifting.files()

    refused = drifting.run("export", "--update", *arguments, **SECRET)

    assert refused.code == 64, refused.both
    assert told in refused.err
    assert drifting.files() == before


def test_names_without_update_are_refused(drifting: Workplace):
    refused = drifting.run("export", "orders")

    assert refused.code == 64
    assert "go with --update" in refused.err


def test_a_file_keeps_its_bytes_and_its_permissions(drifting: Workplace):
    file = drifting.folder / "connectors/orders.yaml"
    raw = b"\xef\xbb\xbf" + SINK.replace("\n", "\r\n").rstrip().encode()
    file.write_bytes(raw)
    file.chmod(0o640)
    drifting.cluster.put("orders", {**LIVE, "flush.size": "7"})

    accepted = drifting.run("export", "--update", **SECRET)

    assert accepted.code == 0, accepted.both
    assert file.read_bytes() == raw.replace(b"size: 100", b"size: 7")
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_file_outside_of_the_project_is_never_written(workplace: Workplace, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "orders.yaml"
    outside.write_text(SINK.replace("    host: ${{ var.HOST }}\n", ""), encoding="utf-8")
    workplace.write_project()
    project = workplace.folder / "connectform.yaml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace("[connectors]", f'["{outside}"]'), encoding="utf-8")
    workplace.cluster.put("orders", {**LIVE, "flush.size": "7"})
    before = outside.read_bytes()

    accepted = workplace.run("export", "--update", "orders", **SECRET)

    assert accepted.code == 1, accepted.both
    assert "its file is outside of the project" in accepted.out
    assert "! flush.size: 7" in accepted.out
    assert outside.read_bytes() == before


def test_another_cluster_keeps_what_it_has(drifting: Workplace):
    project = drifting.folder / "connectform.yaml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text + '  far: {url: "http://127.0.0.1:9", vars: {HOST: x}}\n')
    drifting.cluster.put("orders", {**LIVE, "flush.size": "7"})

    accepted = drifting.run("export", "--update", "orders", "--cluster", "local", **SECRET)
    unclear = drifting.run("export", "--update", "orders", **SECRET)

    assert accepted.code == 0, accepted.both
    assert text_of(drifting) == SINK + (
        "overlays:\n  local:\n    spec:\n      config:\n        flush.size: 7\n"
    )
    assert unclear.code == 64
    assert "No changes." in drifting.run("plan", "--cluster", "local", **SECRET).out


def test_what_is_to_be_written_by_hand_is_yaml(workplace: Workplace):
    live = {
        "b.path": "/new/path: #x",
        "c.quotes": 'va"l: ue',
        "d.lines": "a\nb: c\n",
        "e.spaces": " a\u00a0b\u3164 ",
        "f.reference": "${{ env.X }} and ${file:/a:b}",
        "g.command": "##[group]x \\ y",
        "h: odd": "no",
        "i.number": "1.50",
    }
    entries = "".join(f"    {json.dumps(key)}: &{key[0]} x\n" for key in live)
    aliases = "".join(f"    {key[0]}2: *{key[0]}\n" for key in live)
    head = "apiVersion: connectform/v1\nkind: Connector\nmetadata: {name: orders}\n"
    text = f"{head}spec:\n  class: FileStreamSink\n  config:\n{entries}{aliases}    gone: &z x\n    z2: *z\n"
    workplace.write_project()
    workplace.write("connectors/orders.yaml", text)
    copies = {f"{key[0]}2": "x" for key in [*live, "z"]}
    workplace.cluster.put("orders", {"connector.class": "FileStreamSink", **live, **copies})

    told = workplace.run("export", "--update", "--dry-run")

    assert told.code == 1, told.both
    rows = [row.strip().removeprefix("! ") for row in told.out.splitlines() if "  ! " in row]
    config = "".join(f"    {row}\n" for row in rows)
    workplace.write(
        "connectors/orders.yaml", f"{head}spec:\n  class: FileStreamSink\n  config:\n{config}"
    )
    workplace.cluster.put("orders", {"connector.class": "FileStreamSink", **live})
    planned = workplace.run("plan")
    assert "No changes." in planned.out, told.out + planned.both


def test_a_masked_value_is_never_written(drifting: Workplace):
    drifting.cluster.put("orders", {**LIVE, "api.token": "********"})

    accepted = drifting.run("export", "--update", "orders", **SECRET)

    assert accepted.code == 1, accepted.both
    assert "api.token: the server masks its value" in accepted.out
    assert text_of(drifting) == SINK


def test_nothing_to_accept_is_said(drifting: Workplace):
    done = drifting.run("export", "--update", **SECRET)

    assert (done.code, done.out) == (0, "")
    assert "Nothing to accept" in done.err


def test_a_cluster_that_cannot_be_read_hides_no_other_and_is_never_clean(drifting: Workplace):
    project = drifting.folder / "connectform.yaml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text + '  far: {url: "http://127.0.0.1:9", vars: {HOST: x}}\n')
    drifting.cluster.put("orders", {**LIVE, "flush.size": "7"})

    told = drifting.run("drift", "--json-out", "drift.json", **SECRET)

    assert told.code == 1, told.both
    assert "orders has changed" in told.out
    assert "Cannot tell: not compared: far." in told.out
    assert "No drift" not in told.both
    document = json.loads((drifting.folder / "drift.json").read_text(encoding="utf-8"))
    assert document["errored"]
    assert [found["cluster"]["name"] for found in document["drifts"]] == ["local"]
    (failure,) = document["failures"]
    assert failure["cluster"] == "far"
    assert failure["problems"][0]["code"].startswith("CF3")


def test_files_that_cannot_be_used_leave_a_document_that_says_so(drifting: Workplace):
    drifting.write("connectors/bad.yaml", "a: [\n")

    told = drifting.run("drift", "--output", "json", **SECRET)

    assert told.code == 1
    document = json.loads(told.out)
    assert (document["errored"], document["drifts"]) == (True, [])
    assert [failure["cluster"] for failure in document["failures"]] == ["local"]


def test_unhealthy_connectors_are_told_apart_and_count_where_asked(drifting: Workplace):
    drifting.cluster.settle()
    drifting.cluster.fail_connector("orders", TRACE)

    told = drifting.run("drift", **SECRET)
    strict = drifting.run("drift", "--fail-on", "unmanaged,unhealthy", "--output", "json", **SECRET)

    assert told.code == 0, told.both
    assert "Unhealthy: 1 declared connector has failed" in told.out
    assert "ConnectException: refused for" in told.out
    assert "hunter2" not in told.both + strict.both
    assert strict.code == 2
    (found,) = json.loads(strict.out)["drifts"]
    assert (found["drifted"], found["clean"]) == (False, False)
    assert found["fingerprint"].startswith("sha256:")
    assert found["unhealthy"][0]["name"] == "orders"


TRACE = (
    "org.apache.kafka.connect.errors.ConnectException: refused for hunter2-é-secret\n"
    "\tat org.apache.kafka.connect.Worker.start(Worker.java:1)"
)


def test_held_connectors_are_told_with_who_and_why(drifting: Workplace):
    assert drifting.run("hold", "orders", "--reason", "incident 4711", "--until", "4h").code == 0
    drifting.cluster.put("orders", {**LIVE, "flush.size": "7"})

    told = drifting.run("drift", **SECRET)
    document = json.loads(drifting.run("drift", "--output", "json", **SECRET).out)

    assert told.code == 0, told.both
    assert "orders is held until" in told.out
    assert "incident 4711" in told.out
    (found,) = document["drifts"]
    assert found["held"] == ["orders"]
    assert found["holds"][0]["reason"] == "incident 4711"
    assert found["clean"]


def test_an_unknown_word_to_fail_on_is_refused(drifting: Workplace):
    refused = drifting.run("drift", "--fail-on", "orphaned,sick")

    assert refused.code == 64
    assert "known: unmanaged, orphaned, unhealthy" in refused.err
