"""The training benchmark in PyTorch, f32, one thread: Linear + ReLU, layer norm, a learned query over each bag, linear, binary loss, Adam.

"attention" is plain PyTorch: the query and the instances projected, scaled_dot_product_attention, the output projected. "hopfield-layers" is HopfieldPooling of that package, where
Python finds it. Times itself: a line in is a block of steps, a line out its milliseconds of CPU and clock and the last loss.
"""

import importlib.util
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

folder, B, N, D, H, steps = sys.argv[1], *map(int, sys.argv[2:7])
torch.set_num_threads(1)
X = torch.from_numpy(np.fromfile(folder + "/x", dtype=np.float32).reshape(B, N, D))
T = torch.from_numpy(np.fromfile(folder + "/t", dtype=np.float32))


class Attention(nn.Module):
    """Pooling by one learned query with layer norm of the query, H heads."""

    def __init__(self):
        super().__init__()
        self.query = nn.Parameter(0.02 * torch.randn(1, D))
        self.norm = nn.LayerNorm(D)
        self.q, self.k, self.v, self.out = (nn.Linear(D, D) for _ in range(4))

    def forward(self, x):
        heads = lambda y: y.unflatten(-1, (H, D // H)).transpose(-2, -3)
        q = heads(self.q(self.norm(self.query))).expand(len(x), -1, -1, -1)
        read = F.scaled_dot_product_attention(q, heads(self.k(x)), heads(self.v(x)))
        return self.out(read.transpose(1, 2).flatten(1))


def theirs():
    from hflayers import HopfieldPooling

    return HopfieldPooling(
        input_size=D,
        hidden_size=D // H,
        num_heads=H,
        normalize_stored_pattern=False,
        normalize_stored_pattern_affine=False,
        normalize_pattern_projection=False,
        normalize_pattern_projection_affine=False,
    )


def fresh(pool):
    torch.manual_seed(2)
    model = nn.Sequential(nn.Linear(D, D), nn.ReLU(), nn.LayerNorm(D), pool(), nn.Flatten(0, -2), nn.Linear(D, 1))
    return model, torch.optim.Adam(model.parameters(), lr=1e-3)


forms = {"attention": Attention}
if importlib.util.find_spec("hflayers"):
    forms["hopfield-layers"] = theirs
print("torch", torch.__version__, *forms, flush=True)

state = {}
for line in sys.stdin:
    name = line.strip()
    if name not in state:
        state[name] = fresh(forms[name])
    model, adam = state[name]
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(steps):
        adam.zero_grad()
        loss = F.binary_cross_entropy_with_logits(model(X)[:, 0], T)
        loss.backward()
        adam.step()
        value = loss.item()
    print(1e3 * (time.process_time() - cpu), 1e3 * (time.perf_counter() - wall), value, flush=True)
