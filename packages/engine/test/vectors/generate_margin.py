"""
Margins of random books in 50 digits (mpmath), rounded to doubles: margin.json.

Run: python3 packages/engine/test/vectors/generate_margin.py > packages/engine/test/vectors/margin.json
Written from the formulas of the models' documentation, sharing no code with them. Requests are those of `holdfast calc margin`;
arguments come from a linear congruential generator. Dates are 2026-01-29 08:00 UTC and whole days after.
"""

import datetime
import json
from mpmath import mp, mpf, erfc, exp, log, sqrt

mp.dps = 50
state = 20260129
NOW = datetime.datetime(2026, 1, 29, 8)
DAYS = [1, 7, 29, 57, 148]


def draw():
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state >> 11) / 2**53


def uniform(a, b, digits=6):
    return round(a + (b - a) * draw(), digits)


def pick(items):
    return items[int(draw() * len(items))]


def iso(days):
    return (NOW + datetime.timedelta(days=days)).strftime('%Y-%m-%dT%H:%M:%SZ')


def yymmdd(days):
    return (NOW + datetime.timedelta(days=days)).strftime('%y%m%d')


def cdf(x):
    return erfc(-x / sqrt(mpf(2))) / 2


def black(call, F, K, vol, T):
    w = 1 if call else -1
    s = vol * sqrt(T)
    if s == 0:
        return max(mpf(0), w * (F - K))
    d1 = log(F / K) / s + s / 2
    return w * (F * cdf(w * d1) - K * cdf(w * (d1 - s)))


def delta_of(call, F, K, vol, T):
    w = 1 if call else -1
    s = vol * sqrt(T)
    return w * cdf(w * (log(F / K) / s + s / 2))


def years(days):
    return mpf(days) / 365


class World:
    """A market with two underlyings: forwards with a slope, a vol per expiry and strike."""

    def __init__(self):
        self.usdc = pick([1, 1, uniform(0.93, 1.004, 4)])
        self.index = {'BTC': uniform(60000, 110000, 2), 'ETH': uniform(1800, 4200, 2)}
        self.depth = {'BTC': uniform(1e5, 2e6, 0), 'ETH': uniform(1e5, 2e6, 0)}
        self.confidence = {'BTC': pick([1, 0.9, 0.5, 0.3]), 'ETH': pick([1, 0.58])}
        self.forward = {(u, d): round(self.index[u] * (1 + 0.0003 * d * uniform(-0.2, 1)), 2) for u in self.index for d in DAYS}
        self.rate = {(u, d): uniform(-0.01, 0.09, 4) for u in self.index for d in DAYS}
        self.level = {(u, d): uniform(0.3, 0.9, 3) for u in self.index for d in DAYS}
        self.vols = {}
        self.marks = {}

    def vol(self, u, d, K):
        key = (u, d, K)
        if key not in self.vols:
            self.vols[key] = round(self.level[u, d] + 0.3 * abs(float(log(mpf(K) / self.forward[u, d]))), 4)
        return mpf(self.vols[key])

    def market(self):
        expiries = lambda u: [
            {
                'expiry': iso(d),
                'forward': self.forward[u, d],
                'rate': self.rate[u, d],
                'vols': [{'strike': K, 'vol': v} for (a, b, K), v in self.vols.items() if (a, b) == (u, d)],
            }
            for d in DAYS
        ]
        return {
            'time': iso(0),
            'underlyings': {
                u: {
                    'index': self.index[u],
                    'confidence': self.confidence[u],
                    'depth': self.depth[u],
                    'perpetualConfidence': 1,
                    'expiries': expiries(u),
                }
                for u in self.index
            },
            'assets': {'USDC': {'price': self.usdc}},
            'instruments': [{'instrument': k, 'mark': m} for k, m in self.marks.items()],
        }


class Held:
    def __init__(self, world, kind, u, payoff, size, days=None, K=None, call=None, entry=None):
        self.kind, self.u, self.payoff, self.size = kind, u, payoff, size
        self.days, self.K, self.call, self.entry = days, K, call, entry
        settle = 'USDC' if payoff == 'linear' else u
        quote = 'USDC' if payoff == 'linear' else 'USD'
        venue = 'derive' if payoff == 'linear' else 'deribit'
        self.key = f'{venue}:{u}/{quote}:{settle}'
        if days is not None:
            self.key += '-' + yymmdd(days)
        if kind == 'option':
            self.key += f'-{K}-{"C" if call else "P"}'
            fair = black(call, mpf(world.forward[u, days]), mpf(K), world.vol(u, days, K), years(days))
            fair = float(fair) * uniform(0.97, 1.03)
            world.marks.setdefault(self.key, round(fair, 2) if payoff == 'linear' else round(fair / world.forward[u, days], 4))
        else:
            base = world.index[u] if days is None else world.forward[u, days]
            world.marks.setdefault(self.key, round(base * uniform(0.998, 1.002), 2))
        self.mark = mpf(world.marks[self.key])
        self.coin = mpf(world.index[u])
        self.usdc = mpf(world.usdc)
        self.T = None if days is None else years(days)
        self.F = None if days is None else mpf(world.forward[u, days])
        self.vol = world.vol(u, days, K) if kind == 'option' else None

    def position(self):
        row = {'instrument': self.key, 'size': self.size}
        if self.entry is not None:
            row['entryPrice'] = self.entry
        return row

    def value(self):
        """USD that the position adds to equity."""
        if self.kind == 'option':
            return self.size * self.mark * (self.usdc if self.payoff == 'linear' else self.coin)
        e = mpf(self.entry)
        if self.payoff == 'linear':
            return self.size * (self.mark - e) * self.usdc
        return self.size * (1 / e - 1 / self.mark) * self.coin


