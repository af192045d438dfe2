"""What the processes of a run have to agree on."""
from typing import Optional

import torch
from mmengine.dist import all_gather_object, all_reduce


def first_finding(found: Optional[tuple]) -> Optional[tuple]:
    """The smallest of what all processes have found; all of them call this.

    If nobody has found anything, as nearly always, one number is exchanged.

    Args:
        found (tuple, optional): What this process has found, or None.

    Returns:
        tuple | None: The same in every process.
    """
    count = torch.tensor(float(found is not None))
    all_reduce(count)
    if not count:
        return None
    return min(each for each in all_gather_object(found) if each is not None)
