import { add, mul } from './elementary'

/**
 * P&L of every account in every scenario, and the lowest of them. Accounts are compressed rows: the positions of account
 * a are those from offsets[a] to offsets[a + 1]. `stride` is a multiple of 8; the pad of a table row repeats a scenario,
 * so that it cannot change the lowest. Positions are added in their order.
 */
export function evaluateBook(
  accounts: i32, offsets: usize, instrument: usize, size: usize,
  table: usize, stride: i32, worst: usize,
): void {
  const rowBytes = <usize>stride << 3
  for (let a: usize = 0; a < <usize>accounts; a++) {
    const first = <usize>load<u32>(offsets + (a << 2))
    const last = <usize>load<u32>(offsets + (a << 2), 4)
    let lowest = f64x2.splat(Infinity)
    for (let column: usize = 0; column < rowBytes; column += 64) {
      let p0 = f64x2.splat(0)
      let p1 = f64x2.splat(0)
      let p2 = f64x2.splat(0)
      let p3 = f64x2.splat(0)
      for (let p = first; p < last; p++) {
        const row = table + <usize>load<u32>(instrument + (p << 2)) * rowBytes + column
        const held = v128.load64_splat(size + (p << 3))
        p0 = add(p0, mul(held, v128.load(row)))
        p1 = add(p1, mul(held, v128.load(row, 16)))
        p2 = add(p2, mul(held, v128.load(row, 32)))
        p3 = add(p3, mul(held, v128.load(row, 48)))
      }
      lowest = f64x2.pmin(lowest, f64x2.pmin(f64x2.pmin(p0, p1), f64x2.pmin(p2, p3)))
    }
    const left = f64x2.extract_lane(lowest, 0)
    const right = f64x2.extract_lane(lowest, 1)
    store<f64>(worst + (a << 3), right < left ? right : left)
  }
}
