import pytest

from indexers.errors import ConfigError
from indexers.settings import IndexSettings
from indexers.vectors import KINDS
from indexers.vectors.plan import EXPECTED, Machine, make_plan, this_machine

GIB = 2**30
PLAIN = Machine(24 * GIB)


def chosen(n_tracks: int, machine: Machine = PLAIN, **settings) -> tuple[str, str]:
    plan = make_plan(IndexSettings(**settings), (n_tracks, 512), machine)
    return plan.kind, plan.reason


def test_size_and_memory_decide_and_the_reason_is_told() -> None:
    assert chosen(20_000) == ("exact", "auto: 20,000 tracks of 512 dims, exact up to 20,000")
    assert chosen(20_001)[0] == "hnsw"
    assert chosen(200_001)[0] == "ivf-sq8"
    assert chosen(150_000, Machine(GIB // 2))[0] == "ivf-sq8"  # its graph does not fit
    assert chosen(100_000_000) == (
        "ivf-pq",
        "auto: 100,000,000 tracks of 512 dims, more than 12.0 GiB of memory hold at a byte for each dim",
    )


def test_filters_lead_to_edge_and_a_setting_to_itself() -> None:
    assert chosen(50_000, filtered=True)[0] == "edge"
    assert chosen(5_000, filtered=True)[0] == "exact"
    assert chosen(5, kind="ivf-pq") == ("ivf-pq", "set in segue.toml")


def test_cuda_searches_exactly_what_its_memory_holds() -> None:
    cuda = Machine(24 * GIB, 80 * GIB)
    for device in ("auto", "cuda"):
        plan = make_plan(IndexSettings(device=device), (10_000_000, 512), cuda)
        assert (plan.kind, plan.device, plan.storage) == ("exact", device, "float16")
    assert make_plan(IndexSettings(device="auto"), (60_000_000, 512), cuda).kind != "exact"
    assert make_plan(IndexSettings(device="auto"), (1_000, 512), cuda).device == "cpu"  # over before a copy is made


def test_cuda_is_refused_where_it_cannot_be_had() -> None:
    with pytest.raises(ConfigError, match="'hnsw' runs on the CPU alone"):
        make_plan(IndexSettings(kind="hnsw", device="cuda"), (10, 512), Machine(GIB, GIB))


def test_short_codes_go_with_halves_unless_told_otherwise() -> None:
    def storage(**settings) -> str:
        return make_plan(IndexSettings(**settings), (10, 512), PLAIN).storage

    assert [storage(kind=kind) for kind in ("exact", "hnsw", "ivf")] == ["float32"] * 3
    assert [storage(kind=kind) for kind in ("ivf-sq8", "ivf-pq")] == ["float16"] * 2
    assert storage(kind="ivf-pq", storage="float32") == "float32"


def test_memory_is_what_the_settings_say_or_what_there_is() -> None:
    assert this_machine(IndexSettings(memory_gib=2)).memory_bytes == 2 * GIB
    assert this_machine(IndexSettings()).memory_bytes > GIB
    assert this_machine(IndexSettings()).cuda_bytes == 0


def test_every_kind_has_an_expectation() -> None:
    assert set(KINDS) <= set(EXPECTED)
