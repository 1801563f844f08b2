"""The layout that both programs use: a region at the left edge, one at the right, nothing between (RegionRule.cs)."""
import torch

LEFT, RIGHT = 1, 2
LEFT_WORD, RIGHT_WORD, WORDS = 2, 6, 3
SELF_STRENGTH, CROSS_STRENGTH = 0.27, 0.9


def token_regions(tokens, width):
    """Region bits of tokens that lie in rows of some width."""
    column = torch.arange(tokens) % width * 8
    return torch.where(column < 3 * width, LEFT, torch.where(column >= 5 * width, RIGHT, 0))


def word_regions(words):
    """Region bits of a prompt's tokens."""
    owners = torch.zeros(words, dtype=torch.int64)
    owners[LEFT_WORD:LEFT_WORD + WORDS] = LEFT
    owners[RIGHT_WORD:RIGHT_WORD + WORDS] = RIGHT
    return owners


def modulate(scores, shared, strength):
    """Pulls the scores of pairs that share a region to the row's maximum and all others to its minimum (golden data, 4.4)."""
    highest = scores.max(-1, keepdim=True)[0]
    lowest = scores.min(-1, keepdim=True)[0]
    return scores + shared * strength * (highest - scores) - ~shared * strength * (scores - lowest)
