// Keys of a keyboard or a clicker do what the two buttons do. Off stage there are no buttons.
if (!window.yidaStageKeys) {
  window.yidaStageKeys = true;
  const STEPS = { ArrowLeft: "back", PageUp: "back", ArrowRight: "next", PageDown: "next" };
  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    const button = document.querySelector(`.st-key-stage_${step} button`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
}
