import { atan2, cos, exp, log, log1p, sin } from '../math/index.js'

/** A complex number; the few operations that characteristic functions need, on the deterministic elementary functions. */
export type Complex = { readonly re: number; readonly im: number }

export const complex = (re: number, im: number): Complex => ({ re, im })
export const add = (a: Complex, b: Complex): Complex => ({ re: a.re + b.re, im: a.im + b.im })
export const subtract = (a: Complex, b: Complex): Complex => ({ re: a.re - b.re, im: a.im - b.im })
export const scale = (a: Complex, by: number): Complex => ({ re: a.re * by, im: a.im * by })
export const multiply = (a: Complex, b: Complex): Complex => ({
  re: a.re * b.re - a.im * b.im,
  im: a.re * b.im + a.im * b.re,
})

/** a/b, scaled by the larger part of b so that neither square overflows (R. L. Smith, CACM 5 (1962)). */
export function divide(a: Complex, b: Complex): Complex {
  if (Math.abs(b.re) >= Math.abs(b.im)) {
    const ratio = b.im / b.re
    const denominator = b.re + b.im * ratio
    return { re: (a.re + a.im * ratio) / denominator, im: (a.im - a.re * ratio) / denominator }
  }
  const ratio = b.re / b.im
  const denominator = b.re * ratio + b.im
  return { re: (a.re * ratio + a.im) / denominator, im: (a.im * ratio - a.re) / denominator }
}

export function complexExp(a: Complex): Complex {
  const radius = exp(a.re)
  return { re: radius * cos(a.im), im: radius * sin(a.im) }
}

/** Principal branch; ln of the modulus from log1p near 1, where it would cancel. */
export function complexLog1p(a: Complex): Complex {
  const modulusLessOne = a.re * (2 + a.re) + a.im * a.im
  return {
    re: Math.abs(modulusLessOne) < 0.5 ? log1p(modulusLessOne) / 2 : log(modulusLessOne + 1) / 2,
    im: atan2(a.im, 1 + a.re),
  }
}

/** Principal branch: the real part is ≥ 0. */
export function complexSqrt(a: Complex): Complex {
  if (a.re === 0 && a.im === 0) return a
  const larger = Math.max(Math.abs(a.re), Math.abs(a.im))
  const re = a.re / larger
  const im = a.im / larger
  const modulus = Math.sqrt(re * re + im * im)
  const part = Math.sqrt(((Math.abs(re) + modulus) / 2) * larger)
  if (a.re >= 0) return { re: part, im: a.im / (2 * part) }
  return { re: Math.abs(a.im) / (2 * part), im: a.im >= 0 ? part : -part }
}
