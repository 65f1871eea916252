"""Which topics a question touches: the keywords of the taxonomy in the automaton of the word filter.

Pure and immutable: an edited taxonomy is a new matcher. It keeps no text and counts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from filters import Action, Direction, Options, Pipeline, Word, WordList, compile_pipeline
from server.topics.taxonomy import TopicNode, folded_text


class TopicMatcher:
    """A compiled taxonomy. Make one with `TopicMatcher.compile`."""

    def __init__(
        self, pipeline: Pipeline, topics_of_word: dict[str, tuple[str, ...]], parents: dict[str, str]
    ) -> None:
        self._pipeline = pipeline
        self._topics_of_word = topics_of_word
        self._parents = parents

    @classmethod
    def compile(cls, topics: Iterable[TopicNode]) -> TopicMatcher:
        """Build the automaton; takes a while with many keywords, so callers use a thread."""
        topics = list(topics)
        # One word per folded keyword: the filter reports a place once, whoever else wants it too.
        owners: dict[str, list[str]] = {}
        spelling: dict[str, str] = {}
        for topic in topics:
            for keyword in topic.keywords:
                folded = folded_text(keyword)
                spelling.setdefault(folded, keyword)
                owners.setdefault(folded, []).append(topic.id)
        words = tuple(
            Word(
                id=str(number),
                text=spelling[folded],
                category=owners[folded][0],
                actions={Direction.QUESTION: Action.LOG},
            )
            for number, folded in enumerate(owners)
        )
        # A gap of one is the space in "present perfect"; nobody hides a knowledge point behind dots.
        # Only the longest keyword at a place counts: 相似三角形 is not also about triangles in general.
        options = Options(max_gap=1, report="longest")
        word_list = WordList(version=0, words=words, allow=(), options=options)
        return cls(
            compile_pipeline(word_list),
            {str(number): tuple(dict.fromkeys(ids)) for number, ids in enumerate(owners.values())},
            {topic.id: topic.parent_id for topic in topics if topic.parent_id is not None},
        )

    def topics_of(self, question: str) -> tuple[str, ...]:
        """Ids of the topics a question touches, sorted.

        A subject is named only where none of its knowledge points is: what is counted is
        always the finest thing known, so that a subject and its points never count twice.
        """
        verdict = self._pipeline.check(question, Direction.QUESTION)
        hit = {topic for match in verdict.matches for topic in self._topics_of_word[match.word_id]}
        parents_of_hit = {self._parents[topic] for topic in hit if topic in self._parents}
        return tuple(sorted(hit - parents_of_hit))
