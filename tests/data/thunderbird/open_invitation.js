// Fetch the inbox, open its newest mail and wait for a button of the bar above the invitation.
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const { MailUtils } = ChromeUtils.importESModule("resource:///modules/MailUtils.sys.mjs");
const pause = () => new Promise((go) => setTimeout(go, 100));
const until = async (what, ask) => {
  for (let i = 0; i < 600; i++) {
    const found = await ask();
    if (found) return found;
    await pause();
  }
  throw new Error(`not seen: ${what}`);
};
const host = "imap://127.0.0.1";
await until("the main window", () =>
  Services.wm.getMostRecentWindow("mail:3pane")?.document.readyState === "complete");
if (!(await Services.logins.searchLoginsAsync({ origin: host })).length) {
  const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
  login.init(host, null, host, given.user, given.password, "", "");
  await Services.logins.addLoginAsync(login);
}
const server = MailServices.accounts.findServer(given.user, "127.0.0.1", "imap");
server.getNewMessages(server.rootFolder, null, null);
const inbox = await until("the inbox", () =>
  server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox));
const newest = await until("the mail", () => {
  inbox.updateFolder(null);
  const found = [...inbox.messages];
  return found.length >= given.number ? found.sort((a, b) => a.messageKey - b.messageKey).at(-1) : null;
});
const open = () => {
  for (const old of Services.wm.getEnumerator("mail:messageWindow")) old.close();
  MailUtils.openMessageInNewWindow(newest);
};
open();
let shown = [];
let looks = 0;
return until(`the button ${given.button}`, () => {
  // A mail that is opened before the calendar is there gets no bar: open it anew, as a person would.
  if (++looks % 150 === 0) open();
  const view = Services.wm.getMostRecentWindow("mail:messageWindow")?.messageBrowser?.contentWindow;
  const bar = view?.document.getElementById("imip-bar");
  if (!bar || bar.collapsed) return null;
  const buttons = [...view.document.querySelectorAll("[id^=imip][id$=Button]")];
  shown = buttons.filter((button) => !button.hidden).map((button) => button.id);
  return shown.includes(given.button) ? shown : null;
}).catch((fault) => {
  throw new Error(`${fault}; there are ${shown}`);
});
