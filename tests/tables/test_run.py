"""What a run of a table trains."""
from tests.tables.test_same import make_run


def test_it_trains_with_its_seed(tmp_path):
    run = make_run(tmp_path)
    run.seed = 3
    assert run.training_config().randomness.seed == 3
