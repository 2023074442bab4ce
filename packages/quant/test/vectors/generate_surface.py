"""
Smiles in 60 digits (mpmath), rounded to doubles: surface.json.

Run: python3 packages/quant/test/vectors/generate_surface.py > packages/quant/test/vectors/surface.json
Derivatives are numerical, in 120 digits, and the fair variance is the strip of option prices itself, so that no closed form is shared
with the library. Arguments come from a linear congruential generator.
"""

import json
from mpmath import mp, mpf, exp, log, sqrt, erfc, diff, quad, inf

mp.dps = 60
state = 20260210


def uniform(a, b):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return float(mpf(a) + (mpf(b) - mpf(a)) * (state >> 11) / 2**53)


def log_uniform(a, b):
    return float(exp(mpf(uniform(float(log(mpf(a))), float(log(mpf(b)))))))


def svi(p, k):
    a, b, rho, m, sigma = map(mpf, p)
    return a + b * (rho * (k - m) + sqrt((k - m) ** 2 + sigma**2))


def ssvi(p, k):
    theta, phi, rho = map(mpf, p)
    return theta / 2 * (1 + rho * phi * k + sqrt((phi * k + rho) ** 2 + 1 - rho**2))


def natural(p, k):
    delta, mu, rho, omega, zeta = map(mpf, p)
    return delta + omega / 2 * (1 + zeta * rho * (k - mu) + sqrt((zeta * (k - mu) + rho) ** 2 + 1 - rho**2))


def sabr(p, F, k, T):
    alpha, beta, rho, nu = map(mpf, p)
    F, T = mpf(F), mpf(T)
    K = F * exp(k)
    c = 1 - beta
    l = log(F / K)
    A = (F * K) ** (c / 2)
    z = nu / alpha * A * l
    x = log((sqrt(1 - 2 * rho * z + z * z) + z - rho) / (1 - rho))
    shape = z / x if z != 0 else mpf(1)
    h = c**2 / 24 * alpha**2 / A**2 + rho * beta * nu * alpha / (4 * A) + (2 - 3 * rho**2) / 24 * nu**2
    return alpha / (A * (1 + c**2 / 24 * l**2 + c**4 / 1920 * l**4)) * shape * (1 + h * T)


def density(w, k):
    mp.dps = 120
    k = mpf(k)
    w0, w1, w2 = w(k), diff(w, k), diff(w, k, 2)
    g = (1 - k * w1 / (2 * w0)) ** 2 - w1**2 / 4 * (1 / w0 + mpf(1) / 4) + w2 / 2
    mp.dps = 60
    return g


def cdf(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def fair(p, T):
    """(2/T) times the strip of out-of-the-money options on a forward of 1, K = e^k."""

    def otm(k):
        s = sqrt(svi(p, k))
        d1 = -k / s + s / 2
        w = 1 if k > 0 else -1
        return w * (cdf(w * d1) - exp(k) * cdf(w * (d1 - s))) * exp(-k)

    mp.dps = 30
    width = sqrt(svi(p, mpf(0)))
    edges = [-400 * width, -100 * width, -30 * width, -10 * width, -3 * width, 0]
    total = quad(otm, edges) + quad(otm, [-e for e in reversed(edges)])
    mp.dps = 60
    return 2 * total / mpf(T)


def smile():
    """A smile like those of listed options: between a day and two years, vol 30 to 150 %."""
    T = log_uniform(0.003, 2)
    w = uniform(0.3, 1.5) ** 2 * T
    rho, width = uniform(-0.7, 0.5), w**0.5
    b = uniform(0.15, 0.5) * width
    m, sigma = uniform(-0.3, 0.3) * width, uniform(0.4, 1.5) * width
    a = w * uniform(0.8, 1) - b * sigma * (1 - rho * rho) ** 0.5 * 0.8
    return [a, b, rho, m, sigma], T, width


out = {"svi": [], "ssvi": [], "natural": [], "sabr": [], "fairVariance": []}
for _ in range(60):
    p, T, width = smile()
    k = uniform(-6, 6) * width
    out["svi"].append([*p, k, float(svi(p, mpf(k))), float(density(lambda x: svi(p, x), k))])
for _ in range(30):
    p = [log_uniform(1e-3, 1), log_uniform(0.1, 3), uniform(-0.9, 0.9)]
    k = uniform(-2, 2)
    out["ssvi"].append([*p, k, float(ssvi(p, mpf(k)))])
for _ in range(30):
    p = [uniform(0, 0.02), uniform(-0.2, 0.2), uniform(-0.9, 0.9), log_uniform(0.01, 1), log_uniform(0.2, 5)]
    k = uniform(-1, 1)
    out["natural"].append([*p, k, float(natural(p, mpf(k)))])
for i in range(80):
    p = [0, uniform(0, 1), uniform(-0.95, 0.95), log_uniform(0.01, 3)]
    F, T = log_uniform(0.5, 1e5), log_uniform(0.003, 2)
    p[0] = float(mpf(uniform(0.2, 1.2)) * mpf(F) ** (1 - mpf(p[1])))
    k = uniform(-1, 1) * (1 if i % 4 else 1e-4)
    vol = sabr(p, F, mpf(k), T)
    if vol > 0:
        out["sabr"].append([*p, F, k, T, float(vol), float(density(lambda x: sabr(p, F, x, T) ** 2 * mpf(T), k))])
for _ in range(12):
    p, T, _ = smile()
    out["fairVariance"].append([*p, T, float(fair(p, T))])
print(json.dumps(out, indent=1))
