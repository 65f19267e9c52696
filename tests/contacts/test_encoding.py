import pytest

from broadcast.contacts.encoding import encoding_of

NAME = "Müller"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (NAME.encode("utf-8"), "utf-8"),
        (NAME.encode("cp1252"), "cp1252"),
        (NAME.encode("utf-8-sig"), "utf-8-sig"),
        (NAME.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + NAME.encode("utf-16-be"), "utf-16"),
        (b"", "utf-8"),
        (NAME.encode("utf-16-le"), None),  # without its mark: every other byte is 0
        (b"M\x81ller \xff", None),
        (NAME.encode("utf-8")[:2], "utf-8"),  # cut off: damaged, and no German Windows
    ],
)
def test_the_encoding_of_a_list(data, encoding):
    assert encoding_of([data]) == encoding


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_character_may_lie_across_two_chunks(size):
    data = NAME.encode("utf-8") * 3

    assert encoding_of(data[at : at + size] for at in range(0, len(data), size)) == "utf-8"
