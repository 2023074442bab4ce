/* Plain scalar C with glibc: the same contracts as the kernel. Reads commands and data on stdin; see bench/native.mjs. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cdf(double x) { return 0.5 * erfc(-x * M_SQRT1_2); }

/* Twelve columns after each other: spot strike years vol rate yield sign, price delta gamma vega theta rho. */
void option_greeks(size_t n, const double *S, const double *K, const double *T, const double *v, const double *r,
                   const double *q, const double *w, double *price, double *delta, double *gamma, double *vega,
                   double *theta, double *rho) {
  for (size_t i = 0; i < n; i++) {
    double sqrtT = sqrt(T[i]), s = v[i] * sqrtT, inverse = 1 / s;
    double d1 = (log(S[i] / K[i]) + (r[i] - q[i]) * T[i]) * inverse + 0.5 * s, d2 = d1 - s;
    double spot = S[i] * exp(-q[i] * T[i]), strike = K[i] * exp(-r[i] * T[i]);
    double density = spot * exp(-0.5 * d1 * d1) * 0.3989422804014327;
    double a = spot * cdf(w[i] * d1), b = strike * cdf(w[i] * d2);
    price[i] = w[i] * (a - b);
    delta[i] = w[i] * a / S[i];
    gamma[i] = density * inverse / (S[i] * S[i]);
    vega[i] = density * sqrtT;
    theta[i] = w[i] * (q[i] * a - r[i] * b) - 0.5 * density * v[i] * v[i] * inverse;
    rho[i] = w[i] * T[i] * b;
  }
}

/* pnl[j] += weight[i] (value(i, j) - base[i]), with logarithms, deviations and their inverses hoisted. */
void revalue(size_t n, const double *w, const double *K, const double *F0, const double *k, const double *dev,
             const double *inv, const double *weight, const double *base, size_t m, const double *spot,
             const double *logSpot, const double *vol, const double *invVol, double *pnl) {
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < m; j++) {
      double F = F0[i] * spot[j], s = dev[i] * vol[j];
      double d1 = (k[i] + logSpot[j]) * (inv[i] * invVol[j]) + 0.5 * s, d2 = d1 - s;
      double value = w[i] * (F * cdf(w[i] * d1) - K[i] * cdf(w[i] * d2));
      pnl[j] += weight[i] * (value - base[i]);
    }
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static double *column(size_t n) {
  double *p = aligned_alloc(64, (n * 8 + 63) / 64 * 64);
  memset(p, 0, n * 8);
  return p;
}

static double *read_column(size_t n) {
  double *p = column(n);
  if (fread(p, 8, n, stdin) != n) exit(2);
  return p;
}

/* Each request: 'g' n repeats, 7 columns | 'r' n m repeats, 8 + 4 columns. Answer: nanoseconds, then the output. */
int main(void) {
  uint64_t head[4];
  static double *c[16];
  size_t n = 0, m = 0;
  char loaded = 0;
  while (fread(head, 8, 4, stdin) == 4) {
    size_t repeats = head[3];
    char kind = (char)head[0];
    if (kind == 'G' || kind == 'R') { /* load */
      n = head[1];
      m = head[2];
      loaded = kind == 'G' ? 'g' : 'r';
      size_t own = kind == 'G' ? 7 : 8;
      for (size_t i = 0; i < own; i++) c[i] = read_column(n);
      if (kind == 'G') for (size_t i = 7; i < 13; i++) c[i] = column(n);
      else {
        for (size_t i = 8; i < 12; i++) c[i] = read_column(m);
        c[12] = column(m);
      }
      continue;
    }
    if (kind != loaded) return 3;
    double start = now();
    for (size_t k = 0; k < repeats; k++) {
      if (kind == 'g') option_greeks(n, c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10], c[11], c[12]);
      else {
        memset(c[12], 0, m * 8);
        revalue(n, c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], m, c[8], c[9], c[10], c[11], c[12]);
      }
    }
    double elapsed = (now() - start) / repeats;
    fwrite(&elapsed, 8, 1, stdout);
    if (kind == 'g') for (size_t i = 7; i < 13; i++) fwrite(c[i], 8, n, stdout);
    else fwrite(c[12], 8, m, stdout);
    fflush(stdout);
  }
  return 0;
}
