/** How a scorer's replies are made to tell which edit they come from. */
interface Marking {
  /** Code of the scoring script, and what stands there instead. */
  readonly replaced: readonly [string, string];
  /** More code, below `MARK`. */
  readonly addition: string;
  /** A reply of the script, with another mark. */
  readonly reply: (json: unknown, mark: number) => unknown;
}

export type Scorer = "diabetes" | "digits" | "wine";

export const scorers: Readonly<Record<Scorer, Marking>> = {
  diabetes: {
    replaced: ["model.predict(data).tolist()", "(model.predict(data) + MARK).tolist()"],
    addition: "batch_rows = True\n",
    reply: (json, mark) => (json as number[]).map((value) => value + mark),
  },
  digits: {
    replaced: ['{"label": int(', '{"mark": MARK + int(session.get_modelmeta().description or 0), "label": int('],
    addition: "",
    reply: (json, mark) => ({ mark, ...(json as object) }),
  },
  wine: {
    replaced: ["alcohol_model.predict(table)", "alcohol_model.predict(table) + MARK"],
    addition: "",
    reply: (json, mark) => (json as { alcohol: number }[]).map((one) => ({ ...one, alcohol: one.alcohol + mark })),
  },
};
