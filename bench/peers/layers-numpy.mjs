// The training benchmark in numpy with gradients by hand, f32, in a child process that times itself: once as it stands, once with the learned query folded into keys and values.
import { openPython } from "./layers-python.mjs";

const program = `
import sys, time
import numpy as np
folder, B, N, D, H, steps = sys.argv[1], *map(int, sys.argv[2:7])
f = np.float32
X = np.fromfile(folder + "/x", dtype=f).reshape(B * N, D)
T = np.fromfile(folder + "/t", dtype=f)
d = D // H
beta = f(1 / np.sqrt(d))
print("numpy", np.__version__, flush=True)

def fresh():
    r = np.random.default_rng(2)
    n = lambda *s, scale: (scale * r.standard_normal(s)).astype(f)
    z = lambda *s: np.zeros(s, f)
    return dict(W1=n(D, D, scale=np.sqrt(2 / D)), b1=z(D), g1=np.ones(D, f), s1=z(D), query=n(1, D, scale=.02), gq=np.ones(D, f), sq=z(D),
                Wq=n(D, D, scale=.02), bq=z(D), Wk=n(D, D, scale=.02), bk=z(D), Wv=n(D, D, scale=.02), bv=z(D), Wo=n(D, D, scale=.02), bo=z(D),
                W2=n(1, D, scale=np.sqrt(1 / D)), b2=z(1))

def norm(x):
    c = x - x.mean(1, keepdims=True)
    i = 1 / np.sqrt((c * c).mean(1, keepdims=True) + f(1e-5))
    return c * i, i

def norm_back(n, i, g):
    return i * (g - g.mean(1, keepdims=True) - n * (g * n).mean(1, keepdims=True))

def softmax(z):
    z -= z.max(-1, keepdims=True)
    np.exp(z, out=z)
    z /= z.sum(-1, keepdims=True)
    return z

def step(p, folded):
    a = X @ p["W1"].T
    a += p["b1"]
    np.maximum(a, 0, out=a)
    n, i = norm(a)
    h = n * p["g1"] + p["s1"]
    qn, qi = norm(p["query"])
    q0 = qn * p["gq"] + p["sq"]
    q = (q0 @ p["Wq"].T + p["bq"]).reshape(H, d)
    hb = h.reshape(B, N, D)
    if folded:
        Wk, Wv = p["Wk"].reshape(H, d, D), p["Wv"].reshape(H, d, D)
        u = beta * np.einsum("hd,hdk->hk", q, Wk)
        P = softmax((h @ u.T).reshape(B, N, H).transpose(0, 2, 1).copy())
        blend = P @ hb
        read = np.einsum("bhk,hdk->bhd", blend, Wv) + p["bv"].reshape(H, d)
    else:
        K = (h @ p["Wk"].T + p["bk"]).reshape(B, N, H, d).transpose(0, 2, 1, 3)
        V = (h @ p["Wv"].T + p["bv"]).reshape(B, N, H, d).transpose(0, 2, 1, 3)
        P = softmax(beta * (K @ q[None, :, :, None])[..., 0])
        read = (P[:, :, None, :] @ V)[:, :, 0]
    read = read.reshape(B, D)
    o = read @ p["Wo"].T + p["bo"]
    y = (o @ p["W2"].T + p["b2"])[:, 0]
    loss = np.mean(np.maximum(y, 0) - T * y + np.log1p(np.exp(-np.abs(y))))
    g = {}
    dy = ((1 / (1 + np.exp(-y)) - T) / B).astype(f)[:, None]
    g["W2"], g["b2"] = dy.T @ o, dy.sum(0)
    do = dy @ p["W2"]
    g["Wo"], g["bo"] = do.T @ read, do.sum(0)
    dr = (do @ p["Wo"]).reshape(B, H, d)
    if folded:
        g["Wv"], g["bv"] = np.einsum("bhd,bhk->hdk", dr, blend).reshape(D, D), dr.sum(0).reshape(D)
        db = np.einsum("bhd,hdk->bhk", dr, Wv)
        dP = db @ hb.transpose(0, 2, 1)
        dz = P * (dP - (P * dP).sum(-1, keepdims=True))
        du = np.einsum("bhn,bnk->hk", dz, hb)
        dh = (dz.transpose(0, 2, 1) @ u + P.transpose(0, 2, 1) @ db).reshape(B * N, D)
        g["Wk"], g["bk"] = (beta * q[:, :, None] * du[:, None, :]).reshape(D, D), np.zeros(D, f)
        dq = beta * np.einsum("hdk,hk->hd", Wk, du)
    else:
        dV = (P[..., None] * dr[:, :, None, :]).transpose(0, 2, 1, 3).reshape(B * N, D)
        dP = (V @ dr[..., None])[..., 0]
        dz = beta * P * (dP - (P * dP).sum(-1, keepdims=True))
        dK = (dz[..., None] * q[None, :, None, :]).transpose(0, 2, 1, 3).reshape(B * N, D)
        dq = np.einsum("bhn,bhnd->hd", dz, K)
        g["Wk"], g["bk"], g["Wv"], g["bv"] = dK.T @ h, dK.sum(0), dV.T @ h, dV.sum(0)
        dh = dK @ p["Wk"] + dV @ p["Wv"]
    dq = dq.reshape(1, D)
    g["Wq"], g["bq"] = dq.T @ q0, dq[0]
    dq0 = dq @ p["Wq"]
    g["gq"], g["sq"] = (dq0 * qn)[0], dq0[0]
    g["query"] = norm_back(qn, qi, dq0 * p["gq"])
    g["g1"], g["s1"] = (dh * n).sum(0), dh.sum(0)
    da = norm_back(n, i, dh * p["g1"])
    da *= a > 0
    g["W1"], g["b1"] = da.T @ X, da.sum(0)
    return loss, g

state = {}
def train(folded):
    if folded not in state:
        p = fresh()
        state[folded] = [p, {k: np.zeros_like(v) for k, v in p.items()}, {k: np.zeros_like(v) for k, v in p.items()}, 0]
    p, m, v, t = state[folded]
    for _ in range(steps):
        loss, g = step(p, folded)
        t += 1
        for k in p:
            m[k] = f(.9) * m[k] + f(.1) * g[k]
            v[k] = f(.999) * v[k] + f(.001) * g[k] * g[k]
            p[k] -= f(1e-3) * (m[k] / f(1 - .9 ** t)) / (np.sqrt(v[k] / f(1 - .999 ** t)) + f(1e-8))
    state[folded][3] = t
    return loss

for line in sys.stdin:
    cpu, wall = time.process_time(), time.perf_counter()
    loss = train(line.startswith("folded"))
    print(1e3 * (time.process_time() - cpu), 1e3 * (time.perf_counter() - wall), loss, flush=True)
`;

export async function open(problem, options) {
  const child = openPython(problem, options, ["-W", "ignore", "-c", program]);
  const version = (await child.next("numpy")).slice("numpy ".length);
  return { version, forms: { "by hand, 1 thread": child.block("plain"), "folded, 1 thread": child.block("folded") }, close: child.close };
}