def option(world, u, payoff):
    d = pick(DAYS)
    step = 5000 if u == 'BTC' else 200
    K = int(round(world.forward[u, d] * uniform(0.7, 1.4) / step) * step)
    return Held(world, 'option', u, payoff, pick([-1, 1]) * uniform(0.5, 12, 1), d, K, pick([True, False]))


def perpetual(world, u, payoff, days=None):
    coins = pick([-1, 1]) * uniform(0.2, 8, 2)
    entry = round(world.index[u] * uniform(0.85, 1.15), 2)
    size = coins if payoff == 'linear' else round(coins * world.index[u], -1)
    return Held(world, 'future', u, payoff, size, days, entry=entry)


def book(world, underlyings, payoffs, count, dated):
    held = {}
    for i in range(count):
        u, payoff = pick(underlyings), pick(payoffs)
        one = option(world, u, payoff) if draw() < 0.7 else perpetual(world, u, payoff, pick(dated))
        held.setdefault(one.key, one)
    return list(held.values())


def request(model, parameters, world, held, balances, expected, account=None):
    for name, figure in expected.items():
        expected[name] = [float(x) for x in figure] if isinstance(figure, list) else float(figure)
    return {
        'model': model,
        'parameters': parameters,
        'account': {'balances': balances, 'positions': [one.position() for one in held], **(account or {})},
        'market': world.market(),
        'expected': expected,
    }


# ------------------------------------------------------------------------------------------------ portfolio and cme-span


def equity_of(world, balances, haircuts, peg_threshold, peg_factor):
    """Collateral after haircuts by asset, USD."""
    parts = {}
    for asset, amount in balances.items():
        price = mpf(world.usdc if asset == 'USDC' else world.index[asset])
        cut = mpf(0)
        if amount > 0:
            cut = mpf(haircuts[asset])
            if asset == 'USDC':
                cut = min(mpf(1), cut + peg_factor * max(mpf(0), peg_threshold - price))
        parts[asset] = amount * price * (1 - cut)
    return parts


def clamp(x):
    return max(mpf(-1), min(mpf(1), x))


def revalued(one, move, vol_of):
    """P&L in USD when spot, forwards and marks move by a relative amount and the vol becomes vol_of(vol, T, ln K/F)."""
    if one.kind == 'option':
        now = black(one.call, one.F, mpf(one.K), one.vol, one.T)
        vol = vol_of(one.vol, one.T, log(one.K / one.F))
        then = black(one.call, one.F * (1 + move), mpf(one.K), vol, one.T)
        return one.size * (then - now) * (1 if one.payoff == 'linear' else one.coin / one.F)
    if one.payoff == 'linear':
        return one.size * one.mark * move * one.usdc
    e = mpf(one.entry)
    return one.size * ((1 / e - 1 / (one.mark * (1 + move))) * one.coin * (1 + move) - (1 / e - 1 / one.mark) * one.coin)


def base_delta(one):
    if one.kind == 'option':
        d = one.size * delta_of(one.call, one.F, mpf(one.K), one.vol, one.T)
        return d if one.payoff == 'linear' else d * one.coin / one.F
    return one.size if one.payoff == 'linear' else one.size / one.mark


def naked(held):
    net = {}
    for one in held:
        if one.kind == 'option':
            net[one.days, one.K] = net.get((one.days, one.K), mpf(0)) + one.size
    return sum((max(mpf(0), -x) for x in net.values()), mpf(0))


