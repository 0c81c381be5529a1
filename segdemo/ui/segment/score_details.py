"""What the browser gets of a score map: each cell's three likeliest classes and its entropy.

All of it is 8-bit and stands in one grey picture, seven maps of (h, w) one below the other: the
three classes' indices, their three probabilities, the entropy.
"""

import numpy as np
from numpy.typing import NDArray

from segdemo.inference import Segmentation

MAPS = 7
STEPS = 255  # a probability of 1, and the largest possible entropy, as a byte


def entropy_bits(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Entropy of the classes' probabilities in every cell, (h, w), in bits: 0 to log2(classes).

    H = - sum_c p_c log2 p_c, where p is the softmax of the scores (classes, h, w).
    """
    shifted = scores - scores.max(axis=0)  # the softmax is the same and can't overflow
    weights = np.exp(shifted)
    total = weights.sum(axis=0)
    nats = np.log(total) - (weights * shifted).sum(axis=0) / total
    return np.maximum(nats / np.log(2), 0).astype(np.float32)


def packed(result: Segmentation) -> NDArray[np.uint8]:
    """The seven maps of one architecture's result, (7 h, w) uint8.

    Probabilities are in steps of 1/255, entropies in steps of log2(classes)/255 bits.
    """
    probabilities = np.rint(result.top3_probabilities * STEPS).astype(np.uint8)
    largest = np.log2(len(result.scores))
    entropy = np.rint(entropy_bits(result.scores) / largest * STEPS).astype(np.uint8)
    return np.concatenate([*result.top3_classes, *probabilities, entropy])
