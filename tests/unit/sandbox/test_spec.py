import pytest

from reconcile.errors import UsageError
from reconcile.model.flavor import Flavor
from reconcile.sandbox.spec import (
    VERSIONS,
    Plugin,
    RealSpec,
    SimulatedSpec,
    check_spec,
    major_minor,
    make_spec,
    parse_plugin,
)

WISH = {
    "version": None,
    "workers": 1,
    "clusters": 1,
    "plugins": (),
    "tls": False,
    "client_certificate": False,
    "basic_auth": False,
    "port": 0,
    "heartbeat_ms": 0,
    "flavor": Flavor.APACHE,
}


def test_a_plugin_is_read_from_its_coordinates_and_written_back():
    plugin = parse_plugin("io.debezium:debezium-connector-postgres:3.3.1.Final")
    assert plugin == Plugin(
        group="io.debezium", artifact="debezium-connector-postgres", version="3.3.1.Final"
    )
    assert str(plugin) == "io.debezium:debezium-connector-postgres:3.3.1.Final"


@pytest.mark.parametrize(
    "text",
    ["", "a:b", "a:b:c:d", "a b:c:d", "a:b:<c>", "a:b:${env.X}", "-a:b:c", "../x:b:c", ".:b:c"],
)
def test_what_is_no_plugin_is_refused_with_an_example(text):
    with pytest.raises(UsageError) as raised:
        parse_plugin(text)
    assert "GROUP:ARTIFACT:VERSION" in raised.value.problems[0].hint


@pytest.mark.parametrize(
    ("version", "numbers"), [("4.3.1", (4, 3)), ("3.9.1", (3, 9)), ("3.10.0", (3, 10))]
)
def test_versions_compare_by_their_numbers(version, numbers):
    assert major_minor(version) == numbers


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_on_offer_passes(version):
    check_spec(RealSpec(version=version, workers=3, clusters=2, tls=True, client_certificate=True))


def test_all_faults_are_told_at_once():
    spec = RealSpec(version="2.8.0", workers=4, clusters=0, port=-1, client_certificate=True)
    with pytest.raises(UsageError) as raised:
        check_spec(spec)
    assert len(raised.value.problems) == 5


def test_ports_that_would_run_past_the_last_one_are_refused():
    check_spec(RealSpec(port=65532, workers=3))
    with pytest.raises(UsageError):
        check_spec(RealSpec(port=65533, workers=3))


def test_without_real_the_sandbox_is_simulated():
    assert make_spec(real=False, **WISH) == SimulatedSpec()
    assert make_spec(real=True, **WISH) == RealSpec()


@pytest.mark.parametrize(
    "extra", [{"plugins": ("a:b:1",)}, {"heartbeat_ms": 300}, {"metrics": True}]
)
def test_what_only_real_sandboxes_have_needs_real(extra):
    with pytest.raises(UsageError) as raised:
        make_spec(real=False, **{**WISH, **extra})
    assert "--real" in raised.value.problems[0].hint
    make_spec(real=True, **{**WISH, **extra})


def test_a_flavor_is_simulated_and_never_real():
    wish = {**WISH, "flavor": Flavor.CONFLUENT_PLATFORM}
    assert make_spec(real=False, **wish) == SimulatedSpec(flavor=Flavor.CONFLUENT_PLATFORM)
    with pytest.raises(UsageError) as raised:
        make_spec(real=True, **wish)
    assert "confluent-platform" in raised.value.problems[0].message


def test_aiven_lets_nobody_in_without_a_password():
    assert make_spec(real=False, **{**WISH, "flavor": Flavor.AIVEN}).basic_auth
