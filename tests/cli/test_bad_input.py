"""Bad input: told with its place, its code and a hint; nothing is written anywhere."""

import json
from dataclasses import dataclass

import pytest

from tests.cli.harness import Result, Workplace

A = "connectors/a.yaml"
HEAD = "apiVersion: connectform/v1\nkind: Connector\nmetadata: {name: a}\n"
SPEC = f"{HEAD}spec:\n  class: FileStreamSink\n"
CONFIG = f"{SPEC}  config:\n    topics: lines\n"
GOOD = f"{CONFIG}    file: out.txt\n"
TWO_CLUSTERS = """\
apiVersion: connectform/v1
kind: Project
metadata: {name: tests}
clusters:
  staging: {url: "URL"}
  prod: {url: "URL"}
"""


def bomb() -> str:
    """Return settings of ten lines that stand for 9^10 values."""
    lines = ["    k0: &k0 [x, x, x, x, x, x, x, x, x]"]
    for number in range(1, 10):
        below = ", ".join([f"*k{number - 1}"] * 9)
        lines.append(f"    k{number}: &k{number} [{below}]")
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, kw_only=True)
class Case:
    """Files of a project, and the whole of what connectform says of them."""

    name: str
    files: dict[str, str]
    told: str
    code: int = 1
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


CASES = [
    Case(
        name="no cluster chosen where there are several",
        files={"connectform.yaml": TWO_CLUSTERS, A: GOOD},
        code=64,
        told="error: this command writes, and the project has 2 clusters: staging, prod  [CF702]\n"
        "  hint: choose with --cluster NAME (repeatable) or --all-clusters\n"
        "1 error.\n",
    ),
    Case(
        name="an unknown cluster on the command line",
        files={"connectform.yaml": TWO_CLUSTERS, A: GOOD},
        arguments=("--cluster", "prd"),
        code=64,
        told="error: the project has no cluster 'prd'  [CF118]\n"
        "  hint: did you mean 'prod'?\n"
        "1 error.\n",
    ),
    Case(
        name="an unknown cluster in a definition",
        files={A: GOOD.replace("{name: a}", "{name: a, clusters: [loca]}")},
        told=f'{A}:3:32: error: the project has no cluster "loca"  [CF118]\n'
        "  hint: did you mean local?\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="malformed YAML",
        files={A: SPEC.replace("FileStreamSink", "[FileStreamSink")},
        told=f"{A}:5:25: error: did not find expected ',' or ']'  [CF101]\n"
        "  hint: see what stands at this place, and just before it\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="a tab",
        files={A: f"{SPEC}\tconfig: {{}}\n"},
        told=f"{A}:6:1: error: found a tab character that violates indentation  [CF101]\n"
        "  hint: see what stands at this place, and just before it\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="malformed JSON",
        files={"connectors/a.json": '{"name": "a",\n "config": {"topics": "x",}}'},
        told="connectors/a.json:2:27: error: a key in double quotes is missing here  [CF101]\n"
        "  hint: JSON has no comma after the last entry\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="a key given twice",
        files={A: f"{GOOD}    topics: others\n"},
        told=f'{A}:9:5: error: the key "topics" is already set on line 7  [CF102]\n'
        "  hint: keep one of the two\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="a key given twice in JSON",
        files={"connectors/a.json": '{"name": "a",\n "config": {"file": "x",\n  "file": "y"}}'},
        told='connectors/a.json:3:3: error: the key "file" is already set on line 2  [CF102]\n'
        "  hint: keep one of the two\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="an unknown field",
        files={A: f"{SPEC}  taskMax: 2\n"},
        told=f'{A}:6:3: error: unknown field "taskMax" in spec  [CF103]\n'
        "  hint: did you mean tasksMax?\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="an unknown field of the project",
        files={"connectform.yaml": TWO_CLUSTERS.replace("clusters:", "cluster:")},
        told="connectform.yaml:1:1: error: this document has no clusters  [CF106]\n"
        '  hint: add clusters: {"local": {"url": "http://127.0.0.1:8083"}}\n'
        'connectform.yaml:4:1: error: unknown field "cluster" in this document  [CF103]\n'
        "  hint: did you mean clusters?\n"
        "2 errors in 1 file.\n",
    ),
    Case(
        name="a wrong type",
        files={A: f"{SPEC}  tasksMax: two\n"},
        told=f"{A}:6:3: error: spec.tasksMax must be a whole number from 1 on, or a range such as"
        ' {min: 2, max: 8}, not "two"  [CF104]\n'
        "  hint: for example tasksMax: 4\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="two definitions of one name on one cluster",
        files={A: GOOD, "connectors/b.yaml": GOOD},
        told=f"connectors/b.yaml:3:12: error: a is already defined for cluster local at {A}:3:12"
        "  [CF107]\n"
        "  hint: rename one, or give each its own metadata.clusters\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="a variable of the environment that is not set",
        files={A: f"{CONFIG}    db.password: ${{{{ env.DB_PASSWORD }}}}\n"},
        told=f"{A}:8:5: error: db.password: the environment variable DB_PASSWORD is not set"
        "  [CF201]\n"
        "  hint: set it where connectform runs (a CI secret that does not exist arrives empty),"
        " or plan with --no-secrets\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="a variable of the cluster that does not exist",
        files={A: f"{CONFIG}    db.host: ${{{{ var.DB_HOST }}}}\n"},
        told=f'{A}:8:5: error: db.host: cluster local has no variable "DB_HOST"  [CF201]\n'
        "  hint: add it to clusters.local.vars in the project file\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="a file outside the project",
        files={A: f"{CONFIG}    file: ${{{{ file.../secret.txt }}}}\n"},
        told=f"{A}:8:5: error: file: the file ../secret.txt lies outside the project  [CF203]\n"
        "  hint: references name files inside the folder of the project file\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="a file that is not there",
        files={A: f"{CONFIG}    file: ${{{{ file.secret.txt }}}}\n"},
        told=f"{A}:8:5: error: file: the file secret.txt cannot be read: No such file or directory"
        "  [CF201]\n"
        "  hint: create it where connectform runs, or plan with --no-secrets\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="a folder of definitions that is not there",
        files={"connectform.yaml": f"{TWO_CLUSTERS}definitions:\n  - conectors\n"},
        arguments=("--cluster", "prod"),
        told="connectform.yaml:8:5: error: there is no file or folder conectors  [CF115]\n"
        "  hint: definitions names folders and files from the folder of the project file\n"
        "1 error in 1 file.\n",
    ),
    *(
        Case(
            name=f"a name that Connect 4 cannot address: {character}",
            files={A: GOOD.replace("{name: a}", f"{{name: 'a{character}b'}}")},
            told=f'{A}:3:12: error: the name "a{character}b" cannot be addressed on Connect 4'
            "  [CF114]\n"
            "  hint: leave out /, % and backslashes\n"
            "1 error in 1 file.\n",
        )
        for character in "/%\\"
    ),
    Case(
        name="a definition of 10 MB",
        files={A: f"{CONFIG}    file: {'x' * 10_000_000}\n"},
        told=f"{A}:1:1: error: this document has more than 1,000,000 characters  [CF108]\n"
        "  hint: one document holds one connector; move large values elsewhere\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="an alias bomb",
        files={A: f"{SPEC}  config:\n{bomb()}"},
        told=f"{A}:8:9: error: with its aliases expanded, this document has more than 100,000"
        " parts  [CF109]\n"
        "  hint: write the values out, or move what is shared into defaults\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="an alias that holds itself",
        files={A: f"{SPEC}  config: &all\n    a: *all\n"},
        told=f"{A}:6:11: error: an alias holds itself  [CF109]\n"
        "  hint: write the values out, or move what is shared into defaults\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="a tag that builds objects",
        files={A: f"{CONFIG}    file: !!python/object/apply:os.system [touch owned]\n"},
        told=f"{A}:8:11: error: the tag !!python/object/apply:os.system is not allowed  [CF110]\n"
        "  hint: write the value without a tag; in quotes it is text\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="too many levels",
        files={A: f"{CONFIG}    file: {'[' * 100}{']' * 100}\n"},
        told=f"{A}:8:71: error: this document is nested more than 64 levels deep  [CF111]\n"
        "  hint: a definition needs fewer than ten levels\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="a config value that is a map",
        files={A: f"{CONFIG}    transforms:\n      route: {{type: x}}\n"},
        told=f"{A}:8:5: error: spec.config.transforms is a mapping, and a setting is text"
        "  [CF112]\n"
        "  hint: write flat keys (transforms.route: ...), or JSON text in quotes\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="errors given twice",
        files={A: f"{GOOD}    errors.tolerance: none\n  errors: {{tolerance: all}}\n"},
        told=f"{A}:9:5: error: errors.tolerance is set here and by spec.errors.tolerance on line 10"
        "  [CF113]\n"
        "  hint: keep one of the two\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="no project file",
        files={A: GOOD},
        arguments=("--project", "elsewhere.yaml"),
        told="error: there is no project file: elsewhere.yaml  [CF117]\n"
        "  hint: check --project\n"
        "1 error.\n",
    ),
    Case(
        name="an unset password of the cluster",
        files={
            "connectform.yaml": TWO_CLUSTERS.replace(
                'prod: {url: "URL"}',
                'prod: {url: "URL", auth: {bearer: {token: "${{ env.TOKEN }}"}}}',
            ),
            A: GOOD,
        },
        arguments=("--cluster", "prod"),
        told="connectform.yaml:6:57: error: clusters.prod.auth.bearer.token: the environment"
        " variable TOKEN is not set  [CF201]\n"
        "  hint: set it where connectform runs (a CI secret that does not exist arrives empty)\n"
        "1 error in 1 file.\n",
    ),
]


