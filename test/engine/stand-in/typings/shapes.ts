/** What a value may be, as a package's type declarations say it. */
export type Shape =
  | { readonly kind: "any" }
  | { readonly kind: "scalar"; readonly type: "string" | "number" | "boolean" }
  /** One of a closed set. */
  | { readonly kind: "values"; readonly values: readonly unknown[] }
  | { readonly kind: "array"; readonly items: Shape }
  | { readonly kind: "map"; readonly values: Shape }
  /** An object type of `types`, such as `input:containerinstance.ContainerArgs`. */
  | { readonly kind: "object"; readonly type: string }
  | { readonly kind: "union"; readonly of: readonly Shape[] };

export interface Property {
  readonly shape: Shape;
  readonly required: boolean;
}

export type ObjectShape = Readonly<Record<string, Property>>;

/** Everything that the type declarations say of one resource. */
export interface ResourceShape {
  readonly token: string;
  /** Version of the package. */
  readonly version: string;
  /** API version that its documentation names. */
  readonly apiVersion: string | undefined;
  readonly inputs: ObjectShape;
  readonly outputs: ObjectShape;
  /** The object types that are reached from both. */
  readonly types: Readonly<Record<string, ObjectShape>>;
}
