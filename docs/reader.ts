import * as path from "node:path";
import ts from "typescript";
import {
  childName,
  findAll,
  isCall,
  isHidden,
  isParentedByThis,
  isPlain,
  isResource,
  superToken,
  tagOf,
  tagsOf,
  text,
} from "./syntax";
import { TypeWriter } from "./types";

/** An argument or output, as a page shows it. */
export interface Member {
  readonly name: string;
  /** Type as a user writes it; Markdown. */
  readonly type: string;
  /** Whether it must be known when the program runs. */
  readonly plain: boolean;
  readonly required: boolean;
  /** `@default` of its TSDoc; Markdown. */
  readonly byDefault: string | undefined;
  /** Meaning, unit and range; Markdown. */
  readonly meaning: string;
}

/** An interface that an argument refers to. */
export interface Shape {
  readonly name: string;
  readonly meaning: string;
  readonly members: readonly Member[];
}

export interface Child {
  /** Name of the child resource, such as `<name>-image`. */
  readonly name: string;
  /** What makes it; Markdown. */
  readonly made: string;
}

/** All that a component's page says. */
export interface ComponentDoc {
  readonly name: string;
  /** Source file, relative to the project. */
  readonly source: string;
  readonly token: string;
  readonly meaning: string;
  readonly examples: readonly string[];
  readonly errors: readonly string[];
  readonly args: readonly Member[];
  readonly shapes: readonly Shape[];
  readonly outputs: readonly Member[];
  readonly children: readonly Child[];
}

/**
 * Reads every component that `components/index.ts` exports, by name. Throws an `Error` that names the component whose source
 * lacks what a page needs.
 */
export function readComponents(root: string): ComponentDoc[] {
  const entry = path.join(root, "components", "index.ts");
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    strict: true,
    esModuleInterop: true,
    types: ["node"],
  };
  const program = ts.createProgram([entry], options);
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(entry);
  const module = file && checker.getSymbolAtLocation(file);
  if (!module) {
    throw new Error(`'${entry}' must export the components, got no module`);
  }
  return checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
    .map((symbol) => ({ symbol, declaration: symbol.valueDeclaration }))
    .filter((found): found is { symbol: ts.Symbol; declaration: ts.ClassDeclaration } =>
      Boolean(found.declaration && ts.isClassDeclaration(found.declaration) && isResource(found.declaration, checker)),
    )
    .map(({ symbol, declaration }) => new Reader(checker, root, symbol, declaration).read())
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

class Reader {
  private readonly types: TypeWriter;

  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly root: string,
    private readonly symbol: ts.Symbol,
    private readonly declaration: ts.ClassDeclaration,
  ) {
    this.types = new TypeWriter(checker, root);
  }

  read(): ComponentDoc {
    const args = this.argsType();
    const members = this.members(this.checker.getPropertiesOfType(args));
    // First, for the shapes are those that arguments and outputs name.
    const outputs = this.members(this.outputSymbols());
    return {
      name: this.symbol.name,
      source: path.relative(this.root, this.declaration.getSourceFile().fileName).split(path.sep).join("/"),
      token: this.token(),
      meaning: text(this.symbol.getDocumentationComment(this.checker)),
      examples: tagOf(this.symbol, this.checker, "example"),
      errors: this.errors(),
      args: members,
      shapes: this.shapes(),
      outputs,
      children: this.children(),
    };
  }

  private outputSymbols(): ts.Symbol[] {
    return this.declaration.members
      .filter((member) => ts.isPropertyDeclaration(member) || ts.isGetAccessor(member))
      .filter((member) => !isHidden(member))
      .map((member) => this.checker.getSymbolAtLocation(member.name))
      .filter((symbol) => symbol !== undefined);
  }

  private argsType(): ts.Type {
    const constructor = this.declaration.members.find(ts.isConstructorDeclaration);
    const parameter = constructor?.parameters[1];
    if (!parameter?.type) {
      throw new Error(`'${this.symbol.name}' must have a constructor (name, args, opts), got none; write one`);
    }
    return this.checker.getTypeFromTypeNode(parameter.type);
  }

  private members(symbols: readonly ts.Symbol[]): Member[] {
    return symbols.map((symbol) => {
      const examples = tagOf(symbol, this.checker, "example").map((example) => `Example: \`${example}\`.`);
      return {
        name: symbol.name,
        type: this.typeOf(symbol),
        plain: isPlain(symbol.valueDeclaration),
        required: (symbol.flags & ts.SymbolFlags.Optional) === 0,
        byDefault: tagOf(symbol, this.checker, "default")[0],
        meaning: [text(symbol.getDocumentationComment(this.checker)), ...examples].join("\n"),
      };
    });
  }

  private typeOf(symbol: ts.Symbol): string {
    const declaration = symbol.valueDeclaration;
    if (declaration && ts.isMethodSignature(declaration)) {
      const parameters = declaration.parameters.map(({ name }) => name.getText());
      return `\`(${parameters.join(", ")}) => ${declaration.type?.getText() ?? "void"}\``;
    }
    const node = declaration && "type" in declaration ? (declaration.type as ts.TypeNode | undefined) : undefined;
    return node ? this.types.write(node) : `\`${this.checker.typeToString(this.checker.getTypeOfSymbol(symbol))}\``;
  }

  /** The interfaces that were met while types were written, and those that they refer to. */
  private shapes(): Shape[] {
    const shapes: Shape[] = [];
    for (let symbol = this.types.next(); symbol; symbol = this.types.next()) {
      const type = this.checker.getDeclaredTypeOfSymbol(symbol);
      shapes.push({
        name: symbol.name,
        meaning: text(symbol.getDocumentationComment(this.checker)),
        members: this.members(this.checker.getPropertiesOfType(type)),
      });
    }
    return shapes;
  }

  private token(): string {
    const token = superToken(this.declaration, this.checker);
    if (token === undefined) {
      throw new Error(`'${this.symbol.name}' must pass its token to super() as a text; write it there`);
    }
    return token;
  }

  /** Resources that the component makes, in the order of the source: what is called with `{ parent: this }`. */
  private children(): Child[] {
    return findAll(this.declaration, isCall)
      .filter(({ arguments: given }) => given?.some(isParentedByThis))
      .map((call) => ({ name: call.arguments?.[0] ? childName(call.arguments[0]) : "", made: this.made(call) }));
  }

  /** Token of the resource that is made with `new`; for a call, the method, or what the function says it makes. */
  private made({ expression }: ts.CallExpression | ts.NewExpression): string {
    const symbol = this.checker.getSymbolAtLocation(
      ts.isPropertyAccessExpression(expression) ? expression.name : expression,
    );
    const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
    const declaration = target?.valueDeclaration;
    if (declaration && ts.isClassDeclaration(declaration)) {
      return `\`${superToken(declaration, this.checker) ?? target.name}\``;
    }
    if (target && declaration && ts.isFunctionDeclaration(declaration)) {
      return text(target.getDocumentationComment(this.checker));
    }
    const owner =
      declaration?.parent && ts.isInterfaceDeclaration(declaration.parent) ? declaration.parent.name.text : "";
    const method = [owner, expression.getText().split(".").pop()].filter(Boolean).join(".");
    return `made by \`${method}\``;
  }

  /** `@throws` of the class and of its constructor. */
  private errors(): string[] {
    const constructor = this.declaration.members.find(ts.isConstructorDeclaration);
    const own = constructor ? tagsOf(constructor, "throws") : [];
    return [...tagOf(this.symbol, this.checker, "throws"), ...own];
  }
}