def apply(place: Workplace, *arguments: str) -> Result:
    return place.run("apply", "--auto-approve", *arguments)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_bad_input_is_told_with_its_place_and_a_hint_and_changes_nothing(
    workplace: Workplace, case: Case
):
    for path, text in case.files.items():
        workplace.write(path, text.replace("URL", workplace.url))
    before = workplace.files()

    result = apply(workplace, *case.arguments)

    assert result.err == case.told
    assert (result.code, result.out) == (case.code, "")
    assert workplace.cluster.writes == 0
    assert workplace.files().keys() - before.keys() == {"apply-result.json"}
    assert before.items() <= workplace.files().items()
    document = json.loads(workplace.files()["apply-result.json"])
    assert [outcome for result in document["results"] for outcome in result["outcomes"]] == []


PLANNED = [
    Case(
        name="an unknown connector class",
        files={A: GOOD.replace("FileStreamSink", "FileStreamSnk")},
        told=f"{A}:5:3: error: local has no connector class FileStreamSnk  [CF403]\n"
        "  hint: did you mean FileStreamSink?\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="a setting that the plugin rejects, at the line of its key",
        files={A: f"{GOOD}    tasks.max: zero\n"},
        told=f"{A}:9:5: error: tasks.max: Not a number of type INT  [CF401]\n"
        "  hint: see `connectform explain FileStreamSink tasks.max --cluster local`\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="two settings that contradict each other, at the line that the plugin blames",
        files={A: f"{GOOD}  errors: {{deadLetterQueue: {{topic: lines}}}}\n"},
        told=f"{A}:7:5: error: The DLQ topic 'lines' may not be included in the list of topics"
        " ('topics=[lines]') consumed by the connector  [CF401]\n"
        "  hint: see `connectform explain FileStreamSink topics --cluster local`\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="a rejected setting of an overlay",
        files={
            A: f"{GOOD}overlays:\n  local:\n    spec:\n      config:\n"
            "        key.converter: Missing\n"
        },
        told=f"{A}:13:9: error: key.converter: Class Missing could not be found.  [CF401]\n"
        "  hint: see `connectform explain FileStreamSink key.converter --cluster local`\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="a rejected setting of the defaults",
        files={
            "connectform.yaml": TWO_CLUSTERS.replace("staging", "local").replace("  prod", "  #")
            + "defaults:\n  - match: {names: [a]}\n    spec:\n      config:\n"
            "        key.converter: Missing\n",
            A: GOOD,
        },
        told="connectform.yaml:11:9: error: key.converter: Class Missing could not be found."
        "  [CF401]\n"
        "  hint: see `connectform explain FileStreamSink key.converter --cluster local`\n"
        "1 error in 1 file.\n",
    ),
    Case(
        name="a required setting that is missing",
        files={A: f"{SPEC}  config: {{file: out.txt}}\n"},
        told=f"{A}:3:12: error: Must configure one of topics or topics.regex  [CF401]\n"
        "  hint: see `connectform explain FileStreamSink topics --cluster local`\n"
        "1 error in 1 file.\n",
    ),
]


