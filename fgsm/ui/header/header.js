// The line above the tabs. The stage says what it shows with the event "fgsm-shown".

const { accuracy, device } = props.value;

document.addEventListener("fgsm-shown", ({ detail }) => {
  const models = detail.stages.map(({ model }) => `${NAMES[model]} ${(100 * accuracy[model]).toFixed(1)} %`);
  const of = models.length === 1 ? " on clean digits" : ""; // of two there is no room to say it
  element.querySelector(".about").textContent = `${models.join(" · ")}${of} · ${device}`;
});
