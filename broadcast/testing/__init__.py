"""Contract suites for adapters and ledgers of any origin, run by pytest.

Subclass `http_contract.HttpAdapterContract` with a fixture `case`; if the sandbox has the provider's wire
format, also `sandbox_contract.SandboxAdapterContract`. An adapter that receives requests of its provider also
needs `inbound_contract.InboundContract`, or with receipts `inbound_contract.ReceiptContract`.

Example:
    class TestPigeon(HttpAdapterContract):
        @pytest.fixture
        def case(self):
            return Case(
                adapter="pigeon",
                options={"token": "t0p"},
                secrets=("t0p",),
                address="+4915112345678",
                accepted=Canned(201, b"{}"),
            )
"""