def portfolio_case(p, world, held, balances):
    collateral = equity_of(world, balances, p['collateral']['haircuts']['named'], mpf(p['collateral']['pegThreshold']), p['collateral']['pegFactor'])
    v, k, t = p['vol'], p['skew'], p['termStructure']

    def parallel(direction):
        def move(vol, T, _):
            days = max(T * 365, mpf(v['tenorFloorDays']))
            m = (30 / days) ** mpf(v['shortPower'] if days <= 30 else v['longPower'])
            if direction == 'none':
                return vol
            if direction == 'down':
                return vol * max(mpf(0), 1 - mpf(v['rangeDown']) * m)
            return max(mpf(v['floorUp']), vol * (1 + mpf(v['rangeUp']) * m))

        return move

    wing = lambda vol, T, x: clamp(x / (mpf(k['widthStdDev']) * vol * sqrt(T)))
    shocks = [(mpf(s['spot']), parallel(s['vol']), mpf(s['dampening'])) for s in p['scenarios']]
    for sign in (1, -1):
        shocks.append((mpf(0), lambda vol, T, x, s=sign: vol * (1 + s * mpf(k['tilt']) * wing(vol, T, x)), mpf(1)))
        shocks.append((mpf(0), lambda vol, T, x, s=sign: vol * (1 + s * mpf(k['curve']) * abs(wing(vol, T, x))), mpf(1)))
        shocks.append(
            (mpf(0), lambda vol, T, x, s=sign: vol * (1 + s * mpf(t['range']) * clamp(log(t['pivotDays'] / (T * 365)) / log(mpf(t['ratio'])))), mpf(1))
        )
    under = sorted({one.u for one in held} | {a for a in balances if a != 'USDC'})
    rows = {}
    for u in under:
        own = [one for one in held if one.u == u]
        rows[u] = [d * (collateral.get(u, mpf(0)) * m + sum((revalued(one, m, f) for one in own), mpf(0))) for m, f, d in shocks]
    worst = lambda row: max([mpf(0)] + [-x for x in row])
    loss = sum(worst(rows[u]) for u in under)
    joint = [sum(rows[u][i] for u in under) for i in range(len(shocks))]
    for group in p['offsets']:
        members = [u for u in under if u in group['underlyings']]
        together = [sum((rows[u][i] for u in members), mpf(0)) for i in range(len(shocks))]
        loss -= mpf(group['correlation']) * (sum((worst(rows[u]) for u in members), mpf(0)) - worst(together))
    minimum = basis = concentration = confidence = mpf(0)
    for u in under:
        own = [one for one in held if one.u == u]
        if not own:
            continue
        S = mpf(world.index[u])
        minimum += naked(own) * S * mpf(p['shortOptionMinimum'])
        tenors = {}
        for one in own:
            d = one.days or 0
            tenors[d] = tenors.get(d, mpf(0)) + base_delta(one)
        for d, x in tenors.items():
            basis += abs(x) * S * min(mpf(p['basis']['maximum']), mpf(p['basis']['add']) + mpf(p['basis']['perYear']) * years(d))
        N = abs(sum(base_delta(one) for one in own)) * S
        c, depth = p['concentration'], mpf(world.depth[u])
        beyond = max(mpf(0), N - c['freeMultiple'] * depth)
        concentration += min(mpf(c['maximum']) * N, mpf(c['rate']) * beyond**2 / depth)
        sure = mpf(world.confidence[u])
        if sure < mpf(p['confidence']['threshold']):
            gross = sum(abs(one.size) if one.kind == 'option' else abs(base_delta(one)) for one in own) * S
            confidence += (1 - sure) * mpf(p['confidence']['factor']) * gross
    charges = max(loss, minimum) + basis + concentration
    value = sum((one.value() for one in held), mpf(0))
    return {
        'equity': sum(collateral.values()) + value,
        'markToMarket': value,
        'initialMargin': mpf(p['initialFactor']) * charges + confidence,
        'maintenanceMargin': mpf(p['maintenanceFactor']) * charges,
        'scenarios': joint,
    }


def span_case(p, world, held, balances):
    collateral = equity_of(world, balances, p['collateral']['haircuts']['named'], mpf(p['collateral']['pegThreshold']), p['collateral']['pegFactor'])
    under = sorted({one.u for one in held})
    scan, rows, delta, row_of = {}, [], {}, {}
    for u in under:
        own, r = [one for one in held if one.u == u], p['commodities']['named'][u]
        R, V = mpf(r['priceScanRange']), mpf(r['volScanRange'])
        pnl = []
        for thirds in (0, 1, -1, 2, -2, 3, -3):
            for sign in (1, -1):
                f = lambda vol, T, x, s=sign: max(mpf(0), vol + s * V)
                pnl.append(sum((revalued(one, R * thirds / 3, f) for one in own), mpf(0)))
        for sign in (1, -1):
            move = max(mpf(-1) + mpf('1e-6'), sign * R * p['extremeMultiple'])
            pnl.append(mpf(p['extremeCover']) * sum((revalued(one, move, lambda vol, T, x: vol) for one in own), mpf(0)))
        scan[u] = max([mpf(0)] + [-x for x in pnl])
        rows += pnl
        delta[u] = sum(base_delta(one) for one in own)
        row_of[u] = r
    total = mpf(0)
    for u in under:
        own, r, S = [one for one in held if one.u == u], row_of[u], mpf(world.index[u])
        tenors = {}
        for one in own:
            d = one.days or 0
            tenors[d] = tenors.get(d, mpf(0)) + base_delta(one)
        longs = sum((x for x in tenors.values() if x > 0), mpf(0))
        shorts = -sum((x for x in tenors.values() if x < 0), mpf(0))
        risk = scan[u] + min(longs, shorts) * S * mpf(r['intraSpreadRate'])
        others = [o for o in under if o != u]
        if others and delta[u] * delta[others[0]] < 0:
            mine, theirs = abs(delta[u]) * S, abs(delta[others[0]]) * mpf(world.index[others[0]])
            risk -= mpf(p['interSpreads'][0]['credit']) * scan[u] * min(mine, theirs) / mine
        total += max(risk, naked(own) * S * mpf(r['shortOptionMinimum']))
    value = sum((one.value() for one in held), mpf(0))
    return {
        'equity': sum(collateral.values()) + value,
        'markToMarket': value,
        'initialMargin': mpf(p['initialFactor']) * total,
        'maintenanceMargin': total,
        'scenarios': rows,
    }


