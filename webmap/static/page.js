// Pieces of the page, fetched from the server that writes the whole: one way to say things, with a script or without.

/**
 * Fetch a piece; null when the session has ended or the server is away.
 * @param {string} address
 * @param {Record<string, string | number>} [values] of its query
 * @returns {Promise<string | null>}
 */
export async function piece(address, values = {}) {
  const url = new URL(address, location.href);
  for (const [name, value] of Object.entries(values)) url.searchParams.set(name, String(value));
  try {
    const answer = await fetch(url);
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

/** Give turns: taking one gives a question, which is answered true as long as nobody has taken the next. */
export function latest() {
  let last = 0;
  return () => {
    last += 1;
    const own = last;
    return () => own === last;
  };
}

/**
 * Send a form and put these parts of the page that answers in the place of the old ones; false when that failed.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 * @param {string[]} parts ids of elements
 */
export async function send(form, submitter, parts) {
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body: new FormData(form, submitter) });
  } catch {
    return false;
  }
  if (!answer.ok) return false;
  const made = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll(".flash")) old.remove();
  document.querySelector("main")?.before(...made.querySelectorAll(".flash"));
  for (const id of parts) {
    const [old, fresh] = [document.getElementById(id), made.getElementById(id)];
    if (!old || !fresh) continue;
    old.innerHTML = fresh.innerHTML;
    old.hidden = fresh.hidden;
  }
  return true;
}
