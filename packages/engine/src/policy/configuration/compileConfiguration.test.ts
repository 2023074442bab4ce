import { describe, expect, it } from 'vitest'
import { compileConfiguration } from './compileConfiguration.js'
import { renderDiagnostics } from './diagnostic.js'
import { MAX_CHARACTERS } from './page.js'

/** `line:column CODE message`, one line each. */
function complaints(text: string): readonly string[] {
  const compiled = compileConfiguration(text, 'desk.yaml')
  const diagnostics = compiled.ok ? compiled.warnings : compiled.diagnostics
  return diagnostics.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`)
}

const HEAD = `version: 1
sources: [{ kind: scenario, builtin: test, from: 2026-01-29T00:00:00Z }]
accounts: [{ id: main, venue: deribit, balances: { BTC: 1 } }]
`
const RULE = (more: string) => `${HEAD}rules:
  - id: margin
    scope: account
    when: margin_ratio > 0.65
    rearm: { when: margin_ratio < 0.55 }
    do: { alert: { tier: warning, summary: high } }
${more}`

const EVERYTHING_WRONG = `version: 1
name: bad desk
jurnal: { path: x }
sources:
  - kind: deribit-chain
    path: data
  - kind: ohlcv
    path: bars.csv
    underlying: btc
    timeUnit: sec
accounts:
  - id: main
    venue: deribit
    balances: { btc: 40, USDC: abc }
    positions:
      - { instrument: BTC-27FEB26-80000-P, size: -25 BTC }
      - { instrument: BTC/USD:BTC, size: 5 BTC, entry: -3 USD }
      - { instrument: BTC/USD:BTC-260227-90000-C, size: 25 }
  - id: main
    venue: deribit
    portfolo: desk
guard:
  index: { maxAge: 15, maxJump: 15 minutes }
assess: { valueAtRisk: { confidence: 120 % } }
rules:
  - id: margin-warning
    scope: acount
    when: margin_ratio > 0.65
    rearm: { when: margin_ratio < 0.55, after: 5 mins }
    do: { alert: { tier: urgent, summary: "x {margn_ratio}" } }
  - id: hold
    scope: { underlying: BTCC }
    when: abs(delta_nett) > 3 && delta_net > "x"
    rearm: { when: delta_net }
    cooldown: -1 h
    bounds: { perAction: 5 ETH }
    stage: alive
    do: { hedge-delta: { target: 0 BTC, with: "deribit:BTC/USD:BTC", account: mian, maxSlippage: 20 } }
  - id: third
    scope: account
    when: equity > percent(5) || margin_ratio > 65 %
    rearm: { when: equity > margin_ratio }
alerts:
  channels:
    - { kind: webhook, url: "https://hooks.example/secret", format: slack }
    - { kind: pigeon }
`

describe('complaints', () => {
  it('behavior: all that is wrong is told at once, each at its place', () => {
    expect(complaints(EVERYTHING_WRONG)).toEqual([
      "3:1 UNKNOWN_KEY unknown key 'jurnal'",
      "5:11 NOT_ALLOWED 'deribit-chain' is not allowed here",
      '9:17 NOT_ALLOWED btc is not allowed here',
      "10:15 NOT_ALLOWED 'sec' is not allowed here",
      "14:17 NOT_ALLOWED 'btc' is not the name of an asset",
      "14:32 WRONG_TYPE 'abc' is not a number",
      "16:23 UNKNOWN_INSTRUMENT 'BTC-27FEB26-80000-P' is not an instrument",
      '17:42 WRONG_UNIT BTC is the wrong unit for deribit:BTC/USD:BTC',
      '17:56 OUT_OF_RANGE a price is never negative',
      '18:57 BARE_NUMBER 25 has no unit',
      "19:9 DUPLICATE account 'main' stands here twice; the first is at line 12",
      "21:5 UNKNOWN_KEY unknown key 'portfolo'",
      '23:20 BARE_NUMBER 15 has no unit',
      "23:33 WRONG_UNIT unknown unit 'minutes'",
      '24:38 OUT_OF_RANGE 120 % is out of range',
      "27:12 NOT_ALLOWED 'acount' is not allowed here",
      "29:48 WRONG_UNIT unknown unit 'mins'",
      "30:26 NOT_ALLOWED 'urgent' is not allowed here",
      "32:26 UNKNOWN_UNDERLYING unknown underlying 'BTCC'",
      "33:15 UNKNOWN_MEASURE unknown measure 'delta_nett'",
      '34:20 CONDITION a condition is true or false; this is a number',
      '35:15 OUT_OF_RANGE -1 h is out of range',
      "37:12 NOT_ALLOWED 'alive' is not allowed here",
      '38:98 BARE_NUMBER 20 has no unit',
      "39:5 MISSING_KEY 'do' is missing",
      '41:52 CONDITION not a condition: unexpected token: EOF',
      '42:20 WRONG_UNIT USD and a ratio do not go together',
      '45:29 INLINE_SECRET a secret does not belong into the file: say where it is to be read from',
      "46:15 NOT_ALLOWED 'pigeon' is not allowed here",
    ])
  })

  it('behavior: as text: place, source line, caret, allowed range and unit, suggestion', () => {
    const compiled = compileConfiguration(`${HEAD}guard: { index: { maxAgee: 5 min, maxAge: 15 } }\n`, 'desk.yaml')
    expect(
      compiled.ok ? '' : renderDiagnostics(compiled.diagnostics),
    ).toBe(`desk.yaml:4:19: error: unknown key 'maxAgee' (at guard.index.maxAgee)
 4 | guard: { index: { maxAgee: 5 min, maxAge: 15 } }
   |                   ^^^^^^^
   = allowed: delayedAfter, maxAge, maxJump, maxDivergence, maxConfidence
   = suggestion: did you mean 'maxAge'?

desk.yaml:4:43: error: 15 has no unit (at guard.index.maxAge)
 4 | guard: { index: { maxAgee: 5 min, maxAge: 15 } }
   |                                           ^^
   = allowed: 1 ms to 30 d (unit: ms, s, min, h, d, w)
   = suggestion: write the unit, e.g. 15 min`)
  })

  it.each([
    ['empty', '', '1:1 EMPTY the file is empty'],
    ['comments only', '# nothing\n', '1:1 EMPTY the file is empty'],
    ['a tab', 'version: 1\njournal:\n\tpath: x\n', '3:1 SYNTAX a tab is used for indentation'],
    ['two documents', `${HEAD}---\nversion: 1\n`, '4:1 SYNTAX the file holds more than one document'],
    [
      'an open bracket',
      'version: [1\n',
      '2:1 SYNTAX not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['a scalar', 'hello', '1:1 WRONG_TYPE expected a section'],
    ['a key twice', `${HEAD}name: a\nname: b\n`, "5:1 DUPLICATE_KEY 'name' stands here twice"],
    ['a number as key', `${HEAD}assess: { distance: { betas: { 0: 1 } } }\n`, '4:32 KEY_NOT_TEXT a key must be text'],
    ['a list as key', `${HEAD}? [a]\n: 1\n`, '4:3 KEY_NOT_TEXT a key must be text'],
    ['a tag', `${HEAD}name: !secret x\n`, '4:15 SYNTAX tags such as !secret are not part of this format'],
    ['an unknown alias', `${HEAD}name: *x\n`, "4:7 SYNTAX nothing is anchored as 'x'"],
    ['an alias of itself', `${HEAD}margin: &x { portfolio: *x }\n`, "4:25 ALIAS_LIMIT 'x' holds itself"],
    [
      'too many digits',
      HEAD.replace('BTC: 1', 'BTC: 0.12345678901234567'),
      '3:57 OUT_OF_RANGE 0.12345678901234567 has more digits than a number keeps',
    ],
    ['an empty value', `${HEAD}name:\n`, '4:6 WRONG_TYPE expected text'],
    ['a prototype', `${HEAD}__proto__: { a: 1 }\n`, "4:1 UNKNOWN_KEY unknown key '__proto__'"],
    [
      'two things to do',
      RULE('').replace('do: {', 'do: { halt: { reason: x },'),
      '9:9 NOT_ALLOWED the rule does 2 things',
    ],
    [
      'a bound of an alert',
      RULE('    bounds: { perDay: 1 BTC }\n'),
      '10:23 NOT_ALLOWED alert has no size that could be bounded',
    ],
    [
      'a measure of another scope',
      RULE('').replace('margin_ratio > 0.65', 'delta > 1'),
      "7:11 UNKNOWN_MEASURE 'delta' does not exist in scope account",
    ],
    [
      'an unknown account',
      RULE('').replace('scope: account', 'scope: { account: mian }'),
      "6:23 UNKNOWN_ACCOUNT unknown account 'mian'",
    ],
    [
      'an unknown portfolio',
      RULE('').replace('scope: account', 'scope: { portfolio: [desk, disk] }'),
      "6:32 UNKNOWN_PORTFOLIO unknown portfolio 'disk'",
    ],
    [
      'a rule twice',
      RULE('') + RULE('').split('rules:\n')[1],
      "10:9 DUPLICATE rule 'margin' stands here twice; the first is at line 5",
    ],
    [
      'an expired option',
      HEAD.replace('balances: { BTC: 1 }', 'positions: [{ instrument: BTC/USD:BTC-260109, size: 10 USD }]'),
      '3:66 EXPIRED it expired at 2026-01-09T08:00:00Z, before the data begins (2026-01-29T00:00:00Z)',
    ],
    [
      'an inline database',
      `${HEAD}database: postgres://me:secret@host/db\n`,
      '4:11 INLINE_SECRET a secret does not belong into the file: say where it is to be read from',
    ],
  ])('error: %s', (_, text, complaint) => {
    expect(complaints(text)).toContain(complaint)
  })

  it('limits: files that are absurdly large, deep or unfolding are refused, quickly and with a reason', () => {
    expect(complaints(`# ${'x'.repeat(MAX_CHARACTERS)}`)[0]).toMatch(/^1:1 TOO_LARGE/)
    expect(complaints('['.repeat(100_000))[0]).toMatch(/^1:1 TOO_LARGE/)
    expect(complaints(`${'- '.repeat(100_000)}x`)[0]).toMatch(/^1:1 TOO_LARGE/)
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]']
    for (let i = 0; i < 12; i++)
      bomb.push(`${'bcdefghijklmn'[i]}: &${'bcdefghijklmn'[i]} [${Array(10).fill(`*${'abcdefghijklm'[i]}`).join(',')}]`)
    expect(complaints(bomb.join('\n')).some((one) => one.includes('ALIAS_LIMIT anchors unfold to too much'))).toBe(true)
  })

  it('behavior: anchors within reason are read', () => {
    const text = `${HEAD}guard: { index: &limits { maxAge: 5 min }, forward: *limits }\n`
    const compiled = compileConfiguration(text, 'desk.yaml')
    expect(compiled.ok && compiled.configuration.guard.forward.maxAgeMs).toBe(300_000)
  })

  it('behavior: no secret is repeated in what is computed from the file', () => {
    const compiled = compileConfiguration(`${HEAD}database: env:DATABASE_URL\n`, 'desk.yaml')
    expect(compiled.ok && compiled.configuration.database).toEqual({ from: 'env', name: 'DATABASE_URL' })
  })
})

describe('the rulebook', () => {
  const hashOf = (text: string, file = 'desk.yaml') => {
    const compiled = compileConfiguration(text, file)
    if (!compiled.ok) throw new Error(renderDiagnostics(compiled.diagnostics))
    return compiled.rulebook.hash
  }

  it('behavior: its hash is of what it decides by, not of how and where it was written', () => {
    expect(hashOf(`# a comment\n${RULE('')}`, 'other.yaml')).toBe(hashOf(RULE('')))
    expect(hashOf(RULE('name: other\n'))).toBe(hashOf(RULE('')))
    expect(hashOf(RULE('').replace('0.65', '0.66'))).not.toBe(hashOf(RULE('')))
    expect(hashOf(RULE('guard: { index: { maxAge: 5 min } }\n'))).not.toBe(hashOf(RULE('')))
    expect(hashOf(RULE('margin: { portfolio: { collateral: { pegFactor: 5 } } }\n'))).not.toBe(hashOf(RULE('')))
  })
})
