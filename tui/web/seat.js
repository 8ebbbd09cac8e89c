// Before the terminal's own script: where the socket is, what its end means, and that no text on the screen leads out.
const WHY = {
  1006: "连不上了：线路断了，或浏览器服务停了。没写完的已存为草稿",
  4001: "很久没有操作，席位已结束。没写完的已存为草稿",
  4002: "席位已满，请稍候再试",
  4003: "这个席位已在别处打开",
  4004: "节点没有在运行，请告诉管理员（qiao run --no-tui）",
  4005: "浏览器服务正在停止。没写完的已存为草稿",
  4006: "这个席位已在别处打开，或已被收回；要新的链接请找管理员",
};
const Plain = window.WebSocket;

function Told(url) {
  const socket = new Plain(url);
  socket.addEventListener("close", (event) => {
    document.getElementById("why").textContent = WHY[event.code] || "已退出";
  });
  socket.addEventListener("open", () => document.querySelector(".xterm-helper-textarea").focus());
  return socket;
}

window.WebSocket = Told;
window.open = () => null; // links in a ticket are text, and the app opens none
window.addEventListener("DOMContentLoaded", () => {
  const scheme = location.protocol === "https:" ? "wss://" : "ws://";
  document.getElementById("terminal").dataset.sessionWebsocketUrl = `${scheme}${location.host}/ws`;
  document.getElementById("again").addEventListener("click", () => location.reload());
});
