/* How bad it is, from one snapshot. Pure: what the strip, the sound, the rotation and the night go by. */
(function () {
  "use strict";

  const { rank } = window.LendingWall.parts;
  const LOUD = ["call", "page"];
  const GOING_ON = ["ongoing", "mitigated"];
  const TROUBLE = ["down", "degraded", "unknown"];

  function isLoud(alert) {
    return alert.state === "firing" && LOUD.includes(alert.severity) && !alert.silenced && !alert.maintenance && !alert.inhibited_by;
  }

  function worstOf(items) {
    return items.reduce((worst, item) => (worst === null || rank(item.state) < rank(worst) ? item.state : worst), null);
  }

  /**
   * `level`: "alarm" while an alert that pages fires or an incident goes on, "warning" while a product is down, degraded
   * or not known, "planned" while all that is not normal is meant, else "calm". `untaken`: ids of alerts that page and
   * that nobody has acknowledged, of incidents without an owner; motion and sound are for those alone.
   */
  function judge(snapshot) {
    const alerts = (snapshot.alerts || []).filter(isLoud);
    const incidents = (snapshot.incidents || []).filter((incident) => GOING_ON.includes(incident.state));
    const places = snapshot.attention || [];
    const owned = new Set(incidents.filter((incident) => incident.owner).map((incident) => incident.id));
    const untaken = [
      ...alerts.filter((alert) => !alert.acknowledged && !owned.has(alert.incident)).map((alert) => alert.id),
      ...incidents.filter((incident) => !incident.owner && incident.state === "ongoing").map((incident) => incident.id),
    ];
    return { level: levelOf(alerts, incidents, places), worst: worstOf(places), alerts, incidents, places, untaken };
  }

  function levelOf(alerts, incidents, places) {
    if (alerts.length || incidents.length) return "alarm";
    if (places.some((place) => TROUBLE.includes(place.state))) return "warning";
    return places.length ? "planned" : "calm";
  }

  window.LendingWall.alarm = { judge };
})();
