/**
 * Writes results into a document, each measurement under a heading of its own.
 *
 * @module
 */

/**
 * Replaces the section under a heading of the second level, or adds it.
 *
 * @param document Markdown.
 * @param title The heading, without `##`.
 * @param body What comes under it.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const old = "# All\n\n## One\n\n1\n\n## Two\n\n2\n";
 * assert.equal(
 *   withSection(old, "One", "new"),
 *   "# All\n\n## One\n\nnew\n\n## Two\n\n2\n",
 * );
 * assert.equal(withSection("# All\n", "One", "1"), "# All\n\n## One\n\n1\n");
 * ```
 */
export function withSection(
  document: string,
  title: string,
  body: string,
): string {
  const section = `## ${title}\n\n${body.trim()}\n`;
  const [start, ...sections] = document.split(/^(?=## )/m);
  const index = sections.findIndex((text) => text.startsWith(`## ${title}\n`));
  if (index >= 0) sections[index] = section;
  else sections.push(section);
  return [start, ...sections].map((text) => text?.trim()).join("\n\n") + "\n";
}

/** What the figures were measured on, as a sentence. */
export async function machine(): Promise<string> {
  const info = await Deno.readTextFile("/proc/cpuinfo");
  const model = /^model name\s*: (.*)$/m.exec(info)?.[1] ?? Deno.build.arch;
  const day = new Date().toISOString().slice(0, 10);
  return `Measured on ${day}: Linux ${Deno.osRelease()}, ` +
    `${navigator.hardwareConcurrency} × ${model}, Deno ${Deno.version.deno}.`;
}

/** A table in Markdown. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(header),
    line(header.map((_, index) => index === 0 ? "---" : "--:")),
    ...rows.map(line),
  ].join("\n");
}
