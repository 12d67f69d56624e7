import json

import pytest

from reconcile.connect.failures import (
    ErrorBody,
    Fault,
    FaultKind,
    WriteFailureKind,
    error_body,
    failure_kind,
    fault_kind,
    write_failure,
)
from reconcile.http.failures import FailureKind, HttpFailure
from reconcile.model.codes import Code
from reconcile.model.problem import Problem

JACKSON = " at [Source: REDACTED; line: 1, column: 168]"
# (status, message of Connect or None for a body that is not its own) -> (kind, as a write)
MEANINGS = [
    (401, "User cannot access the resource.", FaultKind.NOT_AUTHENTICATED, "denied"),
    (401, None, FaultKind.NOT_AUTHENTICATED, "denied"),
    (407, None, FaultKind.NOT_AUTHENTICATED, "denied"),
    (403, "User is denied operation", FaultKind.NOT_AUTHORISED, "denied"),
    (404, "Connector zz not found", FaultKind.NOT_FOUND, "not-found"),
    (404, "No status found for connector zz", FaultKind.NOT_FOUND, "not-found"),
    (404, "Unknown connector: zz", FaultKind.NOT_FOUND, "not-found"),
    (404, "Unknown task: src1-9", FaultKind.NOT_FOUND, "not-found"),
    (404, "Unknown plugin Nope.", FaultKind.NOT_FOUND, "not-found"),
    (404, "HTTP 404 Not Found", FaultKind.UNSUPPORTED, "rejected"),
    (404, None, FaultKind.STARTING, "retry"),
    (405, "HTTP 405 Method Not Allowed", FaultKind.UNSUPPORTED, "rejected"),
    (409, "Connector src1 already exists", FaultKind.EXISTS, "exists"),
    (
        409,
        (
            "Cannot complete request momentarily due to stale configuration (typically caused by a"
            " concurrent config change)"
        ),
        FaultKind.BUSY,
        "retry",
    ),
    (
        409,
        (
            "Cannot complete request momentarily due to no known leader URL, likely because a"
            " rebalance was underway."
        ),
        FaultKind.BUSY,
        "retry",
    ),
    (
        409,
        "Cannot complete request because of a conflicting operation (e.g. worker rebalance)",
        FaultKind.BUSY,
        "retry",
    ),
    (409, None, FaultKind.BUSY, "retry"),
    (
        400,
        "Connector configuration is invalid and contains the following 1 error(s):\nNull value",
        FaultKind.REJECTED,
        "rejected",
    ),
    (
        400,
        "Connector name configuration (y) doesn't match connector name in the URL (x)",
        FaultKind.REJECTED,
        "rejected",
    ),
    (
        400,
        "Connectors must be in the STOPPED state before their offsets can be modified.",
        FaultKind.REJECTED,
        "rejected",
    ),
    (400, None, FaultKind.REJECTED, "rejected"),
    (415, "HTTP 415 Unsupported Media Type", FaultKind.REJECTED, "rejected"),
    (429, None, FaultKind.UNAVAILABLE, "retry"),
    (503, None, FaultKind.UNAVAILABLE, "retry"),
    (502, None, FaultKind.GATEWAY, "unknown-outcome"),
    (504, None, FaultKind.GATEWAY, "unknown-outcome"),
    (408, None, FaultKind.GATEWAY, "unknown-outcome"),
    (
        500,
        "Request cannot be completed because a rebalance is expected",
        FaultKind.BUSY,
        "retry",
    ),
    (
        500,
        (
            "Failed to write to config topic; this may be due to a transient error and can be safely"
            " retried"
        ),
        FaultKind.BUSY,
        "retry",
    ),
    (
        500,
        "IO Error trying to forward REST request: java.net.ConnectException: Connection refused",
        FaultKind.BUSY,
        "retry",
    ),
    (
        500,
        "IO Error trying to forward REST request: java.io.EOFException",
        FaultKind.SERVER_ERROR,
        "unknown-outcome",
    ),
    (500, "Request timed out", FaultKind.TIMED_OUT, "unknown-outcome"),
    (
        500,
        (
            "Request timed out. The worker is currently ensuring membership in the cluster, which"
            " began at 2026-11-22T12:00:00Z"
        ),
        FaultKind.TIMED_OUT,
        "unknown-outcome",
    ),
    (500, "Error writing target state to Kafka", FaultKind.SERVER_ERROR, "unknown-outcome"),
    (500, None, FaultKind.SERVER_ERROR, "unknown-outcome"),
    (507, None, FaultKind.SERVER_ERROR, "unknown-outcome"),
    (
        500,
        'Unrecognized field "initial_state" (class org.apache.kafka.connect.runtime.rest.entities'
        ".CreateConnectorRequest), not marked as ignorable" + JACKSON,
        FaultKind.REJECTED,
        "rejected",
    ),
    (
        500,
        "Cannot construct instance of `CreateConnectorRequest$InitialState`, problem: No enum"
        " constant CreateConnectorRequest.InitialState.NOPE" + JACKSON,
        FaultKind.REJECTED,
        "rejected",
    ),
    (
        500,
        "Cannot deserialize value of type `java.lang.String` from Object value" + JACKSON,
        FaultKind.REJECTED,
        "rejected",
    ),
    (500, 'Cannot invoke "java.util.Map.get(Object)"', FaultKind.REJECTED, "rejected"),
    (500, "Unexpected character ('n' (code 110))", FaultKind.REJECTED, "rejected"),
    (
        500,
        (
            "Failed to find any class that implements Connector and which name matches Nope, available"
            " connectors are: "
        ),
        FaultKind.REJECTED,
        "rejected",
    ),
    (
        500,
        "Could not read properties from file /nope",
        FaultKind.REJECTED,
        "rejected",
    ),
    (
        500,
        (
            "org.apache.kafka.common.config.ConfigException: Invalid value abc for configuration"
            " max.poll.records: Not a number of type INT"
        ),
        FaultKind.REJECTED,
        "rejected",
    ),
    (500, "Must configure one of topics or topics.regex", FaultKind.REJECTED, "rejected"),
    (
        500,
        "topics and topics.regex are mutually exclusive options, but both are set.",
        FaultKind.REJECTED,
        "rejected",
    ),
    (500, "The DLQ topic 'a' may not be included in", FaultKind.REJECTED, "rejected"),
    (500, "Partition objects should contain the key 'filename'", FaultKind.REJECTED, "rejected"),
    (
        500,
        "Failed to alter consumer group offsets for connector k-new",
        FaultKind.SERVER_ERROR,
        "unknown-outcome",
    ),
    (302, None, FaultKind.UNEXPECTED, "not-sent"),
]


