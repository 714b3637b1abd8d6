"""Who says what, in text of our own writing."""

import pytest

from scenes.data.books.book import book_of
from scenes.data.books.people import NOBODY, Alias, Aliases
from scenes.data.books.quotes import Extractor


def said(text, aliases=NOBODY):
    """Speaker and words of each quotation that somebody says or thinks."""
    found = Extractor(book_of(text), aliases).quotes()
    return [(one.speaker, one.text) for one in found if one.kind in ("speech", "thought")]


def kinds(text, aliases=NOBODY):
    return [one.kind for one in Extractor(book_of(text), aliases).quotes()]


def known(*, given_names=False, **people):
    names: dict[str, tuple[Alias, ...]] = {}
    for person, others in people.items():
        for name in (person, *others):
            names[name] = (*names.get(name, ()), Alias(person))
    return Aliases("", names, given_names)


KNOWN = known(张远山=["远山", "子岳"], 李青=["青"], given_names=True)


def test_an_alias_before_a_classical_verb_is_folded():
    assert said("却说李青来到城下。子岳笑曰：“来得正好。”", KNOWN) == [("张远山", "来得正好。")]


def test_a_given_name_alone_means_who_bears_it():
    assert said("李青下马。青曰：“开门。”", KNOWN) == [("李青", "开门。")]


def test_the_subject_of_an_earlier_clause_speaks():
    assert said("张远山听罢，拍案而起，大喝道：“住口！”", KNOWN) == [("张远山", "住口！")]


@pytest.mark.parametrize(
    "verb", ["曰", "道", "说", "说道", "云", "言", "叫道", "喝道", "问", "答道", "骂", "笑道"]
)
def test_verbs_of_speaking_old_and_new_are_known(verb):
    assert said(f"李青{verb}：“好。”", KNOWN) == [("李青", "好。")]


@pytest.mark.parametrize("quoted", ["“好。”", "「好。」", '"好。"'])
def test_three_kinds_of_marks_are_read(quoted):
    assert said(f"李青道：{quoted}", KNOWN) == [("李青", "好。")]


def test_a_speaker_may_stand_after_the_words():
    text = "“今天不去了。”李青说。\n“那就明天。”远山答道。"
    assert said(text, KNOWN) == [("李青", "今天不去了。"), ("张远山", "那就明天。")]


def test_a_pronoun_is_left_unresolved():
    assert said("李青走了。他道：“可惜。”", KNOWN) == [("", "可惜。")]


def test_nobody_is_guessed_where_none_is_told():
    assert said("“谁？”\n“我。”", KNOWN) == [("", "谁？"), ("", "我。")]


def test_who_speaks_again_is_who_spoke():
    text = "李青道：“坐。”又道：“喝茶。”"
    assert said(text, KNOWN) == [("李青", "坐。"), ("李青", "喝茶。")]


def test_who_was_asked_answers():
    text = "李青问远山曰：“何时？”答曰：“明日。”"
    assert said(text, KNOWN) == [("李青", "何时？"), ("张远山", "明日。")]


def test_who_is_addressed_does_not_speak():
    assert said("远山大怒，谓李青曰：“去！”", KNOWN) == [("张远山", "去！")]


def test_who_is_spoken_to_is_not_the_subject_of_a_clause_before_either():
    assert said("李青挑了行李。走出门外，对李青说道：“快走。”", KNOWN) == [("", "快走。")]


def test_a_newcomer_with_the_given_name_of_somebody_known_is_meant_while_named_last():
    text = "却说王青来到城下。青曰：“开门。”王青大怒，引王青兵马攻城。李青出阵。青曰：“休走！”"
    assert said(text, KNOWN) == [("王青", "开门。"), ("李青", "休走！")]


def test_who_has_read_a_letter_speaks():
    assert said("李青下马。青看毕，大喜曰：“好！”", KNOWN) == [("李青", "好！")]


def test_two_who_speak_at_once_are_nobody_in_particular():
    assert said("张远山、李青齐声道：“遵命！”", KNOWN) == [("", "遵命！")]


def test_the_follower_of_somebody_named_is_not_them():
    assert said("李青背后一人大叫：“慢着！”", KNOWN) == [("", "慢着！")]


