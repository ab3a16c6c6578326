// A table whose headings sort it. Columns: {name, title, value(row) to sort by, cell(row) to show, number}.
import { element } from './dom.js';

export function sortableTable(columns, rows, { rowClass = () => '', sortBy = 0 } = {}) {
  const body = element('tbody');
  let sorted = sortBy;
  let down = false;
  const heads = columns.map((column, i) =>
    element('th', { scope: 'col', class: column.number ? 'number' : '', title: column.title },
            element('button', { type: 'button', onclick: () => sort(i) }, column.name)));

  function compare(a, b) {
    // What has no value stands last either way.
    const missing = (value) => value === null || value === undefined || value === '';
    if (missing(a) || missing(b)) return missing(a) - missing(b);
    const order = typeof a === 'number' ? a - b : String(a).localeCompare(String(b));
    return down ? -order : order;
  }
  function fill() {
    const value = columns[sorted].value;
    const order = [...rows].sort((a, b) => compare(value(a), value(b)));
    body.replaceChildren(...order.map((row) =>
      element('tr', { class: rowClass(row) },
              columns.map((column) => element('td', { class: column.number ? 'number' : '' }, column.cell(row))))));
    heads.forEach((head, i) => {
      if (i === sorted) {
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      } else {
        head.removeAttribute('aria-sort');
      }
    });
  }
  function sort(i) {
    down = i === sorted ? !down : false;
    sorted = i;
    fill();
  }
  fill();
  return element('div', { class: 'scroll' },
                 element('table', { class: 'sortable' }, element('thead', {}, element('tr', {}, heads)), body));
}
