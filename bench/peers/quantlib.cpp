// QuantLib's own calculators on the columns of the option kernel. Protocol as in quant.c; see bench/native.mjs.
#include <ql/exercise.hpp>
#include <ql/instruments/payoffs.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/pricingengines/blackcalculator.hpp>
#include <ql/pricingengines/blackformula.hpp>
#include <ql/pricingengines/vanilla/analyticeuropeanengine.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <vector>

using namespace QuantLib;

namespace {

double now() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

// spot strike years vol rate yield sign, and the undiscounted price for implied vol.
std::vector<std::vector<double>> column;
std::vector<double> out;
std::size_t rows = 0;

Option::Type typeOf(std::size_t i) { return column[6][i] > 0 ? Option::Call : Option::Put; }

void calculators() {
  for (std::size_t i = 0; i < rows; i++) {
    const double S = column[0][i], T = column[2][i];
    const double discount = std::exp(-column[4][i] * T);
    const double forward = S * std::exp((column[4][i] - column[5][i]) * T);
    BlackCalculator black(typeOf(i), column[1][i], forward, column[3][i] * std::sqrt(T), discount);
    double* o = &out[i * 6];
    o[0] = black.value();
    o[1] = black.delta(S);
    o[2] = black.gamma(S);
    o[3] = black.vega(T);
    o[4] = black.theta(S, T);
    o[5] = black.rho(T);
  }
}

struct Engined {
  ext::shared_ptr<SimpleQuote> spot;
  ext::shared_ptr<VanillaOption> option;
};
std::vector<Engined> engined;

void build() {
  const Date today(5, February, 2026);
  Settings::instance().evaluationDate() = today;
  const DayCounter days = Actual365Fixed();
  for (std::size_t i = 0; i < rows; i++) {
    auto spot = ext::make_shared<SimpleQuote>(column[0][i]);
    Handle<YieldTermStructure> rate(ext::make_shared<FlatForward>(today, column[4][i], days));
    Handle<YieldTermStructure> yield(ext::make_shared<FlatForward>(today, column[5][i], days));
    Handle<BlackVolTermStructure> vol(ext::make_shared<BlackConstantVol>(today, NullCalendar(), column[3][i], days));
    auto process = ext::make_shared<BlackScholesMertonProcess>(Handle<Quote>(spot), yield, rate, vol);
    auto exercise = ext::make_shared<EuropeanExercise>(today + Integer(std::lround(column[2][i] * 365)));
    auto option = ext::make_shared<VanillaOption>(ext::make_shared<PlainVanillaPayoff>(typeOf(i), column[1][i]), exercise);
    option->setPricingEngine(ext::make_shared<AnalyticEuropeanEngine>(process));
    engined.push_back({spot, option});
  }
}

// A tick of each spot, then price and five Greeks. The last tick is the column's own spot.
void engine(std::size_t repeat, std::size_t repeats) {
  const double shift = repeat + 1 == repeats ? 1 : 1 + 1e-9 * double(repeat + 1);
  for (std::size_t i = 0; i < rows; i++) {
    engined[i].spot->setValue(column[0][i] * shift);
    const VanillaOption& option = *engined[i].option;
    double* o = &out[i * 6];
    o[0] = option.NPV();
    o[1] = option.delta();
    o[2] = option.gamma();
    o[3] = option.vega();
    o[4] = option.theta();
    o[5] = option.rho();
  }
}

void implied() {
  for (std::size_t i = 0; i < rows; i++)
    out[i] = blackFormulaImpliedStdDev(typeOf(i), column[1][i], column[0][i], column[7][i]);
}

} // namespace

int main() {
  std::uint64_t head[4];
  while (std::fread(head, 8, 4, stdin) == 4) {
    const char kind = char(head[0]);
    const std::size_t repeats = head[3];
    if (kind == 'L') {
      rows = head[1];
      column.assign(8, std::vector<double>(rows));
      for (auto& c : column)
        if (std::fread(c.data(), 8, rows, stdin) != rows) return 2;
      out.assign(rows * 6, 0);
      engined.clear();
      continue;
    }
    if (kind == 'e' && engined.empty()) build();
    const double start = now();
    for (std::size_t k = 0; k < repeats; k++) {
      if (kind == 'b') calculators();
      else if (kind == 'e') engine(k, repeats);
      else implied();
    }
    const double elapsed = (now() - start) / double(repeats);
    std::fwrite(&elapsed, 8, 1, stdout);
    std::fwrite(out.data(), 8, kind == 'i' ? rows : rows * 6, stdout);
    std::fflush(stdout);
  }
  return 0;
}
