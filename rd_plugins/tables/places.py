"""What of a run's options says where it runs rather than what."""
from typing import Any, Dict

from rd_plugins.utils.recorded_config import flat

# It differs between machines, the result does not; torch.compile changes it
# no more than another processor does.
PLACES = ('data_root', 'num_workers', 'compile')


def without_places(options: Dict[str, Any]) -> Dict[str, Any]:
    """Options by their dotted names, without those that name places."""
    return {key: value for key, value in flat(options).items()
            if key and key.split('.')[-1] not in PLACES
            and not key.startswith('compile.')}