COLLATERAL = lambda: {
    'haircuts': {'default': 1, 'named': {'USDC': uniform(0, 0.05, 3), 'BTC': uniform(0, 0.2, 3), 'ETH': uniform(0, 0.2, 3)}},
    'pegged': ['USDC'],
    'pegThreshold': 0.985,
    'pegFactor': 4,
}


def portfolio_parameters():
    scenarios = [
        {'spot': s, 'vol': v, 'dampening': 1} for s in (-0.2, -0.1, -0.05, 0, 0.05, 0.1, 0.2) for v in ('up', 'none', 'down')
    ] + [{'spot': s, 'vol': 'up', 'dampening': d} for s, d in ((-0.6, 0.3), (0.6, 0.4), (2, 0.1))]
    return {
        'collateral': COLLATERAL(),
        'scenarios': scenarios,
        'vol': {'rangeUp': uniform(0.3, 0.7, 3), 'rangeDown': uniform(0.2, 0.5, 3), 'shortPower': 0.3, 'longPower': 0.13, 'tenorFloorDays': 2, 'floorUp': uniform(0.3, 0.8, 3)},
        'skew': {'tilt': uniform(0.05, 0.6, 3), 'curve': uniform(0.05, 0.6, 3), 'widthStdDev': uniform(0.5, 3, 2)},
        'termStructure': {'range': uniform(0.05, 0.7, 3), 'pivotDays': 40, 'ratio': uniform(2, 8, 2)},
        'basis': {'add': 0.003, 'perYear': 0.06, 'maximum': 0.01},
        'shortOptionMinimum': pick([0.01, 0.02, 0.3]),
        'concentration': {'depth': {'default': 1e6, 'named': {}}, 'freeMultiple': uniform(0, 1, 2), 'rate': 0.02, 'maximum': 0.1},
        'confidence': {'threshold': 0.6, 'factor': uniform(0.1, 1, 2)},
        'offsets': [{'underlyings': ['BTC', 'ETH'], 'correlation': uniform(0, 1, 2)}],
        'initialFactor': uniform(1.1, 1.6, 2),
        'maintenanceFactor': 1,
    }


def span_parameters():
    row = lambda: {'priceScanRange': uniform(0.1, 0.4, 3), 'volScanRange': uniform(0.1, 0.4, 3), 'intraSpreadRate': 0.015, 'shortOptionMinimum': pick([0.01, 0.4])}
    return {
        'collateral': COLLATERAL(),
        'commodities': {'default': row(), 'named': {'BTC': row(), 'ETH': row()}},
        'extremeMultiple': uniform(1.5, 3, 2),
        'extremeCover': uniform(0.3, 0.4, 2),
        'interSpreads': [{'commodities': ['BTC', 'ETH'], 'credit': uniform(0, 1, 2)}],
        'initialFactor': 1.15,
    }


# ----------------------------------------------------------------------------------------------------- deribit-portfolio


def deribit_case(p, world, held, balances, charges):
    pair, factor, scale = p['pairs']['default'], mpf(p['mmFactor']), mpf(10) ** p['coinDecimals']
    groups = {}
    for one in held:
        groups.setdefault((one.u, 'USDC' if one.payoff == 'linear' else one.u), []).append(one)
    matrix, scenarios = mpf(0), []
    for (u, settle), own in sorted(groups.items(), key=lambda item: f'{item[0][0]}/{item[0][1]}'):
        unit = mpf(world.usdc if settle == 'USDC' else world.index[settle])
        row = p['currencies']['default']

        def shocked(one, direction):
            days = max(one.T * 365, mpf(pair['tenorFloorDays']))
            m = (30 / days) ** mpf(pair['shortTermPower'] if days <= 30 else pair['longTermPower'])
            if direction == 'same':
                return one.vol
            if direction == 'down':
                return one.vol * max(mpf(0), 1 - mpf(pair['volRangeDown']) * m)
            return max(mpf(pair['minVolForShockUp']), one.vol * (1 + mpf(pair['volRangeUp']) * m))

        def pnl(one, move, direction):
            if one.kind == 'option':
                per = lambda F, vol: black(one.call, F, mpf(one.K), vol, one.T) / (F if one.payoff == 'inverse' else 1)
                return one.size * (per(one.F * (1 + move), shocked(one, direction)) - per(one.F, one.vol))
            if one.payoff == 'inverse':
                return one.size / one.mark * (1 - 1 / (1 + move))
            return one.size * one.mark * move

        rows = []
        reach = mpf(pair['priceRange'])
        for bucket in range(-pair['buckets'], pair['buckets'] + 1):
            for direction in ('up', 'same', 'down'):
                x = sum(pnl(one, reach * bucket / pair['buckets'], direction) for one in own)
                rows.append(x * mpf(row['pnlOffset']) if x > 0 else x)
        for move in pair['extendedMoves']:
            x = mpf(0)
            for one in own:
                if one.kind == 'option':
                    x += min(mpf(1), reach / abs(mpf(move)) * mpf(pair['extendedFactor'])) * pnl(one, mpf(move), 'up')
                else:
                    x += pnl(one, max(-reach, min(reach, mpf(move))), 'up')
            rows.append(x * mpf(row['pnlOffset']) if x > 0 else min(mpf(0), x + mpf(row['extendedDampenerUsd']) / unit))
        worst = mp.nint(max([mpf(0)] + [-x for x in rows]) * scale) / scale
        tenors, total = {}, mpf(0)
        for one in own:
            if one.kind == 'option':
                d = one.size * delta_of(one.call, one.F, mpf(one.K), one.vol, one.T)
                if one.payoff == 'inverse':
                    d -= one.size * black(one.call, one.F, mpf(one.K), one.vol, one.T) / one.F
                money = d * (1 if one.payoff == 'inverse' else one.F)
            else:
                d = one.size / one.mark if one.payoff == 'inverse' else mpf(one.size)
                money = d * (1 if one.payoff == 'inverse' else one.mark)
            total += d
            tenors[one.days or 0] = tenors.get(one.days or 0, mpf(0)) + money
        roll = sum(abs(x) * max(mpf(row['minAnnualisedMove']), mpf(row['annualisedMoveRisk']) * years(d)) for d, x in tenors.items())
        beyond = max(mpf(0), abs(total) * mpf(world.index[u]) - pair['deltaShockThresholdUsd'])
        matrix += (worst + roll) * unit + mpf(pair['maxDeltaShock']) * beyond
        scenarios += [x * unit for x in rows]
    value = sum((one.value() for one in held), mpf(0))
    cash = sum(amount * mpf(world.usdc if a == 'USDC' else world.index[a]) for a, amount in balances.items())
    return {
        'equity': cash + value,
        'markToMarket': value,
        'initialMargin': matrix + sum(mpf(c) for c in charges.values()),
        'maintenanceMargin': matrix * factor,
        'scenarios': scenarios,
    }


