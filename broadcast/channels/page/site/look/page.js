(function () {
  "use strict";
  var page = document.documentElement, stale = document.getElementById("stale");
  var spoken = window.Intl && Intl.RelativeTimeFormat
    ? new Intl.RelativeTimeFormat(page.lang, { numeric: "auto" }) : null;

  function distance(milliseconds) {
    var minutes = Math.round(milliseconds / 60000);
    if (Math.abs(minutes) < 90) return spoken.format(minutes, "minute");
    if (Math.abs(minutes) < 2880) return spoken.format(Math.round(minutes / 60), "hour");
    return spoken.format(Math.round(minutes / 1440), "day");
  }

  function tick() {
    var now = Date.now();
    if (stale && now > Date.parse(page.dataset.due)) stale.hidden = false;
    if (!spoken) return;
    document.querySelectorAll(".ago").forEach(function (note) {
      var ahead = Date.parse(note.dataset.of || note.dataset.until) - now;
      note.textContent = " (" + distance(note.dataset.of ? Math.min(0, ahead) : ahead) + ")";
    });
  }

  tick();
  setInterval(tick, 15000);
})();
