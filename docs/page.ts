import type { ComponentDoc, Member, Shape } from "./reader";

/** File name of a component's page: `RegisteredModel` → `registered-model.md`. */
export function pageName(component: string): string {
  return `${component.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase()}.md`;
}

/** A component's page; the same source gives the same text. */
export function renderPage(doc: ComponentDoc): string {
  const parts = [
    `<!-- Made from ${doc.source} by npm run docs. Edit the comments there. -->`,
    `# ${doc.name}`,
    doc.meaning,
    ...doc.examples.map((example) => `## Example\n\n${example}`),
    `## Arguments\n\n\`new ${doc.name}(name, args, opts?)\`. A value may be an \`Output\`, unless its type says plain: that is needed when the program runs. What is known then is checked at once.\n\n${argsTable(doc.args)}`,
    ...doc.shapes.map((shape) => renderShape(shape)),
    `## Outputs\n\n${outputsTable(doc.outputs)}`,
    `## In the engine\n\nType token \`${doc.token}\`. Source: [${doc.source}](../../${doc.source}).\n\n${childrenText(doc)}`,
    ...(doc.errors.length > 0
      ? [
          `## Errors\n\n${doc.errors.map((error) => `- ${errorText(error)}`).join("\n")}\n\nWhat the messages mean: [troubleshooting](../troubleshooting.md).`,
        ]
      : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** The list of all components. */
export function renderIndex(docs: readonly ComponentDoc[]): string {
  const rows = docs.map(({ name, meaning }) => `| [${name}](${pageName(name)}) | ${cell(firstSentence(meaning))} |`);
  return [
    "<!-- Made by npm run docs. -->",
    "# Components",
    "What a program of this project is written with. Each page is made from the source.",
    ["| Component | What it is |", "| --- | --- |", ...rows].join("\n"),
    "",
  ]
    .join("\n\n")
    .trimEnd()
    .concat("\n");
}

function renderShape({ name, meaning, members }: Shape): string {
  return [`### ${name}`, meaning, argsTable(members)].filter((part) => part !== "").join("\n\n");
}

function argsTable(members: readonly Member[]): string {
  const rows = members.map(
    ({ name, type, plain, required, byDefault, meaning }) =>
      `| \`${name}\` | ${cell(type)}${plain ? ", plain" : ""} | ${required ? "yes" : ""} | ${cell(defaultText(byDefault))} | ${cell(meaning)} |`,
  );
  return ["| Name | Type | Required | Default | Meaning |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
}

function outputsTable(members: readonly Member[]): string {
  const rows = members.map(({ name, type, meaning }) => `| \`${name}\` | ${cell(type)} | ${cell(meaning)} |`);
  return ["| Name | Type | Meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

function childrenText({ children }: ComponentDoc): string {
  return children.length === 0
    ? "It makes no other resource."
    : ["Resources that it makes:", "", ...children.map(({ name, made }) => `- \`${name}\`: ${made}`)].join("\n");
}

/** `- what happens` is words; anything else is a value, with words behind a comma. */
function defaultText(byDefault = ""): string {
  if (byDefault === "" || byDefault.startsWith("- ")) {
    return byDefault.slice(2);
  }
  const [, value = byDefault, words = ""] = /^(true|false|-?[\d.]+|"[^"]*")(, .*)$/s.exec(byDefault) ?? [];
  return `\`${value}\`${words}`;
}

/** `pulumi.ResourceError with …`: what is thrown is code. */
function errorText(error: string): string {
  return oneLine(error).replace(/^[\w.]*Error\b/, "`$&`");
}

function cell(text: string): string {
  return oneLine(text).replaceAll("|", "\\|");
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").trim();
}

function firstSentence(text: string): string {
  return /^.*?[.](?=\s|$)/s.exec(text)?.[0] ?? text;
}
