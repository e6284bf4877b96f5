import { isUnknown, signatureKey, type Value, type Values } from "../../../../provider/rpc/values";
import type { ObjectShape, ResourceShape, Shape } from "./shapes";

/** What is wrong with a property of the inputs. */
export interface TypingFault {
  readonly property: string;
  readonly reason: string;
}

/** What the type declarations would refuse: unknown and missing properties, and values of the wrong kind. */
export function checkInputs(resource: ResourceShape, inputs: Values, exempt: readonly string[] = []): TypingFault[] {
  const [, , name = ""] = resource.token.split(":");
  const faults: TypingFault[] = [];
  const walk = new Walk(resource, faults);
  const given = Object.entries(inputs).filter(([key]) => !exempt.includes(key));
  walk.object(Object.fromEntries(given), resource.inputs, "", `${name}Args`);
  return faults;
}

class Walk {
  constructor(
    private readonly resource: ResourceShape,
    private readonly faults: TypingFault[],
  ) {}

  object(values: Values, shape: ObjectShape, path: string, type: string): void {
    for (const [key, value] of Object.entries(values)) {
      const place = path === "" ? key : `${path}.${key}`;
      const property = shape[key];
      if (property) {
        this.value(value, property.shape, place);
      } else {
        this.add(place, `is not a property of ${type} in ${this.package}${nearest(key, Object.keys(shape))}`);
      }
    }
    for (const [key, { required }] of Object.entries(shape)) {
      if (required && (values[key] === undefined || values[key] === null)) {
        this.add(path === "" ? key : `${path}.${key}`, `is required by ${type} in ${this.package}`);
      }
    }
  }

  private value(value: Value, shape: Shape, path: string): void {
    if (isUnknown(value) || value === null || shape.kind === "any" || isAsset(value)) {
      return;
    }
    const expected = mismatch(value, shape);
    if (expected !== undefined) {
      this.add(path, `must be ${expected}, got ${shown(value)}`);
    } else if (shape.kind === "array") {
      (value as Value[]).forEach((item, index) => {
        this.value(item, shape.items, `${path}[${index}]`);
      });
    } else if (shape.kind === "map") {
      for (const [key, item] of Object.entries(value as Values)) {
        this.value(item, shape.values, `${path}.${key}`);
      }
    } else if (shape.kind === "object") {
      this.object(value as Values, this.resource.types[shape.type] ?? {}, path, shape.type.split(/[:.]/).pop() ?? "");
    } else if (shape.kind === "union") {
      this.union(value, shape.of, path);
    }
  }

  /** Told by the variant that fits best: the one whose discriminator fits, such as `computeType: "AmlCompute"`. */
  private union(value: Value, variants: readonly Shape[], path: string): void {
    const tries = variants.map((variant) => {
      const faults: TypingFault[] = [];
      new Walk(this.resource, faults).value(value, variant, path);
      return faults;
    });
    const isDiscriminated = (faults: TypingFault[]): boolean =>
      !faults.some(({ reason }) => reason.includes("must be '"));
    const [best = []] = tries.sort(
      (one, other) => Number(isDiscriminated(other)) - Number(isDiscriminated(one)) || one.length - other.length,
    );
    this.faults.push(...best);
  }

  private add(property: string, text: string): void {
    this.faults.push({ property, reason: `'${property}' ${text}` });
  }

  private get package(): string {
    return `${this.resource.token.split(":")[0] ?? ""} ${this.resource.version}`;
  }
}

/** What the shape asks for, when the value is of another kind. */
function mismatch(value: Value, shape: Shape): string | undefined {
  switch (shape.kind) {
    case "scalar":
      return typeof value === shape.type ? undefined : `a ${shape.type}`;
    case "values":
      return shape.values.includes(value) ? undefined : shape.values.map((one) => `'${String(one)}'`).join(" or ");
    case "array":
      return Array.isArray(value) ? undefined : "a list";
    case "map":
    case "object":
      return typeof value === "object" && !Array.isArray(value) ? undefined : "an object";
    default:
      return undefined;
  }
}

function isAsset(value: Value): boolean {
  return typeof value === "object" && value !== null && signatureKey in value;
}

function shown(value: Value): string {
  return typeof value === "object" ? (Array.isArray(value) ? "a list" : "an object") : `'${String(value)}'`;
}

function nearest(key: string, names: readonly string[]): string {
  const found = names.find((name) => name.toLowerCase() === key.toLowerCase() || isSlip(key, name));
  return found === undefined ? "" : `; did you mean '${found}'?`;
}

/** Whether one character more, less or other makes one word of the other. */
function isSlip(one: string, other: string): boolean {
  let at = 0;
  while (at < one.length && one.charAt(at) === other.charAt(at)) {
    at += 1;
  }
  const [rest, otherRest] = [one.slice(at), other.slice(at)];
  return rest.slice(1) === otherRest || rest === otherRest.slice(1) || rest.slice(1) === otherRest.slice(1);
}