def test_somebody_seen_after_the_words_is_the_speaker():
    text = "忽一人大叫曰：“休走！”众视之，乃李青也。"
    assert said(text, KNOWN) == [("李青", "休走！")]


def test_a_title_before_a_name_does_not_hide_it():
    assert said("帐下谋士李青进言曰：“不可。”", KNOWN) == [("李青", "不可。")]


def test_nested_quotations_stay_in_the_outer_one():
    text = "李青道：“他说‘不去’，又说“随你”，我也没法。”远山道：“哦。”"
    assert [who for who, _ in said(text, KNOWN)] == ["李青", "张远山"]
    assert "“随你”" in said(text, KNOWN)[0][1]


def test_a_missing_closing_mark_costs_one_quotation_only():
    text = "李青道：“走罢。远山道：“等等。”李青道：“好。”"
    assert [who for who, _ in said(text, KNOWN)] == ["李青", "张远山", "李青"]


def test_a_speech_may_span_paragraphs():
    text = "李青道：“第一件。\n\n第二件。”远山道：“第三件呢？”"
    assert said(text, KNOWN) == [("李青", "第一件。\n\n第二件。"), ("张远山", "第三件呢？")]


def test_verse_and_letters_are_said_by_nobody():
    text = "后人有诗赞曰：“山高水长。”李青拆书，书曰：“见字如面。”"
    assert kinds(text, KNOWN) == ["writing", "writing"]


def test_a_name_in_marks_is_no_speech():
    assert kinds("城门上写着“青州”二字，人称“铁城”。", KNOWN) == ["term", "term"]


def test_thoughts_are_told_from_speech():
    assert kinds("李青暗想道：“不好。”李青道：“走。”", KNOWN) == ["thought", "speech"]


def test_one_name_of_two_people_means_who_was_named_last():
    two = known(王虎=["将军"], 赵龙=["将军"])
    text = "王虎出马。将军道：“来！”赵龙也到了。将军道：“我来！”"
    assert [who for who, _ in said(text, two)] == ["王虎", "赵龙"]


def test_names_are_learned_where_no_aliases_are_given():
    text = "\n".join(f"阿古柏道：“第{n}句。”\n小满笑道：“第{n}句。”" for n in range(5))
    assert {who for who, _ in said(text)} == {"阿古柏", "小满"}


def test_offsets_point_at_the_opening_marks():
    text = "李青道：“走。”"
    (one,) = Extractor(book_of(text), KNOWN).quotes()
    assert text[one.start] == "“" and text[one.end - 1] == "”"


MODERN = (
    "　　林默推开门，她跟在后面。\n　　“有人吗？”他问。\n"
    "　　林默抬头看了看，苦笑道：“这台阶比我还老。”\n"
    "　　“别贫嘴。”苏晚说，“快上来。”\n　　苏晚的手在发抖。\n"
    "　　她顿了顿，又说：“你自己看。”\n　　“没什么好看的。”林默低声说。\n"
    "　　苏晚摇摇头说：“你怕了。”\n　　林默没有回答。\n　　苏晚笑了。“我也怕。”\n"
)


def test_a_modern_novel_is_read_without_aliases():
    assert said(MODERN) == [
        ("林默", "有人吗？"),
        ("林默", "这台阶比我还老。"),
        ("苏晚", "别贫嘴。"),
        ("苏晚", "快上来。"),
        ("苏晚", "你自己看。"),
        ("林默", "没什么好看的。"),
        ("苏晚", "你怕了。"),
        ("苏晚", "我也怕。"),
    ]


def test_nobody_of_an_earlier_paragraph_speaks_in_a_modern_novel():
    text = MODERN + "　　苏晚看着窗外。\n　　门开了，有个声音喊道：“谁？”\n"
    assert said(text)[-1] == ("", "谁？")


def test_a_clause_behind_with_manners_and_more_than_one_clause_names_the_speaker():
    text = MODERN + (
        "　　“怎么？”林默诧异似的问。\n　　“等等！”苏晚大声地喊。\n"
        "　　林默把灯放下来，看着她，过了很久，才慢慢地说道：“我明白了。”\n"
    )
    assert said(text)[-3:] == [("林默", "怎么？"), ("苏晚", "等等！"), ("林默", "我明白了。")]


