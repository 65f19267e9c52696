"""Contract suites for adapters of any origin, to be run by pytest.

Subclass `http_contract.HttpAdapterContract` with a fixture `case`; where the sandbox speaks the provider's
wire format, `sandbox_contract.SandboxAdapterContract` too.
"""
