"""Reports of drift and applies say the same after they were written and read back."""

import json

from reconcile.plan.document import drifts_document, results_document
from reconcile.plan.report_parse import read_drift, read_failure, read_result
from tests.golden.nouns import NOT_COMPARED, drifts, results


def through_json(document):
    return json.loads(json.dumps(document))


def test_a_report_of_drift_comes_back_as_the_same_document():
    document = through_json(drifts_document(drifts(), (NOT_COMPARED,)))

    read = tuple(map(read_drift, document["drifts"]))
    failures = tuple(map(read_failure, document["failures"]))

    assert through_json(drifts_document(read, failures)) == document


def test_what_came_of_an_apply_comes_back_as_the_same_document():
    document = through_json(results_document(results()))

    read = tuple(map(read_result, document["results"]))

    assert through_json(results_document(read)) == document