def deribit_parameters():
    currency = {'pnlOffset': uniform(0, 0.6, 2), 'annualisedMoveRisk': 0.08, 'minAnnualisedMove': 0.01, 'extendedDampenerUsd': 20000}
    return {
        'collateralMode': 'cross',
        'collateral': {'haircuts': {'default': 1, 'named': {'USDC': 0, 'BTC': 0, 'ETH': 0}}, 'pegged': [], 'pegThreshold': 0.9, 'pegFactor': 0},
        'pairs': {
            'default': {
                'priceRange': uniform(0.1, 0.2, 2),
                'buckets': pick([3, 4, 6]),
                'volRangeUp': uniform(0.3, 0.6, 2),
                'volRangeDown': uniform(0.2, 0.4, 2),
                'volShock': 'relative',
                'shortTermPower': 0.3,
                'longTermPower': 0.13,
                'tenorFloorDays': 0.25,
                'minVolForShockUp': 0.5,
                'extendedMoves': [-0.66, -0.33, 0.5, 1, 3],
                'extendedFactor': uniform(0.6, 1.5, 2),
                'maxDeltaShock': 0.1,
                'deltaShockThresholdUsd': 100000,
            },
            'named': {},
        },
        'currencies': {'default': currency, 'named': {'BTC': currency, 'ETH': currency}},
        'mmFactor': 0.8,
        'coinDecimals': 9,
    }


# ------------------------------------------------------------------------------------------------------------ derive-pm2


