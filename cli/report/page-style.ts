interface Palette {
  readonly ground: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  readonly cause: string;
  readonly moved: string;
  readonly movedLine: string;
  readonly new: string;
  readonly newLine: string;
  readonly grave: string;
  readonly graveLine: string;
}

// Hues of the Okabe-Ito palette, which people with any sight tell apart; what is grave also has a thick edge.
const light: Palette = {
  ground: "#ffffff",
  ink: "#1f2328",
  soft: "#59636e",
  line: "#d1d7de",
  cause: "#f3f5f8",
  moved: "#e0f0fa",
  movedLine: "#0072b2",
  new: "#def4ec",
  newLine: "#00805d",
  grave: "#fdebe0",
  graveLine: "#c24e00",
};
const dark: Palette = {
  ground: "#0d1117",
  ink: "#e6edf3",
  soft: "#9aa4af",
  line: "#30363d",
  cause: "#191f27",
  moved: "#10293b",
  movedLine: "#56b4e9",
  new: "#0e2d25",
  newLine: "#2fd1a5",
  grave: "#3a2113",
  graveLine: "#ff8c42",
};

function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, value]) => `--${name}:${String(value)}`)
    .join(";");
}

/** Style sheet of the page: as on white, and as on black for who has chosen a dark scheme. */
export const pageStyle = `
:root{${variables(light)}}
@media (prefers-color-scheme: dark){:root{${variables(dark)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}
main{max-width:1120px;margin:0 auto;padding:28px 24px 64px}
.kicker,.note{color:var(--soft);margin:0 0 4px}
h1{font-size:24px;line-height:1.3;margin:0 0 8px;text-wrap:pretty}
h1.failed{border-left:4px solid var(--graveLine);padding-left:12px}
h2{font-size:17px;margin:32px 0 8px}
section#unaffected{margin-top:24px;border-top:1px solid var(--line)}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:6px 12px 6px 0;border-bottom:1px solid var(--line);overflow-wrap:break-word}
thead th{color:var(--soft);font-weight:500;font-size:13px}
tbody th{font-weight:600}
#files tbody th,#resources tbody th,#details tbody th{font-weight:400}
section#grave tbody th{border-left:4px solid var(--graveLine);padding-left:10px}
code,pre{font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{background:var(--cause);padding:10px 12px;border-radius:6px;overflow:auto;white-space:pre-wrap}
.wide,.graph{overflow-x:auto}
.wide+.wide{margin-top:16px}
.graph{padding:4px 0}
.quotes{padding-left:20px;margin:0}
.quotes li{margin:4px 0}
details{margin-top:20px}
summary{cursor:pointer;color:var(--soft)}
summary:focus-visible,.graph:focus-visible,.wide:focus-visible{outline:2px solid var(--movedLine);outline-offset:2px}
svg{display:block;max-width:none}
svg text{fill:var(--ink);font-size:14px;font-weight:600}
svg text.detail{fill:var(--soft);font-size:12px;font-weight:400}
.node rect{stroke-width:1;fill:var(--cause);stroke:var(--line)}
.node.moved rect{fill:var(--moved);stroke:var(--movedLine)}
.node.new rect{fill:var(--new);stroke:var(--newLine)}
.node.grave rect{fill:var(--grave);stroke:var(--graveLine);stroke-width:2.5}
.edge{fill:none;stroke:var(--soft);stroke-width:1.5}
.tip{fill:var(--soft)}
@media print{details:not([open])>*{display:block}}
`;
