"""Who says what, in text of our own writing."""

from scenes.corpora.books import book_of
from scenes.corpora.people import NOBODY, Alias, Aliases
from scenes.corpora.quotes import Extractor


def said(text, aliases=NOBODY):
    """Speaker and words of each quotation."""
    found = Extractor(book_of(text), aliases).quotes()
    return [(one.speaker, one.text) for one in found if one.kind in ("speech", "thought")]


KNOWN = Aliases(
    "试书",
    {
        "张远山": (Alias("张远山"),),
        "远山": (Alias("张远山"),),
        "子岳": (Alias("张远山"),),
        "李青": (Alias("李青"),),
        "青": (Alias("李青"),),
    },
)


def test_an_alias_before_a_classical_verb_is_folded():
    assert said("却说李青来到城下。子岳笑曰：“来得正好。”", KNOWN) == [("张远山", "来得正好。")]


def test_a_given_name_alone_means_who_bears_it():
    assert said("李青下马。青曰：“开门。”", KNOWN) == [("李青", "开门。")]


def test_the_subject_of_an_earlier_clause_speaks():
    assert said("张远山听罢，拍案而起，大喝道：“住口！”", KNOWN) == [("张远山", "住口！")]


def test_a_pronoun_is_left_unresolved():
    assert said("李青走了。他道：“可惜。”", KNOWN) == [("", "可惜。")]


def test_who_speaks_again_is_who_spoke():
    text = "李青道：“坐。”又道：“喝茶。”"
    assert said(text, KNOWN) == [("李青", "坐。"), ("李青", "喝茶。")]


def test_two_who_speak_at_once_are_nobody_in_particular():
    assert said("张远山、李青齐声道：“遵命！”", KNOWN) == [("", "遵命！")]
