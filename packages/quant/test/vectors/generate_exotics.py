"""
Exotic options and models by quadrature in 34 digits (mpmath), rounded to doubles: exotics.json.

Run: python3 packages/quant/test/vectors/generate_exotics.py > packages/quant/test/vectors/exotics.json
Only Merton's series is shared with the library: every other price is the integral of its payoff over the density of what it
depends on (end point, Brownian bridge, first passage, extreme), and a European option under a model comes from Heston's two
probabilities. American options come from two trees in doubles (numpy), with their error. A row holds the library's own
arguments and the price; arguments come from a linear congruential generator.
"""

import json
import math
import numpy
from mpmath import mp, mpf, mpc, exp, expm1, log, sqrt, erfc, pi, cos, sin, inf

mp.dps = 34
state = 20261123


def uniform(a, b):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return float(mpf(a) + (mpf(b) - mpf(a)) * (state >> 11) / 2**53)


def log_uniform(a, b):
    return float(exp(mpf(uniform(float(log(mpf(a))), float(log(mpf(b)))))))


def pick(*words):
    return words[min(len(words) - 1, int(uniform(0, len(words))))]


def gauss_legendre(n):
    rule = []
    for i in range(n):
        x = cos(pi * (i + mpf(3) / 4) / (n + mpf(1) / 2))
        for _ in range(8):
            p, before = x, mpf(1)
            for k in range(2, n + 1):
                p, before = ((2 * k - 1) * x * p - (k - 1) * before) / k, p
            slope = n * (x * p - before) / (x * x - 1)
            x -= p / slope
        rule.append((x, 2 / ((1 - x * x) * slope * slope)))
    return rule


RULE = gauss_legendre(40)


def integral(f, points):
    total = mpf(0)
    for a, b in zip(points, points[1:]):
        half, middle = (b - a) / 2, (a + b) / 2
        total += half * sum(w * f(middle + half * x) for x, w in RULE)
    return total


def steps(a, b, length):
    count = max(1, int((b - a) / length) + 1)
    return [a + (b - a) * i / count for i in range(count + 1)]


