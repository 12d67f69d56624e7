"""How a page looks: light and dark, on a phone and on paper, without anything fetched."""

from typing import Final

STYLE: Final = """
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1c2128; --quiet: #57606a; --rule: #d5dae1;
  --add: #17663a; --change: #7a5200; --destroy: #b3261e; --good: #17663a; --warning: #7a5200;
  --error: #b3261e; --add-back: #e3f5e9; --change-back: #fff3d6; --destroy-back: #fde7e5;
  --link: #0b57b4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1b2129; --text: #e4e8ee; --quiet: #a3acb8; --rule: #343c47;
    --add: #6fd394; --change: #edbe5c; --destroy: #ff9d94; --good: #6fd394; --warning: #edbe5c;
    --error: #ff9d94; --add-back: #17301f; --change-back: #33290f; --destroy-back: #3b1d1b;
    --link: #7db7ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main, header, footer { max-width: 66rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .25rem 0; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
code, .value { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .875em; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem; }
.quiet, .dim { color: var(--quiet); }
.bold { font-weight: 600; }
.add { color: var(--add); } .change { color: var(--change); } .destroy { color: var(--destroy); }
.good { color: var(--good); } .warning { color: var(--warning); }
.error { color: var(--error); font-weight: 600; }
.summary { font-size: 1.1rem; font-weight: 600; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; padding: 0; margin: .75rem 0; list-style: none; }
.counts li {
  background: var(--card); border: 1px solid var(--rule); border-radius: .5rem;
  padding: .4rem .8rem; min-width: 6rem;
}
.counts b { display: block; font-size: 1.5rem; line-height: 1.2; }
svg { display: block; width: 100%; height: .6rem; border-radius: .3rem; margin: 0 0 .75rem; }
svg .add { fill: var(--add); } svg .change { fill: var(--change); } svg .destroy { fill: var(--destroy); }
svg .good { fill: var(--good); } svg .warning { fill: var(--warning); } svg .error { fill: var(--error); }
svg .dim { fill: var(--rule); }
.card {
  background: var(--card); border: 1px solid var(--rule); border-left-width: 5px;
  border-radius: .5rem; padding: .75rem 1rem; margin: 0 0 .75rem;
}
.card:nth-child(n + 100) { content-visibility: auto; contain-intrinsic-size: auto 9rem; }
.edge-add, .edge-good { border-left-color: var(--add); }
.edge-change, .edge-warning { border-left-color: var(--change); }
.edge-destroy, .edge-error { border-left-color: var(--destroy); }
.tag {
  display: inline-block; border-radius: .3rem; padding: 0 .5rem; font-size: .8rem; font-weight: 600;
  border: 1px solid currentColor;
}
.tag.add { background: var(--add-back); } .tag.change { background: var(--change-back); }
.tag.destroy { background: var(--destroy-back); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; }
thead th { color: var(--quiet); font-size: .8rem; font-weight: 600; border-bottom: 1px solid var(--rule); }
tbody th { font-weight: 600; } tbody tr + tr > * { border-top: 1px solid var(--rule); }
th, td { min-width: 3.5rem; } .whole { overflow-wrap: break-word; }
ul { margin: .25rem 0; padding-left: 1.25rem; }
details > summary { cursor: pointer; padding: .25rem 0; }
pre { white-space: pre-wrap; margin: .5rem 0; }
footer { color: var(--quiet); font-size: .85rem; padding: 1.5rem 1rem 2rem; }
@media (max-width: 48rem) {
  thead { display: none; }
  tr { display: block; padding: .4rem 0; } th, td { display: block; padding: 0; border: 0; }
  tbody tr + tr { border-top: 1px solid var(--rule); } tbody tr + tr > * { border-top: 0; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--quiet); }
}
@media print {
  :root { --page: #fff; --card: #fff; }
  body { font-size: 11pt; } .card { break-inside: avoid; }
  .card:nth-child(n) { content-visibility: visible; }
  .skip { display: none; } details > * { display: block; }
}
"""
