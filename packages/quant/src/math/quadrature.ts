/**
 * Nodes and weights of the 15-point Kronrod rule and its embedded 7-point Gauss rule on [−1, 1], the positive half.
 * @see R. Piessens et al., "QUADPACK" (1983), dqk15.
 */
const KRONROD_NODES = [
  0.9914553711208126, 0.9491079123427585, 0.8648644233597691, 0.7415311855993945, 0.5860872354676911,
  0.4058451513773972, 0.20778495500789848, 0,
]
const KRONROD_WEIGHTS = [
  0.022935322010529224, 0.06309209262997856, 0.10479001032225019, 0.14065325971552592, 0.1690047266392679,
  0.19035057806478542, 0.20443294007529889, 0.20948214108472782,
]
const GAUSS_WEIGHTS = [0.1294849661688697, 0.27970539148927664, 0.3818300505051189, 0.4179591836734694]

/** Panels that an integration may be split into; past this the answer is returned with its error as it stands. */
const PANELS_MAX = 400

/**
 * ∫ f over [from, to] by adaptive Gauss–Kronrod (7, 15): the panel with the largest error estimate is halved until the sum
 * of the estimates is below the tolerance. Deterministic; finite by `PANELS_MAX`.
 *
 * @param from - finite.
 * @param to - finite, ≥ from.
 * @param tolerance - absolute, > 0.
 */
export function integrate(f: (x: number) => number, from: number, to: number, tolerance: number): number {
  const panels = [panel(f, from, to)]
  let error = panels[0]!.error
  while (error > tolerance && panels.length < PANELS_MAX) {
    let worst = 0
    for (let i = 1; i < panels.length; i++) if (panels[i]!.error > panels[worst]!.error) worst = i
    const { from: left, to: right } = panels[worst]!
    const middle = left + (right - left) / 2
    if (!(middle > left && middle < right)) break
    panels[worst] = panel(f, left, middle)
    panels.push(panel(f, middle, right))
    error = 0
    for (const part of panels) error += part.error
  }
  let sum = 0
  for (const part of panels) sum += part.value
  return sum
}

type Panel = { readonly from: number; readonly to: number; readonly value: number; readonly error: number }

function panel(f: (x: number) => number, from: number, to: number): Panel {
  const centre = from + (to - from) / 2
  const half = (to - from) / 2
  const middle = f(centre)
  let kronrod = KRONROD_WEIGHTS[7]! * middle
  let gauss = GAUSS_WEIGHTS[3]! * middle
  for (let i = 0; i < 7; i++) {
    const offset = half * KRONROD_NODES[i]!
    const pair = f(centre - offset) + f(centre + offset)
    kronrod += KRONROD_WEIGHTS[i]! * pair
    if (i % 2 === 1) gauss += GAUSS_WEIGHTS[(i - 1) / 2]! * pair
  }
  return { from, to, value: kronrod * half, error: Math.abs(kronrod - gauss) * half }
}
