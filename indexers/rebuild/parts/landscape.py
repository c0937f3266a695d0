"""The map: every track as a point, near what sounds like it. Distances on it are approximate."""

import numpy as np

from indexers.schema import Vectors
from indexers.vectors.exact import nearest

LANDMARKS = 3000  # tracks placed by t-SNE; the others stand among their nearest landmarks
COMPONENTS = 50
PERPLEXITY = 30.0
AMONG = 5  # landmarks that place another track
SMALL = 5  # tracks, below which the first two principal components place them
SEED = 7


def place(vectors: Vectors) -> Vectors:
    """Place tracks in the plane, the same vectors always in the same way.

    Args:
        vectors: [n_tracks, dim], unit rows.

    Returns:
        [n_tracks, 2], centred, the largest coordinate 1 in size (0 where all tracks are alike).

    Source: L. van der Maaten and G. Hinton, "Visualizing Data using t-SNE" (2008), with the first two principal
    components as its beginning; other tracks at the mean of their 5 nearest landmarks, weighted by softmax of cosine
    / 0.05.
    """
    vectors = np.asarray(vectors, dtype=np.float32)
    if len(vectors) < SMALL:
        return _fit_frame(_principal(vectors, 2))
    landmarks = _landmarks(len(vectors))
    placed = _tsne(_principal(vectors[landmarks], COMPONENTS))
    if len(landmarks) == len(vectors):
        return _fit_frame(placed)
    rows, cosines = nearest(vectors, vectors[landmarks], AMONG)
    weights = np.exp((cosines - cosines[:, :1]) / 0.05)
    weights /= weights.sum(axis=1, keepdims=True)
    points = np.einsum("nk,nkd->nd", weights, placed[rows])
    points[landmarks] = placed
    return _fit_frame(points.astype(np.float32))


def _landmarks(n_tracks: int) -> np.ndarray:
    if n_tracks <= LANDMARKS:
        return np.arange(n_tracks)
    return np.sort(np.random.default_rng(SEED).choice(n_tracks, LANDMARKS, replace=False))


def _principal(vectors: Vectors, n_components: int) -> Vectors:
    """Project centred rows on their principal axes, [n, n_components]; axes that do not exist give zeros."""
    points = np.zeros((len(vectors), n_components), dtype=np.float32)
    if len(vectors) < 2:
        return points
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    used = axes[:, ::-1][:, :n_components]
    signs = np.sign(used[np.abs(used).argmax(axis=0), np.arange(used.shape[1])])
    points[:, : used.shape[1]] = centred @ (used * signs)
    return points


def _tsne(points: Vectors) -> Vectors:
    from sklearn.manifold import TSNE

    start = points[:, :2] / max(float(points[:, 0].std()), 1e-12) * 1e-4
    perplexity = min(PERPLEXITY, (len(points) - 1) / 3)
    model = TSNE(perplexity=perplexity, init=start, random_state=SEED, n_jobs=1, learning_rate="auto")
    placed: Vectors = model.fit_transform(points).astype(np.float32)
    return placed


def _fit_frame(points: Vectors) -> Vectors:
    points = points - points.mean(axis=0) if len(points) else points
    size = float(np.abs(points).max(initial=0.0))
    framed: Vectors = (points / size if size > 0 else points).astype(np.float32)
    return framed