def test_two_take_turns_where_nobody_is_named():
    text = MODERN + (
        "　　“谁在外面？”苏晚问林默。\n　　“没有人。”\n　　“你去看看。”\n　　“我不去。”\n"
    )
    assert [who for who, _ in said(text)[-4:]] == ["苏晚", "林默", "苏晚", "林默"]


def test_a_quoted_term_is_no_speech():
    text = MODERN + "　　林默管这叫“江湖规矩”，从不破例。门上写着：“闲人免进”。\n"
    assert kinds(text)[-2:] == ["term", "writing"]


def test_a_thought_is_told_from_speech_in_a_modern_novel():
    text = MODERN + "　　苏晚心想：“真是麻烦。”\n"
    assert kinds(text)[-1] == "thought" and said(text)[-1][0] == "苏晚"


def test_words_behind_a_dash_are_speech():
    text = "　　罗桑走进来。\n　　——还有茶吗？罗桑问。\n　　——没有了，老板娘说，明天再来。\n"
    assert said(text) == [("罗桑", "还有茶吗？"), ("老板娘", "没有了，")]


def test_whoever_tells_the_story_speaks_as_i():
    text = "　　我推开门，她还坐在那里。\n　　“走吧。”我说。\n　　她没有动。\n"
    assert said(text) == [("我", "走吧。")]


TRADITIONAL = (
    "　　蘇婉推開門，她看見陳國強坐在窗邊。\n　　「你怎麼還不走？」蘇婉輕聲說。\n"
    "　　「等妳。」陳國強說。\n　　蘇婉笑著說：「那就走吧。」\n"
)


def test_traditional_signs_are_matched_and_kept():
    assert said(TRADITIONAL) == [
        ("蘇婉", "你怎麼還不走？"),
        ("陳國強", "等妳。"),
        ("蘇婉", "那就走吧。"),
    ]


TALE = (
    "崂山之下有王生者，家贫，其妻早卒。一夕，有女子叩其门，生启之，女子年可十六七。"
    "女笑曰：“君独居乎？”生愕然曰：“卿何人也？”女曰：“妾东邻之女也，慕君之义久矣。”"
    "生大骇，辞之。女怒曰：“何物书生，薄情若此！”曰：“吾闻之，男女有别。”\n"
)


def test_in_a_tale_subjects_are_of_one_sign_and_verbs_are_no_names():
    assert said(TALE) == [
        ("女", "君独居乎？"),
        ("王生", "卿何人也？"),
        ("女", "妾东邻之女也，慕君之义久矣。"),
        ("女", "何物书生，薄情若此！"),
        ("王生", "吾闻之，男女有别。"),
    ]


def test_a_tale_without_marks_speaks_behind_a_colon():
    text = TALE.replace("“", "").replace("”", "") * 2
    assert ("女", "君独居乎？") in said(text)


ENGLISH = (
    'Anna Reed shut the door.\n\n"You are late," said Mr. Calloway.\n\n'
    '"The ferry was late," Anna replied. "Is he awake?"\n\n"Awake and asking for you."\n\n'
    '"What did you tell him?" she asked.\n\nMr. Calloway shrugged. "The truth."\n'
)


def test_english_is_read_with_tags_beats_and_turns():
    assert said(ENGLISH) == [
        ("Mr. Calloway", "You are late,"),
        ("Anna", "The ferry was late,"),
        ("Anna", "Is he awake?"),
        ("Mr. Calloway", "Awake and asking for you."),
        ("Anna", "What did you tell him?"),
        ("Mr. Calloway", "The truth."),
    ]


def test_lines_that_end_inside_a_sentence_are_read_as_one():
    body = "".join(
        f"阿贵放下手里的篾条，慢慢地站起身来，走到门\n口，她跟在后面看着他的背影，没有说一\n句话。那天是初{n}。\n\n"
        for n in "一二三四五六"
    )
    assert (
        said(body + "“你要到哪里去呢，这样冷的天，外面还下着\n雪。”阿贵低声\n说。\n")[-1][0]
        == "阿贵"
    )
