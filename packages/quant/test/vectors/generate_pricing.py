"""
European options in 50 digits (mpmath), rounded to doubles: pricing.json.

Run: python3 packages/quant/test/vectors/generate_pricing.py > packages/quant/test/vectors/pricing.json
Greeks are numerical derivatives of the price in 340 digits, not closed forms, so that they share no formula with the
library. Arguments come from a linear congruential generator.
"""

import json
from mpmath import mp, mpf, exp, log, sqrt, erfc, diff, npdf, findroot

mp.dps = 340
state = 20260205


def uniform(a, b):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return float(mpf(a) + (mpf(b) - mpf(a)) * (state >> 11) / 2**53)


def log_uniform(a, b):
    return float(exp(mpf(uniform(float(log(mpf(a))), float(log(mpf(b)))))))


def cdf(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def black(w, F, K, s):
    d1 = log(F / K) / s + s / 2
    return w * (F * cdf(w * d1) - K * cdf(w * (d1 - s)))


def normal(w, F, K, s):
    d = (F - K) / s
    return w * (F - K) * cdf(w * d) + s * npdf(d)


def value(model, w, from_spot):
    f = {"black": black, "normal": normal}[model]

    def price(S, K, T, v, r, q):
        F = S * exp((r - q) * T) if from_spot else S
        return exp(-r * T) * f(w, F, K, v * sqrt(T))

    return price


# Orders of the derivative by S, K, T, v, r, q, and the sign.
MEASURES = {
    "price": ((0, 0, 0, 0, 0, 0), 1),
    "delta": ((1, 0, 0, 0, 0, 0), 1),
    "gamma": ((2, 0, 0, 0, 0, 0), 1),
    "vega": ((0, 0, 0, 1, 0, 0), 1),
    "theta": ((0, 0, 1, 0, 0, 0), -1),
    "rho": ((0, 0, 0, 0, 1, 0), 1),
    "rhoDividend": ((0, 0, 0, 0, 0, 1), 1),
    "dualDelta": ((0, 1, 0, 0, 0, 0), 1),
    "dualGamma": ((0, 2, 0, 0, 0, 0), 1),
    "vanna": ((1, 0, 0, 1, 0, 0), 1),
    "volga": ((0, 0, 0, 2, 0, 0), 1),
    "charm": ((1, 0, 1, 0, 0, 0), -1),
    "veta": ((0, 0, 1, 1, 0, 0), -1),
    "vera": ((0, 0, 0, 1, 1, 0), 1),
    "speed": ((3, 0, 0, 0, 0, 0), 1),
    "zomma": ((2, 0, 0, 1, 0, 0), 1),
    "color": ((2, 0, 1, 0, 0, 0), -1),
    "ultima": ((0, 0, 0, 3, 0, 0), 1),
}


def derivative(f, args, orders):
    """Central differences in each variable with a relative step of 1e-30: truncation below 1e-50, rounding below 1e-220."""
    active = [(i, n) for i, n in enumerate(orders) if n > 0]
    stencils = {1: [(-1, mpf(-1) / 2), (1, mpf(1) / 2)], 2: [(-1, mpf(1)), (0, mpf(-2)), (1, mpf(1))], 3: [(-2, mpf(-1) / 2), (-1, mpf(1)), (1, mpf(-1)), (2, mpf(1) / 2)]}

    def go(k, point):
        if k == len(active):
            return f(*point)
        i, n = active[k]
        h = mpf("1e-30") * max(abs(args[i]), mpf("1e-3"))
        total = mpf(0)
        for shift, weight in stencils[n]:
            moved = list(point)
            moved[i] = args[i] + shift * h
            total += weight * go(k + 1, moved)
        return total / h**n

    return go(0, list(args))


def case(model, kind, w, from_spot, S, K, T, v, r, q):
    args = [mpf(x) for x in (S, K, T, v, r, q)]
    f = value(model, w, from_spot)
    row = {"model": model, "kind": kind, "right": "call" if w > 0 else "put", "underlying": "spot" if from_spot else "forward"}
    row |= dict(S=S, K=K, T=T, vol=v, r=r, q=q)
    row["measures"] = {name: float(sign * derivative(f, args, o)) for name, (o, sign) in MEASURES.items()}
    row["measures"]["elasticity"] = float(derivative(f, args, MEASURES["delta"][0]) * args[0] / f(*args))
    return row


def sign():
    return 1 if uniform(0, 1) < 0.5 else -1


cases = []
for i in range(90):
    S = log_uniform(10, 100000)
    cases.append(case("black", "ordinary", sign(), i % 2 == 0, S, S * uniform(0.6, 1.7), log_uniform(1 / 365, 2), uniform(0.2, 1.5), uniform(-0.03, 0.12), uniform(-0.02, 0.08)))
for i in range(90):
    S = log_uniform(1e-4, 1e6)
    T = log_uniform(1e-5, 20)
    v = log_uniform(0.01, 5)
    s = v * float(sqrt(mpf(T)))
    k = uniform(-1, 1) * min(16.0, 30 * s)
    cases.append(case("black", "extreme", sign(), i % 2 == 0, S, S * float(exp(mpf(k))), T, v, uniform(-0.1, 0.3), uniform(-0.1, 0.3)))
for i in range(40):
    S = log_uniform(10, 100000)
    cases.append(case("normal", "ordinary", sign(), i % 2 == 0, S, S * uniform(0.6, 1.7), log_uniform(1 / 365, 2), S * uniform(0.2, 1.5), uniform(-0.03, 0.12), uniform(-0.02, 0.08)))


def time_value(k, s):
    d1 = -k / s + s / 2
    return cdf(d1) - exp(k) * cdf(d1 - s)


def tiny():
    """Deep out-of-the-money undiscounted calls of F = 1, down to 1e-300."""
    rows = []
    while len(rows) < 60:
        z = uniform(5, 37)
        s = log_uniform(1e-4, 3)
        K = float(exp(mpf(z) * mpf(s)))
        p = time_value(log(mpf(K)), mpf(s))
        if p > mpf("1e-300"):
            rows.append({"K": K, "vol": s, "price": float(p)})
    return rows


def implied():
    """Price as a double, and the deviation that gives exactly this double."""
    rows = []
    while len(rows) < 160:
        K = float(exp(mpf(log_uniform(1e-6, 16))))
        k = log(mpf(K))
        s = mpf(log_uniform(1e-8, 12))
        p = time_value(k, s)
        if not (mpf("1e-300") < p < 1 - mpf("1e-10")):
            continue
        price = mpf(float(p))
        for _ in range(50):
            d1 = -k / s + s / 2
            step = (log(time_value(k, s)) - log(price)) * time_value(k, s) / npdf(d1)
            s -= step
            if abs(step) < s * mpf(10) ** -40:
                break
        rows.append({"K": K, "price": float(price), "deviation": float(s)})
    return rows


mp.dps = 60
out = {"european": cases, "tiny": tiny(), "implied": implied()}
print("{\n" + ",\n".join(f'"{k}": [\n' + ",\n".join(json.dumps(r) for r in v) + "\n]" for k, v in out.items()) + "\n}")
