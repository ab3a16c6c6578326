// What the command put into the page.
export function readData() {
  return JSON.parse(document.getElementById('data').textContent);
}
