import pytest

from reconcile.connect.requests import Request, at, connector_path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("orders", "/connectors/orders/status"),
        ("a b", "/connectors/a%20b/status"),
        ("ü", "/connectors/%C3%BC/status"),
        ("a/b?c#d%e+f;g:h", "/connectors/a%2Fb%3Fc%23d%25e%2Bf%3Bg%3Ah/status"),
        ("..", "/connectors/../status"),
        ("\ud800", "/connectors/%ED%A0%80/status"),
    ],
)
def test_a_name_is_one_part_of_a_path(name: str, expected: str) -> None:
    assert connector_path(name, "status") == expected


def test_a_query_is_escaped() -> None:
    assert at("admin", "loggers", query={"scope": "a&b", "x": "1"}) == (
        "/admin/loggers?scope=a%26b&x=1"
    )


def test_a_request_does_not_print_its_body() -> None:
    assert "hunter22" not in repr(Request(method="PUT", path="/", body=b"hunter22"))
