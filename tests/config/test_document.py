from __future__ import annotations

from broadcast.config.document import read_document

TEXT = '''# [channels.none]
[broadcast]
organisation = "a # b = [c]"
note = """
[channels.fake]
timeout = 1
"""
list = [
  "x = 1", # ]
  "[y]",
]
after = 1

[ channels . "mail backup" ]
'adapter' = "smtp"
fate.one = { two = "three" }

[[things]]
"quoted key" = 'C:\\path\\'
last = 2

[[things]]
last = 3
'''


def test_every_key_has_its_line_whatever_stands_in_texts_and_lists(tmp_path):
    (tmp_path / "a.toml").write_text(TEXT)

    document = read_document(tmp_path / "a.toml", "a.toml")

    assert document.lines == {
        ("broadcast",): 2,
        ("broadcast", "organisation"): 3,
        ("broadcast", "note"): 4,
        ("broadcast", "list"): 8,
        ("broadcast", "after"): 12,
        ("channels",): 14,
        ("channels", "mail backup"): 14,
        ("channels", "mail backup", "adapter"): 15,
        ("channels", "mail backup", "fate"): 16,
        ("channels", "mail backup", "fate", "one"): 16,
        ("things",): 18,
        ("things", "0"): 18,
        ("things", "0", "quoted key"): 19,
        ("things", "0", "last"): 20,
        ("things", "1"): 22,
        ("things", "1", "last"): 23,
    }


def test_what_has_no_line_of_its_own_has_the_one_of_its_table(tmp_path):
    (tmp_path / "a.toml").write_text(TEXT)

    document = read_document(tmp_path / "a.toml", "a.toml")

    assert document.where("channels", "mail backup", "fate", "one", "two") == "a.toml:16"
    assert document.where("broadcast", "locale") == "a.toml:2"
    assert document.where("nowhere", "key") == "a.toml"
