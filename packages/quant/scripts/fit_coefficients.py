"""
Fits the polynomials and rational functions of src/math with mpmath (50 digits) and prints them as TypeScript constants.

Run: python3 packages/quant/scripts/fit_coefficients.py
Polynomials interpolate at Chebyshev nodes (near-minimax). The rational functions interpolate at Chebyshev nodes of
t = (x - c)/(x + c), which spreads the error evenly over a half-line; the printed errors are measured on a dense grid
after rounding the coefficients to doubles.
"""

from mpmath import mp, mpf, matrix, lu_solve, cos, pi, sqrt, exp, log, erfc, sin, atan, tan

mp.dps = 60


def chebyshev(n, a, b):
    return [(a + b) / 2 + (b - a) / 2 * cos(pi * (2 * i + 1) / (2 * n)) for i in range(n)]


def polynomial(f, degree, a, b):
    xs = chebyshev(degree + 1, mpf(a), mpf(b))
    m = matrix(degree + 1, degree + 1)
    r = matrix(degree + 1, 1)
    for i, x in enumerate(xs):
        for j in range(degree + 1):
            m[i, j] = x**j
        r[i] = f(x)
    return [mpf(float(c)) for c in lu_solve(m, r)]


def horner(c, x):
    s = mpf(0)
    for a in reversed(c):
        s = s * x + a
    return s


def rational(f, p, q, a, b, centre):
    """P of degree p over Q of degree q with Q's constant 1, through p + q + 1 nodes."""
    n = p + q + 1
    to_t = lambda x: (x - centre) / (x + centre)
    ts = chebyshev(n, to_t(mpf(a)), to_t(mpf(b)))
    xs = [centre * (1 + t) / (1 - t) for t in ts]
    m = matrix(n, n)
    r = matrix(n, 1)
    for i, x in enumerate(xs):
        fx = f(x)
        for j in range(p + 1):
            m[i, j] = x**j / fx
        for j in range(1, q + 1):
            m[i, p + j] = -(x**j)
        r[i] = 1
    s = lu_solve(m, r)
    return [mpf(float(c)) for c in s[: p + 1]], [mpf(1)] + [mpf(float(c)) for c in s[p + 1 :]]


def show(name, c):
    print(f"{name}: [")
    for a in c:
        print(f"  {float(a)!r},")
    print("]")


def worst(f, g, a, b, n=4000):
    e = mpf(0)
    for i in range(n + 1):
        x = mpf(a) + (mpf(b) - mpf(a)) * (mpf(i) / n) ** 3
        fx = f(x)
        if fx != 0:
            e = max(e, abs(g(x) / fx - 1))
    return float(e)


def mills(x):
    return sqrt(pi / 2) * exp(x * x / 2) * erfc(x / sqrt(2))


def bachelier(x):
    """1 - x R(x): minus the derivative of the Mills ratio."""
    mp.dps = 80
    v = 1 - x * mills(x)
    mp.dps = 60
    return v


if __name__ == "__main__":
    half_ln2 = log(mpf(2)) / 2 * mpf("1.001")
    p = polynomial(lambda r: (exp(r) - 1 - r) / r**2 if r != 0 else mpf("0.5"), 9, -half_ln2, half_ln2)
    show("exp: (e^r - 1 - r)/r^2", p)
    print("  error", worst(exp, lambda r: 1 + r + r * r * horner(p, r), -half_ln2, half_ln2))

    zmax = ((sqrt(mpf(2)) - 1) / (sqrt(mpf(2)) + 1)) ** 2 * mpf("1.001")

    def atanh_rest(z):
        s = sqrt(z)
        return (log((1 + s) / (1 - s)) / s - 2) / z if z > mpf("1e-12") else mpf(2) / 3 + 2 * z / 5

    p = polynomial(atanh_rest, 6, 0, zmax)
    show("log: (2 atanh(s)/s - 2)/z, z = s^2", p)
    print("  error of log", worst(lambda z: 2 + z * atanh_rest(z), lambda z: 2 + z * horner(p, z), mpf("1e-6"), zmax))

    def sin_rest(z):
        x = sqrt(z)
        return (sin(x) / x - 1) / z if z > mpf("1e-14") else -mpf(1) / 6 + z / 120

    def cos_rest(z):
        return (cos(sqrt(z)) - 1 + z / 2) / z**2 if z > mpf("1e-10") else mpf(1) / 24 - z / 720

    zq = (pi / 4) ** 2 * mpf("1.001")
    p = polynomial(sin_rest, 5, 0, zq)
    show("sin: (sin x/x - 1)/z", p)
    print("  error", worst(lambda z: 1 + z * sin_rest(z), lambda z: 1 + z * horner(p, z), mpf("1e-6"), zq))
    p = polynomial(cos_rest, 5, 0, zq)
    show("cos: (cos x - 1 + z/2)/z^2", p)
    print("  error", worst(lambda z: 1 - z / 2 + z * z * cos_rest(z), lambda z: 1 - z / 2 + z * z * horner(p, z), mpf("1e-6"), zq))

    za = tan(pi / 8) ** 2 * mpf("1.001")

    def atan_rest(z):
        x = sqrt(z)
        return (atan(x) / x - 1) / z if z > mpf("1e-14") else -mpf(1) / 3 + z / 5

    p = polynomial(atan_rest, 10, 0, za)
    show("atan: (atan x/x - 1)/z", p)
    print("  error", worst(lambda z: 1 + z * atan_rest(z), lambda z: 1 + z * horner(p, z), mpf("1e-6"), za))

    for name, f, degrees in (("R", mills, (9, 10)), ("D", bachelier, (9, 11))):
        num, den = rational(f, *degrees, mpf("-0.1"), 40, mpf(4))
        show(f"{name} numerator", num)
        show(f"{name} denominator", den)
        print("  error", worst(f, lambda x: horner(num, x) / horner(den, x), mpf("-0.1"), 40, 2000))
    num, den = rational(mills, 6, 7, mpf(0), 9, mpf(4))
    show("R near, numerator", num)
    show("R near, denominator", den)
    print("  error", worst(mills, lambda x: horner(num, x) / horner(den, x), mpf(0), 9, 2000))