def pm2_case(p, world, held, balances):
    stable, S = mpf(world.usdc), mpf(world.index['BTC'])
    cash = mpf(balances.get('USDC', 0))
    coins = mpf(balances.get('BTC', 0)) * S / stable
    cut = p['collaterals']['BTC']
    options = [one for one in held if one.kind == 'option']
    size = sum((mpf(one.size) for one in held if one.kind != 'option'), mpf(0))
    perps = [one for one in held if one.kind != 'option']
    price = perps[0].mark if perps else mpf(0)
    perp_pnl = sum((one.size * (one.mark - mpf(one.entry)) for one in perps), mpf(0))
    days = sorted({one.days for one in options})
    rate = {d: max(mpf(0), mpf(world.rate['BTC', d])) for d in days}
    D = {d: exp(-rate[d] * years(d)) for d in days}

    def worth(d, spot, vol_of):
        return sum(
            (one.size * D[d] * black(one.call, one.F * spot, mpf(one.K), vol_of(one), one.T) for one in options if one.days == d), mpf(0)
        )

    now = {d: worth(d, mpf(1), lambda one: one.vol) for d in days}
    rows = []
    for s in p['scenarios']:
        spot, damp = mpf(s['spot']), mpf(s['dampening'])
        pnl = (size * price + (coins if cut['riskCancelling'] else 0)) * (spot - 1) * damp
        for d in days:
            T = years(d)
            m = (mpf(30) / max(mpf(d), mpf(p['dteFloorDays']))) ** mpf(p['shortTermPower'] if d <= 30 else p['longTermPower'])

            def vol_of(one):
                if s['vol'] == 'up':
                    return max(mpf(p['minVolInUpShock']), one.vol * (1 + mpf(p['volRangeUp']) * m))
                if s['vol'] == 'down':
                    return one.vol * max(mpf(0), 1 - mpf(p['volRangeDown']) * m)
                if s['vol'] == 'none':
                    return one.vol
                name = 'Linear' if s['vol'] == 'skewLinear' else 'Abs'
                cap = mpf(p[f'skew{name}Slope']) * sqrt(T) + mpf(p[f'skew{name}Cap'])
                width = sqrt(T) * mpf(p['widthScale']) * (mpf(p['volParamStatic']) + sqrt(T) * mpf(p['volParamScale']))
                star = max(mpf(p['minKStar']), width)
                x = log(one.K / one.F)
                x = x if name == 'Linear' else abs(x)
                return one.vol * max(mpf(0), 1 + max(-cap, min(cap, x * cap / star)))

            skewed = s['vol'].startswith('skew')
            shocked = worth(d, mpf(1) if skewed else spot, vol_of)
            if shocked >= 0:
                sd = mpf(p['longStaticDiscount']) * exp(-T * (rate[d] * mpf(p['longRateMult']) + mpf(p['longRateAdd'])))
            else:
                sd = min(1 / D[d], mpf(p['shortStaticDiscount']) * exp(T * (rate[d] * mpf(p['shortRateMult']) + mpf(p['shortRateAdd']))))
            x = (shocked * sd - now[d]) * damp
            pnl += -abs(x) if skewed else x
        rows.append(pnl)
    basis = mpf(0)
    for d in days:
        flat = lambda one: one.vol
        up, down = worth(d, mpf(p['basisSpotUp']), flat) - now[d], worth(d, mpf(p['basisSpotDown']), flat) - now[d]
        basis += min(mpf(0), up, down) * (mpf(p['basisAdd']) + mpf(p['basisMult']) * years(d))
    worst = min(rows + [basis])
    short = naked(options) * S
    mm = abs(size) * S * mpf(p['mmPerp']) + short * mpf(p['mmOption']) + coins * mpf(cut['mmHaircut'])
    im = abs(size) * S * mpf(p['imPerp']) + short * mpf(p['imOption']) + coins * mpf(cut['imHaircut'])
    sure = mpf(world.confidence['BTC'])
    doubt = mpf(0)
    if sure < mpf(p['confThreshold']):
        gross = (abs(size) + sum((abs(mpf(one.size)) for one in options), mpf(0))) * S + coins
        doubt = (1 - sure) * mpf(p['confMargin']) * gross
    factor = mpf(p['imFactor']) + mpf(p['pegFactor']) * max(mpf(0), mpf(p['pegThreshold']) - stable)
    value = sum(now.values(), mpf(0)) + perp_pnl + coins
    net_mm = worst * mpf(p['mmFactor']) - mm + value + cash
    net_im = worst * factor - mm - im - doubt + value + cash
    return {
        'equity': value + cash,
        'markToMarket': value,
        'initialMargin': max(mpf(0), value + cash - net_im),
        'maintenanceMargin': max(mpf(0), value + cash - net_mm),
        'netInitialMargin': net_im,
        'netMaintenanceMargin': net_mm,
        'scenarios': rows,
    }


def pm2_parameters():
    regular = [{'spot': s, 'vol': v, 'dampening': 1} for s in (0.85, 0.92, 1, 1.08, 1.15) for v in ('up', 'none', 'down')]
    tails = [{'spot': s, 'vol': 'up', 'dampening': d} for s, d in ((0.34, 0.2), (2, 0.13), (5, 0.03))]
    skews = [{'spot': 1, 'vol': v, 'dampening': 1} for v in ('skewLinear', 'skewAbs')]
    return {
        'underlying': 'BTC',
        'scenarios': regular + tails + skews,
        'collaterals': {'BTC': {'riskCancelling': pick([True, False]), 'mmHaircut': 0.03, 'imHaircut': 0.015}},
        'volRangeUp': uniform(0.3, 0.7, 2),
        'volRangeDown': uniform(0.2, 0.5, 2),
        'shortTermPower': 0.3,
        'longTermPower': 0.13,
        'dteFloorDays': 2,
        'minVolInUpShock': uniform(0.3, 0.6, 2),
        'imFactor': uniform(1, 1.3, 2),
        'mmFactor': 0.8,
        'longRateMult': uniform(0, 2, 2),
        'longRateAdd': 0.1,
        'shortRateMult': uniform(0, 2, 2),
        'shortRateAdd': 0.1,
        'longStaticDiscount': 0.95,
        'shortStaticDiscount': pick([0.99, 1.04]),
        'basisSpotUp': 1.05,
        'basisSpotDown': 0.95,
        'basisAdd': uniform(0.2, 2, 2),
        'basisMult': 2,
        'pegThreshold': 0.99,
        'pegFactor': 4,
        'confThreshold': 0.55,
        'confMargin': uniform(0.2, 1, 2),
        'mmPerp': 0.03,
        'imPerp': 0.01,
        'mmOption': 0.003,
        'imOption': 0.002,
        'skewLinearCap': 0.25,
        'skewLinearSlope': -0.1,
        'skewAbsCap': 0.2,
        'skewAbsSlope': -0.05,
        'minKStar': 0.01,
        'widthScale': 4,
        'volParamStatic': 0.6,
        'volParamScale': -0.1,
    }


# ------------------------------------------------------------------------------------------- derive-pm1, derive-standard