@pytest.mark.parametrize(("status", "message", "kind", "as_write"), MEANINGS)
def test_an_error_is_what_it_says(
    status: int, message: str | None, kind: FaultKind, as_write: str
) -> None:
    error = None if message is None else ErrorBody(status, message)
    problem = Problem(code=Code.REJECTED, message="text")

    found = fault_kind(status, error)
    fault = Fault(kind=found, problem=problem, sent=found is not FaultKind.UNEXPECTED)

    assert found is kind
    assert write_failure(fault).kind is WriteFailureKind(as_write)


@pytest.mark.parametrize(
    ("kind", "sent", "as_write"),
    [
        (FailureKind.UNREACHABLE, False, "not-sent"),
        (FailureKind.TIMEOUT, True, "unknown-outcome"),
        (FailureKind.TIMEOUT, False, "not-sent"),
        (FailureKind.BROKEN, True, "unknown-outcome"),
        (FailureKind.TLS, False, "denied"),
        (FailureKind.TOKEN, False, "denied"),
        (FailureKind.PROTOCOL, False, "not-sent"),
        (FailureKind.PROTOCOL, True, "unknown-outcome"),
    ],
)
def test_no_answer_is_what_may_have_happened(
    kind: FailureKind,
    sent: bool,  # noqa: FBT001
    as_write: str,
) -> None:
    failure = HttpFailure(kind, sent=sent, detail="text")
    fault = Fault(
        kind=failure_kind(failure),
        problem=Problem(code=Code.REJECTED, message="text"),
        sent=failure.sent,
    )

    assert write_failure(fault).kind is WriteFailureKind(as_write)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"error_code":404,"message":"Connector a not found"}', (404, "Connector a not found")),
        (b'{"error_code":500,"message":null}', (500, "")),
        (b'{"error_code":500}', (500, "")),
        (b"<html>", None),
        (b"", None),
        (b"[]", None),
        (b"{half", None),
        (b'{"detail":"Not Found"}', None),
        (b'{"error_code":"x","message":"y"}', None),
        (b'{"error_code":1,"message":["y"]}', None),
        (b'{"status":"starting","message":"Worker is still starting up."}', None),
    ],
)
def test_only_the_body_tells_whether_an_error_is_of_connect(
    body: bytes, expected: tuple[int, str] | None
) -> None:
    assert error_body(body) == (None if expected is None else ErrorBody(*expected))


def test_a_404_of_another_server_does_not_mean_absent() -> None:
    body = json.dumps({"detail": "Not Found"}).encode()

    assert fault_kind(404, error_body(body)) is not FaultKind.NOT_FOUND


def test_a_fault_prints_nothing_that_connect_said() -> None:
    fault = Fault(
        kind=FaultKind.REJECTED,
        problem=Problem(code=Code.REJECTED, message="text"),
        sent=True,
        message="pw=hunter22",
    )

    assert "hunter22" not in repr(fault)
