from __future__ import annotations

import pytest

from broadcast.model.alert import Alert
from broadcast.model.incident import Service, Severity
from broadcast.monitoring.alert_match import services_of, severity_of, systems_of

SERVICES = [
    Service("api", (("en", "Interface"),)),
    Service("api-gateway", (("de", "Zugang"),)),
    Service("checkout", (("de", "Kasse"), ("en", "Checkout page"))),
]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"service": "checkout"}, ["checkout"]),
        ({"job": "CHECKOUT"}, ["checkout"]),
        ({"namespace": "kasse"}, ["checkout"]),
        ({"alertname": "CheckoutPageDown"}, ["checkout"]),
        ({"alertname": "HTTPCheckoutDown"}, ["checkout"]),
        ({"instance": "checkout:9090"}, ["checkout"]),
        ({"instance": "checkout-1.muster.example:9090"}, ["checkout"]),
        # A label that is a key leaves no room for words that happen to be in others.
        ({"service": "api-gateway"}, ["api-gateway"]),
        ({"service": "api", "alertname": "CheckoutDown"}, ["api"]),
        ({"alertname": "ApiGatewayDown"}, ["api", "api-gateway"]),
        ({"alertname": "Checkouts"}, []),
        ({"team": "checkout"}, []),
        ({}, []),
    ],
)
def test_services_are_named_by_labels(labels, expected):
    assert services_of([Alert(firing=True, labels=labels)], SERVICES) == expected


def test_systems_are_named_by_labels():
    alerts = [
        Alert(firing=True, labels={"job": "slack"}),
        Alert(firing=True, labels={"alertname": "TwilioSmsLate"}),
    ]

    assert systems_of(alerts, ["outlook", "slack", "twilio"]) == ["slack", "twilio"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["critical"], Severity.SEV1),
        (["warning", "ERROR", "info"], Severity.SEV2),
        (["warning"], Severity.SEV3),
        (["info"], Severity.SEV4),
        (["purple"], None),
        ([], None),
    ],
)
def test_the_worst_severity_counts(said, expected):
    assert severity_of([Alert(firing=True, labels={"severity": word}) for word in said]) is expected


def test_priority_is_a_severity_too():
    assert severity_of([Alert(firing=True, labels={"priority": "P2"})]) is Severity.SEV2
