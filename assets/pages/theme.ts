/** Runs before the first paint: sets the remembered theme, so that the page does not flash. */
{
  try {
    const theme = localStorage.getItem("vlog:theme");
    if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  } catch {
    // Without storage the system's preference holds.
  }
}
