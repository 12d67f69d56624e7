"""What git declared at another commit."""

import pytest

from reconcile.desired.base import load_base
from reconcile.desired.project import load_project
from reconcile.errors import UsageError
from reconcile.model.codes import Code
from reconcile.model.problem import Severity
from tests.unit.desired.checkout import alone, commit, git
from tests.unit.desired.repository import CONNECTOR, PROJECT, repository

OTHER = CONNECTOR.replace("name: orders", "name: refunds")
BOTH = ("local", "prod")


@pytest.fixture(autouse=True)
def alone_with_git(tmp_path, monkeypatch):
    """Keep the settings of whoever runs the tests out of them."""
    alone(monkeypatch, tmp_path)


def base(loaded, ref, clusters=("local",)):
    return load_base(loaded, ref, clusters=clusters, environment={})[1]


def names(loaded, ref, cluster="local"):
    return sorted(base(loaded, ref)[cluster].definitions)


def refused(loaded, ref):
    with pytest.raises(UsageError) as caught:
        base(loaded, ref)
    (problem,) = caught.value.problems
    return problem


def test_the_definitions_are_those_of_the_commit(tmp_path):
    repository(tmp_path, {"connectors/a.yaml": CONNECTOR})
    first = commit(tmp_path)
    loaded = repository(tmp_path, {"connectors/b.yaml": OTHER, "connectors/a.yaml": ""})
    second = commit(tmp_path)
    (tmp_path / "connectors" / "b.yaml").unlink()

    assert names(loaded, "HEAD~1") == ["orders"]
    assert names(loaded, "HEAD") == names(loaded, "main") == ["refunds"]
    assert load_base(loaded, "HEAD~1", clusters=BOTH, environment={})[0] == first
    assert load_base(loaded, "HEAD", clusters=BOTH, environment={})[0] == second


def test_every_cluster_that_is_asked_for_gets_an_answer_in_order(tmp_path):
    before = PROJECT.replace("  prod:", "  test:")
    repository(tmp_path, {"connectors/a.yaml": CONNECTOR}, project=before)
    commit(tmp_path)
    found = base(repository(tmp_path, {}), "HEAD", clusters=("prod", "local"))

    assert list(found) == ["prod", "local"]
    assert found["prod"].definitions == {}
    assert (found["prod"].project, found["prod"].cluster) == ("shop", "prod")
    assert list(found["local"].definitions) == ["orders"]


def test_variables_and_defaults_are_those_of_the_commit(tmp_path):
    text = f"{CONNECTOR}    host: '${{{{ var.HOST }}}}'\n"
    repository(tmp_path, {"connectors/a.yaml": text})
    commit(tmp_path)
    now = f"{PROJECT.replace('db.local', 'db.new')}defaults: [{{spec: {{config: {{a: b}}}}}}]\n"
    found = base(repository(tmp_path, {}, project=now), "HEAD")

    config = found["local"].definitions["orders"].config
    assert (config.get("host"), config.get("a")) == ("db.local", None)


def test_secrets_stay_references(tmp_path):
    text = f"{CONNECTOR}    password: '${{{{ env.PASSWORD }}}}'\n    key: '${{{{ file.key }}}}'\n"
    loaded = repository(tmp_path, {"connectors/a.yaml": text, "key": "hunter2"})
    commit(tmp_path)
    _, found = load_base(
        loaded, "HEAD", clusters=("local",), environment={"PASSWORD": "hunter2hunter2"}
    )

    config = found["local"].definitions["orders"].config
    assert config.reference("password") == "${{ env.PASSWORD }}"
    assert config.reference("key") == "${{ file.key }}"
    assert "hunter2" not in str(config.reveal())


def test_what_cannot_be_used_declared_nothing(tmp_path):
    files = {
        "connectors/a.yaml": CONNECTOR,
        "connectors/b.yaml": "spec: [",
        "connectors/c.yaml": "",
    }
    loaded = repository(tmp_path, files)
    commit(tmp_path)

    found = base(loaded, "HEAD")["local"]

    assert list(found.definitions) == ["orders"]
    assert not found.complete


def test_a_project_may_stand_in_a_folder_of_a_larger_repository(tmp_path):
    (tmp_path / "teams" / "shop").mkdir(parents=True)
    (tmp_path / "connectors").mkdir()
    (tmp_path / "connectors" / "x.yaml").write_text(OTHER)
    loaded = repository(tmp_path / "teams" / "shop", {"connectors/a.yaml": CONNECTOR})
    commit(tmp_path)
    (tmp_path / "teams" / "shop" / "connectors" / "a.yaml").unlink()

    assert names(loaded, "HEAD") == ["orders"]


@pytest.mark.parametrize("entry", ["../shared", "../shared/*.yaml", "connectors/../../shared"])
def test_definitions_beside_the_project_are_those_of_the_commit_too(tmp_path, entry):
    project = f"{PROJECT}definitions: [connectors, '{entry}']\n"
    (tmp_path / "shop").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "x.yaml").write_text(OTHER)
    loaded = repository(tmp_path / "shop", {"connectors/a.yaml": CONNECTOR}, project=project)
    commit(tmp_path)
    (tmp_path / "shared" / "x.yaml").unlink()

    assert names(loaded, "HEAD") == ["orders", "refunds"]


@pytest.mark.parametrize("before", ["absent", "another folder"])
def test_before_there_was_a_project_file_everything_is_new(tmp_path, before):
    folder = tmp_path if before == "absent" else tmp_path / "shop"
    folder.mkdir(exist_ok=True)
    (tmp_path / "README").write_text("")
    first = commit(tmp_path)
    loaded = repository(folder, {"connectors/a.yaml": CONNECTOR})
    commit(tmp_path)

    found = base(loaded, "HEAD~1", clusters=BOTH)

    for name in BOTH:
        assert found[name].definitions == {}
        (notice,) = found[name].problems
        assert (notice.code, notice.severity) == (Code.NO_PROJECT_FILE, Severity.NOTICE)
        assert notice.message == (
            f"--base HEAD~1: commit {first[:12]} has no connectform.yaml, so everything is new"
        )