@pytest.mark.parametrize("case", PLANNED, ids=str)
def test_what_the_cluster_rejects_is_told_at_the_line_that_caused_it(
    workplace: Workplace, case: Case
):
    for path, text in case.files.items():
        workplace.write(path, text.replace("URL", workplace.url))
    before = workplace.files()

    result = apply(workplace)

    assert (result.code, result.err) == (1, case.told)
    assert case.told.splitlines()[0] in result.out
    assert "nothing can be applied" in result.out
    assert workplace.cluster.writes == 0
    assert workplace.files().keys() - before.keys() == {"apply-result.json"}
    assert workplace.outcomes() == {"a": "not-attempted"}
    (problem,) = workplace.result()["problems"]
    assert case.told.startswith("{path}:{line}:{column}: ".format(**problem["location"]))


def test_everything_that_is_wrong_is_told_at_once_and_in_the_order_of_places(workplace: Workplace):
    workplace.write("connectors/z.yaml", f"{GOOD}    topics: twice\n")
    workplace.write(A, f"{SPEC}  taskMax: 2\n  state: runing\n  config:\n    b: {{c: 1}}\n")
    workplace.write("connectors/json.json", '{"name": "b/c", "config": {}}')

    applied = apply(workplace)
    validated = workplace.run("validate")

    places = [line.partition(" error: ")[0] for line in applied.err.splitlines() if "[CF" in line]
    assert places == [
        f"{A}:6:3:",
        f"{A}:7:3:",
        f"{A}:9:5:",
        "connectors/json.json:1:2:",
        "connectors/z.yaml:9:5:",
    ]
    assert (applied.code, validated.code) == (1, 1)
    assert set(applied.err.splitlines()) <= set(validated.out.splitlines())


