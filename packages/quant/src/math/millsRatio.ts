/** From here on the asymptotic series is exact to the last bit. */
const ASYMPTOTIC = 40

/**
 * Mills ratio of the normal distribution, R(x) = (1 − Φ(x))/φ(x), relative error below 1e-15.
 *
 * One rational function of degrees (9, 10) over [−0.1, 40], fitted to 1.7e-16 (scripts/fit_coefficients.py). All its
 * coefficients are positive, so nothing cancels; the kernel evaluates it in the same order.
 *
 * @param x - ≥ −0.1.
 */
export function millsRatio(x: number): number {
  if (x > ASYMPTOTIC) return millsRatioAsymptotic(x)
  return millsNumerator(x) / millsDenominator(x)
}

/** Numerator of R; two ratios may share one division. */
export function millsNumerator(x: number): number {
  const x2 = x * x
  const x4 = x2 * x2
  const low = 1.2533141373155001 + 1.9343392924602012 * x + (1.477130632565168 + 0.7164987592268063 * x) * x2
  const middle = 0.24085976264579273 + 0.05794356596600657 * x + (0.009972261006555374 + 0.0011876297661518797 * x) * x2
  const high = 8.943884635144609e-5 + 3.2883806313960094e-6 * x
  return low + (middle + high * x4) * x4
}

/** Denominator of R. */
export function millsDenominator(x: number): number {
  const x2 = x * x
  const x4 = x2 * x2
  const low = 1 + 2.341264017611198 * x + (2.5466381384279577 + 1.6989360618870721 * x) * x2
  const middle = 0.7721002077634684 + 0.2506531336118121 * x + (0.05912461941581575 + 0.010061699841338693 * x) * x2
  const high = 0.0011909181469863042 + 8.943884634931043e-5 * x + 3.28838063140611e-6 * x2
  return low + (middle + high * x4) * x4
}

function millsRatioAsymptotic(x: number): number {
  const v = 1 / x / x
  const series = 1 - v * (1 - v * (3 - v * (15 - v * (105 - v * (945 - v * 10395)))))
  return series / x
}

/**
 * Slope of the Mills ratio with its sign turned, D(x) = −R′(x) = 1 − x R(x), relative error below 1e-15 where 1 − x R
 * itself would have lost all digits. φ(x) D(x) is the Bachelier price at distance x and unit deviation.
 *
 * @param x - ≥ −0.1.
 */
export function millsSlope(x: number): number {
  if (x > ASYMPTOTIC) {
    const v = 1 / x / x
    return v * (1 - v * (3 - v * (15 - v * (105 - v * (945 - v * (10395 - v * 135135))))))
  }
  const x2 = x * x
  const x4 = x2 * x2
  const numeratorLow = 1 + 1.2768770824938325 * x + (0.8294143978918974 + 0.3494123248711592 * x) * x2
  const numeratorMiddle =
    0.10382427447115085 + 0.02242050394276398 * x + (0.0035123596237635465 + 0.00038580661685293504 * x) * x2
  const numeratorHigh = 2.7155416857958315e-5 + 9.474560349380856e-7 * x
  const denominatorLow = 1 + 2.5301912198093333 * x + (3.0005388237905017 + 2.2064959011400407 * x) * x2
  const denominatorMiddle =
    1.1209468371236602 + 0.41439917856702213 * x + (0.11419840346934697 + 0.02357223964384043 * x) * x2
  const denominatorHigh =
    0.0035938258599944625 + 0.0003886489851953671 * x + (2.7155416855588076e-5 + 9.474560349487677e-7 * x) * x2
  return (
    (numeratorLow + (numeratorMiddle + numeratorHigh * x4) * x4) /
    (denominatorLow + (denominatorMiddle + denominatorHigh * x4) * x4)
  )
}
