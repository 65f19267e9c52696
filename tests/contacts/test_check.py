from __future__ import annotations

from broadcast.contacts.check import summarise
from broadcast.contacts.permission import Permission
from broadcast.model.contact import AddressKind
from broadcast.model.suppression import Suppressed


def test_a_summary_counts_what_matters_in_an_outage(book):
    summary = summarise(
        book(
            "id,email,phone,locale,groups,shop\n"
            "1,anna@firma.de,0151 12345678,de,vip;eu,7\n"
            "2,berta@firma.de,,en,eu,7\n"
            "2,,0171 3920001,,,7\n"
            "3,carla@firma.de,,,,8\n"
            "4,,110,,,8\n"
        ),
        Permission(suppressed=Suppressed()),
    )

    assert (summary.rows, summary.contacts, summary.rejected, summary.merged) == (5, 3, 1, 1)
    assert summary.addresses == {AddressKind.PHONE: 2, AddressKind.EMAIL: 3}
    assert summary.lone == 1
    assert list(summary.groups.items()) == [("eu", 2), ("vip", 1)]
    assert summary.locales == {"": 1, "de": 1, "en": 1}
    assert summary.columns == ("shop",)
