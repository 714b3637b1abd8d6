"""What lorebooks and knowledge bases hold about a question, for a teacher to answer from."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from base.folders import is_folder
from characters.knowledge import Knowledge
from models.server.count import estimate
from scenes.injection import LEAST_WEIGHT, KnowledgeInjector
from scenes.log import Entry
from scenes.scene import Role, Scene

CHUNKS = 6
"""Chunks of a base that a question brings up, three times as many as at the table."""
BUDGET = 4096
"""Tokens of a history in which lorebooks fire, of which they may take a quarter."""
MOST_TOKENS = 1200
"""Tokens of the facts that are given with a question, estimated."""
SAMPLE = 200
"""Questions whose facts stand for those of all, in an estimate."""


class Grounding:
    """Open knowledge, asked for what bears on a question to a role."""

    def __init__(self, knowledge: Knowledge, role: str, asker: str) -> None:
        self._knowledge = knowledge
        self._role = Role(role)
        self._asker = asker
        self._scene = Scene("questions", Path(), role, (self._role, Role(asker)))

    def facts(self, question: str) -> list[str]:
        """Facts by their relevance, as many as there is room for."""
        facts = dict.fromkeys([*self._of_books(question), *self._of_bases(question)])
        room, kept = MOST_TOKENS, []
        for one in facts:
            room -= estimate(one)
            if room >= 0:
                kept.append(one)
        return kept

    def _of_books(self, question: str) -> list[str]:
        if not self._knowledge.books:
            return []
        injector = KnowledgeInjector(self._scene, BUDGET, estimate, self._asker)
        injector.add([Entry("speech", question, self._asker)])
        books = Knowledge(books=self._knowledge.books)
        return [note.text for note in injector.notes_for(self._role, books)]

    def _of_bases(self, question: str) -> list[str]:
        facts = []
        for base in self._knowledge.bases:
            for hit in base.search(question, CHUNKS, beside=self._role.name):
                if base.relevance(hit) >= LEAST_WEIGHT or hit.near:
                    text = " ".join(hit.chunk.text.split())
                    facts.append(f"{hit.chunk.title}：{text}" if hit.chunk.title else text)
        return facts


def sampled(facts_of: Callable[[str], Sequence[str]]) -> Callable[[str], Sequence[str]]:
    """The same for the first questions, whose facts then stand for those of all further ones."""
    found: list[Sequence[str]] = []
    asked = 0

    def facts(question: str) -> Sequence[str]:
        nonlocal asked
        asked += 1
        if len(found) < SAMPLE:
            found.append(facts_of(question))
            return found[-1]
        return found[asked % SAMPLE]

    return facts


def digest_of(path: Path) -> str:
    """What tells the content of a file, or of those below a folder, from any other."""
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")) if is_folder(path) else [path]:
        if file.is_file():
            digest.update(str(file.relative_to(path)).encode("utf-8", "replace"))
            with file.open("rb") as opened:
                digest.update(hashlib.file_digest(opened, "sha256").digest())
    return digest.hexdigest()
