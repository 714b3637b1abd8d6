"""How well a sentence-transformers model finds what shares no word: figures for docs/benchmarks.md.

    python tests/bench/nearness.py MODEL

Sixteen chunks about a town, a question to each in other words, and sixteen lines that are about
none of them; in English and Chinese. Nearness is that of `characters.wiki.vectors`.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from characters.wiki.chunks import Chunk
from characters.wiki.index import Base
from characters.wiki.storage import write_base
from characters.wiki.vectors import LEAST_NEAR, Embedding
from scenes.embedding import builder

ENGLISH = (
    ("The blacksmith repairs swords beside the river.", "Who could mend my broken blade?"),
    ("Travellers may sleep at the inn for two silver coins.", "Where can I spend the night?"),
    ("Queen Mara is terrified of spiders.", "Which bugs frighten her majesty?"),
    ("The northern gate is locked every evening at nine.", "How late may one leave the city?"),
    ("The lighthouse was abandoned after the storm.", "Why is no beacon guiding ships any more?"),
    ("Doctor Hale hides a diary under the floor.", "What does that physician keep secret?"),
    ("The bridge fell last winter and four people drowned.", "What accident killed villagers?"),
    ("Wolves roam the forest east of here.", "Are there dangerous animals in those woods?"),
    ("The baker poisoned her first husband.", "Is someone a murderer in town?"),
    ("Anna inherited this mansion from her grandmother.", "How did she get such a big house?"),
    ("The cellar is flooded; nobody enters without a boat.", "Could we go down to a basement?"),
    ("The mayor takes bribes from smugglers.", "Are officials corrupt?"),
    ("Every seventh day a caravan comes from the desert.", "When do traders arrive?"),
    ("Monks brew dark beer flavoured with honey.", "What do they drink at a monastery?"),
    ("A dragon was seen above the mountains.", "Has anyone met giant winged lizards?"),
    ("The library burned down with all its maps.", "Where may I find charts of this region?"),
)
CHINESE = (
    ("铁匠在河边修剑。", "我的刀断了，找谁补好？"),
    ("旅人花两枚银币可以在客栈过夜。", "今晚住哪儿？"),
    ("王后玛拉怕蜘蛛。", "陛下惧什么虫子？"),
    ("北门每晚九点上锁。", "几时以后出不了城？"),
    ("灯塔自大风暴后就荒废了。", "为何再没有光给船只引路？"),
    ("黑尔医生在地板下藏着日记。", "大夫有何秘密？"),
    ("石桥去年冬天塌了，淹死四人。", "村民是怎样遇难丧命？"),
    ("东边的森林有狼出没。", "树丛里危险吗，有野兽吗？"),
    ("面包师毒死了她的前夫。", "镇上谁杀过人？"),
    ("这座大宅是安娜从祖母那里继承的。", "她怎么拥有如此气派房子？"),
    ("地窖淹了水，没有船进不去。", "能下到底层储藏室吗？"),
    ("镇长收走私贩的贿赂。", "当官者清廉吗？"),
    ("每隔七天有商队从沙漠来。", "做买卖的人何时到？"),
    ("僧侣酿一种加蜂蜜的黑啤。", "修道院喝什么饮料？"),
    ("三年前有人在山上见过龙。", "谁遇到巨大飞行怪物？"),
    ("图书馆烧毁了，所有地图都没了。", "上哪儿弄一份本区路线？"),
)
OTHER = {
    ENGLISH: (
        *("Hello, how are you today?", "Let's go.", "I don't know what you mean."),
        *("Pass me the salt, please.", "Ha ha, very funny!", "She shrugged and smiled."),
        *("Yes, of course I remember.", "My computer crashed again.", "Two plus two is four."),
        *("He scored a goal in the last minute.", "I love jazz music.", "Stocks fell again."),
        *("We should wait here until it stops.", "Be quiet!", "Thank you.", "And you?"),
    ),
    CHINESE: (
        *(
            "你好，今天怎么样？",
            "我们走吧。",
            "我不懂你的意思。",
            "请把盐递给我。",
            "哈哈，真有意思！",
        ),
        *(
            "哈哈，真有意思！",
            "她耸耸肩，笑了。",
            "当然，我记得。",
            "我的电脑又死机了。",
            "二加二等于四。",
        ),
        *("他在最后一分钟进了球。", "我爱听爵士乐。", "股市又跌了。", "就在这儿等它停吧。"),
        *("小声点！", "谢谢。", "那你呢？"),
    ),
}


def main() -> None:
    embedder = builder(sys.argv[1])
    for name, pairs in (("English", ENGLISH), ("Chinese", CHINESE)):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "town.kb"
            rows = [Chunk("town.md", "", text) for text, _ in pairs]
            write_base(path, rows, embedding=Embedding(embedder, "model"))
            plain, base = Base.open(path), Base.open(path, lambda _: embedder)
            print(f"{name}: {measured(plain, base, pairs)}")


def measured(plain: Base, base: Base, pairs: tuple[tuple[str, str], ...]) -> str:
    took, words, first, near, wrong = [], 0, 0, 0, 0
    for text, question in pairs:
        words += any(hit.chunk.text == text for hit in plain.search(question, 1))
        started = time.perf_counter()
        hits = base.search(question)
        took.append(1000 * (time.perf_counter() - started))
        first += bool(hits) and hits[0].chunk.text == text
        near += any(hit.chunk.text == text and hit.near for hit in hits)
        wrong += sum(hit.chunk.text != text and bool(hit.near) for hit in hits)
    other = sum(any(hit.near for hit in base.search(line)) for line in OTHER[pairs])
    return (
        f"of {len(pairs)} questions words find {words} first, words and vectors {first}; "
        f"{near} answers are near (≥ {LEAST_NEAR}), {wrong} other chunks too; {other} of "
        f"{len(OTHER[pairs])} other lines bring up any; {median(took):.0f} ms a question"
    )


if __name__ == "__main__":
    main()
