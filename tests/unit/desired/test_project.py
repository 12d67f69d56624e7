"""The project file: found, read, and refused."""

from pathlib import Path

import pytest

from reconcile.desired.project import load_project
from reconcile.errors import DefinitionError
from reconcile.model.codes import Code
from reconcile.model.problem import Location
from reconcile.model.project import Limits, Prune
from tests.unit.desired.repository import PROJECT, lines_of, repository

HEAD = "apiVersion: connectform/v1\nkind: Project\nmetadata: {name: shop}\n"


def refused(folder, text):
    with pytest.raises(DefinitionError) as caught:
        repository(folder, {}, project=text)
    return caught.value.problems


def test_the_whole_file_is_read(tmp_path):
    project = repository(
        tmp_path,
        {},
        project=f"{HEAD}"
        "definitions: [a, b/*.yaml]\n"
        "references: {env: [DB_*]}\n"
        "clusters:\n"
        "  prod:\n"
        "    urls: ['https://a.example.com', \"${{ env.URL }}\"]\n"
        "    vars: {PORT: 5432}\n"
        "    ownership: {owns: [orders-*], prune: owned}\n"
        "    limits: {maxDeletes: 3, maxDeletePercent: 0, maxUpdatePercent: 100}\n"
        "    ignore: [{keys: [x.*], reason: platform, connectors: [a-*]}]\n",
    ).project
    cluster = project.clusters["prod"]

    assert project.name == "shop"
    assert project.root == str(tmp_path.resolve())
    assert project.path == str(tmp_path.resolve() / "connectform.yaml")
    assert project.definitions == ("a", "b/*.yaml")
    assert project.environment == ("DB_*",)
    assert cluster.urls == ("https://a.example.com", "${{ env.URL }}")
    assert cluster.location == Location("connectform.yaml", 7, 3)
    assert cluster.variables == {"PORT": "5432"}
    assert (cluster.ownership.owns, cluster.ownership.prune) == (("orders-*",), Prune.OWNED)
    assert cluster.limits == Limits(max_deletes=3, max_delete_percent=0, max_update_percent=100)
    (rule,) = cluster.ignore
    assert (rule.keys, rule.connectors) == (("x.*",), ("a-*",))


def test_what_is_left_out_has_defaults(tmp_path):
    project = repository(tmp_path, {}).project

    assert project.definitions == ("connectors",)
    assert project.environment is None
    assert project.clusters["local"].limits == Limits()
    assert project.clusters["local"].ownership.prune is Prune.NEVER
    assert list(project.clusters) == ["local", "prod"]


def test_it_is_found_from_any_folder_below(tmp_path):
    repository(tmp_path, {"connectors/deep/er/x.txt": ""})

    loaded = load_project(None, tmp_path / "connectors" / "deep" / "er")

    assert loaded.project.root == str(tmp_path.resolve())


@pytest.mark.parametrize("given", ["other.yaml", "sub", "sub/connectform.yml"])
def test_it_may_be_named(tmp_path, given):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "connectform.yml").write_text(PROJECT)
    (tmp_path / "other.yaml").write_text(PROJECT)

    loaded = load_project(Path(given), tmp_path)

    assert Path(loaded.project.path).is_file()


def test_one_that_was_loaded_holds_as_long_as_the_file_says_the_same(tmp_path):
    before = repository(tmp_path, {}, project=f"{HEAD}clusters: {{a: {{urls: ['http://a']}}}}\n")
    path = tmp_path / "connectform.yaml"

    path.write_text(path.read_text())
    same = load_project(None, tmp_path, before)
    path.write_text(path.read_text().replace("http://a", "http://b"))
    other = load_project(None, tmp_path, same)

    assert same.project is before.project
    assert same.stamp != before.stamp
    assert other.stamp != same.stamp
    assert other.project.clusters["a"] != same.project.clusters["a"]


def test_none_at_all_is_told_with_what_to_do(tmp_path):
    with pytest.raises(DefinitionError) as caught:
        load_project(None, tmp_path)

    (problem,) = caught.value.problems
    assert problem.code is Code.NO_PROJECT_FILE
    assert "connectform init" in problem.hint


