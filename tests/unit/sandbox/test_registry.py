import pytest

from reconcile.clock import SystemClock
from reconcile.errors import SandboxError, UsageError
from reconcile.model.codes import Code
from reconcile.sandbox import registry
from reconcile.sandbox.locks import file_lock
from reconcile.sandbox.probe import answers
from reconcile.sandbox.spec import SimulatedSpec
from tests.fake_clock import FakeClock

CLOCK = SystemClock()


def silent(_line):
    return None


@pytest.fixture
def home(tmp_path):
    """A folder for sandboxes, none of which outlives the test."""
    folder = registry.sandbox_home(tmp_path)
    yield folder
    for name in registry.names(folder):
        registry.down(name, folder, CLOCK)


def up(name, home, **settings):
    return registry.up(name, SimulatedSpec(**settings), home, CLOCK, report=silent)


def code_of(call):
    with pytest.raises(SandboxError) as raised:
        call()
    return raised.value.problems[0].code


def test_a_sandbox_goes_on_after_its_start_and_ends_with_down(home):
    sandbox = up("a", home, workers=2, clusters=2)
    assert registry.find("a", home) == sandbox
    urls = [url for cluster in sandbox.clusters for url in cluster.urls]
    assert len(urls) == 4
    assert all(answers(url, sandbox.access) for url in urls)
    registry.down("a", home, CLOCK)
    assert not any(answers(url, sandbox.access) for url in urls)
    assert registry.names(home) == ()
    assert not (home / "a").exists()


def test_two_sandboxes_are_apart(home):
    first, second = up("a", home), up("b", home)
    assert first.url != second.url
    registry.down("a", home, CLOCK)
    assert answers(second.url, second.access)
    assert [sandbox for sandbox, _ in registry.inspect_all(home)] == [second]


def test_one_name_is_up_once(home):
    sandbox = up("a", home)
    assert code_of(lambda: up("a", home)) is Code.SANDBOX_EXISTS
    assert answers(sandbox.url, sandbox.access)


def test_a_name_that_is_being_started_is_not_started_twice(home):
    with file_lock(home / ".a.lock", CLOCK, timeout=0):
        assert code_of(lambda: up("a", home)) is Code.SANDBOX_EXISTS


def test_a_reset_keeps_settings_and_urls(home):
    before = up("a", home, version="3.6.2", basic_auth=True, workers=2)
    after = registry.reset("a", home, CLOCK, report=silent)
    assert (after.urls, after.spec.version) == (before.urls, "3.6.2")
    assert after.processes != before.processes
    assert answers(after.url, after.access)


def test_guards_hold_for_simulated_sandboxes_too(home):
    sandbox = up("a", home, tls=True, client_certificate=True, basic_auth=True)
    assert sandbox.url.startswith("https://")
    assert answers(sandbox.url, sandbox.access)
    assert not answers(sandbox.url, up("b", home, tls=True).access)


def test_a_dead_sandbox_is_seen_and_can_be_started_again(home):
    sandbox = up("a", home)
    registry.end_processes(sandbox, CLOCK)
    assert registry.inspect(registry.find("a", home))[1] == {"simulated": False}
    assert answers(up("a", home).url, sandbox.access)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "-a", ".a", "a b", "x" * 41])
def test_a_name_is_never_a_path(home, name):
    with pytest.raises(UsageError):
        up(name, home)
    for call in (
        lambda: registry.find(name, home),
        lambda: registry.down(name, home, CLOCK),
        lambda: registry.find_log(name, "", home),
    ):
        assert code_of(call) is Code.SANDBOX_NOT_RUNNING


def test_what_is_not_there_is_told_with_what_is(home):
    up("a", home)
    for call in (
        lambda: registry.find("b", home),
        lambda: registry.down("b", home, CLOCK),
        lambda: registry.reset("b", home, FakeClock(), report=silent),
    ):
        with pytest.raises(SandboxError, match="no sandbox `b`") as raised:
            call()
        assert raised.value.problems[0].hint == "there is a"


def test_asking_for_what_is_not_there_leaves_no_folder(home):
    assert code_of(lambda: registry.down("b", home, CLOCK)) is Code.SANDBOX_NOT_RUNNING
    assert not home.exists()


def test_logs_are_found_by_role(home):
    up("a", home)
    assert registry.find_log("a", "", home).name == "simulated.log"
    with pytest.raises(SandboxError) as raised:
        registry.find_log("a", "worker-3", home)
    assert raised.value.problems[0].hint == "it has logs of simulated"
