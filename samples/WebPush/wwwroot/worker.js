// Runs also while no page of the app is open.
self.addEventListener("push", event => {
  const { title, text } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body: text, tag: "messages" }));
});

self.addEventListener("notificationclick", event => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow("."));
});