def test_an_empty_folder_is_a_notice_where_nothing_would_be_deleted(workplace: Workplace):
    result = apply(workplace)

    assert (result.code, result.err) == (0, "")
    assert (
        "connectors: notice: git declares no connector for local  [CF406]\n"
        "  hint: check `definitions` in the project file, and `clusters` in the definitions\n"
    ) in result.out
    assert workplace.cluster.writes == 0


def test_an_empty_folder_is_refused_where_it_would_delete_something(workplace: Workplace):
    workplace.write_project('    ownership: {owns: ["*"], prune: owned}\n')
    workplace.cluster.put("a", {"connector.class": "FileStreamSink", "topics": "x"})
    workplace.adopt("a")

    foretold = workplace.run("plan", "--detailed-exitcode")
    result = apply(workplace, "--allow-deletes", "1")

    assert (foretold.code, foretold.out.count("[CF406]")) == (2, 1)
    assert result.code == 3
    assert result.both.count("[CF406]") == 1
    assert result.err == (
        "connectform.yaml:6:3: error: git declares no connector for local, and plan deletes 1"
        " connector: an empty set of definitions never deletes anything  [CF406]\n"
        "  hint: check `definitions` in the project file; to delete the last connectors, select"
        " them by name\n"
        "1 error in 1 file.\n"
    )
    assert workplace.cluster.writes == 0
    assert workplace.outcomes() == {"a": "not-attempted"}


