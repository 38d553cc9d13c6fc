/* Small comforts, one behaviour a block, attached by data- attributes; every page works without them. */

const each = (selector, run, root = document) => root.querySelectorAll(selector).forEach(run);

/* Buttons that need a script stay hidden until it is there. */
function revealButtons(root) {
  each("[data-print]", (button) => {
    button.hidden = false;
    button.onclick = () => window.print();
  }, root);
  each("[data-copy]", (button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.onclick = async () => {
      const label = button.querySelector(".kern-label") ?? button;
      const before = label.textContent;
      await navigator.clipboard.writeText(new URL(button.dataset.copy || location.href, location.href).href);
      label.textContent = button.dataset.copied;
      setTimeout(() => { label.textContent = before; }, 2000);
    };
  }, root);
}

/* data-select-all="name": ticks all boxes of that name in the same form or table. */
const ready = new WeakSet();
function selectAll(root) {
  each("input[data-select-all]", (master) => {
    if (ready.has(master)) return;
    ready.add(master);
    const scope = master.form ?? master.closest("table") ?? document;
    const boxes = () => [...scope.querySelectorAll(`input[type=checkbox][name="${CSS.escape(master.dataset.selectAll)}"]`)];
    const show = () => {
      const ticked = boxes().filter((box) => box.checked).length;
      master.checked = ticked > 0 && ticked === boxes().length;
      master.indeterminate = ticked > 0 && ticked < boxes().length;
    };
    master.onchange = () => {
      const wanted = master.checked;
      boxes().filter((box) => box.checked !== wanted).forEach((box) => {
        box.checked = wanted;
        box.dispatchEvent(new Event("change", { bubbles: true }));
      });
    };
    scope.addEventListener("change", (event) => { if (event.target !== master) show(); });
    show();
  }, root);
}

/* [data-ticked="name"]: says how many boxes of that name are ticked. */
const showTicked = () => each("[data-ticked]", (place) => {
  place.dataset.none ??= place.textContent;
  const n = document.querySelectorAll(`input[type=checkbox][name="${CSS.escape(place.dataset.ticked)}"]:checked`).length;
  const text = n > place.dataset.tickedMost ? place.dataset.tickedOver : place.dataset.tickedText;
  place.textContent = n ? text.replace("{n}", n) : place.dataset.none;
});
document.addEventListener("change", showTicked);
window.addEventListener("pageshow", showTicked);

/* form[data-unsaved]: the browser asks before typed text is lost. */
let leaving = false;
const isDirty = (form) => [...form.elements].some((field) => {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") return field.selectedIndex !== Math.max(0, [...field.options].findIndex((o) => o.defaultSelected));
  return "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
});
document.addEventListener("submit", () => { leaving = true; });
window.addEventListener("beforeunload", (event) => {
  if (!leaving && [...document.querySelectorAll("form[data-unsaved]")].some(isDirty)) event.preventDefault();
});
window.addEventListener("pageshow", () => { leaving = false; });

/* form[data-autosave]: saved text is no longer unsaved; without a connection it says so and tries again. */
const sent = new WeakMap();
const autosaved = (event) => event.target.closest?.("form[data-autosave]") ?? event.detail?.ctx?.sourceElement?.closest?.("form[data-autosave]");
document.addEventListener("htmx:before:request", (event) => {
  const form = autosaved(event);
  if (form) sent.set(form, [...form.elements].map((field) => [field, field.value, field.checked]));
});
document.addEventListener("htmx:after:swap", () => {
  each("form[data-autosave]", (form) => {
    if (!form.querySelector('[data-saved="yes"]') || !sent.has(form)) return;
    sent.get(form).forEach(([field, value, checked]) => {
      if (field.type === "checkbox" || field.type === "radio") field.defaultChecked = checked;
      else if (field.tagName === "SELECT") [...field.options].forEach((o) => { o.defaultSelected = o.value === value; });
      else if (field.type !== "hidden" && "defaultValue" in field) field.defaultValue = value;
    });
    sent.delete(form);
  });
});
document.addEventListener("htmx:error", (event) => {
  const place = autosaved(event)?.querySelector("[data-offline]");
  if (place) place.textContent = place.dataset.offline;
});
window.addEventListener("online", () => each("form[data-autosave]", (form) => {
  if (isDirty(form)) form.dispatchEvent(new Event("input", { bubbles: true }));
}));

/* The error summary gets the focus, so that it is read out first. */
function focusErrors(root) {
  const summary = root.querySelector("[data-error-summary]");
  if (summary) summary.focus();
}

/* table[data-matrix]: one tab stop, arrow keys inside (roving tabindex). */
function matrix(root) {
  each("table[data-matrix]", (table) => {
    const target = (cell) => cell?.querySelector("a, input, button") ?? cell;
    const rows = () => [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("td")]);
    const cells = rows().flat();
    cells.forEach((cell) => { target(cell).tabIndex = -1; });
    if (cells.length) target(cells.find((c) => c.querySelector("a, input")) ?? cells[0]).tabIndex = 0;
    table.onkeydown = (event) => {
      const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
      const typing = event.target.matches("input:not([type=checkbox])") && /Left|Right/.test(event.key);
      const grid = rows();
      const from = event.target.closest("td");
      const y = grid.findIndex((row) => row.includes(from));
      if (y < 0 || typing) return;
      const x = grid[y].indexOf(from);
      let to = null;
      if (event.key === "Home") to = grid[y][0];
      else if (event.key === "End") to = grid[y].at(-1);
      else if (steps[event.key]) to = grid[y + steps[event.key][0]]?.[x + steps[event.key][1]];
      if (!to) return;
      event.preventDefault();
      target(from).tabIndex = -1;
      target(to).tabIndex = 0;
      target(to).focus();
    };
  }, root);
}

/* details[data-menu] closes on Escape and on a click elsewhere. */
document.addEventListener("click", (event) => {
  each("details[data-menu][open]", (menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  each("details[data-menu][open]", (menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});

function attach(root) {
  revealButtons(root);
  selectAll(root);
  matrix(root);
  showTicked();
}

attach(document);
focusErrors(document);
document.addEventListener("htmx:after:swap", () => attach(document));
