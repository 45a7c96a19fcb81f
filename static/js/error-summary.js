// After a form came back with errors, the summary takes the focus; its links lead into the control itself.
document.querySelector('[data-behaviour="error-summary"]')?.focus();
document.addEventListener("click", (event) => {
  const link = event.target.closest('[data-behaviour="error-summary"] a[href^="#"]');
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  const control = field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea");
  (field.closest(".field") ?? field).scrollIntoView({ block: "start" });
  (control ?? field).focus({ preventScroll: true });
});
