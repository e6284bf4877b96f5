import ts from "typescript";

/** Texts of a symbol's TSDoc tags of one name. */
export function tagOf(symbol: ts.Symbol, checker: ts.TypeChecker, name: string): string[] {
  return symbol
    .getJsDocTags(checker)
    .filter((tag) => tag.name === name)
    .map((tag) => text(tag.text ?? []));
}

/** TSDoc as Markdown: `{@link X}` becomes code. */
export function text(parts: readonly ts.SymbolDisplayPart[]): string {
  return ts
    .displayPartsToString([...parts])
    .replace(
      /\{@link(?:code|plain)?\s+([^}|]+?)\s*(?:\|\s*([^}]*))?\}/g,
      (_, target: string, label?: string) => label ?? `\`${target}\``,
    )
    .trim();
}

/** Whether a class member is not for users: private, protected or static. */
export function isHidden(member: ts.ClassElement): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Static;
  return (ts.getCombinedModifierFlags(member) & hidden) !== 0 || ts.isPrivateIdentifier(member.name ?? member);
}

/** Whether a class is, by its own or its bases' word, a `pulumi.Resource`. */
export function isResource(declaration: ts.ClassDeclaration, checker: ts.TypeChecker): boolean {
  const hasBase = (symbol: ts.Symbol | undefined): boolean =>
    symbol !== undefined &&
    (checker.getDeclaredTypeOfSymbol(symbol) as ts.InterfaceType)
      .getBaseTypes()
      ?.some((base) => base.symbol.name === "Resource" || hasBase(base.symbol)) === true;
  return hasBase(declaration.name && checker.getSymbolAtLocation(declaration.name));
}

/** Texts of a declaration's TSDoc tags of one name. */
export function tagsOf(declaration: ts.Node, name: string): string[] {
  return ts
    .getJSDocTags(declaration)
    .filter((tag) => tag.tagName.text === name)
    .map((tag) => {
      // The word after the tag is taken for a type.
      const type = ts.isJSDocThrowsTag(tag) ? (tag.typeExpression?.getText() ?? "") : "";
      return `${type} ${ts.getTextOfJSDocComment(tag.comment) ?? ""}`.trim();
    });
}

/** What a class passes to `super` first, when that is a text that is known. */
export function superToken(declaration: ts.ClassDeclaration, checker: ts.TypeChecker): string | undefined {
  const call = findAll(declaration, ts.isCallExpression).find(
    ({ expression }) => expression.kind === ts.SyntaxKind.SuperKeyword,
  );
  const type = call?.arguments[0] && checker.getTypeAtLocation(call.arguments[0]);
  return type?.isStringLiteral() ? type.value : undefined;
}

export function isCall(node: ts.Node): node is ts.CallExpression | ts.NewExpression {
  return ts.isCallExpression(node) || ts.isNewExpression(node);
}

/** Whether an argument is `{ parent: this, ... }`. */
export function isParentedByThis(node: ts.Expression): boolean {
  return (
    ts.isObjectLiteralExpression(node) &&
    node.properties.some(
      (property) =>
        ts.isPropertyAssignment(property) &&
        property.name.getText() === "parent" &&
        property.initializer.kind === ts.SyntaxKind.ThisKeyword,
    )
  );
}

const plainTypes = /^(readonly )?(string|number|boolean|Record<[^>]*>)(\[\])?$/;

/** Whether an argument's type takes values alone, and no `Output`. */
export function isPlain(declaration: ts.Declaration | undefined): boolean {
  const node = declaration && ts.isPropertySignature(declaration) ? declaration.type : undefined;
  return node !== undefined && plainTypes.test(node.getText().replace(/^Readonly<(.*)>$/, "$1"));
}

/** A child's name with the component's own as `<name>`. */
export function childName(node: ts.Expression): string {
  const plain = ts.isStringLiteralLike(node) ? node.text : node.getText().replace(/^`|`$/g, "");
  return plain.replace(/\$\{([^}]*)\}/g, "<$1>").replace(/^name$/, "<name>");
}

/** The nodes of one kind, in the order of the source. */
export function findAll<T extends ts.Node>(within: ts.Node, is: (node: ts.Node) => node is T): T[] {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) {
      found.push(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(within);
  return found;
}
