"""Contract suites for adapters of any origin, to be run by pytest.

Subclass `AdapterContract` with a fixture `case`; where the sandbox speaks your provider's wire format,
add `SandboxContract`. See `adapter_contract.Case`.
"""
