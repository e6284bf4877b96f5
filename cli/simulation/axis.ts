/** Round values from 0 to at least `most`, some four or five of them. */
export function ticksTo(most: number, count = 4): number[] {
  const rough = (most > 0 ? most : 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const steps = Math.max(1, Math.ceil((most > 0 ? most : 1) / step - 1e-9));
  return Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

const clockSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** Times from 0 to `seconds`, at most eight steps of a clock. */
export function timeTicks(seconds: number): number[] {
  const step = clockSteps.find((value) => seconds / value <= 8) ?? 86_400 * Math.ceil(seconds / 86_400 / 8);
  return Array.from({ length: Math.floor(seconds / step + 1e-9) + 1 }, (_, index) => index * step);
}

/** Unit that an axis of so many seconds counts in. */
export function timeUnit(seconds: number): { readonly name: string; readonly seconds: number } {
  return seconds <= 120
    ? { name: "s", seconds: 1 }
    : seconds <= 2 * 3600
      ? { name: "min", seconds: 60 }
      : seconds <= 4 * 86_400
        ? { name: "h", seconds: 3600 }
        : { name: "days", seconds: 86_400 };
}

/** A number of an axis, without needless digits. */
export function tickText(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 4 });
}