def test_a_project_file_may_have_had_the_other_ending(tmp_path):
    repository(tmp_path, {"connectors/a.yaml": CONNECTOR})
    before = (tmp_path / "connectform.yaml").rename(tmp_path / "connectform.yml")
    commit(tmp_path)
    before.unlink()

    assert names(repository(tmp_path, {}), "HEAD") == ["orders"]


def test_a_project_file_with_a_name_of_its_own_is_found_again(tmp_path):
    repository(tmp_path, {"connectors/a.yaml": CONNECTOR, "other.yaml": PROJECT})
    (tmp_path / "connectform.yaml").write_text("nonsense: [")
    commit(tmp_path)

    assert names(load_project(tmp_path / "other.yaml", tmp_path), "HEAD") == ["orders"]


def test_a_project_file_that_was_wrong_is_told(tmp_path):
    repository(tmp_path, {"connectors/a.yaml": CONNECTOR})
    (tmp_path / "connectform.yaml").write_text(f"{PROJECT}nonsense: 1\n")
    commit(tmp_path)

    found = refused(repository(tmp_path, {}), "HEAD")

    assert str(found.location) == "connectform.yaml:7:1"
    assert found.message == '--base HEAD: unknown field "nonsense" in this document'


def test_links_that_lead_out_are_left_out_and_others_followed(tmp_path):
    shop = tmp_path / "shop"
    shop.mkdir()
    loaded = repository(shop, {"connectors/a.yaml": CONNECTOR})
    (tmp_path / "outside.yaml").write_text(OTHER)
    (shop / "hidden").mkdir()
    (shop / "hidden" / "i.yaml").write_text(CONNECTOR.replace("name: orders", "name: inside"))
    for link, target in {
        "connectors/out.yaml": "../../outside.yaml",
        "connectors/etc": "/etc",
        "connectors/absolute.yaml": str(tmp_path / "outside.yaml"),
        "connectors/in.yaml": "../hidden/i.yaml",
        "connectors/nowhere.yaml": "nowhere",
    }.items():
        (shop / link).symlink_to(target)
    commit(tmp_path)

    assert names(loaded, "HEAD") == ["inside", "orders"]


@pytest.mark.parametrize(
    "ref",
    ["nowhere", "--upload-pack=touch hacked", "-x", "a b", "", "HEAD..main", "^HEAD", "0" * 40],
)
def test_what_is_no_commit_is_told_with_what_to_do(tmp_path, ref):
    loaded = repository(tmp_path, {"connectors/a.yaml": CONNECTOR})
    commit(tmp_path)

    found = refused(loaded, ref)

    assert found.code is Code.USAGE
    assert found.message == f"--base {ref}: git knows no such commit here"
    assert "fetch-depth: 0" in found.hint


def test_a_shallow_clone_is_told_to_fetch_more(tmp_path, tmp_path_factory):
    repository(tmp_path, {"connectors/a.yaml": CONNECTOR})
    first = commit(tmp_path)
    commit(tmp_path)
    shallow = tmp_path_factory.mktemp("shallow") / "x"
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{tmp_path}", str(shallow))
    loaded = load_project(None, shallow)

    assert "fetch-depth: 0" in refused(loaded, first).hint
    assert names(loaded, "HEAD") == ["orders"]


def test_a_detached_head_has_a_base(tmp_path):
    loaded = repository(tmp_path, {"connectors/a.yaml": CONNECTOR})
    git(tmp_path, "init", "-q", "-b", "main")
    first = commit(tmp_path)
    commit(tmp_path)
    git(tmp_path, "checkout", "-q", "--detach", first)

    assert names(loaded, "main") == ["orders"]


def test_a_folder_outside_of_git_has_no_base(tmp_path):
    found = refused(repository(tmp_path, {}), "main")

    assert found.message.startswith("--base main: git does not answer here: fatal: not a git")
    assert found.hint == "run this in a clone of the repository, with git installed"


def test_a_repository_without_commits_has_no_base(tmp_path):
    loaded = repository(tmp_path, {})
    git(tmp_path, "init", "-q")

    assert "git knows no such commit" in refused(loaded, "HEAD").message


def test_without_git_there_is_no_base(tmp_path, monkeypatch):
    loaded = repository(tmp_path, {})
    monkeypatch.setenv("PATH", str(tmp_path))

    assert refused(loaded, "main").message == (
        "--base main: git does not answer here: git is not installed"
    )


def test_nothing_is_left_behind_and_nothing_of_the_checkout_changes(tmp_path, monkeypatch):
    (tmp_path / "r").mkdir()
    loaded = repository(tmp_path / "r", {})
    commit(tmp_path / "r")
    (tmp_path / "r" / "connectors" / "new.yaml").write_text(CONNECTOR)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    before = git(tmp_path / "r", "status", "--porcelain")

    base(loaded, "HEAD")

    assert list((tmp_path / "temporary").iterdir()) == []
    assert git(tmp_path / "r", "status", "--porcelain") == before


def test_a_commit_that_git_cannot_read_is_told(tmp_path):
    loaded = repository(tmp_path, {"connectors/a.yaml": CONNECTOR})
    commit(tmp_path)
    blob = git(tmp_path, "rev-parse", "HEAD:connectors/a.yaml")
    (tmp_path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    assert "cannot be read" in refused(loaded, "HEAD").message
