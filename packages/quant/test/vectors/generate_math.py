"""
Figures of src/math in 50 digits (mpmath), rounded to doubles: math.json.

Run: python3 packages/quant/test/vectors/generate_math.py > packages/quant/test/vectors/math.json
Arguments come from a linear congruential generator, so that the file can be made again to the byte.
"""

import json
from mpmath import mp, mpf, exp, expm1, log, log1p, power, sin, cos, atan, erfc, erfinv, ncdf, npdf, sqrt, pi, gammainc, betainc, quad, gamma, findroot, nsum, inf, loggamma, asin

mp.dps = 60
state = 20260131


def uniform(a, b):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return float(mpf(a) + (mpf(b) - mpf(a)) * (state >> 11) / 2**53)


def log_uniform(a, b):
    return float(exp(mpf(uniform(float(log(mpf(a))), float(log(mpf(b)))))))


def either(x):
    return x if uniform(0, 1) < 0.5 else -x


def cdf(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def erfcx(x):
    return exp(x * x) * erfc(x)


def quantile(p):
    """Newton steps on ln cdf from an asymptotic start, in 60 digits."""
    p = mpf(p)
    if p > mpf("0.5"):
        return -quantile_low(1 - p)
    return quantile_low(p)


def quantile_low(p):
    x = -sqrt(-2 * log(p)) if p < mpf("0.05") else (p - mpf("0.5")) * sqrt(2 * pi)
    for _ in range(60):
        c = cdf(x)
        step = (log(c) - log(p)) * c / npdf(x)
        x -= step
        if abs(step) < mpf(10) ** -45 * max(abs(x), mpf(10) ** -20):
            break
    return x


def bivariate(h, k, r):
    mp.dps = 30
    h, k, r = mpf(h), mpf(k), mpf(r)
    # P(X <= h, Y <= k) = integral of phi(x) Phi((k - r x)/sqrt(1 - r^2)) up to h.
    q = sqrt((1 - r) * (1 + r))
    centre = k / r if r != 0 else mpf(0)
    points = sorted({mpf(-14), *[p for p in (centre - 10 * q, centre - 2 * q, centre, centre + 2 * q, centre + 10 * q, mpf(-6), mpf(-2), mpf(0), mpf(2)) if -14 < p < min(h, mpf(14))], min(h, mpf(14))})
    v = quad(lambda x: npdf(x) * cdf((k - r * x) / q), points)
    mp.dps = 60
    return v


def student(t, n):
    t, n = mpf(t), mpf(n)
    tail = betainc(n / 2, mpf(1) / 2, 0, n / (n + t * t), regularized=True) / 2
    return tail if t < 0 else 1 - tail


def chi(x, k):
    return gammainc(mpf(k) / 2, 0, mpf(x) / 2, regularized=True)


def noncentral(x, k, lam):
    s = mpf(0)
    w = exp(-mpf(lam) / 2)
    j = 0
    while True:
        term = w * chi(x, k + 2 * j)
        s += term
        j += 1
        w *= mpf(lam) / 2 / j
        if j > lam and term < s * mpf(10) ** -25:
            return s


def rows(f, args):
    return [[*a, float(f(*map(mpf, a)))] for a in args]


N = 120
out = {
    "exp": rows(exp, [(uniform(-745, 709),) for _ in range(N)] + [(either(log_uniform(1e-20, 1)),) for _ in range(N)]),
    "expm1": rows(expm1, [(uniform(-40, 709),) for _ in range(N)] + [(either(log_uniform(1e-20, 3)),) for _ in range(2 * N)]),
    "log": rows(log, [(log_uniform(1e-307, 1e308),) for _ in range(N)] + [(1 + either(log_uniform(1e-15, 0.5)),) for _ in range(N)] + [(5e-324,), (1e-310,)]),
    "log1p": rows(log1p, [(log_uniform(1e-300, 1e308),) for _ in range(N)] + [(either(log_uniform(1e-18, 0.999)),) for _ in range(2 * N)]),
    "pow": rows(power, [(log_uniform(1e-3, 1e3), uniform(-90, 90)) for _ in range(N)] + [(1 + either(log_uniform(1e-9, 0.4)), either(log_uniform(1, 1500))) for _ in range(N)] + [(10.0, float(k)) for k in range(-300, 301, 25)]),
    "sin": rows(sin, [(uniform(-10, 10),) for _ in range(N)] + [(either(log_uniform(1e-12, 1e300)),) for _ in range(N)] + [(3.141592653589793,), (6.283185307179586e5,)]),
    "cos": rows(cos, [(uniform(-10, 10),) for _ in range(N)] + [(either(log_uniform(1e-12, 1e300)),) for _ in range(N)] + [(1.5707963267948966,), (4.71238898038469,)]),
    "atan": rows(atan, [(either(log_uniform(1e-12, 1e12)),) for _ in range(2 * N)]),
    "asin": rows(asin, [(uniform(-1, 1),) for _ in range(N)]),
    "erfc": rows(erfc, [(uniform(-6, 26.5),) for _ in range(N)]),
    "erfcx": rows(erfcx, [(uniform(-26, 0),) for _ in range(N)] + [(log_uniform(1e-6, 1e8),) for _ in range(N)]),
    "normalPdf": rows(npdf, [(uniform(-37.5, 37.5),) for _ in range(N)]),
    "normalCdf": rows(cdf, [(uniform(-37.4, 8),) for _ in range(2 * N)] + [(either(log_uniform(1e-12, 1)),) for _ in range(N)]),
    "normalLogCdf": rows(lambda x: log(cdf(x)) if x < 0 else log1p(-cdf(-x)), [(-log_uniform(0.01, 1e6),) for _ in range(N)] + [(uniform(0, 30),) for _ in range(N)]),
    "normalQuantile": rows(quantile, [(log_uniform(1e-300, 0.5),) for _ in range(N)] + [(uniform(0, 1),) for _ in range(N)] + [(0.5 + either(log_uniform(1e-15, 0.4)),) for _ in range(N)]),
    "logGamma": rows(loggamma, [(log_uniform(1e-3, 1e6),) for _ in range(N)]),
    "bivariateNormal": [[h, k, r, float(bivariate(h, k, r))] for h, k, r in [(uniform(-4, 4), uniform(-4, 4), uniform(-0.999, 0.999)) for _ in range(60)] + [(uniform(-2, 2), uniform(-2, 2), either(1 - log_uniform(1e-6, 0.08))) for _ in range(30)]],
    "studentT": rows(student, [(either(log_uniform(1e-3, 60)), log_uniform(1, 200)) for _ in range(N)]),
    "chiSquare": rows(chi, [(log_uniform(1e-2, 300), log_uniform(0.5, 200)) for _ in range(N)]),
    "noncentralChiSquare": [[x, k, l, float(noncentral(x, k, l))] for x, k, l in [(log_uniform(0.5, 150), log_uniform(0.5, 30), log_uniform(0.1, 60)) for _ in range(40)]],
}
print("{\n" + ",\n".join(f'"{k}": [\n' + ",\n".join(json.dumps(r) for r in v) + "\n]" for k, v in out.items()) + "\n}")
