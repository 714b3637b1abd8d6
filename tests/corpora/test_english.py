"""Who says what in English prose of our own writing."""

import pytest

from scenes.data.books.book import book_of
from scenes.data.books.people import NOBODY
from scenes.data.books.quotes import Extractor

SHOP = """I had not seen my brother in eleven years when he walked into the shop.

"What size?" I said.

"You don't know me, do you?"

"Two-inch or three?"

Danny put both hands down, the way our father used to. "Three," he said. "Make it three, Ellen."

Behind him Mrs. Kowalski had stopped pretending to read the paint charts.

"Is everything all right, dear?" she asked.

"Fine, Mrs. Kowalski," I said. "This is Danny. He used to live here."
"""
COUNCIL = """The committee met. Colonel Astbury took the chair, and Miss Pym took the minutes.
‘Green,’ said the Colonel. ‘It has always been green.’
‘It has always been brown,’ said Miss Pym.
‘So was the woodworm,’ murmured Mr Okafor from the window.
The vicar coughed. ‘Perhaps we might ask the children?’
‘Children,’ said the Colonel heavily, ‘will say purple.’
"""
ROOF = """    Marcus held the ladder. "Don't look down."

    "You always say that," Priya called.

    "Because you always look."

    She had reached the gutter. There was a nest in it. "There's a shoelace up here!"

    Across the street Mr. Delgado came out onto his porch.

    "You kids have a permit for that?" Delgado shouted.

    "It's a ladder, sir," Marcus said.
"""
CLIENT = """Inspector Hale had taken off his coat when Miss Crane showed a lady into the room.

"Pray sit down," said Hale. "Please tell me what has happened."

"My name is Rose Ferrier," said our visitor, "and I keep house for my uncle. He is a pilot.

"On Thursday a stranger came to the door.

"'There is no Captain Roke here,' said I."

"What did your uncle say?" asked Hale.
"""
DOMINOES = """The Walrus and the Snow Hare were playing dominoes when Polly came up the beach.

‘It isn’t your turn,’ said the Snow Hare. The Snow Hare frowned.

‘It’s always my turn,’ the Walrus replied.

On the box was written ‘Two to Nine’, in gold.

‘Nobody is good at dominoes,’ said Two, who was only a domino.

‘You’d talk, Five!’ said Two.

‘Losing,’ said the Hare.

   ‘Roll, roll, ye domino,
    And never stop for tea!’

‘No!’ they both cried at once.
"""


def speakers(text):
    found = Extractor(book_of(text), NOBODY).quotes()
    return [one.speaker for one in found if one.kind in ("speech", "thought")]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (SHOP, "I,Danny,I,Danny,Danny,Mrs. Kowalski,I,I"),
        (
            COUNCIL,
            "Colonel Astbury,Colonel Astbury,Miss Pym,Mr Okafor,the vicar,Colonel Astbury,"
            "Colonel Astbury",
        ),
        (ROOF, "Marcus,Priya,Marcus,Priya,Delgado,Marcus"),
        (
            CLIENT,
            "Hale,Hale,Rose Ferrier,Rose Ferrier,Rose Ferrier,Rose Ferrier,Hale",
        ),
        (DOMINOES, "Snow Hare,Walrus,Two,Two,Snow Hare,,"),
    ],
    ids=["first person", "a line each", "set in", "a tale told", "odd names"],
)
def test_english_in_many_manners(text, who):
    assert ",".join(speakers(text)) == who


def test_turns_that_those_around_contradict_stay_open():
    text = (
        'Anna and Ben sat down.\n\n"Tea?" said Anna.\n\n"Yes."\n\n"And cake?"\n\n'
        '"There is none," said Anna.\n'
    )
    assert speakers(text)[0] == "Anna"
    assert "" in speakers(text)[1:3]


def test_somebody_without_a_name_is_nobody_who_has_one():
    text = (
        'Mary Bell closed the book. "Late again," said Mary Bell.\n\nA woman in black came in.\n\n'
        '"Is this the office?" she asked.\n'
    )
    assert speakers(text) == ["Mary Bell", ""]