def test_a_link_out_of_the_project_is_not_followed(workplace: Workplace, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.txt"
    outside.write_text("outside-secret")
    (workplace.folder / "inside.txt").symlink_to(outside)
    workplace.write(A, f"{CONFIG}    file: ${{{{ file.inside.txt }}}}\n")

    result = apply(workplace)

    assert result.code == 1
    assert f"{A}:8:5: error: file: the file inside.txt lies outside the project" in result.err
    assert "outside-secret" not in result.both
    assert workplace.cluster.writes == 0


def test_keep_going_applies_the_good_files_and_still_says_what_is_wrong(workplace: Workplace):
    workplace.write_project('    ownership: {owns: ["*"]}\n')
    workplace.cluster.put("b", {"connector.class": "FileStreamSink", "topics": "x"})
    workplace.adopt("b")
    workplace.write(A, GOOD)
    workplace.write("connectors/b.yaml", SPEC.replace("name: a", "name: b") + "  taskMax: 2\n")

    planned = workplace.run("plan", "--keep-going")
    applied = apply(workplace, "--keep-going", "--prune")

    assert (planned.code, applied.code) == (1, 5)
    for result in (planned, applied):
        assert 'connectors/b.yaml:6:3: error: unknown field "taskMax" in spec' in result.err
        assert "  hint: did you mean tasksMax?\n" in result.err
    assert "nothing is deleted on local: some files could not be used" in applied.out
    assert set(workplace.cluster.configs()) == {"a", "b"}


def test_warnings_about_files_are_told_and_stop_nothing(workplace: Workplace):
    workplace.write(A, f"{GOOD}---\napiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\n")

    planned = workplace.run("plan")

    assert planned.code == 0
    assert f"{A}:11:1: notice: this KafkaTopic is not read: it declares no connector" in planned.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("aply",), "No such command 'aply'"),
        (("apply", "--auto-aprove"), "No such option: --auto-aprove"),
        (("apply", "--parallelism", "0"), "0 is not in the range 1<=x<=256"),
        (("plan", "--validate", "life"), "'life' is not one of 'live', 'schema', 'off'"),
        (("plan", "--select", "orders"), "did you mean --select 'name=orders'?"),
        (("restart",), "Missing argument"),
        (("apply",), "nobody is here to approve the plan"),
    ],
)
def test_wrong_usage_exits_with_64(workplace: Workplace, arguments, told):
    workplace.write(A, GOOD)

    result = workplace.run(*arguments)

    assert result.code == 64
    assert told in result.err
    assert "Traceback" not in result.both
    assert workplace.cluster.writes == 0


@pytest.mark.parametrize(
    "written", ["a/b", "a%b", "a\\\\b", "a\\tb", "a\\u0001b", "..", "a b", "é/"]
)
@pytest.mark.parametrize("mode", ["live", "schema"])
def test_an_impossible_class_is_unknown_and_keeps_no_other_from_being_planned(
    workplace: Workplace, written: str, mode: str
):
    workplace.write(A, GOOD.replace("class: FileStreamSink", f'class: "{written}"'))
    workplace.write_sink("sound")

    result = workplace.run("plan", "--validate", mode)

    (told,) = [line for line in result.out.splitlines() if "[CF" in line]
    assert told.strip().startswith(f"{A}:5:3: error: local has no connector class ")
    assert told.endswith("[CF403]")
    assert "+ sound" in result.out
