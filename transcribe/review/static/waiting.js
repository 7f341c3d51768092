// The sign-in page says how many readings wait on this device to be sent. Whose they are and what they say it does not.

const place = document.getElementById("waiting");

/** How many readings of anybody are kept in a database of this device and not sent yet. */
function countOf(name) {
  return new Promise((done) => {
    const request = indexedDB.open(name);
    request.onerror = () => done(0);
    request.onsuccess = () => {
      const base = request.result;
      base.onversionchange = () => base.close();
      if (!base.objectStoreNames.contains("unsent")) return done(0);
      const counting = base.transaction("unsent").objectStore("unsent").count();
      counting.onsuccess = () => {
        base.close();
        done(counting.result);
      };
      counting.onerror = () => done(0);
    };
  });
}

async function tell() {
  const names = (await indexedDB.databases()).map(({ name }) => name).filter((name) => name.startsWith("fairhand-"));
  const count = (await Promise.all(names.map(countOf))).reduce((sum, each) => sum + each, 0);
  if (!count) return;
  place.textContent = place.dataset.words.replace("{count}", count);
  place.hidden = false;
}

tell().catch(() => null); // a browser that cannot say what it keeps
