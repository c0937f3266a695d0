import pytest
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from indexers.errors import ConfigError, StaleIndexError, StorageError
from indexers.settings import QdrantSettings
from indexers.vectors.qdrant.connection import URL, Server, Target, resolved


def answer(status: int) -> UnexpectedResponse:
    return UnexpectedResponse(status, "reason", b"content", None)


def failing(*errors: Exception):
    """A call that fails with each error in turn, then answers."""
    left = list(errors)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return call


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def asked(pauses) -> Server:
    return Server(None, QdrantSettings(url="http://host:6333", retries=3), pauses.append)


def test_pauses_double_while_a_server_may_come_back(asked, pauses) -> None:
    broken = [ResponseHandlingException(ConnectionError("refused")), answer(500), answer(429)]
    assert asked.ask("count", failing(*broken)) == "done"
    assert pauses == [0.5, 1.0, 2.0]


def test_a_server_that_says_when_is_heeded(asked, pauses) -> None:
    assert asked.ask("count", failing(ResourceExhaustedResponse("busy", 7))) == "done"
    assert pauses == [7.0]


def test_patience_ends(asked, pauses) -> None:
    with pytest.raises(StorageError, match=r"Qdrant at http://host:6333 did not count in 4 tries .*503.*start it"):
        asked.ask("count", failing(*[answer(503)] * 4))
    assert len(pauses) == 3


def test_pauses_have_a_limit() -> None:
    pauses: list[float] = []
    Server(None, QdrantSettings(retries=9), pauses.append).ask("count", failing(*[answer(500)] * 9))
    assert pauses[-3:] == [30.0, 30.0, 30.0]


@pytest.mark.parametrize("error", [answer(400), answer(404), answer(401), ValueError("Collection c not found")])
def test_what_would_fail_again_is_not_tried_again(asked, pauses, error) -> None:
    with pytest.raises(StorageError, match="did not count"):
        asked.ask("count", failing(error))
    assert not pauses


def test_other_errors_pass(asked) -> None:
    with pytest.raises(ZeroDivisionError):
        asked.ask("count", failing(ZeroDivisionError()))


def test_the_environment_names_the_server_first(monkeypatch) -> None:
    monkeypatch.setenv(URL, "https://user:secret@cluster.example:6333/qdrant")
    assert resolved(QdrantSettings(url="http://other:1")).url == "https://cluster.example:6333/qdrant"
    monkeypatch.delenv(URL)
    assert resolved(QdrantSettings(url="http://other:1")).url == "http://other:1"


@pytest.mark.parametrize(("url", "said"), [(None, r"needs \[qdrant\] url"), ("localhost:6333", "is no URL"), ("", URL)])
def test_no_url_is_one_clear_line(monkeypatch, url, said) -> None:
    monkeypatch.delenv(URL, raising=False)
    with pytest.raises(ConfigError, match=said):
        resolved(QdrantSettings(url=url))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"collection": "c", "shards": 1}'])
def test_a_damaged_target_is_stale(tmp_path, text) -> None:
    (tmp_path / "server.json").write_text(text)
    with pytest.raises(StaleIndexError, match=r"server\.json cannot be read"):
        Target.load(tmp_path)
