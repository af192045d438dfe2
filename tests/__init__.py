import os

# PyTorch reads this when it is imported. Threads of several test processes
# would spin while they wait for each other.
os.environ.setdefault('OMP_NUM_THREADS', '1')