def pm1_case(p, world, held, balances):
    stable, S = mpf(world.usdc), mpf(world.index['BTC'])
    cash, base = mpf(balances.get('USDC', 0)), mpf(balances.get('BTC', 0))
    options = [one for one in held if one.kind == 'option']
    perps = [one for one in held if one.kind != 'option']
    size = sum((mpf(one.size) for one in perps), mpf(0))
    price = perps[0].mark if perps else mpf(0)
    perp_pnl = sum((one.size * (one.mark - mpf(one.entry)) for one in perps), mpf(0))
    days = sorted({one.days for one in options})

    def worth(d, spot, factor):
        return sum((one.size * black(one.call, one.F * spot, mpf(one.K), one.vol * factor, one.T) for one in options if one.days == d), mpf(0))

    now = {d: worth(d, mpf(1), mpf(1)) for d in days}
    coins = base * S / stable
    rows = []
    for s in p['scenarios']:
        spot = mpf(s['spot'])
        pnl = (coins + size * price) * (spot - 1)
        for d in days:
            T = years(d)
            m = (mpf(30) / max(mpf(d), mpf(p['dteFloorDays']))) ** mpf(p['shortTermPower'] if d <= 30 else p['longTermPower'])
            factor = {'up': 1 + mpf(p['volRangeUp']) * m, 'none': mpf(1), 'down': max(mpf(0), 1 - mpf(p['volRangeDown']) * m)}[s['vol']]
            shocked = worth(d, spot, factor)
            if shocked > 0:
                rate = max(mpf(0), mpf(world.rate['BTC', d]))
                shocked *= mpf(p['baseStaticDiscount']) * exp(-T * (rate * mpf(p['rateMultScale']) + mpf(p['rateAddScale'])))
            pnl += shocked - now[d]
        rows.append(pnl)
    basis = mpf(0)
    for d in days:
        up, down = worth(d, mpf(p['basisSpotUp']), mpf(1)) - now[d], worth(d, mpf(p['basisSpotDown']), mpf(1)) - now[d]
        basis += min(mpf(0), up, down) * (mpf(p['basisAdd']) + mpf(p['basisMult']) * years(d))
    worst = min(rows + [basis])
    static = (abs(size) * mpf(p['perpPercent']) + base * mpf(p['basePercent']) + naked(options) * mpf(p['optionPercent'])) * S
    sure, doubt = mpf(world.confidence['BTC']), mpf(0)
    if sure < mpf(p['confThreshold']):
        gross = abs(size) + base + sum((abs(mpf(one.size)) for one in options), mpf(0))
        doubt = (1 - sure) * mpf(p['confMargin']) * gross * S
    factor = mpf(p['imFactor']) + mpf(p['pegFactor']) * max(mpf(0), mpf(p['pegThreshold']) - stable)
    value = sum(now.values(), mpf(0)) + perp_pnl + coins
    net_mm = worst - static + value + cash
    net_im = (worst - static) * factor - doubt + value + cash
    return {
        'equity': value + cash,
        'markToMarket': value,
        'initialMargin': max(mpf(0), value + cash - net_im),
        'maintenanceMargin': max(mpf(0), value + cash - net_mm),
        'netInitialMargin': net_im,
        'netMaintenanceMargin': net_mm,
        'scenarios': rows,
    }


def pm1_parameters():
    return {
        'underlying': 'BTC',
        'scenarios': [{'spot': s, 'vol': v} for s in (0.82, 0.91, 1, 1.09, 1.18) for v in ('up', 'none', 'down')],
        'volRangeUp': uniform(0.3, 0.7, 2),
        'volRangeDown': uniform(0.2, 0.5, 2),
        'shortTermPower': 0.3,
        'longTermPower': 0.13,
        'dteFloorDays': 2,
        'imFactor': uniform(1.1, 1.5, 2),
        'baseStaticDiscount': 0.95,
        'rateMultScale': uniform(0, 4, 2),
        'rateAddScale': 0.12,
        'basisSpotUp': 1.05,
        'basisSpotDown': 0.95,
        'basisAdd': uniform(0.2, 2, 2),
        'basisMult': 1.2,
        'pegThreshold': 0.99,
        'pegFactor': 4,
        'confThreshold': 0.55,
        'confMargin': uniform(0.2, 1, 2),
        'basePercent': 0.03,
        'perpPercent': 0.03,
        'optionPercent': 0.02,
    }