def cdf(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def pdf(x):
    return exp(-x * x / 2) / sqrt(2 * pi)


def gaussian(f, a, b, mean, sd, growth=1, length=1.5):
    """E[f(x); a < x < b] of a normal x; f grows at most like e^(growth x), in pieces of `length` deviations."""
    low = mean - 14 * sd + min(0, growth) * sd * sd
    high = mean + 14 * sd + max(0, growth) * sd * sd
    # Where the whole interval lies in a tail, it is integrated from its nearer end.
    a, b = max(a, min(low, b - 14 * sd)), min(b, max(high, a + 14 * sd))
    if not b > a:
        return mpf(0)
    return integral(lambda x: f(x) * pdf((x - mean) / sd) / sd, steps(a, b, length * sd))


class World:
    def __init__(self, asset, years):
        self.spot, self.rate, self.q, self.vol = (mpf(asset[k]) for k in ("spot", "rate", "dividendYield", "vol"))
        self.years = mpf(years)
        self.sd = self.vol * sqrt(self.years)
        self.drift = self.rate - self.q - self.vol**2 / 2
        self.mean = self.drift * self.years
        self.discount = exp(-self.rate * self.years)

    def at(self, level):
        return log(mpf(level) / self.spot)

    def end(self, f, a, b, growth=1):
        return gaussian(f, a, b, self.mean, self.sd, growth)

    def in_the_money(self, right, strike):
        k = self.at(strike)
        return (k, inf) if right == "call" else (-inf, k)

    def payoff(self, right, strike):
        w = 1 if right == "call" else -1
        return lambda x: w * (self.spot * exp(x) - mpf(strike))

    def hit(self, barrier, discounted):
        """E[e^(-r tau); tau <= T] over the density of the first passage, in w = |a|/(vol sqrt(t))."""
        a = self.at(barrier)
        size, sign = abs(a), (1 if a > 0 else -1)
        slope = sign * self.drift * size / self.vol**2
        rate = self.rate * size**2 / self.vol**2 if discounted else mpf(0)
        w = size / self.sd
        top = max(w, abs(slope) / w if w > 0 else 0, sqrt(abs(slope))) + 16 + sqrt(abs(2 * rate))
        points = [w]
        while points[-1] < top:
            points.append(points[-1] + min(mpf(1), points[-1] / 4))
        return integral(lambda w: 2 * exp(-rate / w**2) * pdf(w - slope / w), points)

    def bridged(self, f, a, b, barrier, alive):
        """E[f(x); a < x < b, barrier not touched (or touched)] by the law of the Brownian bridge."""
        h = self.at(barrier)
        live = (h, inf) if h < 0 else (-inf, h)
        crossed = lambda x: -2 * h * (h - x) / self.sd**2
        if alive:
            return self.end(lambda x: -f(x) * expm1(crossed(x)), max(a, live[0]), min(b, live[1]))
        dead = (-inf, h) if h < 0 else (h, inf)
        beyond = self.end(f, max(a, dead[0]), min(b, dead[1])) if min(b, dead[1]) > max(a, dead[0]) else 0
        # The reflected path ends around the mirror image of its mean.
        lo, hi = max(a, live[0]), min(b, live[1])
        if not hi > lo:
            return beyond
        low, high = max(lo, min(self.mean, 2 * h + self.mean) - 14 * self.sd), min(hi, max(self.mean, 2 * h + self.mean) + 14 * self.sd + self.sd**2)
        if not high > low:
            low, high = (lo, lo + 14 * self.sd) if lo > -inf else (hi - 14 * self.sd, hi)
        inner = lambda x: f(x) * exp(crossed(x)) * pdf((x - self.mean) / self.sd) / self.sd
        return beyond + integral(inner, steps(low, high, 1.5 * self.sd))


def assets_of(count, extreme):
    rows = []
    for i in range(count):
        if i < len(extreme):
            rows.append((dict(zip(("spot", "rate", "dividendYield", "vol"), map(float, extreme[i][:4]))), float(extreme[i][4])))
        else:
            rows.append((dict(spot=log_uniform(10, 1e5), rate=uniform(-0.03, 0.12), dividendYield=uniform(-0.03, 0.12), vol=uniform(0.15, 1.5)), log_uniform(1 / 365, 2)))
    return rows


# spot, rate, yield, vol, years
EXTREME = [(100, 0.05, 0.05, 3, 2), (100, -0.05, 0.02, 0.05, 0.5), (60000, 0.1, 0, 0.6, 1 / 8760), (0.5, 0.02, 0.3, 0.4, 5)]


def near(asset, years, deviations):
    return asset["spot"] * float(exp(mpf(uniform(-deviations, deviations)) * mpf(asset["vol"]) * sqrt(mpf(years))))


def digital():
    for i, (asset, years) in enumerate(assets_of(16, EXTREME)):
        o = dict(right=pick("call", "put"), strike=near(asset, years, 6 if i % 4 == 0 else 1.5), yearsToExpiry=years, pays=pick("cash", "asset"), cash=10.0)
        w = World(asset, years)
        f = (lambda x: mpf(10)) if o["pays"] == "cash" else (lambda x: w.spot * exp(x))
        yield o, asset, w.discount * w.end(f, *w.in_the_money(o["right"], o["strike"]))


def beside(asset, years, direction, low=0.1, high=2.5):
    up = 1 if direction == "up" else -1
    return asset["spot"] * float(exp(up * mpf(uniform(low, high)) * mpf(asset["vol"]) * sqrt(mpf(years))))


def touch():
    for condition, pays in (("touched", "at-hit"), ("touched", "at-expiry"), ("untouched", "at-expiry")):
        for i, (asset, years) in enumerate(assets_of(10, EXTREME)):
            direction = "up" if i % 2 else "down"
            o = dict(barrier=beside(asset, years, direction), direction=direction, condition=condition, pays=pays, cash=10.0, yearsToExpiry=years)
            w = World(asset, years)
            if condition == "untouched":
                p = w.discount * w.bridged(lambda x: mpf(1), -inf, inf, o["barrier"], True)
            else:
                p = w.hit(o["barrier"], pays == "at-hit") * (1 if pays == "at-hit" else w.discount)
            yield o, asset, 10 * p
    # Rates so negative that the usual formula's root is not real.
    for rate, level in ((-0.2, 130.0), (-0.5, 60.0)):
        asset = dict(spot=100.0, rate=rate, dividendYield=rate, vol=0.5)
        o = dict(barrier=level, direction="up" if level > 100 else "down", condition="touched", pays="at-hit", cash=10.0, yearsToExpiry=1.5)
        yield o, asset, 10 * World(asset, 1.5).hit(level, True)


def barrier():
    for kind in ("up-in", "up-out", "down-in", "down-out"):
        for right in ("call", "put"):
            for asset, years in assets_of(8, EXTREME):
                level = beside(asset, years, kind.split("-")[0], 0.2, 2)
                o = dict(right=right, strike=near(asset, years, 1.5), barrier=level, type=kind, rebate=pick(0.0, 0.03 * asset["spot"]), yearsToExpiry=years)
                w = World(asset, years)
                out = kind.endswith("out")
                p = w.discount * w.bridged(w.payoff(right, o["strike"]), *w.in_the_money(right, o["strike"]), level, out)
                if o["rebate"] > 0:
                    p += mpf(o["rebate"]) * (w.hit(level, True) if out else w.discount * w.bridged(lambda x: mpf(1), -inf, inf, level, True))
                yield o, asset, p


def far():
    """Barriers whose strike lies 5 to 8 deviations out of the money."""
    for kind in ("up-in", "up-out", "down-in", "down-out"):
        for right in ("call", "put"):
            asset, years = assets_of(5, EXTREME)[4]
            out = kind.endswith("out")
            beyond = beside(asset, years, "up" if right == "call" else "down", 5, 8)
            # An up-and-out call, a down-and-out put needs its barrier behind the strike to be worth anything.
            far_side = out and (kind == "up-out") == (right == "call")
            level = beyond * (1.1 if right == "call" else 0.9) if far_side else beside(asset, years, kind.split("-")[0], 0.2, 2)
            o = dict(right=right, strike=beyond, barrier=level, type=kind, rebate=0.0, yearsToExpiry=years)
            w = World(asset, years)
            yield o, asset, w.discount * w.bridged(w.payoff(right, beyond), *w.in_the_money(right, beyond), level, out)


def killed(w, alpha, a, b, lower, upper):
    """E[e^(alpha x); a < x < b, between the barriers]: sines and images must agree to 1e-30."""
    l, u = w.at(lower), w.at(upper)
    a, b, width, s = max(a, l), min(b, u), u - l, w.sd
    if not b > a:
        return mpf(0)
    h = w.drift / w.vol**2
    c = alpha + h
    with mp.workdps(90):
        sines = mpf(0)
        k = 0
        while True:
            k += 1
            kappa = k * pi / width
            decay = (kappa * s) ** 2 / 2
            if decay > 210:
                break
            z = mpc(c, kappa)
            sines += sin(-kappa * l) * exp(-decay) * ((exp(z * b - mpc(0, kappa * l)) - exp(z * a - mpc(0, kappa * l))) / z).imag
        sines *= 2 / width
        images = mpf(0)
        count = 3 + int((20 * s + abs(c) * s * s) / width)
        for n in range(-count, count + 1):
            for sign, m in ((1, 2 * n * width), (-1, 2 * u + 2 * n * width)):
                images += sign * exp(c * m + c * c * s * s / 2) * (cdf((b - m) / s - c * s) - cdf((a - m) / s - c * s))
        assert abs(sines - images) < mpf(10) ** -30 * max(1, abs(exp(c * b)), abs(exp(c * a))), (sines, images)
        return exp(-h * h * s * s / 2) * sines


def corridor(asset, years):
    return dict(lower=beside(asset, years, "down", 0.2, 2), upper=beside(asset, years, "up", 0.2, 2), type=pick("in", "out"), yearsToExpiry=years)


def double_barrier():
    for asset, years in assets_of(14, EXTREME):
        o = corridor(asset, years) | dict(right=pick("call", "put"))
        o["strike"] = o["lower"] + (o["upper"] - o["lower"]) * uniform(-0.1, 1.1)
        w = World(asset, years)
        sign = 1 if o["right"] == "call" else -1
        a, b = w.in_the_money(o["right"], o["strike"])
        part = lambda alpha: killed(w, alpha, a, b, o["lower"], o["upper"])
        p = sign * (w.spot * part(1) - mpf(o["strike"]) * part(0))
        if o["type"] == "in":
            p = w.end(w.payoff(o["right"], o["strike"]), a, b) - p
        yield o, asset, w.discount * p


def double_touch():
    for asset, years in assets_of(12, EXTREME):
        o = corridor(asset, years) | dict(cash=10.0)
        w = World(asset, years)
        p = killed(w, 0, -inf, inf, o["lower"], o["upper"])
        yield o, asset, 10 * w.discount * (p if o["type"] == "out" else 1 - p)


def lookback():
    calm = [(100, 0.03, 0.03, 0.02, 1), (100, 0.031, 0.03, 0.05, 0.25), (100, 0.0321, 0.03, 0.3, 1), (100, 0.05, 0.05, 0.6, 3), (100, 0.05, 0.0485, 1.2, 0.02)]
    for i, (asset, years) in enumerate(assets_of(24, EXTREME + calm + EXTREME + calm)):
        right = "put" if (i % 9 + i // 9) % 2 else "call"
        floating = i % 4 < 2
        on_maximum = (right == "put") == floating
        w = World(asset, years)
        m = asset["spot"] if i % 3 == 0 else beside(asset, years, "up" if on_maximum else "down", 0, 1)
        o = dict(right=right, strike="floating" if floating else near(asset, years, 1), extremeSoFar=m, yearsToExpiry=years)
        # E(max S - M)+ as the integral of the probability that the extreme lies beyond the level.
        level = m if floating else (max(m, o["strike"]) if on_maximum else min(m, o["strike"]))
        sign = 1 if on_maximum else -1
        reach = lambda y: cdf((sign * w.mean - y) / w.sd) + exp(2 * sign * w.drift * y / w.vol**2) * cdf((-y - sign * w.mean) / w.sd)
        start = sign * w.at(level)
        stop = max(start, sign * w.mean, -sign * w.mean, 0) + 15 * w.sd + w.sd**2
        excess = integral(lambda y: w.spot * exp(sign * y) * reach(y), steps(start, stop, w.sd))
        forward = w.spot * exp(-w.q * w.years)
        if floating:
            p = sign * (m * w.discount - forward) + w.discount * excess
        else:
            p = w.discount * (abs(mpf(level) - mpf(o["strike"])) + excess)
        yield o, asset, p


def geometric_asian():
    for i, (asset, years) in enumerate(assets_of(14, EXTREME)):
        o = dict(right=pick("call", "put"), strike=near(asset, years, 1), yearsToExpiry=years)
        w = World(asset, years)
        if i % 2:
            elapsed = pick(0.0, years / 2)
            o["averaging"] = dict(kind="continuous", elapsed=elapsed)
            share = mpf(elapsed) / (mpf(elapsed) + w.years)
            times, covariance = [w.years / 2], w.years / 3
        else:
            n, taken, first = 2 + i, (i // 2) % 3, years / (3 + i)
            o["averaging"] = dict(kind="discrete", count=n, first=first, taken=taken)
            share = mpf(taken) / (taken + n)
            times = [mpf(first) + (w.years - mpf(first)) * j / (n - 1) for j in range(n)]
            covariance = sum(min(a, b) for a in times for b in times) / n**2
        o["averageSoFar"] = near(asset, years, 0.5)
        mean = share * log(mpf(o["averageSoFar"])) + (1 - share) * (log(w.spot) + w.drift * sum(times) / len(times))
        sd = (1 - share) * w.vol * sqrt(covariance)
        k = log(mpf(o["strike"]))
        sign = 1 if o["right"] == "call" else -1
        p = gaussian(lambda x: sign * (exp(x) - mpf(o["strike"])), *((k, inf) if sign > 0 else (-inf, k)), mean, sd)
        yield o, asset, w.discount * p


def forward_start():
    for asset, years in assets_of(10, EXTREME):
        start = years * uniform(0, 0.9)
        o = dict(right=pick("call", "put"), moneyness=near(asset | dict(spot=1.0), years, 1), start=start, yearsToExpiry=years)
        whole = World(asset, years)
        w = World(asset | dict(spot=1.0), mpf(years) - mpf(start))
        p = w.end(w.payoff(o["right"], o["moneyness"]), *w.in_the_money(o["right"], o["moneyness"]))
        grown = integral(lambda x: whole.spot * exp(x) * pdf((x - m) / s) / s, steps((m := whole.drift * mpf(start)) - 14 * (s := whole.vol * sqrt(mpf(start))), m + 14 * s + s * s, 1.5 * s))
        yield o, asset, whole.discount * grown * p


def power():
    for asset, years in assets_of(12, EXTREME):
        p = pick(2.0, 3.0, 0.5, -1.0)
        w = World(asset, years)
        strike = near(asset, years, 1) ** p
        o = dict(right=pick("call", "put"), strike=strike, exponent=p, yearsToExpiry=years)
        k = w.at(1) + log(mpf(strike)) / mpf(p)
        sign = 1 if o["right"] == "call" else -1
        above = (sign > 0) == (p > 0)
        f = lambda x: sign * (exp(mpf(p) * (log(w.spot) + x)) - mpf(strike))
        yield o, asset, w.discount * w.end(f, *((k, inf) if above else (-inf, k)), growth=p)


def quanto():
    for asset, years in assets_of(10, EXTREME):
        o = dict(right=pick("call", "put"), strike=near(asset, years, 1.5), yearsToExpiry=years, fxVol=uniform(0, 0.8), correlation=uniform(-1, 1), underlyingRate=uniform(-0.03, 0.1))
        w = World(asset, years)
        # The asset's drift under the payment currency's measure.
        drift = mpf(o["underlyingRate"]) - w.q - w.vol**2 / 2 - mpf(o["correlation"]) * w.vol * mpf(o["fxVol"])
        p = gaussian(w.payoff(o["right"], o["strike"]), *w.in_the_money(o["right"], o["strike"]), drift * w.years, w.sd)
        yield o, asset, w.discount * p


def pairs(count):
    correlations = [0.99, -0.99, 0.0]
    for i in range(count):
        rho = correlations[i] if i < 3 else uniform(-0.95, 0.95)
        years = [2.0, 0.02][i % 2] if i < 3 else log_uniform(1 / 365, 2)
        s = log_uniform(10, 1e4)
        one, two = (dict(spot=s * uniform(0.8, 1.25), dividendYield=uniform(-0.02, 0.1), vol=uniform(0.15, 1.2)) for _ in range(2))
        yield dict(rate=uniform(-0.03, 0.1), assets=[one, two], correlation=rho), years


def over_pair(assets, years, kinks, given):
    """df E[given(S1, mean and deviation of ln S2 given S1)]: one integral over the noise of the first asset."""
    years, rho = mpf(years), mpf(assets["correlation"])
    of = [[mpf(a[k]) for k in ("spot", "dividendYield", "vol")] for a in assets["assets"]]
    rate = mpf(assets["rate"])
    (m1, s1), (m2, s2) = ((log(s) + (rate - q - v * v / 2) * years, v * sqrt(years)) for s, q, v in of)
    spread = s2 * sqrt(1 - rho * rho)
    cuts = sorted((log(k) - m1) / s1 for k in kinks if k > 0)
    edge = 14 + s1 + s2
    marks = [-edge] + [c for c in cuts if -edge < c < edge] + [edge]
    narrow = min(mpf(2), 8 * spread / (s1 + s2))
    points = sorted(set(p for a, b in zip(marks, marks[1:]) for p in steps(a, b, narrow)))
    f = lambda z: pdf(z) * given(exp(m1 + s1 * z), m2 + rho * s2 * z, spread)
    return exp(-rate * years) * integral(f, points)


def black(sign, mean, sd, strike):
    """E[(sign (S2 - strike))+] of a lognormal S2."""
    if strike <= 0:
        return exp(mean + sd * sd / 2) - strike if sign > 0 else mpf(0)
    d = (mean - log(strike)) / sd
    return sign * (exp(mean + sd * sd / 2) * cdf(sign * (d + sd)) - strike * cdf(sign * d))


def exchange():
    for assets, years in pairs(8):
        yield years, assets, over_pair(assets, years, [], lambda a, m, s: black(-1, m, s, a))


def spread():
    for assets, years in pairs(10):
        strike = assets["assets"][0]["spot"] * uniform(-0.3, 0.3)
        o = dict(right=pick("call", "put"), strike=strike, yearsToExpiry=years)
        sign = -1 if o["right"] == "call" else 1
        yield o, assets, over_pair(assets, years, [mpf(strike)], lambda a, m, s: black(sign, m, s, a - mpf(strike)))


def rainbow():
    for i, (assets, years) in enumerate(pairs(12)):
        x = mpf(assets["assets"][i % 2]["spot"] * uniform(0.8, 1.2))
        o = dict(right="call" if i % 2 else "put", of="best" if i % 4 < 2 else "worst", strike=float(x), yearsToExpiry=years)

        def given(a, m, s):
            if o["right"] == "call":
                if o["of"] == "best":
                    return a - x + black(1, m, s, a) if a > x else black(1, m, s, x)
                return black(1, m, s, x) - black(1, m, s, a) if a > x else mpf(0)
            if o["of"] == "best":
                return mpf(0) if a > x else black(-1, m, s, x) - black(-1, m, s, a)
            return black(-1, m, s, x) if a > x else x - a + black(-1, m, s, a)

        yield o, assets, over_pair(assets, years, [x], given)


def heston_log(u, model, years):
    """ln E[(S_T/F)^(iu)] by the Riccati equation's solution in hyperbolic functions (del Bano Rollin)."""
    v0, kappa, theta, sigma, rho = (mpf(model[k]) for k in ("v0", "kappa", "theta", "sigma", "rho"))
    iu = mpc(0, 1) * u
    xi = kappa - sigma * rho * iu
    d = mp.sqrt(xi * xi + sigma * sigma * (u * u + iu))
    e = exp(-d * years)
    # cosh and sinh of dT/2 over e^(dT/2), so that neither overflows.
    ch, sh = (1 + e) / 2, (1 - e) / 2
    a2 = d * ch + xi * sh
    return kappa * theta / sigma**2 * (kappa * years - years * sigma * rho * iu - d * years - 2 * mp.log(a2 / d)) - v0 * (u * u + iu) * sh / a2


def jumps_log(u, model, years):
    lam, m, delta = (mpf(model[k]) for k in ("lambda", "meanLogJump", "jumpVol"))
    iu = mpc(0, 1) * u
    return lam * years * (exp(iu * m - delta**2 * u * u / 2) - 1 - iu * (exp(m + delta**2 / 2) - 1))


def by_two_probabilities(right, forward, strike, years, logs):
    """F P1 - K P2, each by Gil-Pelaez, P1 in the asset's measure."""
    with mp.workdps(26):
        forward, strike, years = mpf(forward), mpf(strike), mpf(years)
        k = log(strike / forward)

        def f(u):
            one, two = exp(logs(mpc(u, -1), years)), exp(logs(mpc(u, 0), years))
            return (exp(mpc(0, -u * k)) * (forward * one - strike * two) / mpc(0, u)).real

        total, a, width = mpf(0), mpf(0), mpf(2)
        while True:
            part = integral(f, [a, a + width])
            total += part
            a += width
            size = max(abs(f(a + width * t / 7)) for t in range(7)) * a
            if size < mpf(10) ** -22 * forward:
                break
            width = min(width * 2, 24 / max(abs(k), mpf(1) / 1000))
        call = (forward - strike) / 2 + total / pi
        return call if right == "call" else call - forward + strike


def models():
    yield dict(v0=0.04, kappa=1.5, theta=0.04, sigma=0.3, rho=-0.7), 100.0, 100.0, 1.0
    yield dict(v0=0.25, kappa=0.5, theta=0.36, sigma=1.5, rho=-0.95), 100.0, 60.0, 3.0
    yield dict(v0=0.5, kappa=4.0, theta=0.4, sigma=2.0, rho=0.5), 60000.0, 75000.0, 0.1
    yield dict(v0=0.09, kappa=0.1, theta=0.2, sigma=0.6, rho=0.9), 1.0, 2.5, 5.0
    for _ in range(5):
        f = log_uniform(10, 1e5)
        years = log_uniform(0.05, 2)
        v0 = uniform(0.1, 1)
        yield dict(v0=v0, kappa=uniform(0.5, 5), theta=uniform(0.1, 1), sigma=uniform(0.3, 2), rho=uniform(-0.9, 0.6)), f, f * float(exp(uniform(-1, 1) * sqrt(mpf(v0) * years))), years


def heston():
    for model, f, k, years in models():
        right = pick("call", "put")
        yield [right, f, k, years], model, by_two_probabilities(right, f, k, years, lambda u, t: heston_log(u, model, t))


def bates():
    for model, f, k, years in models():
        right = pick("call", "put")
        model = model | {"lambda": uniform(0.1, 8), "meanLogJump": uniform(-0.3, 0.1), "jumpVol": uniform(0.02, 0.3)}
        yield [right, f, k, years], model, by_two_probabilities(right, f, k, years, lambda u, t: heston_log(u, model, t) + jumps_log(u, model, t))


def merton():
    for i in range(10):
        f = log_uniform(10, 1e5)
        years, vol = log_uniform(0.02, 2), uniform(0.1, 1)
        k = f * float(exp(uniform(-2, 2) * mpf(vol) * sqrt(mpf(years))))
        right = pick("call", "put")
        model = {"vol": vol, "lambda": 200.0 if i == 0 else uniform(0.1, 10), "meanLogJump": uniform(-0.3, 0.2), "jumpVol": 0.0 if i == 1 else uniform(0.01, 0.4)}
        lam, m, delta, t = mpf(model["lambda"]), mpf(model["meanLogJump"]), mpf(model["jumpVol"]), mpf(years)
        weight, total, n = exp(-lam * t), mpf(0), 0
        mean = log(mpf(f)) - mpf(vol) ** 2 * t / 2 - lam * t * (exp(m + delta**2 / 2) - 1)
        while True:
            total += weight * black(1 if right == "call" else -1, mean + n * m, sqrt(mpf(vol) ** 2 * t + n * delta**2), mpf(k))
            n += 1
            weight *= lam * t / n
            if n > lam * t and weight * max(1, exp(n * (m + delta**2 / 2))) < mpf(10) ** -30:
                break
        yield [right, f, k, years], model, total


def leisen_reimer(sign, strike, years, spot, rate, q, vol, n):
    """Peizer and Pratt's second inversion, n odd."""
    peizer = lambda z: 0.5 + math.copysign(0.5, z) * math.sqrt(1 - math.exp(-((z / (n + 1 / 3 + 0.1 / (n + 1))) ** 2) * (n + 1 / 6)))
    sd = vol * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate - q) * years) / sd + sd / 2
    p, p1 = peizer(d1 - sd), peizer(d1)
    growth = math.exp((rate - q) * years / n)
    up, down = math.log(growth * p1 / p), math.log(growth * (1 - p1) / (1 - p))
    prices = spot * numpy.exp(numpy.arange(n + 1) * up + numpy.arange(n, -1, -1) * down)
    return roll(sign, strike, prices, numpy.maximum(0, sign * (prices - strike)), math.exp(-down), math.exp(-rate * years / n), p)


def smoothed_binomial(sign, strike, years, spot, rate, q, vol, n):
    """Cox-Ross-Rubinstein with Black-Scholes in the last step."""
    t = years / n
    sd = vol * math.sqrt(t)
    u = math.exp(sd)
    prices = spot * numpy.exp(sd * (2 * numpy.arange(n) - (n - 1)))
    d1 = (numpy.log(prices / strike) + (rate - q) * t) / sd + sd / 2
    normal = lambda x: numpy.array([math.erfc(-v / math.sqrt(2)) / 2 for v in x])
    values = sign * (prices * math.exp(-q * t) * normal(sign * d1) - strike * math.exp(-rate * t) * normal(sign * (d1 - sd)))
    values = numpy.maximum(values, sign * (prices - strike))
    return roll(sign, strike, prices, values, u, math.exp(-rate * t), (math.exp((rate - q) * t) - 1 / u) / (u - 1 / u))


def roll(sign, strike, prices, values, lift, discount, p):
    while len(values) > 1:
        prices = prices[:-1] * lift
        values = numpy.maximum(discount * (p * values[1:] + (1 - p) * values[:-1]), sign * (prices - strike))
    return float(values[0])


# right, years, spot, rate, yield, vol at a strike of 100
AMERICAN = [
    ("put", 1, 100, 0.05, 0.0, 0.3),
    ("call", 1, 100, 0.05, 0.08, 0.3),
    ("put", 0.25, 90, 0.1, 0.02, 0.6),
    ("call", 2, 110, 0.05, 0.1, 0.5),
    ("put", 0.02, 98, 0.08, 0.0, 0.4),
    ("call", 1, 80, 0.1, 0.1, 0.2),
    ("put", 3, 110, 0.06, 0.06, 0.8),
    ("put", 0.5, 105, 0.12, 0.0, 0.15),
    ("call", 0.5, 105, 0.03, 0.12, 0.7),
    ("put", 1, 100, 0.04, 0.04, 1.2),
    ("put", 0.5, 120, 0.03, 0.01, 0.5),
    ("call", 0.1, 100, 0.02, 0.06, 0.9),
]


def american():
    """Mean of two trees extrapolated to no step; the error is half of what they differ by, and may be 1e-5 at most."""
    for right, years, spot, rate, q, vol in AMERICAN:
        of = (1 if right == "call" else -1, 100, years, spot, rate, q, vol)
        one = 2 * leisen_reimer(*of, 8001) - leisen_reimer(*of, 4001)
        two = 2 * smoothed_binomial(*of, 8000) - smoothed_binomial(*of, 4000)
        assert abs(one - two) <= 2e-5
        market = dict(spot=float(spot), rate=rate, dividendYield=q, vol=vol)
        yield dict(right=right, strike=100.0, yearsToExpiry=float(years)), market, round((one + two) / 2, 8), abs(one - two) / 2


FAMILIES = dict(digital=digital, touch=touch, barrier=barrier, doubleBarrier=double_barrier, doubleTouch=double_touch, lookback=lookback, geometricAsian=geometric_asian, forwardStart=forward_start, power=power, quanto=quanto, exchange=exchange, spread=spread, rainbow=rainbow, heston=heston, bates=bates, merton=merton, barrierFar=far, american=american)


def row(option, market, price, *error):
    return json.dumps(dict(option=option, market=market, price=float(price)) | (dict(error=float("%.1e" % error[0])) if error else {}))


if __name__ == "__main__":
    out = {name: [row(*r) for r in family()] for name, family in FAMILIES.items()}
    print("{\n" + ",\n".join(f'"{k}": [\n' + ",\n".join(v) + "\n]" for k, v in out.items()) + "\n}")