def test_a_named_one_that_is_not_there_is_told(tmp_path):
    with pytest.raises(DefinitionError, match=r"nowhere\.yaml"):
        load_project(Path("nowhere.yaml"), tmp_path)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "1:1 CF101 a project file holds one document, not 0"),
        (f"{PROJECT}---\n{PROJECT}", "8:1 CF101 a project file holds one document, not 2"),
        ("a: [", "1:5 CF101 did not find expected node content"),
        ("[]", "1:1 CF104 this document must be a mapping, not a list"),
        (
            f"{HEAD}clusters: {{a: {{url: http://x}}}}\ndashboards: {{}}\n",
            '5:1 CF103 unknown field "dashboards" in this document',
        ),
        (HEAD, "1:1 CF106 this document has no clusters"),
        (f"{HEAD}clusters: {{}}\n", "4:1 CF105 clusters is empty"),
        (f"{HEAD}clusters: {{a: }}\n", "4:12 CF104 clusters.a must be a mapping, not null"),
        (f"{HEAD}clusters: {{a: {{}}}}\n", "4:12 CF106 cluster a has no url"),
        (
            f"{HEAD}clusters: {{a: {{url: http://x, urls: [http://y]}}}}\n",
            "4:31 CF113 cluster a has both url and urls",
        ),
        (
            f"{HEAD}clusters: {{a: {{url: http://x, flavour: apache}}}}\n",
            '4:31 CF103 unknown field "flavour" in clusters.a',
        ),
        (
            f"{HEAD}clusters: {{'a b': {{url: http://x}}}}\n",
            (
                "4:12 CF105 clusters.a b must be letters, digits, dots, dashes and underscores, "
                'not "a b"'
            ),
        ),
        (
            f"{HEAD}clusters: {{a: {{url: http://x, ownership: {{prune: always}}}}}}\n",
            '4:43 CF105 clusters.a.ownership.prune must be never or owned, not "always"',
        ),
        (
            f"{HEAD}clusters: {{a: {{url: http://x, limits: {{maxDeletePercent: 120}}}}}}\n",
            (
                "4:40 CF105 clusters.a.limits.maxDeletePercent must be a whole number from 0 to 100, "
                "not 120"
            ),
        ),
        (
            f"{HEAD}clusters: {{a: {{url: http://x, vars: {{P: '${{{{ env.P }}}}'}}}}}}\n",
            '4:38 CF204 the variable "P" holds a reference',
        ),
        (
            f"{HEAD}clusters: {{a: {{url: http://x, timeouts: {{read: 10}}}}}}\n",
            (
                "4:42 CF104 clusters.a.timeouts.read must be a duration with its unit, such as 500ms, "
                "60s or 10m, not 10"
            ),
        ),
        (
            f"{HEAD}clusters: {{a: {{url: http://x, auth: {{basic: {{username: u, pasword: p}}}}}}}}\n",
            "4:38 CF106 clusters.a.auth.basic has no password",
        ),
        (
            f"{HEAD}clusters: {{a: {{url: http://x, auth: {{}}}}}}\n",
            "4:31 CF105 clusters.a.auth is empty",
        ),
        (
            f"{HEAD}clusters: {{a: {{url: http://x}}}}\ndefaults: [{{match: {{clusters: [b]}}, spec: {{}}}}]\n",
            '5:32 CF118 the project has no cluster "b"',
        ),
        (
            f"{HEAD}clusters: {{a: {{url: http://x}}}}\ndefaults: [{{spec: {{config: {{a: {{b: 1}}}}}}}}]\n",
            "5:29 CF112 defaults[0].spec.config.a is a mapping, and a setting is text",
        ),
        (
            f"{HEAD}clusters: {{a: {{url: http://x}}}}\ndefaults: [{{spec: {{config: {{name: b}}}}}}]\n",
            '5:29 CF105 the setting "name" is not the name of the connector',
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, text, line):
    assert lines_of(refused(tmp_path, text))[0] == f"connectform.yaml:{line}"


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    problems = refused(
        tmp_path,
        f"{HEAD}clusters: {{a: {{urll: x}}}}\ndefaults: [{{spec: {{clas: X, config: {{a: {{}}}}}}}}]\n",
    )

    assert [problem.code for problem in problems] == [
        Code.UNKNOWN_FIELD,
        Code.UNKNOWN_FIELD,
        Code.CONFIG_VALUE_NOT_TEXT,
    ]
    assert problems[0].hint == "did you mean url?"


def test_a_secret_in_the_wrong_place_is_not_shown(tmp_path):
    problems = refused(
        tmp_path, f"{HEAD}clusters: {{a: {{url: x, auth: {{bearer: hunter2hunter2}}}}}}\n"
    )

    assert all("hunter2" not in f"{problem.message}{problem.hint}" for problem in problems)


def test_a_project_never_prints_what_it_keeps_for_later(tmp_path):
    loaded = repository(
        tmp_path,
        {},
        project=f"{HEAD}clusters: {{a: {{url: http://x, headers: {{X-Team: hunter2hunter2}}}}}}\n",
    )

    assert "hunter2" not in repr(loaded)
