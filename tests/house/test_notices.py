"""Whoever is told something can say by topic which mails to have, and the mail has its own words."""

import ast

import pytest

from kdnx.notices.model import KIND_LABELS, TOPICS, topic_of
from tests.house.rooms import modules, name_of, tree

TELLING = {"notify", "notify_members"}


def told_kinds():
    """(file, kind) of every call that tells people something in one word."""
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in TELLING:
                for k in node.keywords:
                    if k.arg == "kind" and isinstance(k.value, ast.Constant):
                        yield name_of(path), k.value.value


@pytest.mark.parametrize(("path", "kind"), sorted(set(told_kinds())))
def test_every_kind_has_a_topic_and_words(path, kind):
    assert topic_of(kind) in TOPICS, path
    assert kind in KIND_LABELS, path


@pytest.mark.parametrize("kind", sorted(KIND_LABELS))
def test_every_word_belongs_to_a_topic(kind):
    assert topic_of(kind) in TOPICS
