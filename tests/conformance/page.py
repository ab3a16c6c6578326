"""The report as one page: counts per family, then one table, what fails first. Used by conformance.py."""

from html import escape

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1c2430; background: #fff; }
h1 { font-size: 1.5rem; margin-bottom: 0; }
table { border-collapse: collapse; width: 100%; margin: 1.2rem 0; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #e3e7ec; vertical-align: top; }
th { position: sticky; top: 0; background: #fff; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.wrong td:nth-child(4) { color: #b3261e; font-weight: 600; }
.why { font-family: ui-monospace, monospace; font-size: .82rem; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) {
  body, th { background: #14181d; color: #dfe5ec; } th, td { border-color: #2b323b; } tr.wrong td:nth-child(4) { color: #ff8a80; }
}
"""


def family_row(name, counts):
    share = f"{100 * counts['passed'] / counts['total']:.2f}%" if counts["total"] else "none"
    return (f"<tr><td>{escape(name)}</td><td class=number>{counts['passed']}</td><td class=number>{counts['total']}</td>"
            f"<td class=number>{share}</td><td class=number>{counts['skipped']}</td></tr>")


def result_row(row):
    wrong = row["passed"] != row["total"]
    told = row["reason"] and (wrong or not row["total"])
    why = (f"({row['reason']})\n" if told else "") + "\n".join(row["failures"][:8])
    why += f"\nand {len(row['failures']) - 8} more" if len(row["failures"]) > 8 else ""
    return (f"<tr{' class=wrong' if wrong else ''}><td>{escape(row['family'])}</td><td>{escape(row['name'])}</td>"
            f"<td>{escape(row['kind'])}</td><td class=number>{row['passed']} of {row['total']}</td><td class=why>{escape(why)}</td></tr>")


def page_of(report):
    families = "\n".join(family_row(name, counts) for name, counts in sorted(report["families"].items()))
    rows = "\n".join(result_row(row) for row in report["rows"])
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Heddle: conformance</title><style>{STYLE}</style></head><body>
<h1>Conformance with PyTorch {escape(report['pytorch'])}</h1>
<p>PyTorch wrote the archives and the answers; Heddle ran them. What PyTorch itself cannot script, trace or answer is not counted.</p>
<table><tr><th>family</th><th class=number>pass</th><th class=number>of</th><th class=number>share</th>
<th class=number>not counted</th></tr>
{families}
</table>
<table><tr><th>family</th><th>name</th><th>kind</th><th class=number>pass</th><th>what fails</th></tr>
{rows}
</table></body></html>
"""
