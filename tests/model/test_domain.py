"""Domain names leave in ASCII, as IDNA 2008 spells them: ß is not ss."""

from __future__ import annotations

import pytest

from broadcast.model.domain import ascii_domain, ascii_url


@pytest.mark.parametrize(
    ("domain", "spelled"),
    [
        ("weiß.example", "xn--wei-7ka.example"),
        ("Weiß.EXAMPLE", "xn--wei-7ka.example"),
        ("mu\u0308ller.de", "xn--mller-kva.de"),
        ("βόλος.example", "xn--nxasmm1c.example"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ("Muster.example", "Muster.example"),
        ("mail_server", "mail_server"),
        ("127.0.0.1", "127.0.0.1"),
        ("😀.example", None),
        ("a..example", None),
        ("a" * 64 + ".example", None),
    ],
)
def test_a_domain_is_spelled_as_idna_2008_says(domain, spelled):
    assert ascii_domain(domain) == spelled


@pytest.mark.parametrize(
    ("url", "spelled"),
    [
        ("https://weiß.example:8443/pfad?x=1#y", "https://xn--wei-7ka.example:8443/pfad?x=1#y"),
        ("https://user:geheim@weiß.example", "https://user:geheim@xn--wei-7ka.example"),
        ("https://www.example.com/ä", "https://www.example.com/ä"),
        ("https://[::1]:8443/ä", "https://[::1]:8443/ä"),
        ("weiß", "weiß"),
        ("", ""),
    ],
)
def test_a_url_keeps_all_but_its_host(url, spelled):
    assert ascii_url(url) == spelled
