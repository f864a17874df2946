(() => {
  "use strict";
  const table = document.getElementById("clients"), body = table.tBodies[0], rows = [...body.rows];
  const search = document.getElementById("search"), status = document.getElementById("status");
  const selects = [...document.querySelectorAll("select[data-filter]")];
  const alerts = document.getElementById("with-alerts"), heads = [...table.tHead.rows[0].cells];
  const language = document.documentElement.lang;
  const collator = new Intl.Collator(language.startsWith("zh") ? "zh-Hans-CN-u-co-pinyin" : language, {numeric: true});
  const folded = text => text.normalize("NFKC").toLocaleLowerCase(language);
  const texts = new Map(rows.map(row => [row, folded(row.dataset.text)]));
  let sorted = "";

  const say = (template, values) => template.replace(/\{(\w+)\}/g, (_, key) => values[key]);

  const report = () => {
    const shown = rows.filter(row => !row.hidden).length;
    const count = say(table.dataset.count, {shown, total: rows.length});
    status.textContent = sorted ? `${count} ${sorted}` : count;
    document.getElementById("none").hidden = shown > 0;
  };

  const filter = () => {
    const words = folded(search.value).split(/\s+/).filter(Boolean);
    for (const row of rows) {
      row.hidden = !words.every(word => texts.get(row).includes(word))
        || selects.some(select => select.value && select.value !== "=" + row.dataset[select.dataset.filter])
        || (alerts.checked && row.dataset.alerts === "0");
    }
    report();
  };

  const order = (one, other, index, isNumber, sign) => {
    const [a, b] = [one, other].map(row => row.cells[index].dataset.sort);
    if (a === "" || b === "") return (a === "") - (b === "");
    return sign * (isNumber ? Number(a) - Number(b) : collator.compare(a, b));
  };

  const sort = head => {
    const isNumber = head.dataset.kind === "number", before = head.getAttribute("aria-sort");
    const first = isNumber ? "descending" : "ascending", second = isNumber ? "ascending" : "descending";
    const direction = before === first ? second : first, sign = direction === "ascending" ? 1 : -1;
    for (const each of heads) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", direction);
    const placed = rows.map((row, place) => [row, place]);
    placed.sort((a, b) => order(a[0], b[0], head.cellIndex, isNumber, sign) || a[1] - b[1]);
    body.append(...placed.map(pair => pair[0]));
    sorted = say(table.dataset[direction], {column: head.textContent.trim()});
    report();
  };

  for (const head of heads) {
    if (!head.dataset.kind) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(head));
  }
  for (const each of [search, ...selects, alerts]) each.addEventListener("input", filter);
  document.getElementById("clear").addEventListener("click", () => {
    search.value = "";
    for (const select of selects) select.value = "";
    alerts.checked = false;
    filter();
    search.focus();
  });
  document.getElementById("controls").addEventListener("submit", event => event.preventDefault());
  document.getElementById("controls").hidden = false;
  filter();
})();
