import ts from "typescript";
import type { ObjectShape, Property, ResourceShape, Shape } from "./shapes";
import type { Declared, PackageSource } from "./source";

const any: Shape = { kind: "any" };
const scalars: ReadonlyMap<ts.SyntaxKind, Shape> = new Map([
  [ts.SyntaxKind.StringKeyword, { kind: "scalar", type: "string" }],
  [ts.SyntaxKind.NumberKeyword, { kind: "scalar", type: "number" }],
  [ts.SyntaxKind.BooleanKeyword, { kind: "scalar", type: "boolean" }],
]);
/** Enumerations of which the service's own documents use other values: streams of solutions, such as container insights. */
const openEnums = new Set(["KnownDataFlowStreams", "KnownExtensionDataSourceStreams"]);
const wrappers = new Set(["pulumi.Input", "pulumi.Output"]);

/** Reads what the type declarations say of a resource; undefined when they have none of that name. */
export function readResource(source: PackageSource, token: string): ResourceShape | undefined {
  const [, module = "", name = ""] = token.split(":");
  const file = source.resourceFile(module, name);
  const declarations = file === undefined ? undefined : source.declarations(file);
  const resource = declarations?.get(name);
  if (!declarations || !resource || !ts.isClassDeclaration(resource)) {
    return undefined;
  }
  const reader = new Reader(source);
  const inputs = declarations.get(`${name}Args`);
  return {
    token,
    version: source.version,
    apiVersion: /Uses Azure REST API version ([\w-]+)/.exec(resource.getFullText())?.[1],
    inputs: inputs ? reader.members(inputs) : {},
    outputs: reader.members(resource),
    types: reader.types,
  };
}

class Reader {
  readonly types: Record<string, ObjectShape> = {};

  constructor(private readonly source: PackageSource) {}

  members(declared: Declared): ObjectShape {
    const found: Record<string, Property> = {};
    for (const member of ts.isVariableDeclaration(declared) ? [] : declared.members) {
      if ((ts.isPropertySignature(member) || ts.isPropertyDeclaration(member)) && member.type && !isStatic(member)) {
        const optional = member.questionToken !== undefined || /\| undefined\b/.test(member.type.getText());
        found[nameOf(member.name)] = { shape: this.shapeOf(member.type), required: !optional };
      }
    }
    return found;
  }

  private shapeOf(node: ts.TypeNode): Shape {
    if (ts.isParenthesizedTypeNode(node)) {
      return this.shapeOf(node.type);
    }
    if (ts.isArrayTypeNode(node)) {
      return { kind: "array", items: this.shapeOf(node.elementType) };
    }
    if (ts.isUnionTypeNode(node)) {
      return this.unionOf(node.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword));
    }
    if (ts.isLiteralTypeNode(node)) {
      return { kind: "values", values: [literalOf(node.literal)] };
    }
    if (ts.isTypeLiteralNode(node)) {
      const [index] = node.members.filter(ts.isIndexSignatureDeclaration);
      return index ? { kind: "map", values: this.shapeOf(index.type) } : any;
    }
    return ts.isTypeReferenceNode(node) ? this.referenceOf(node) : (scalars.get(node.kind) ?? any);
  }

  private unionOf(nodes: readonly ts.TypeNode[]): Shape {
    const shapes = nodes.map((node) => this.shapeOf(node));
    // `string | enums.X`: the service may know more values than the enumeration; what the stand-in can't know it refuses.
    const values = shapes.flatMap((shape) => (shape.kind === "values" ? shape.values : []));
    const others = shapes.filter(({ kind }) => kind !== "values");
    const open = others.every((shape) => shape.kind === "scalar" && shape.type === "string");
    if (values.length > 0 && open) {
      return { kind: "values", values };
    }
    const [only] = others;
    return others.length === 1 && only ? only : { kind: "union", of: shapes };
  }

  private referenceOf(node: ts.TypeReferenceNode): Shape {
    const name = node.typeName.getText();
    const [argument] = node.typeArguments ?? [];
    if (wrappers.has(name) && argument) {
      return this.shapeOf(argument);
    }
    const [root = "", ...parts] = name.split(".");
    if (root === "enums") {
      return this.enumOf(parts);
    }
    return root === "inputs" || root === "outputs" ? this.objectOf(root.slice(0, -1), parts) : any;
  }

  private objectOf(file: string, parts: readonly string[]): Shape {
    const type = `${file}:${parts.join(".")}`;
    if (!(type in this.types)) {
      const [name = "", namespace] = [...parts].reverse();
      const declared = this.source.declarations(`types/${file}.d.ts`, namespace).get(name);
      if (!declared) {
        return any;
      }
      // Noted before its members are read: types may refer to themselves.
      this.types[type] = {};
      this.types[type] = this.members(declared);
    }
    return { kind: "object", type };
  }

  private enumOf(parts: readonly string[]): Shape {
    const [name = "", namespace] = [...parts].reverse();
    if (openEnums.has(name)) {
      return { kind: "scalar", type: "string" };
    }
    const folder = namespace === undefined ? "types/enums" : `types/enums/${namespace}`;
    const declared = this.source.declarations(`${folder}/index.d.ts`).get(name);
    const members = declared && ts.isVariableDeclaration(declared) && declared.type;
    if (!members || !ts.isTypeLiteralNode(members)) {
      return any;
    }
    const values = members.members.filter(ts.isPropertySignature).map(({ type }) => type && literalIn(type));
    return { kind: "values", values };
  }
}

function literalIn(node: ts.TypeNode): unknown {
  return ts.isLiteralTypeNode(node) ? literalOf(node.literal) : undefined;
}

function literalOf(node: ts.LiteralTypeNode["literal"]): unknown {
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) {
    return node.kind === ts.SyntaxKind.TrueKeyword;
  }
  return ts.isNumericLiteral(node) ? Number(node.text) : ts.isStringLiteral(node) ? node.text : undefined;
}

function nameOf(name: ts.PropertyName): string {
  return ts.isStringLiteral(name) || ts.isIdentifier(name) ? name.text : name.getText();
}

function isStatic(node: ts.PropertySignature | ts.PropertyDeclaration): boolean {
  return ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false;
}
