import * as path from "node:path";
import ts from "typescript";

// Pulumi's wrappers: a user writes the value itself.
const wrappers = new Set(["Input", "Output"]);

/** Writes types as a user writes them, and takes note of the project's interfaces that they name. */
export class TypeWriter {
  private readonly noted: ts.Symbol[] = [];
  private given = 0;

  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly root: string,
  ) {}

  /** Markdown of a type: code, with a link for each interface of the project. */
  write(node: ts.TypeNode): string {
    const links = new Map<string, string>();
    const words = this.words(node, links);
    return [...links]
      .reduce((text, [name, link]) => text.replaceAll(name, `\`${link}\``), `\`${words}\``)
      .replaceAll("``", "");
  }

  /** The next interface that was named and not given yet. */
  next(): ts.Symbol | undefined {
    const symbol = this.noted[this.given];
    this.given += symbol ? 1 : 0;
    return symbol;
  }

  private words(node: ts.TypeNode, links: Map<string, string>): string {
    const inner = (part: ts.TypeNode): string => this.words(part, links);
    if (ts.isParenthesizedTypeNode(node)) {
      return inner(node.type);
    }
    if (ts.isUnionTypeNode(node)) {
      return [...new Set(node.types.map(inner))].join(" | ");
    }
    if (ts.isArrayTypeNode(node)) {
      return listOf(inner(node.elementType));
    }
    if (ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.ReadonlyKeyword) {
      return inner(node.type);
    }
    return ts.isTypeReferenceNode(node) ? this.reference(node, links) : node.getText();
  }

  private reference(node: ts.TypeReferenceNode, links: Map<string, string>): string {
    const name = node.typeName.getText().replace(/^pulumi\./, "");
    const parts = (node.typeArguments ?? []).map((part) => this.words(part, links));
    if (wrappers.has(name) && parts[0] !== undefined) {
      return parts[0];
    }
    if (/^(Readonly)?Array$/.test(name) && parts[0] !== undefined) {
      return listOf(parts[0]);
    }
    if (name === "Readonly" && parts[0] !== undefined) {
      return parts[0];
    }
    const words = this.closedSet(node) ?? this.aliased(node, links) ?? this.noteInterface(node, links);
    return words ?? (parts.length > 0 ? `${name}<${parts.join(", ")}>` : name);
  }

  /** The members of a closed set of texts. */
  private closedSet(node: ts.TypeReferenceNode): string | undefined {
    const type = this.checker.getTypeFromTypeNode(node);
    const members = type.isUnion() ? type.types : [type];
    return members.every((member) => member.isStringLiteral())
      ? members.map((member) => `"${member.value}"`).join(" | ")
      : undefined;
  }

  private aliased(node: ts.TypeReferenceNode, links: Map<string, string>): string | undefined {
    const declaration = this.symbolOf(node)?.declarations?.[0];
    return declaration &&
      ts.isTypeAliasDeclaration(declaration) &&
      this.isOurs(declaration) &&
      !declaration.typeParameters
      ? this.words(declaration.type, links)
      : undefined;
  }

  private noteInterface(node: ts.TypeReferenceNode, links: Map<string, string>): string | undefined {
    const symbol = this.symbolOf(node);
    const declaration = symbol?.declarations?.[0];
    if (!symbol || !declaration || !ts.isInterfaceDeclaration(declaration) || !this.isOurs(declaration)) {
      return undefined;
    }
    if (!this.noted.includes(symbol)) {
      this.noted.push(symbol);
    }
    links.set(`\u0000${symbol.name}\u0000`, `[${symbol.name}](#${symbol.name.toLowerCase()})`);
    return `\u0000${symbol.name}\u0000`;
  }

  private symbolOf(node: ts.TypeReferenceNode): ts.Symbol | undefined {
    const symbol = this.checker.getSymbolAtLocation(node.typeName);
    return symbol && symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }

  private isOurs(declaration: ts.Declaration): boolean {
    const place = path.relative(this.root, declaration.getSourceFile().fileName);
    return !place.startsWith("..") && !place.split(path.sep).includes("node_modules");
  }
}

function listOf(element: string): string {
  return element.includes(" | ") ? `(${element})[]` : `${element}[]`;
}
