/** How one time of a Brownian path is drawn from two that are known. */
type Link = {
  readonly at: number
  readonly left: number
  readonly right: number
  readonly leftWeight: number
  readonly rightWeight: number
  readonly deviation: number
}

/**
 * Brownian bridge: writes a Brownian path at the given times, from independent standard normals, the end first and then
 * midpoint by midpoint.
 *
 * @param years - ascending, > 0.
 */
export function brownianBridge(years: readonly number[]): (normals: Float64Array, path: Float64Array) => void {
  const last = years.length - 1
  const end = Math.sqrt(years[last]!)
  const links: Link[] = []
  // Breadth first: stretches (left, right) with something between them; −1 stands for time 0.
  const stretches: (readonly [number, number])[] = [[-1, last]]
  for (let n = 0; n < stretches.length; n++) {
    const [left, right] = stretches[n]!
    if (right - left < 2) continue
    const at = (left + right + 1) >> 1
    const from = left < 0 ? 0 : years[left]!
    const span = years[right]! - from
    const share = (years[at]! - from) / span
    const deviation = Math.sqrt((years[at]! - from) * (1 - share))
    links.push({ at, left, right, leftWeight: 1 - share, rightWeight: share, deviation })
    stretches.push([left, at], [at, right])
  }
  return (normals, path) => {
    path[last] = end * normals[0]!
    links.forEach((link, k) => {
      const before = link.left < 0 ? 0 : path[link.left]!
      path[link.at] = link.leftWeight * before + link.rightWeight * path[link.right]! + link.deviation * normals[k + 1]!
    })
  }
}
