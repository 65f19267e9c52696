import pytest

from broadcast.model.nearest import did_you_mean, nearest, suggest

CHANNELS = ("sms", "email", "page")


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("emial", CHANNELS, "email"),
        ("EMAIL", CHANNELS, "email"),  # as typed by somebody in a hurry
        ("europe/berln", ("Europe/Berlin", "Europe/Dublin"), "Europe/Berlin"),
        ("straße", ("Strasse", "Platz"), "Strasse"),
        ("fax", CHANNELS, None),
        ("", CHANNELS, None),
        ("sms", (), None),
        ("sev9", ("sev1", "sev2", "sev3", "sev4"), None),  # how bad it is must not be guessed
        ("sve2", ("sev1", "sev2", "sev3", "sev4"), "sev2"),
        ("sms-3", ("sms-1", "sms-2"), None),
        ("sms", ("sms-1", "email"), "sms-1"),
        ("sms-1", ("sms-1", "sms-2"), "sms-1"),
    ],
)
def test_the_nearest_word(word, known, meant):
    assert nearest(word, known) == meant


def test_how_similar_it_must_be_is_for_the_caller_to_say():
    assert nearest("mailto", CHANNELS) == "email"
    assert nearest("mailto", CHANNELS, similarity=0.9) is None


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [("emial", CHANNELS, "did you mean email?"), ("fax", CHANNELS, "")],
)
def test_a_question_or_nothing(word, known, said):
    assert did_you_mean(word, known) == said


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("emial", CHANNELS, "did you mean email?"),
        ("fax", CHANNELS, "use one of: sms, email, page"),
        ("fax", set(CHANNELS), "use one of: email, page, sms"),
        ("fax", {"sms": 1}, "use one of: sms"),
        ("fax", (), "leave it out"),
    ],
)
def test_a_question_or_everything_there_is(word, known, hint):
    assert suggest(word, known) == hint


def test_another_name_leads_to_the_word_itself():
    names = {"Checkout": "shop-checkout", "Kasse": "shop-checkout"}

    assert suggest("kase", ["shop-checkout", "telephone"], names) == "did you mean shop-checkout?"
    assert suggest("lift", ["shop-checkout", "telephone"], names) == "use one of: shop-checkout, telephone"