def standard_case(p, world, held, balances):
    row, stable = p['markets']['default'], mpf(world.usdc)
    cash = mpf(balances.get('USDC', 0))
    value, net_im, net_mm = mpf(0), mpf(0), mpf(0)
    lost_peg = max(mpf(0), mpf(p['depegThreshold']) - stable) * mpf(p['depegFactor'])
    for u in sorted({one.u for one in held}):
        own, S, sure = [one for one in held if one.u == u], mpf(world.index[u]), mpf(world.confidence[u])
        doubt = (1 - sure) * mpf(row['oracleContFactor']) if sure < mpf(row['oracleConfThreshold']) else mpf(0)
        exposed = mpf(0)
        for one in own:
            if one.kind == 'option':
                exposed += max(mpf(0), -mpf(one.size))
                continue
            value += one.size * (one.mark - mpf(one.entry))
            net_im -= abs(one.size) * one.mark * mpf(row['perpIM'])
            net_mm -= abs(one.size) * one.mark * mpf(row['perpMM'])
            exposed += abs(mpf(one.size))
        net_im -= (doubt + lost_peg) * S * exposed
        for d in sorted({one.days for one in own if one.kind == 'option'}):
            options = [one for one in own if one.kind == 'option' and one.days == d]
            payoff = lambda X: sum(one.size * max(mpf(0), (X - one.K) if one.call else (one.K - X)) for one in options)
            lowest = min([mpf(0)] + [payoff(mpf(X)) for X in [0] + [one.K for one in options]])
            calls = min(mpf(0), sum((mpf(one.size) for one in options if one.call), mpf(0))) * options[0].F
            alone_im = alone_mm = mpf(0)
            for one in options:
                V = one.size * black(one.call, one.F, mpf(one.K), one.vol, one.T)
                value += V
                net_im -= V
                net_mm -= V
                if one.size > 0:
                    continue
                q = mpf(one.size)
                otm = max(mpf(0), (one.K - S) if one.call else (S - one.K)) / S
                im = max(mpf(row['maxSpotReq']) - otm, mpf(row['minSpotReq'])) * S * q + V
                if one.call:
                    mm = V + mpf(row['mmCallSpotReq']) * S * q
                else:
                    mm = min(mpf(row['mmPutSpotReq']) * S * q, mpf(row['mmPutMtMReq']) * V) + V
                    im = min(im, mm * mpf(row['mmOffsetScale']))
                alone_im += im
                alone_mm += mm
            net_im += max(alone_im, lowest + mpf(row['unpairedIM']) * calls)
            net_mm += max(alone_mm, lowest + mpf(row['unpairedMM']) * calls)
    net_im, net_mm = net_im + value + cash, net_mm + value + cash
    return {
        'equity': value + cash,
        'markToMarket': value,
        'initialMargin': max(mpf(0), value + cash - net_im),
        'maintenanceMargin': max(mpf(0), value + cash - net_mm),
        'netInitialMargin': net_im,
        'netMaintenanceMargin': net_mm,
        'scenarios': [],
    }


def standard_parameters():
    row = {
        'perpMM': 0.05,
        'perpIM': uniform(0.06, 0.12, 3),
        'maxSpotReq': uniform(0.14, 0.2, 3),
        'minSpotReq': uniform(0.1, 0.13, 3),
        'mmCallSpotReq': uniform(0.07, 0.09, 3),
        'mmPutSpotReq': uniform(0.07, 0.09, 3),
        'mmPutMtMReq': uniform(0.07, 0.5, 3),
        'unpairedIM': 1.2,
        'unpairedMM': 1.1,
        'mmOffsetScale': 1.05,
        'baseMarginFactor': 0,
        'baseIMScale': 1,
        'oracleConfThreshold': 0.55,
        'oracleContFactor': uniform(0.2, 1, 2),
    }
    return {'markets': {'default': row, 'named': {'BTC': row, 'ETH': row}}, 'depegThreshold': 0.98, 'depegFactor': 1.2}


cases = []
for i in range(8):
    for model, draw_parameters, work in (('portfolio', portfolio_parameters, portfolio_case), ('cme-span', span_parameters, span_case)):
        world, p = World(), draw_parameters()
        held = book(world, ['BTC', 'ETH'], ['linear', 'inverse'], 2 + i, [None, None, 57])
        balances = {'USDC': uniform(-20000, 200000, 2), 'BTC': uniform(0, 3, 3), 'ETH': uniform(-5, 20, 3)}
        cases.append(request(model, p, world, held, balances, work(p, world, held, balances)))
    world, p = World(), deribit_parameters()
    held = book(world, ['BTC', 'ETH'], ['linear', 'inverse'], 2 + i, [None, 29, 148])
    balances = {'USDC': uniform(0, 200000, 2), 'BTC': uniform(0, 3, 3)}
    charges = {'mmp': uniform(0, 500, 2)}
    cases.append(request('deribit-portfolio', p, world, held, balances, deribit_case(p, world, held, balances, charges), {'venueCharges': charges}))
    world, p = World(), pm2_parameters()
    held = book(world, ['BTC'], ['linear'], 2 + i, [None])
    balances = {'USDC': uniform(-50000, 200000, 2), 'BTC': uniform(0, 3, 3)}
    cases.append(request('derive-pm2', p, world, held, balances, pm2_case(p, world, held, balances)))
for i in range(8):
    world, p = World(), pm1_parameters()
    held = book(world, ['BTC'], ['linear'], 2 + i, [None])
    balances = {'USDC': uniform(-50000, 200000, 2), 'BTC': uniform(0, 3, 3)}
    cases.append(request('derive-pm1', p, world, held, balances, pm1_case(p, world, held, balances)))
    world, p = World(), standard_parameters()
    held = book(world, ['BTC', 'ETH'], ['linear'], 2 + 2 * i, [None])
    balances = {'USDC': uniform(-50000, 200000, 2)}
    cases.append(request('derive-standard', p, world, held, balances, standard_case(p, world, held, balances)))
print(json.dumps(cases, separators=(',', ':')))
