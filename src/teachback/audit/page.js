(function () {
  var button = document.getElementById("all");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", function () {
    var open = button.getAttribute("aria-pressed") !== "true";
    document.querySelectorAll("details").forEach(function (d) { d.open = open; });
    button.setAttribute("aria-pressed", String(open));
    button.textContent = open ? "Close all rows" : "Open all rows";
  });
  function openTarget() {
    var target = location.hash && document.getElementById(location.hash.slice(1));
    var details = target && target.querySelector("details");
    if (details && target.tagName === "ARTICLE") details.open = true;
  }
  window.addEventListener("hashchange", openTarget);
  openTarget();
})();
