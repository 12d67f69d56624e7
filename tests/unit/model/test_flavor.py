import pytest

from reconcile.model.flavor import Flavor, flavor_of, is_aiven_platform
from reconcile.model.live import ClusterIdentity

APACHE, CONFLUENT, AIVEN = Flavor.APACHE, Flavor.CONFLUENT_PLATFORM, Flavor.AIVEN


@pytest.mark.parametrize(
    ("version", "url", "flavor"),
    [
        ("4.3.1", "http://127.0.0.1:8083", APACHE),
        ("3.7.0.redhat-00007", "https://connect.example.com", APACHE),
        ("7.9.3-ce", "https://connect.example.com", CONFLUENT),
        ("8.3.0-ccs", "https://connect.example.com", CONFLUENT),
        ("3.9.0-ce", "https://connect.example.com", CONFLUENT),
        ("7.6.0", "https://connect.example.com", CONFLUENT),
        ("3.9.1", "https://kc-shop.aivencloud.com:443", AIVEN),
        ("3.9.1", "https://KC-shop.AivenCloud.com:443", AIVEN),
        ("3.9.1", "https://aivencloud.com.example.com", APACHE),
        ("", "", APACHE),
    ],
)
def test_version_and_host_tell_whose_connect_it_is(version, url, flavor):
    assert flavor_of(version, (url,)) is flavor


@pytest.mark.parametrize(
    ("version", "declared", "release"),
    [
        ("7.9.3-ce", None, (3, 9)),
        ("7.9.3-ce", CONFLUENT, (3, 9)),
        ("8.0.0", None, (4, 0)),
        ("8.0.0", APACHE, (8, 0)),
        ("5.0.0", AIVEN, (5, 0)),
        ("4.3.1", CONFLUENT, (4, 3)),
    ],
)
def test_what_the_project_file_says_decides_whose_number_a_version_is(version, declared, release):
    assert ClusterIdentity(version=version, flavor=declared).release == release


@pytest.mark.parametrize(
    ("url", "platform"),
    [
        ("https://api.aiven.io", True),
        ("https://api.aiven.io/v1/project/shop/service/kc", True),
        ("https://gateway.example.com/v1/project/shop/service/kc/connectors", True),
        ("https://kc-shop.aivencloud.com:443", False),
        ("https://connect.example.com/project/shop", False),
        ("http://127.0.0.1:8083", False),
    ],
)
def test_the_platform_api_of_aiven_is_known_by_its_address(url, platform):
    assert is_aiven_platform(url) is platform
