/** What is stored, and what never is: the text of docs/privacy.md, short. */

export function Stored() {
  return (
    <section class="panel" aria-labelledby="stored">
      <header><h2 id="stored">What we store</h2></header>
      <div class="two">
        <div>
          <h3>✓ Kept</h3>
          <ul>
            <li>While a session lives: a random id, hashes of its secrets, and when it took its seat. In memory only: whether its line is up, and whether its agent is in a call.</li>
            <li>Of the use: how many seats were in use when, and counts of logins, ends, refusals and waits. Minutes for 90 days, quarters of an hour for 13 months, days for 5 years.</li>
            <li>Settings, webhooks with their secrets, the last 100 incidents and what was told of them, hashes of keys and tokens, and which token changed what.</li>
          </ul>
        </div>
        <div>
          <h3>✕ Never</h3>
          <ul>
            <li>Who an agent is: no name, no login, no address, no browser.</li>
            <li>Anything else of a call: no number, no content, no length.</li>
            <li>Anything of a session after its end: a minute later it is gone from every file.</li>
          </ul>
        </div>
      </div>
      <p class="muted">Ages of sessions are told in steps of five minutes. This page sets no cookie; its token lives in this tab only.</p>
    </section>
  );
}
