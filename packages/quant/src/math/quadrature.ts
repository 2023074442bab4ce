/**
 * Nodes and weights of the 15-point Kronrod rule and its embedded 7-point Gauss rule on [−1, 1], the positive half.
 * @see R. Piessens et al., "QUADPACK" (1983), dqk15.
 */
const KRONROD_NODES = [
  0.991455371120812639206854697526329, 0.949107912342758524526189684047851, 0.864864423359769072789712788640926,
  0.741531185599394439863864773280788, 0.58608723546769113029414482825873, 0.405845151377397166906606412076961,
  0.207784955007898467600689403773245, 0,
]
const KRONROD_WEIGHTS = [
  0.022935322010529224963732008058970, 0.063092092629978553290700663189204, 0.104790010322250183839876322541518,
  0.140653259715525918745189590510238, 0.16900472663926790282829543752104, 0.190350578064785409913256402421014,
  0.204432940075298892414161999234649, 0.209482141084727828012999174891714,
]
const GAUSS_WEIGHTS = [
  0.129484966168869693270611432679082, 0.27970539148927666790146777142378, 0.381830050505118944950369775488975,
  0.417959183673469387755102040816327,
]

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
