// A file can be dropped on the area; its name and size are said back.
const area = (target) => target.closest?.(".file-upload__area");

const size = (bytes) => (bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

const show = (box) => {
  const file = box.querySelector('input[type="file"]').files[0];
  const line = box.querySelector(".file-upload__chosen");
  line.hidden = !file;
  line.textContent = file ? line.dataset.said.replace("{name}", file.name).replace("{size}", size(file.size)) : "";
};

for (const [name, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(name, (event) => {
    const box = area(event.target);
    if (!box) return;
    event.preventDefault();
    box.classList.toggle("is-over", over);
    if (name !== "drop" || !event.dataTransfer.files.length) return;
    box.querySelector('input[type="file"]').files = event.dataTransfer.files;
    show(box);
  });
}
document.addEventListener("change", (event) => {
  const box = area(event.target);
  if (box && event.target.type === "file") show(box);
});
