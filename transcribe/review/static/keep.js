// What this device keeps until the server has it: readings not sent, drafts, tasks held, tasks answered.

const STORES = ["unsent", "drafts", "held", "answered"];
const MARKS = ["true", "false"]; // of a tick box: chosen, not typed

/** Opens the keeper of one person; in memory only where the browser lets us keep nothing. */
export async function open(person) {
  try {
    return new Keep(person, await database(`fairhand-${person}`));
  } catch {
    return new Keep(person, null);
  }
}

function database(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => STORES.forEach((store) => request.result.createObjectStore(store));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export class Keep {
  constructor(person, database) {
    this.person = person;
    this.database = database;
    this.memory = Object.fromEntries(STORES.map((store) => [store, new Map()]));
  }

  /** All entries of a store, in the order of their keys. */
  all(store) {
    if (!this.database) return Promise.resolve([...this.memory[store].values()]);
    return new Promise((resolve) => {
      const request = this.database.transaction(store).objectStore(store).getAll();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve([]);
    });
  }

  /** What was typed and not sent: [[task, text], ...]. */
  async typed() {
    const [tasks, texts] = await Promise.all([this.keys("drafts"), this.all("drafts")]);
    const isTyped = ([task, text]) => !task.includes(" ") && typeof text === "string" && text.trim() && !MARKS.includes(text);
    return tasks.map((task, at) => [task, texts[at]]).filter(isTyped);
  }

  /** The keys of a store, in their order. */
  keys(store) {
    if (!this.database) return Promise.resolve([...this.memory[store].keys()]);
    return new Promise((resolve) => {
      const request = this.database.transaction(store).objectStore(store).getAllKeys();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve([]);
    });
  }

  /** One entry, undefined where there is none. */
  get(store, key) {
    if (!this.database) return Promise.resolve(this.memory[store].get(key));
    return new Promise((resolve) => {
      const request = this.database.transaction(store).objectStore(store).get(key);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(undefined);
    });
  }

  /** Puts a list in place of all entries of a store. */
  replace(store, list) {
    if (!this.database) {
      this.memory[store] = new Map(list.entries());
      return;
    }
    const entries = this.database.transaction(store, "readwrite").objectStore(store);
    entries.clear();
    list.forEach((value, at) => entries.put(value, at));
  }

  /** Changes several stores at once, all or nothing: [["put", store, key, value], ["remove", store, key], ...]. */
  change(...deeds) {
    if (!this.database) {
      for (const [deed, store, key, value] of deeds) {
        if (deed === "put") this.memory[store].set(key, value);
        else this.memory[store].delete(key);
      }
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const transaction = this.database.transaction([...new Set(deeds.map((deed) => deed[1]))], "readwrite");
      for (const [deed, store, key, value] of deeds) {
        if (deed === "put") transaction.objectStore(store).put(value, key);
        else transaction.objectStore(store).delete(key);
      }
      transaction.oncomplete = transaction.onerror = transaction.onabort = () => resolve();
    });
  }

  /** Forgets everything of this person on this device. */
  wipe() {
    if (!this.database) return Promise.resolve();
    this.database.close();
    return new Promise((resolve) => {
      const request = indexedDB.deleteDatabase(this.database.name);
      request.onsuccess = request.onerror = request.onblocked = () => resolve();
    });
  }
}
