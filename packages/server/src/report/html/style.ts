/** The page's whole style: light and dark by the reader's setting, print too. No fonts or images are loaded. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f5;--card:#fff;--ink:#16211d;--soft:#5b6a64;--rule:#dde3df;--accent:#0f6b57;
--s1:#0f6b57;--s2:#b4552d;--s3:#3c5fb0;--s4:#8a4fa3;--s5:#8a7a1f;--s6:#2f8fa8;--s7:#a83a5d;--s8:#5d6b63;
--notice:#3c5fb0;--warning:#b7791f;--critical:#c0342b;--action:#5b6a64}
@media(prefers-color-scheme:dark){:root{--bg:#101614;--card:#18211e;--ink:#e4ebe7;--soft:#93a39c;--rule:#2b3733;--accent:#4fc3a1;
--s1:#4fc3a1;--s2:#e8905f;--s3:#86a6f0;--s4:#c795dd;--s5:#d2c05a;--s6:#6fcbe2;--s7:#ec8bab;--s8:#a5b3ac;
--notice:#86a6f0;--warning:#e6b450;--critical:#f2776d;--action:#a5b3ac}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 20px 64px}
h1{font-size:27px;line-height:1.2;margin:0;letter-spacing:-.01em}
h2{font-size:18px;margin:40px 0 12px}
h3{font-size:14px;margin:0;font-weight:600}
p{margin:6px 0}
.eyebrow{color:var(--accent);font-weight:600;font-size:12px;letter-spacing:.09em;text-transform:uppercase;margin:0 0 6px}
.soft,.unit{color:var(--soft)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:24px 0 8px}
.card{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:14px 16px}
.card .label{color:var(--soft);font-size:12.5px}
.card .value{font-size:22px;font-weight:600;font-variant-numeric:tabular-nums;line-height:1.3}
.card .note{color:var(--soft);font-size:12.5px}
.card.bad{border-color:var(--critical)}.card.bad .value{color:var(--critical)}
.chart{margin:14px 0;background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:12px 14px 4px}
.chart>svg{width:100%;height:auto;display:block}
figcaption{display:flex;flex-wrap:wrap;gap:4px 18px;align-items:baseline;justify-content:space-between}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:12.5px}
.key{display:inline-flex;align-items:center;gap:6px}.key svg{width:22px;height:8px}
.grid{stroke:var(--rule);stroke-width:1}
.tick{fill:var(--soft);font-size:11px;font-variant-numeric:tabular-nums}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round}.dashed{stroke-dasharray:5 4}
.band{stroke:none;opacity:.16}
${[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `.line.s${n}{stroke:var(--s${n})}.band.s${n}{fill:var(--s${n})}`).join('')}
.line.s9{stroke:var(--critical)}.band.s9{fill:var(--critical)}
.limit{stroke:var(--critical);stroke-width:1.2;stroke-dasharray:2 3}.limit-label{fill:var(--critical);font-size:11px}
.stem{stroke-width:1;opacity:.28}
${['notice', 'warning', 'critical', 'action'].map((kind) => `.stem.${kind}{stroke:var(--${kind})}.mark.${kind}{fill:var(--${kind})}.tag.${kind}{color:var(--${kind})}`).join('')}
.marks{display:flex;flex-wrap:wrap;gap:2px 18px;font-size:12.5px;color:var(--soft);margin:4px 2px}
.marks svg{width:12px;height:12px;vertical-align:-2px;margin-right:5px}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--rule);border-radius:10px}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th,td{padding:7px 12px;text-align:left;border-top:1px solid var(--rule);vertical-align:top}
thead th{border-top:0;color:var(--soft);font-weight:600;font-size:12.5px;white-space:nowrap}
td.t{white-space:nowrap}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.tag{font-weight:600}
code{font:12.5px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
ul{padding-left:20px;margin:6px 0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;margin:0;font-size:13.5px}dt{color:var(--soft)}dd{margin:0}
@media(max-width:620px){main{padding:20px 12px 48px}dl{grid-template-columns:1fr}dd{margin-bottom:6px}}
@media print{body{background:#fff}.chart,.card,.scroll{break-inside:avoid}}
`
