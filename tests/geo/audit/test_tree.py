"""The tree of the audit log against the vectors of the Certificate Transparency project, and by its own promises."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.audit import tree
from geo.errors import InputError

# The inputs and heads that the reference implementation of RFC 6962 tests itself with: merkle_tree_test
# of Certificate Transparency.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
HEADS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [tree.leaf_hash(content) for content in INPUTS]


def test_heads_are_those_of_the_reference() -> None:
    assert tree.EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert [tree.head(LEAVES[:count]).hex() for count in range(1, 9)] == HEADS


logs = st.lists(st.binary(max_size=4), min_size=1, max_size=40, unique=True)


@given(logs, st.data())
def test_every_line_can_be_proved_and_no_other_in_its_place(log: list[bytes], data: st.DataObject) -> None:
    leaves = [tree.leaf_hash(content) for content in log]
    index = data.draw(st.integers(0, len(log) - 1))
    known, proof = tree.head(leaves), tree.inclusion(leaves, index)
    assert tree.included(leaves[index], index, len(leaves), proof, known)
    assert not tree.included(tree.leaf_hash(b"another line"), index, len(leaves), proof, known)
    other = data.draw(st.integers(0, len(log) - 1))
    assert tree.included(leaves[index], other, len(leaves), proof, known) is (other == index)
    assert not tree.included(leaves[index], index, len(leaves), [*proof, known], known)


@given(logs, st.data())
def test_a_longer_log_is_consistent_with_its_beginning_and_with_nothing_else(
    log: list[bytes], data: st.DataObject
) -> None:
    leaves = [tree.leaf_hash(content) for content in log]
    earlier = data.draw(st.integers(0, len(log)))
    old, new = tree.TreeHead(earlier, tree.head(leaves[:earlier])), tree.TreeHead(len(leaves), tree.head(leaves))
    proof = tree.consistency(leaves, earlier)
    assert tree.consistent(old, new, proof)
    if earlier > 0:
        changed = [tree.leaf_hash(b"changed"), *leaves[1:earlier]]
        assert not tree.consistent(tree.TreeHead(earlier, tree.head(changed)), new, proof)
    if 0 < earlier < len(leaves):
        assert not tree.consistent(old, new, proof[:-1])
        assert not tree.consistent(new, old, proof)


@given(logs, st.data())
def test_the_frontier_needs_a_hash_a_level_and_goes_on_from_what_was_kept(
    log: list[bytes], data: st.DataObject
) -> None:
    pause = data.draw(st.integers(0, len(log)))
    frontier = tree.Frontier()
    for content in log[:pause]:
        frontier.append(tree.leaf_hash(content))
    frontier = tree.Frontier(frontier.count, frontier.peaks)
    for content in log[pause:]:
        frontier.append(tree.leaf_hash(content))
    assert frontier.head() == tree.head(map(tree.leaf_hash, log))
    assert (frontier.count, len(frontier.peaks)) == (len(log), len(log).bit_count())


@pytest.mark.parametrize(("count", "peaks"), [(3, 1), (4, 2), (-1, 1), (0, 1)])
def test_peaks_of_another_length_are_refused(count: int, peaks: int) -> None:
    with pytest.raises(ValueError, match="peaks"):
        tree.Frontier(count, [tree.EMPTY] * peaks)


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(InputError, match="line 8 is not in a log of 8"):
        tree.inclusion(LEAVES, 8)
    with pytest.raises(InputError, match="a head of 9 lines"):
        tree.consistency(LEAVES, 9)
    assert not tree.included(hashlib.sha256(b"").digest(), 0, 0, [], tree.EMPTY)
