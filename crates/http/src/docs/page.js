'use strict';

// The documents; their URLs are relative, so that the page works below any path.
const documents = { scim: 'docs/scim.json', management: 'docs/management.json', session: 'docs/session.json' };
const buttons = document.querySelectorAll('button[data-api]');
const asked = new URLSearchParams(location.search);
// Whoever comes from a tenant's pages means that tenant.
const tenant = /^[a-z0-9-]{1,63}$/.test(asked.get('tenant') ?? '') ? asked.get('tenant') : null;
let ui;

// Requests go to where this page came from, whatever name the server was opened by.
async function load(api) {
  const answer = await fetch(documents[api]);
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  const spec = await answer.json();
  spec.servers[0].variables.publicUrl.default = new URL('.', location.href).href.replace(/\/$/, '');
  if (tenant) spec.servers[0].variables.tenant.default = tenant;
  return spec;
}

// A token that was entered stays while the page is open, for every API, and is stored nowhere.
async function show(api) {
  const spec = await load(api);
  if (ui) {
    ui.specActions.updateSpec(JSON.stringify(spec));
  } else {
    ui = SwaggerUIBundle({
      dom_id: '#ui',
      spec,
      deepLinking: true,
      displayRequestDuration: true,
      docExpansion: 'list',
      persistAuthorization: false,
      validatorUrl: null,
    });
  }
  document.title = `${spec.info.title} · Roster`;
  for (const button of buttons) {
    button.setAttribute('aria-pressed', String(button.dataset.api === api));
  }
}

function report(error) {
  document.getElementById('ui').textContent = `The document can't be loaded: ${error.message}`;
}

for (const button of buttons) {
  button.addEventListener('click', () => {
    const to = new URLSearchParams({ api: button.dataset.api, ...(tenant && { tenant }) });
    history.replaceState(null, '', `?${to}`);
    show(button.dataset.api).catch(report);
  });
}

const first = asked.get('api');
show(Object.hasOwn(documents, first) ? first : 'scim').catch(report);
