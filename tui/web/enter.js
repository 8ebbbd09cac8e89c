// A link's token stands behind the `#`, which no browser sends anywhere: not to a log, not to whoever looks at links
// in a chat. It leaves the address bar at once, and is given to our own origin, once.
const token = location.hash.slice(1);
history.replaceState(null, "", "/seat");
const refused = "没有席位，或链接已用过、已过期。请向管理员要一个新的链接（qiao web --seat 名称）";

async function enter() {
  const answer = await fetch("/enter", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
  if (answer.ok) location.replace("/");
  else tell();
}

function tell() {
  document.getElementById("why").textContent = refused;
  document.body.classList.add("-refused");
}

window.onload = () => (token ? enter().catch(tell) : tell());
