"""The transcripts of real workers, parsed and served again."""

import http.client
from urllib.parse import urlsplit

from tests.replay import load, parse, served

TRANSCRIPT = """\
some remark before
>>> GET /connectors/zz/status
<<< 404 [7ms] ct=application/json loc=None allow=None {"error_code":404,"message":"No status"}

>>> POST /connectors {"name": "x y", "config": {}}
<<< 201 [187ms] ct=application/json loc=http://127.0.0.1:1/connectors/x allow=None {"name":"x y"}

RUNNING after 3.2
>>> GET /connectors/a%2Fb
<<< 400 [2ms] ct=text/html;charset=iso-8859-1 loc=None allow=None <html>
<title>Error 400</title>

>>> GET /long
<<< 200 [2ms] ct=application/json loc=None allow=None [{"cut":

>>> DELETE /connectors/x
<<< 204 [2ms] ct=None loc=None allow=None

>>> GET /connectors/zz/status
<<< 200 [7ms] ct=application/json loc=None allow=None {"second":"time"}
"""


def test_requests_and_answers_are_taken_apart():
    status, creation, page, cut, deletion, _ = parse(TRANSCRIPT)
    assert (status.method, status.target, status.sent, status.status) == (
        "GET",
        "/connectors/zz/status",
        "",
        404,
    )
    assert creation.sent == '{"name": "x y", "config": {}}'
    assert creation.location == "http://127.0.0.1:1/connectors/x"
    assert creation.comment.strip() == "RUNNING after 3.2"
    assert page.body.endswith("<title>Error 400</title>")
    assert [entry.complete for entry in (status, page, cut, deletion)] == [True, False, False, True]


def test_answers_are_served_again_in_their_order_and_byte_for_byte():
    with served(parse(TRANSCRIPT)) as url:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)

        def ask(method, target, body=None):
            connection.request(method, target, body)
            answer = connection.getresponse()
            return answer.status, answer.read()

        assert ask("GET", "/connectors/zz/status") == (
            404,
            b'{"error_code":404,"message":"No status"}',
        )
        assert ask("POST", "/connectors", b"{}") == (201, b'{"name":"x y"}')
        assert ask("GET", "/connectors/zz/status") == (200, b'{"second":"time"}')
        assert ask("GET", "/connectors/zz/status") == (200, b'{"second":"time"}')
        assert ask("DELETE", "/connectors/x") == (204, b"")
        assert ask("GET", "/long")[0] == 501
        connection.close()


def test_the_transcripts_beside_the_checkout_are_understood_whole():
    assert len(load("43-create-errors")) == 66
    assert len(load("43-lifecycle")) == 96
